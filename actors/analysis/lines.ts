// Counts the lines of a text by what they hold: code, comment or nothing.
import type { CommentSyntax } from "./languages.ts";

export interface LineCounts {
  readonly lines: number;
  readonly codeLines: number;
  readonly commentLines: number;
  readonly blankLines: number;
  /** Per line, from the first: true where it holds code. */
  readonly isCode: readonly boolean[];
}

/** UTF-16 offsets of a comment, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A line with a comment and code is code; a line of white space is blank wherever it stands. `comments` are in order. */
export function countLines(text: string, comments: readonly Span[]): LineCounts {
  const isCode: boolean[] = [];
  let blankLines = 0;
  let comment = 0;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 ? text.length : newline;
    while ((comments[comment]?.end ?? text.length) <= at) comment += 1;
    isCode.push(hasCode(text, { start: at, end }, comments, comment));
    if (isBlank(text, at, end)) blankLines += 1;
    at = end + 1;
  }
  const codeLines = isCode.filter((code) => code).length;
  const commentLines = isCode.length - codeLines - blankLines;
  return { lines: isCode.length, codeLines, commentLines, blankLines, isCode };
}

/** True where something of the line stands outside of the comments, of which `first` is the first that may touch it. */
function hasCode(text: string, line: Span, comments: readonly Span[], first: number): boolean {
  let cursor = line.start;
  for (let index = first; cursor < line.end; index++) {
    const comment = comments[index];
    if (comment === undefined || comment.start >= line.end) break;
    if (!isBlank(text, cursor, comment.start)) return true;
    cursor = Math.max(cursor, comment.end);
  }
  return !isBlank(text, cursor, line.end);
}

function isBlank(text: string, start: number, end: number): boolean {
  return start >= end || text.slice(start, end).trim() === "";
}

/**
 * The comments that begin a line, by their marks alone: for a text that no grammar could read. A comment behind code is
 * left out, since the mark could stand in a string.
 */
export function commentsByMark(text: string, syntax: CommentSyntax): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    const lineEnd = newline < 0 ? text.length : newline;
    const start = at + (text.slice(at, lineEnd).length - text.slice(at, lineEnd).trimStart().length);
    const block = syntax.block.find(([open]) => text.startsWith(open, start));
    let end = lineEnd;
    if (block !== undefined) {
      const [open, close] = block;
      const closed = text.indexOf(close, start + open.length);
      end = closed < 0 ? text.length : closed + close.length;
      spans.push({ start, end });
    } else if (syntax.line.some((mark) => text.startsWith(mark, start))) {
      spans.push({ start, end });
    }
    const next = text.indexOf("\n", end);
    at = next < 0 ? text.length : next + 1;
  }
  return spans;
}
