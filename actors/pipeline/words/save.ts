// `save`: writes what came before to a file of the workspace, in the form that its name says.
import { posix } from "node:path";
import { detectLanguage } from "../../analysis/languages.ts";
import { changed, changeOf } from "../../operations/changed-files.ts";
import { present } from "../../operations/services.ts";
import { markdownOf, textOf } from "../../rendering/result.ts";
import { isBelow } from "../../workspace/below.ts";
import type { SavedDocument } from "../documents.ts";
import { transformerOf } from "../transformers/table.ts";
import { viewOf } from "../view.ts";
import type { Done, WordJob } from "../words.ts";

export async function save(job: WordJob): Promise<Done> {
  const { work, flow, prefix } = job;
  const { file, force } = work.step.parameters;
  const path = String(file ?? "");
  const shown = JSON.stringify(path);
  if (!isBelow(path))
    return refused(
      "outside_root",
      `${shown} is no path below the project's directory, and files are saved only there.`,
    );
  const made = contentOf(job, path);
  if (!made.ok) return made;
  const view = viewOf(job.context, flow, prefix);
  const { context } = view;
  const result: SavedDocument = {
    ...{ schema: "aiex.saved/1", path, bytes: Buffer.byteLength(made.text), run: context.run },
  };
  const before = await context.recall("saved");
  if (before === undefined) {
    const now = await present(context, await context.workspace.hash(path));
    if (!now.ok) return refused(now.code, now.message);
    if (now.hash !== null && force !== true)
      return refused(
        "file_exists",
        `${shown} is there already. Name another file, or replace it with force: \`aiex undo\` brings it back.`,
      );
    await context.note("saved", true);
  }
  const change = await changeOf(context, { path: posix.normalize(path), before: null, after: made.text });
  if (!change.ok) return change;
  const becomes = { result, rounds: 1, files: [] };
  const set = await changed(
    context,
    { title: `Saved by a pipeline, ${path}`, changes: [change.change] },
    becomes,
  );
  if (!set.ok) return set;
  return { ok: true, result, flow: view.flow(), parts: [], warnings: [] };
}

type Content = { readonly ok: true; readonly text: string } | Extract<Done, { readonly ok: false }>;

function contentOf({ latest, records, work, flow }: WordJob, path: string): Content {
  const result = latest?.result ?? null;
  if (result === null)
    return refused("nothing_to_save", "There is nothing to save: no step before it has a result.");
  const extension = posix.extname(path).toLowerCase();
  if (extension === ".json") return { ok: true, text: `${JSON.stringify(result, null, 2)}\n` };
  if (extension === ".md" || extension === ".markdown") return { ok: true, text: lined(markdownOf(result)) };
  if (detectLanguage(path) === null) return { ok: true, text: lined(textOf(result)) };
  const code = transformerOf("extract_code")?.({ latest, records, parameters: {}, flow });
  const parts = code?.ok === true ? (code.result.parts as readonly { readonly code: string }[]) : [];
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return { ok: true, text: lined(only.code) };
  const found = parts.length === 0 ? "no code" : `${parts.length} pieces of code`;
  return refused(
    "not_one_code",
    `${JSON.stringify(path)} is a file of code, and what came before ${work.step.word} has ${found}. Save it to a file that ends with .md or .json.`,
  );
}

function lined(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function refused(code: string, message: string): Extract<Done, { readonly ok: false }> {
  return { ok: false, code, message };
}
