// Makes a file's new text of what a model has answered: edits of what it was shown, carried over to what the file is. Pure.
import { sanitizeText } from "../../runtime/observe/sanitize.ts";
import { mask } from "../workspace/masking.ts";
import { applyPatch } from "../workspace/patch/apply-patch.ts";
import { parseEditBlocks } from "../workspace/patch/edit-blocks.ts";
import { comparedLines } from "../workspace/patch/hunks.ts";
import type { FilePatch } from "../workspace/patch/patch.ts";
import { answeredCharactersMax } from "./limits.ts";

/** A file that a model is shown. */
export interface ShownFile {
  readonly path: string;
  /** The file as it is, without a byte order mark. */
  readonly text: string;
  /** Its lines as they are shown: the same number, and others where a secret or what cannot be seen stands. */
  readonly lines: readonly string[];
}

export interface RewrittenFile {
  readonly path: string;
  /** Lines that no edit touches are those of the file, to the byte. */
  readonly text: string;
  /** Its lines as the model would be shown them. */
  readonly lines: readonly string[];
}

export type Rewritten =
  /** Those that change, in the order of the files; none where the model sees nothing to do. */
  | { readonly ok: true; readonly files: readonly RewrittenFile[] }
  /** `problem` is for the model, in sentences. */
  | { readonly ok: false; readonly problem: string };

/** What a model answers that would change nothing. */
export const nothingToDo = "NOTHING TO CHANGE";

/** What an answer makes of the files that were shown. It changes those, and makes and removes none. */
export function rewritten(files: readonly ShownFile[], answer: string): Rewritten {
  if (answer.length > answeredCharactersMax)
    return refused(`The answer is longer than ${answeredCharactersMax} characters. Give fewer changes.`);
  const parsed = parseEditBlocks(answer.replaceAll("\r\n", "\n"));
  if (!parsed.ok) {
    if (answer.includes(nothingToDo)) return { ok: true, files: [] };
    return refused(`Line ${parsed.line} of the answer: ${parsed.message}`);
  }
  const strange = parsed.patches.find((patch) => !files.some(({ path }) => isNamed(patch, path)));
  if (strange !== undefined)
    return refused(`It changes ${quoted(strange.path)}, which you were not given. ${onlyOf(files)}`);
  const changed: RewrittenFile[] = [];
  for (const file of files) {
    const patches = parsed.patches.filter((patch) => isNamed(patch, file.path));
    if (patches.length === 0) continue;
    const one = patchedFile(file, patches);
    if (!one.ok) return refused(files.length === 1 ? one.problem : `In ${quoted(file.path)}: ${one.problem}`);
    changed.push(one.file);
  }
  return { ok: true, files: changed };
}

type RewrittenOne =
  | { readonly ok: true; readonly file: RewrittenFile }
  | { readonly ok: false; readonly problem: string };

function patchedFile(file: ShownFile, patches: readonly FilePatch[]): RewrittenOne {
  if (patches.some(({ kind }) => kind !== "change"))
    return refused("A block has nothing to find. Give in each block lines of the file as they are.");
  const { path, lines } = file;
  const hunks = patches.flatMap((patch) => patch.hunks);
  const applied = applyPatch(lines.map((line) => `${line}\n`).join(""), { path, kind: "change", hunks });
  return applied.ok ? withLines(file, linesWithout(applied.after ?? "")) : refused(applied.problem.message);
}

function isNamed({ path }: FilePatch, other: string): boolean {
  const plain = (name: string): string => name.replaceAll("\\", "/").replace(/^\.\//, "");
  return plain(path) === plain(other);
}

function onlyOf([first, other]: readonly ShownFile[]): string {
  if (other !== undefined || first === undefined) return "Change only files that you were given.";
  return `Change ${quoted(first.path)} alone.`;
}

/** The file with other lines than it was shown with. One of which a part was hidden stays: to change it would be done blindly. */
export function withLines({ path, text, lines: shown }: ShownFile, after: readonly string[]): RewrittenOne {
  const lines = linesIn(text);
  const ending = endingOf(lines[0] ?? "") || "\n";
  const parts: string[] = [];
  let at = 0;
  for (const { kind, text: line } of comparedLines(shown, after)) {
    const own = lines[at];
    if (kind === "added") {
      const problem = problemOf(line);
      if (problem !== undefined) return refused(problem);
      parts.push(line + ending);
      continue;
    }
    at += 1;
    if (own === undefined) continue;
    if (kind === "kept") parts.push(own);
    else if (withoutEnding(own) !== shown[at - 1])
      return refused(
        `It changes line ${at}, of which a part is hidden from you (${quoted(shown[at - 1]?.slice(0, shownCharacters))}). Leave that line as it is.`,
      );
  }
  const whole = ended(parts, ending, endingOf(lines.at(-1) ?? "") !== "");
  return whole === text
    ? refused("It changes nothing.")
    : { ok: true, file: { path, text: whole, lines: after } };
}

function problemOf(line: string): string | undefined {
  if (line.includes(mask))
    return `It adds ${mask}, which only stands for what is hidden from you. Leave the lines that have it as they are.`;
  if (sanitizeText(line) !== line)
    return "It adds control characters, or characters that cannot be seen. Spell them as escapes.";
  return undefined;
}

/** Enough of a line to know it by. */
const shownCharacters = 120;

/** As `shown` was made of them: line feeds end them, or carriage returns where there is no line feed. */
function linesIn(text: string): readonly string[] {
  const lines = text.includes("\n") ? text.split(/(?<=\n)/) : text.split(/(?<=\r)/);
  return text === "" ? [] : lines;
}

function linesWithout(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function endingOf(line: string): string {
  return /\r?\n$|\r$/.exec(line)?.[0] ?? "";
}

function withoutEnding(line: string): string {
  return line.slice(0, line.length - endingOf(line).length);
}

/** A last line without an ending stays one; one that is no longer the last gets its ending. */
function ended(parts: readonly string[], ending: string, isEnded: boolean): string {
  return parts
    .map((part, index) => {
      const isLast = index === parts.length - 1;
      if (isLast && !isEnded) return withoutEnding(part);
      return endingOf(part) === "" ? part + ending : part;
    })
    .join("");
}

function quoted(text: string | undefined): string {
  return JSON.stringify(text ?? "");
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
