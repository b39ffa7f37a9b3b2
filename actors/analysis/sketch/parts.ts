// Cuts a file into parts: along its definitions where it has some, at blank lines and headings else.
import { partLinesMax, partLinesMin } from "./limits.ts";
import type { SketchSymbol } from "./sketch.ts";

export interface Lines {
  /** 1-based, both included. */
  readonly line: number;
  readonly endLine: number;
}

/** `rows` are the lines of the file. Parts do not overlap, are in order, and leave out nothing but blank lines. */
export function partsOf(rows: readonly string[], symbols: readonly SketchSymbol[]): Lines[] {
  const starts = startsOf(rows, symbols);
  const cut: Lines[] = [];
  for (const [index, line] of starts.entries()) {
    const endLine = (starts[index + 1] ?? rows.length + 1) - 1;
    cut.push(...inPieces(rows, line, endLine));
  }
  return joined(cut, symbols)
    .map((part) => trimmed(rows, part))
    .filter((part) => part !== undefined);
}

/** Every line at which a part begins, in order. */
function startsOf(rows: readonly string[], symbols: readonly SketchSymbol[]): number[] {
  const starts = new Set([1]);
  for (const [index, { line, endLine }] of symbols.entries()) {
    const inner = symbols[index + 1];
    starts.add(withComment(rows, line));
    // What has definitions in it goes on behind them; its last line, a bracket, is part of the last one of those.
    if (inner === undefined || inner.line > endLine || endLine + 1 <= rows.length) starts.add(endLine + 1);
  }
  if (symbols.length === 0) {
    for (const [index, row] of rows.entries()) if (/^#{1,6} /.test(row)) starts.add(index + 1);
  }
  return [...starts].filter((line) => line <= rows.length).sort((a, b) => a - b);
}

/** What is said of a definition right above it is part of it. */
function withComment(rows: readonly string[], line: number): number {
  let first = line;
  while (
    first > 1 &&
    line - first < partLinesMax &&
    /^\s*(\/\/|\/\*|\*|#(?!include|define|if|endif)|--|%|@)/.test(rows[first - 2] ?? "")
  )
    first -= 1;
  return first;
}

function inPieces(rows: readonly string[], line: number, endLine: number): Lines[] {
  const pieces: Lines[] = [];
  let from = line;
  while (endLine - from + 1 > partLinesMax) {
    const to = cutBefore(rows, from, from + partLinesMax - 1);
    pieces.push({ line: from, endLine: to });
    from = to + 1;
  }
  if (from <= endLine) pieces.push({ line: from, endLine });
  return pieces;
}

/** The last blank line in the second half, else the last line. */
function cutBefore(rows: readonly string[], from: number, last: number): number {
  for (let line = last; line > from + partLinesMax / 2; line -= 1)
    if ((rows[line - 1] ?? "").trim() === "") return line;
  return last;
}

/** Small neighbours are one part, unless a definition of some size begins with the second. */
function joined(parts: readonly Lines[], symbols: readonly SketchSymbol[]): Lines[] {
  const large = new Set(
    symbols.filter(({ line, endLine }) => endLine - line + 1 >= partLinesMin).map(({ line }) => line),
  );
  const isLarge = ({ line, endLine }: Lines): boolean => {
    for (let at = line; at <= endLine && at < line + partLinesMin * 2; at += 1)
      if (large.has(at)) return true;
    return false;
  };
  const result: Lines[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    const lines = part.endLine - part.line + 1;
    const isTail = last !== undefined && lines <= 2 && part.endLine - last.line < partLinesMax;
    const isSmall =
      last !== undefined &&
      lines < partLinesMin &&
      last.endLine - last.line + 1 < partLinesMin &&
      !isLarge(part);
    if (last !== undefined && (isTail || isSmall))
      result[result.length - 1] = { line: last.line, endLine: part.endLine };
    else result.push(part);
  }
  return result;
}

function trimmed(rows: readonly string[], { line, endLine }: Lines): Lines | undefined {
  let [first, last] = [line, endLine];
  while (first <= last && (rows[first - 1] ?? "").trim() === "") first += 1;
  while (last >= first && (rows[last - 1] ?? "").trim() === "") last -= 1;
  return first > last ? undefined : { line: first, endLine: last };
}
