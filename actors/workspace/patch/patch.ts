// What a patch of one file is, whichever way it was written: lines to find, and what becomes of each.

/** `kept` and `removed` lines are found in the file, `added` ones are put there. */
export interface PatchLine {
  readonly kind: "kept" | "removed" | "added";
  /** With its line ending, unless it is the last one of a file without one. */
  readonly text: string;
}

export interface PatchHunk {
  /** The line of the file, from 1, where it begins as its author says; undefined where its lines alone say where it belongs. */
  readonly at: number | undefined;
  readonly lines: readonly PatchLine[];
}

export interface FilePatch {
  /** With "/" between names. Whoever applies it checks where it leads: authors are not trusted. */
  readonly path: string;
  readonly kind: "change" | "create" | "remove";
  readonly hunks: readonly PatchHunk[];
}

export type ParsedPatches =
  | { readonly ok: true; readonly patches: readonly FilePatch[] }
  /** `line`: of the text that was given, from 1. */
  | { readonly ok: false; readonly message: string; readonly line: number };

export interface PatchProblem {
  readonly code: "not_found" | "ambiguous" | "overlapping" | "exists" | "missing" | "unchanged";
  /** From 0; undefined where it is about the file as a whole. */
  readonly hunk: number | undefined;
  /** What is wrong and what to do, for people and models alike. */
  readonly message: string;
}

export const patchLimits = {
  /** Lines that are compared to find where the hunks of one patch belong: more than any sound patch takes, and a moment of work. */
  comparisonsMax: 5_000_000,
  /** Lines that may differ before two texts are told apart as a whole: the search for the shortest way grows with their square. */
  differentLinesMax: 1_500,
  /** Lines that stand around what changes, as patches have them. */
  contextLines: 3,
} as const;

/** Each with its ending; a text that ends without one has a last line without one. "\r" alone ends no line. */
export function linesOf(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

/** A line without its ending. */
export function withoutEnding(line: string): string {
  return line.replace(/\r?\n$/, "");
}
