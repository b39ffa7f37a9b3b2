// The parts of what a step works on: the files of a folder, or the functions of files.
import { posix } from "node:path";
import { askParser } from "../analysis/ask-parser.ts";
import { isMinified } from "../analysis/generated.ts";
import { detectLanguage } from "../analysis/languages.ts";
import { readFile } from "../operations/services.ts";
import type { StepContext } from "../runs/step-context.ts";
import type { Listing } from "../workspace/reader.ts";
import { partNamesToldMax, partsMax } from "./fan-out-limits.ts";
import type { Flow, Target } from "./record.ts";
import { viewOf } from "./view.ts";
import type { WordJob } from "./words.ts";

/** One part. */
export interface Part {
  /** Unique among those of its step. */
  readonly name: string;
  /** What its own steps begin with. */
  readonly flow: Flow;
}

export type Parts =
  | { readonly ok: true; readonly parts: readonly Part[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly code: string; readonly message: string };

type Folder = Extract<Listing, { readonly kind: "directory" }>;

/** Its files of code, in the order of their names. */
export async function filesOfFolder({ flow }: WordJob, { root, entries }: Folder): Promise<Parts> {
  const folder = flow.target.kind === "path" ? flow.target.path : ".";
  const files = entries.filter(
    ({ kind, path }) => kind === "file" && !isMinified(path) && detectLanguage(path) !== null,
  );
  const parts = files.map(({ path }): Part => {
    const name = posix.join(folder.replaceAll("\\", "/"), path);
    return { name, flow: partOfFlow(flow, name, { root, place: posix.join(root, path) }) };
  });
  const unread = entries.filter(
    (entry) => entry.kind === "skipped" && entry.reason !== "symlink" && detectLanguage(entry.path) !== null,
  );
  return bounded(parts, JSON.stringify(folder), [...leftOutOf(unread.map(({ path }) => path))]);
}

/** The functions and methods of a file, or of the files of a folder, each as a text of its own. */
export async function functionsIn(job: WordJob, files: readonly Part[]): Promise<Parts> {
  const { context } = viewOf(job.context, job.flow, `${job.prefix}parts/`);
  const parts: Part[] = [];
  const unread: string[] = [];
  for (const file of files) {
    const text = await textOfPart(file, context);
    const found = text === undefined ? undefined : await functionsOf(file, text);
    if (found === undefined) unread.push(file.name);
    else parts.push(...found);
  }
  return bounded(parts, "it", leftOutOf(unread));
}

async function textOfPart({ flow: { target } }: Part, context: StepContext): Promise<string | undefined> {
  if (target.kind === "text") return target.text;
  const read = await readFile(context, { path: target.path, isNamed: true });
  return read.ok && read.source.kind === "text" && read.source.cutShort === undefined
    ? read.source.text
    : undefined;
}

async function functionsOf({ name, flow }: Part, text: string): Promise<readonly Part[] | undefined> {
  const language = detectLanguage(name, text);
  if (language === null) return undefined;
  const answer = await askParser(0, { id: name, sketch: true, language: language.id, text });
  if (!answer.ok) return undefined;
  const lines = text.split("\n");
  const taken = new Set<string>();
  return answer.sketch.symbols
    .filter(({ kind }) => kind === "function" || kind === "method")
    .map((symbol): Part => {
      const own = lines.slice(symbol.line - 1, symbol.endLine).join("\n");
      const called = `${name}#${symbol.name}`;
      const unique = taken.has(called) ? `${called}:${symbol.line}` : called;
      taken.add(unique);
      const target: Target = {
        kind: "text",
        name: withFunction(name, symbol.name),
        text: own,
      };
      return { name: unique, flow: { ...flow, target, texts: {} } };
    });
}

/** `src/a.ts` and `add` are `src/a#add.ts`: its language is known by the end of it. */
function withFunction(path: string, called: string): string {
  const extension = posix.extname(path);
  return `${path.slice(0, path.length - extension.length)}#${called}${extension}`;
}

/** What of a flow is about one of the files of its folder. `root` and `place`: the real paths of the two. */
function partOfFlow(
  { target, texts, found }: Flow,
  name: string,
  { root, place }: { readonly root: string; readonly place: string },
): Flow {
  const text = Object.hasOwn(texts, place) ? texts[place] : undefined;
  const about = [name, place, root, ...(target.kind === "path" ? [target.path] : [])];
  return {
    target: { kind: "path", path: name },
    texts: text === undefined ? {} : { [place]: text },
    found: found.filter(({ paths }) => paths.length === 0 || paths.some((path) => about.includes(path))),
  };
}

function bounded(parts: readonly Part[], shown: string, warnings: readonly string[]): Parts {
  if (parts.length === 0) {
    const unread = warnings.map((warning) => ` ${warning}`).join("");
    const message = `There is no code in ${shown} that could be worked on part by part.${unread} Name another folder, or a file, with --input.`;
    return { ok: false, code: "no_code", message };
  }
  if (parts.length <= partsMax) return { ok: true, parts, warnings };
  const message = `${shown} has ${parts.length} parts, and a step is done for ${partsMax} at most, each in a run of its own. Name a folder with fewer.`;
  return { ok: false, code: "too_many_parts", message };
}

function leftOutOf(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, partNamesToldMax).map((path) => JSON.stringify(path));
  const rest = paths.length > shown.length ? `, and ${paths.length - shown.length} more` : "";
  return [`Left out, since it cannot be read: ${shown.join(", ")}${rest}.`];
}
