// What differs between two texts, in hunks, and the text that comes of some of them.
import { diffArrays } from "diff";
import { linesOf, type PatchHunk, type PatchLine, patchLimits } from "./patch.ts";

/** A hunk of which it is known where it lies. */
export interface Hunk extends PatchHunk {
  /** Its first line in the text before, from 1. */
  readonly at: number;
  /** The lines of the text before that it covers. */
  readonly count: number;
  /** Its first line in the text after, from 1. */
  readonly afterAt: number;
  readonly afterCount: number;
}

/** In order, with a few lines around each; hunks that would touch are one. None where the texts are the same. */
export function hunksOf(before: string, after: string): readonly Hunk[] {
  const lines = comparedLines(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ kind }, index) => (kind === "kept" ? [] : [index]));
  const ranges: { from: number; to: number }[] = [];
  for (const index of changed) {
    const from = Math.max(0, index - patchLimits.contextLines);
    const to = Math.min(lines.length, index + patchLimits.contextLines + 1);
    const last = ranges.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else ranges.push({ from, to });
  }
  return placed(lines, ranges);
}

/** The text before with some of its hunks. @param chosen their places in `hunks`, from 0 */
export function withHunks(before: string, hunks: readonly Hunk[], chosen: ReadonlySet<number>): string {
  const lines = linesOf(before);
  const parts: string[] = [];
  let next = 0;
  for (const [index, hunk] of hunks.entries()) {
    if (!chosen.has(index)) continue;
    const from = hunk.count === 0 ? hunk.at : hunk.at - 1;
    parts.push(...lines.slice(next, from));
    parts.push(...hunk.lines.flatMap(({ kind, text }) => (kind === "removed" ? [] : [text])));
    next = from + hunk.count;
  }
  return joined([...parts, ...lines.slice(next)]);
}

/** Every line of both, in order: where one replaces another, what goes stands before what comes. */
export function comparedLines(before: readonly string[], after: readonly string[]): readonly PatchLine[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  const endMax = Math.min(before.length, after.length) - start;
  while (end < endMax && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const middle = [before.slice(start, before.length - end), after.slice(start, after.length - end)] as const;
  return [
    ...as("kept", before.slice(0, start)),
    ...differing(...middle),
    ...as("kept", before.slice(before.length - end)),
  ];
}

function differing(before: readonly string[], after: readonly string[]): readonly PatchLine[] {
  const maxEditLength = patchLimits.differentLinesMax;
  const changes = diffArrays([...before], [...after], { maxEditLength });
  if (changes === undefined) return [...as("removed", before), ...as("added", after)];
  return changes.flatMap(({ added, removed, value }) =>
    as(added ? "added" : removed ? "removed" : "kept", value),
  );
}

function as(kind: PatchLine["kind"], lines: readonly string[]): readonly PatchLine[] {
  return lines.map((text) => ({ kind, text }));
}

function placed(
  lines: readonly PatchLine[],
  ranges: readonly { readonly from: number; readonly to: number }[],
): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let index = 0;
  let beforeLine = 1;
  let afterLine = 1;
  for (const { from, to } of ranges) {
    // What lies between two hunks stands in both texts.
    beforeLine += from - index;
    afterLine += from - index;
    const own = lines.slice(from, to);
    const count = own.filter(({ kind }) => kind !== "added").length;
    const afterCount = own.filter(({ kind }) => kind !== "removed").length;
    // A range without a line names the line before it.
    hunks.push({
      at: count === 0 ? beforeLine - 1 : beforeLine,
      afterAt: afterCount === 0 ? afterLine - 1 : afterLine,
      ...{ count, afterCount, lines: own },
    });
    beforeLine += count;
    afterLine += afterCount;
    index = to;
  }
  return hunks;
}

/** A line that was the last one and had no ending gets one where another follows it now. */
function joined(lines: readonly string[]): string {
  return lines
    .map((line, index) => (index === lines.length - 1 || line.endsWith("\n") ? line : `${line}\n`))
    .join("");
}
