// Keeps the code of what came before: whole files where a model made or changed them, else the blocks of code in what it wrote.
import { codeBlocksOf } from "../../rendering/markdown-page.ts";
import { leavesOf, recordsIn, textOrNull } from "../contained.ts";
import type { CodeDocument, CodePart } from "../documents.ts";
import type { Flow, ResultDocument, StepRecord } from "../record.ts";
import { languageOf } from "./language.ts";
import { made, nothingToTransform, type Transformer, textOfParameter } from "./transformer.ts";

const word = "extract_code";

export const extractCode: Transformer = (given) => {
  const { latest } = given;
  const result = latest?.result ?? null;
  const language = textOfParameter(given, "language");
  if (latest === undefined || result === null)
    return nothingToTransform(given, word, "no code", "Put it behind a step that writes code.");
  const texts = textsOf(latest, given.flow);
  const all = leavesOf(result).flatMap((leaf) => (leaf.result === null ? [] : codeIn(leaf.result, texts)));
  const wanted = language === undefined ? all : all.filter(({ of }) => isSame(of, language));
  const parts = wanted.map(({ part }) => part);
  if (parts.length > 0) return made({ schema: "aiex.code/1", parts } satisfies CodeDocument);
  if (all.length === 0)
    return nothingToTransform(given, word, "no code", "Put it behind a step that writes code.");
  const there = [...new Set(all.map(({ of }) => of ?? "no language that is known"))].join(", ");
  return nothingToTransform(given, word, `no code in ${language}`, `There is code in ${there}.`);
};

interface FoundCode {
  readonly part: CodePart;
  /** The language that it is about: that of the file, where it is a diff. */
  readonly of: string | null;
}

function isSame(of: string | null, language: string): boolean {
  return of !== null && languageOf(of) === languageOf(language);
}

/** Files as they would be, by path. */
function textsOf(latest: StepRecord, flow: Flow): ReadonlyMap<string, string> {
  const { target } = latest.flow;
  const own = target.kind === "text" ? { [target.name]: target.text } : {};
  return new Map([flow.texts, latest.flow.texts, own].flatMap((texts) => Object.entries(texts)));
}

/** Results name files below the project, and texts are kept by where files really are. */
function textAt(texts: ReadonlyMap<string, string>, path: unknown): string | undefined {
  if (typeof path !== "string") return undefined;
  const [place] = [...texts.keys()].filter((key) => key === path || key.endsWith(`/${path}`));
  return place === undefined ? undefined : texts.get(place);
}

function codeIn(document: ResultDocument, texts: ReadonlyMap<string, string>): readonly FoundCode[] {
  const { schema, code, path, place, language } = document;
  switch (schema) {
    case "aiex.code/1":
      return recordsIn(document.parts).flatMap((part) => partOf(part.path, part.language, part.code));
    case "aiex.test_generation/1":
      return partOf(path ?? place, language, code);
    case "aiex.generation/1":
      // Without a language it is a page of Markdown.
      return language === null ? blocksIn(code) : partOf(path, language, code);
    case "aiex.refactoring/1":
    case "aiex.comments/1":
      return recordsIn(document.files).flatMap((file) => {
        const text = textAt(texts, file.path);
        return text === undefined
          ? partOf(file.path, "diff", file.diff, file.language)
          : partOf(file.path, file.language, text);
      });
    case "aiex.explanation/1":
      return [document.summary, ...recordsIn(document.claims).map(({ text }) => text)].flatMap(blocksIn);
    case "aiex.documentation/1":
    case "aiex.page/1":
      return blocksIn(document.markdown);
    default:
      return [];
  }
}

function partOf(path: unknown, language: unknown, code: unknown, of = language): readonly FoundCode[] {
  if (typeof code !== "string" || code.trim() === "") return [];
  const part = { path: textOrNull(path), language: textOrNull(language), code };
  return [{ part, of: textOrNull(of) }];
}

function blocksIn(markdown: unknown): readonly FoundCode[] {
  if (typeof markdown !== "string") return [];
  return codeBlocksOf(markdown).flatMap(({ language, code }) =>
    partOf(null, language === "" ? null : languageOf(language), code),
  );
}
