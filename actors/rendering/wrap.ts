// Lays text out in columns, by the width it has on a terminal: CJK and emoji take two, combining marks none.
import stringWidth from "string-width";

export interface WrapOptions {
  readonly columns: number;
  readonly firstIndent: string;
  readonly indent: string;
}

/** `text` as lines of at most `columns` columns; a word that is wider than a whole line is cut between characters. */
export function wrap(text: string, { columns, firstIndent, indent }: WrapOptions): string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(/[ \n\t]+/).filter((part) => part !== "")) {
    const longer: string = line === null ? firstIndent + word : `${line} ${word}`;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    for (const piece of pieces(word, Math.max(1, columns - widthOf(indent)))) {
      if (line !== null) lines.push(line);
      line = (line === null ? firstIndent : indent) + piece;
    }
  }
  return [...lines, line ?? firstIndent];
}

/** `text` cut to at most `columns` columns, with "..." where something is missing. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const room = Math.max(0, columns - ELLIPSIS.length);
  const [start = ""] = pieces(text, Math.max(1, room));
  // One character may be wider than what is left for it.
  return `${widthOf(start) <= room ? start : ""}${ELLIPSIS}`.slice(0, text.length);
}

/** Columns that `text` takes on a terminal. */
export function widthOf(text: string): number {
  return PRINTABLE_ASCII.test(text) ? text.length : stringWidth(text);
}

/** `text` with spaces before it, up to `columns` columns. */
export function alignRight(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - widthOf(text))) + text;
}

function pieces(word: string, columns: number): string[] {
  const result: string[] = [];
  let piece = "";
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(word)) {
    const segmentWidth = widthOf(segment);
    if (piece !== "" && width + segmentWidth > columns) {
      result.push(piece);
      piece = "";
      width = 0;
    }
    piece += segment;
    width += segmentWidth;
  }
  return piece === "" ? result : [...result, piece];
}

const ELLIPSIS = "...";
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });
