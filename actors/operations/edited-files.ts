// Edits of files that a model answers with: which files it is shown, whether the edits fit and the result is sound, what they come to,
// which of them a person wants, and how the files get them. What else has to hold is for the operation to say.
import { posix } from "node:path";
import { z } from "zod";
import { isMinified } from "../analysis/generated.ts";
import { detectLanguage } from "../analysis/languages.ts";
import type { StepContext } from "../runs/step-context.ts";
import type { FileChange } from "../workspace/access.ts";
import { isBelow } from "../workspace/below.ts";
import { hunksOf, withHunks } from "../workspace/patch/hunks.ts";
import { linesOf } from "../workspace/patch/patch.ts";
import { unifiedDiff } from "../workspace/patch/unified.ts";
import { remarksCharactersMax } from "../writing/limits.ts";
import { type RewrittenFile, rewritten, withLines } from "../writing/rewrite.ts";
import type { Checked, GatheredOr, Job, OperationTools, Refusal } from "./ask-model.ts";
import { type ChangedBefore, changed, changedBefore, changeOf, type TextChange } from "./changed-files.ts";
import { problemCharactersMax } from "./limits.ts";
import { type SentFile, sentFile, sentText } from "./sent-file.ts";
import { listFiles } from "./services.ts";
import { faultIn, type MadeCode } from "./sound-code.ts";

/** `interactive`: each hunk is asked about. */
const editModes = ["preview", "apply", "interactive"] as const;

/** What every operation that edits files is given. */
export const editedInput = {
  file: z.string().min(1).describe("The path of a file or a directory, or the name of the text"),
  text: z.string().optional().describe("What is worked on in place of a file"),
  mode: z
    .enum(editModes)
    .default("preview")
    .describe("Whether files are changed, and whether each hunk is asked about"),
};

const editedFile = z.object({
  path: z.string(),
  language: z
    .string()
    .nullable()
    .describe("Null where it is none that is known, and then nobody saw whether it parses"),
  diff: z.string().describe("A unified diff. Secrets in it are masked"),
  added: z.int().min(0).describe("Lines that are added"),
  removed: z.int().min(0).describe("Lines that are taken away"),
  applied: z.boolean().describe("Whether the file was changed, by all of the diff"),
});

/** What every one of them tells. */
export const editedResult = {
  mode: z.enum(editModes),
  remarks: z.string().describe("What the model says of it"),
  files: z.array(editedFile).describe("Those that change, or would"),
  left_out: z.array(z.object({ path: z.string(), reason: z.string() })),
  run: z
    .string()
    .nullable()
    .describe("The run whose changes `aiex undo` takes back; null where no file was changed"),
};

type EditedInput = z.output<z.ZodObject<typeof editedInput>>;
export type Edited = z.infer<z.ZodObject<typeof editedResult>>;

/** What such an operation has in hand. */
export interface Editing<Result> {
  readonly files: readonly SentFile[];
  readonly leftOut: Edited["left_out"];
  /** What the answer that was found good makes of the files. */
  made: readonly RewrittenFile[];
  /** Answers that were looked at. */
  rounds: number;
  /** What an earlier attempt has changed already. */
  readonly before?: ChangedBefore<Result>;
}

export type EditJob<Result> = Job<EditedInput, Editing<Result>>;

/** What is wrong with a file that would be made, in a sentence for the model; undefined where nothing is. */
export type Judge = (made: MadeCode, tools: OperationTools) => Promise<string | undefined>;

/** What a hunk is, for who is asked about it. */
export interface HunkAsked {
  readonly path: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** As a unified diff. */
  readonly diff: string;
}

/** What a person answers about a hunk: `all` is for it and the rest, and `done` for none of them. */
const hunkChoices = { yes: "yes", no: "no", all: "all", done: "done" } as const;

function material<Result>(files: readonly SentFile[], leftOut: Edited["left_out"] = []): Editing<Result> {
  return { files, leftOut, made: [], rounds: 0 };
}

/** Reads what the person named: one file, or the files of code in a directory. */
export async function gatheredFiles<Result>(
  { file, text, mode }: EditedInput,
  context: StepContext,
): Promise<GatheredOr<Editing<Result>>> {
  if (text !== undefined) {
    if (mode !== "preview")
      return refused("usage", "A text that is no file cannot be changed. Ask for a preview of it.");
    const sent = sentText(file, text);
    return sent.ok ? { ok: true, material: material([sent.file]) } : sent;
  }
  if (mode !== "preview" && !isBelow(file))
    return refused(
      "outside_root",
      `${JSON.stringify(file)} is not named by its path below the project's directory, and only files below it are changed. Name it so, or set workspace.project_dir.`,
    );
  const before = await changedBefore<Result>(context);
  if (before !== undefined) {
    const files = before.files.map((sent): SentFile => ({ ...sent, language: null, lines: [], text: "" }));
    return { ok: true, material: { ...material(files), before } };
  }
  const listing = await listFiles(context, file);
  if (!listing.ok && listing.code === "outside_root")
    return refused(
      "outside_root",
      `${JSON.stringify(file)} leads out of the project's directory, and only files below it are changed. Go to the directory of its own project, or set workspace.project_dir. To see what would change, give it on standard input with --file -.`,
    );
  if (!listing.ok) return listing;
  if (listing.kind === "file") {
    const sent = await sentFile(context, file);
    return sent.ok ? { ok: true, material: material([sent.file]) } : sent;
  }
  const files: SentFile[] = [];
  const leftOut: Edited["left_out"] = [];
  for (const entry of listing.entries) {
    if (entry.kind !== "file" || isMinified(entry.path) || detectLanguage(entry.path) === null) continue;
    const path = posix.join(file.replaceAll("\\", "/"), entry.path);
    const sent = await sentFile(context, path);
    if (sent.ok) files.push(sent.file);
    else leftOut.push({ path, reason: sent.message });
  }
  if (files.length > 0) return { ok: true, material: material(files, leftOut) };
  return refused(
    "no_code",
    `There is no code in ${JSON.stringify(file)} to work on. Name another directory, or a file.`,
  );
}

/** A file as the model is shown it. */
export function shownFile({ path, lines }: SentFile): string {
  return `File ${JSON.stringify(path)}:\n${lines.join("\n")}`;
}

/** What an answer comes to; the result that an earlier attempt had where it has done all of it. */
export async function checkedEdits<Result>(
  answer: string,
  { material, tools }: Pick<EditJob<Result>, "material" | "tools">,
  {
    resultOf,
    judge,
  }: { readonly resultOf: (edited: Omit<Edited, "mode">) => Result; readonly judge?: Judge },
): Promise<Checked<Result>> {
  const { files, leftOut, before } = material;
  material.rounds += 1;
  // The answers are known, and that the last of them was good.
  if (before !== undefined)
    return material.rounds < before.rounds ? { ok: false, problem: "" } : { ok: true, result: before.result };
  const made = rewritten(files, answer);
  if (!made.ok) return { ok: false, problem: made.problem.slice(0, problemCharactersMax) };
  const documents: Edited["files"] = [];
  for (const file of files) {
    const after = made.files.find(({ path }) => path === file.path);
    if (after === undefined) continue;
    const fault = await faultOf(file, after.text, tools, judge);
    if (fault !== undefined) return { ok: false, problem: fault.slice(0, problemCharactersMax) };
    const { path, language } = file;
    documents.push({ path, language: language?.id ?? null, ...differenceOf(file, after), applied: false });
  }
  material.made = made.files;
  const remarks = proseOf(answer, files).slice(0, remarksCharactersMax);
  return { ok: true, result: resultOf({ remarks, files: documents, left_out: [...leftOut], run: null }) };
}

async function faultOf(
  { path, language, text }: SentFile,
  after: string,
  tools: OperationTools,
  judge: Judge | undefined,
): Promise<string | undefined> {
  const made = { path, language, before: text, after };
  return (await faultIn(made, tools)) ?? (await judge?.(made, tools));
}

/** Where a part of the file is hidden from the model, it is hidden here as well: the document is kept with the run. */
function differenceOf(
  file: SentFile,
  made: Pick<RewrittenFile, "text" | "lines">,
): Pick<Edited["files"][number], "diff" | "added" | "removed"> {
  const isShown = file.masked === 0;
  const before = isShown ? file.text : joined(file.lines);
  const after = isShown ? made.text : joined(made.lines);
  const lines = hunksOf(before, after).flatMap((hunk) => hunk.lines);
  return {
    diff: unifiedDiff(file.path, before, after),
    added: lines.filter(({ kind }) => kind === "added").length,
    removed: lines.filter(({ kind }) => kind === "removed").length,
  };
}

