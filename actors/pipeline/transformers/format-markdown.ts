// Makes one page of Markdown of what came before, whatever it is: nothing of it that a model wrote is fetched, run or followed.
import { demoted, titleOf, withoutTitle } from "../../rendering/markdown-page.ts";
import { escapeMarkdown } from "../../rendering/report-markdown.ts";
import { markdownOf } from "../../rendering/result.ts";
import { heldBy } from "../contained.ts";
import type { PageDocument } from "../documents.ts";
import type { ResultDocument } from "../record.ts";
import { made, nothingToTransform, type Transformer, textOfParameter } from "./transformer.ts";

export const formatMarkdown: Transformer = (given) => {
  const result = given.latest?.result ?? null;
  if (result === null)
    return nothingToTransform(given, "format_markdown", "no result", "Put it behind a step that has one.");
  const page = markdownOf(result);
  const asked = textOfParameter(given, "title")?.replace(/\s+/g, " ").trim();
  if (asked === undefined) {
    const title = titleOf(page);
    const markdown = title === undefined ? `# ${untitled}\n\n${page}` : page;
    return made({ schema: "aiex.page/1", title: title ?? untitled, markdown } satisfies PageDocument);
  }
  const body = hasOwnTitle(result) ? demoted(page, 1) : withoutTitle(page);
  const markdown = `# ${escapeMarkdown(asked)}\n\n${body}`;
  return made({ schema: "aiex.page/1", title: asked, markdown } satisfies PageDocument);
};

const untitled = "Result";

/** The heading of a page that stands for many results, or was made by this transformer, says nothing that the new one does not. */
function hasOwnTitle(result: ResultDocument): boolean {
  return heldBy(result) === undefined && !plainlyTitled.has(result.schema);
}

const plainlyTitled: ReadonlySet<unknown> = new Set(["aiex.page/1", "aiex.code/1", "aiex.insights/1"]);