/** Changes the files where the person wants it. `title`: one line for people. */
export async function concludedEdits<Result extends Edited>(
  result: Result,
  { input, material, context, tools }: EditJob<Result>,
  { title, judge }: { readonly title: string; readonly judge?: Judge },
): Promise<{ readonly ok: true; readonly result: Result } | Refusal> {
  if (input.mode === "preview") context.chain?.proposed(material.made);
  if (input.mode === "preview" || result.files.length === 0 || material.before !== undefined)
    return { ok: true, result };
  const { files } = material;
  const edits = await wantedEdits({ input, material, context, tools }, judge);
  if (!edits.ok) return edits;
  const { wanted } = edits;
  const changes: FileChange[] = [];
  for (const edit of edits.changes) {
    const change = await changeOf(context, edit);
    if (!change.ok) return change;
    changes.push(change.change);
  }
  if (changes.length === 0) return { ok: true, result };
  const becomes: Result = { ...result, ...appliedTo(result, wanted, material), run: context.changesRun };
  const sent = files.map(({ path, masked }) => ({ path, masked }));
  const set = await changed(
    context,
    { title, changes },
    { result: becomes, rounds: material.rounds, files: sent },
  );
  return set.ok ? { ok: true, result: becomes } : set;
}

/** What is to be made of the files: all of it, or what a person chooses hunk by hunk. */
export async function wantedEdits<Result>(
  { input, material, context, tools }: Omit<EditJob<Result>, "earlier">,
  judge: Judge | undefined,
): Promise<
  | { readonly ok: true; readonly wanted: readonly RewrittenFile[]; readonly changes: readonly TextChange[] }
  | Refusal
> {
  const { files, made } = material;
  const wanted = input.mode === "interactive" ? await chosen(material, context) : made;
  const changes: TextChange[] = [];
  for (const { path, text } of wanted) {
    const file = files.find((other) => other.path === path);
    if (file === undefined) continue;
    const fault = await faultOf(file, text, tools, judge);
    if (fault !== undefined)
      return refused("bad_choice", `${fault} Nothing was changed: choose hunks that belong together.`);
    changes.push({ path: rootedPath(path), before: file.text, after: text });
  }
  return { ok: true, wanted, changes };
}

/** A path as the owner of the files is told it. */
export function rootedPath(path: string): string {
  return posix.normalize(path.replaceAll("\\", "/"));
}

/** What became of each file, with the difference that was really made. */
export function appliedTo(
  { files }: Edited,
  wanted: readonly RewrittenFile[],
  material: Pick<Editing<unknown>, "files">,
): Pick<Edited, "files"> {
  return {
    files: files.map((document) => {
      const made = wanted.find(({ path }) => path === document.path);
      const file = material.files.find(({ path }) => path === document.path);
      if (made === undefined || file === undefined) return document;
      return { ...document, ...differenceOf(file, made), applied: true };
    }),
  };
}

/** The files with those of their hunks that a person wants. */
async function chosen(
  { files, made }: Pick<Editing<unknown>, "files" | "made">,
  context: StepContext,
): Promise<readonly RewrittenFile[]> {
  const wanted: RewrittenFile[] = [];
  let choice: string | undefined;
  for (const { path, lines } of made) {
    const file = files.find((other) => other.path === path);
    if (file === undefined) continue;
    const before = joined(file.lines);
    const hunks = hunksOf(before, joined(lines));
    const own = new Set<number>();
    for (const [index] of hunks.entries()) {
      const diff = unifiedDiff(path, before, withHunks(before, hunks, new Set([index])));
      const about: HunkAsked = { path, number: index + 1, of: hunks.length, diff };
      const text = `Apply hunk ${index + 1} of ${hunks.length} of ${JSON.stringify(path)}?`;
      const choices = Object.values(hunkChoices);
      if (choice !== hunkChoices.all && choice !== hunkChoices.done)
        choice = await context.ask({ key: `hunk ${index + 1} of ${path}`, text, choices, about });
      if (choice === hunkChoices.yes || choice === hunkChoices.all) own.add(index);
    }
    const some = withLines(
      file,
      linesOf(withHunks(before, hunks, own)).map((line) => line.replace(/\n$/, "")),
    );
    if (some.ok) wanted.push(some.file);
  }
  return wanted;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** The answer without its blocks, and without the paths and fences that stand above them. */
function proseOf(answer: string, files: readonly SentFile[]): string {
  const lines: string[] = [];
  let isInside = false;
  for (const line of answer.split(/\r?\n/)) {
    if (/^<{5,9} ?SEARCH>?\s*$/.test(line)) {
      isInside = true;
      while (lines.length > 0 && isAbove(lines.at(-1) ?? "", files)) lines.pop();
    } else if (isInside) isInside = !/^>{5,9} ?REPLACE\s*$/.test(line);
    else if (!/^\s*(?:```|~~~)\S*\s*$/.test(line)) lines.push(line);
  }
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function isAbove(line: string, files: readonly SentFile[]): boolean {
  const bare = line.trim();
  return bare === "" || files.some(({ path }) => bare.includes(path) && bare.length < path.length + marksMax);
}

/** Characters that are put around a path. */
const marksMax = 12;

function refused(code: string, message: string): Refusal {
  return { ok: false, code, message };
}
