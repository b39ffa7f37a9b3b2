// Replaces parts of a text at equal length, so that every position stays what it was.

export interface Edit {
  readonly start: number;
  readonly end: number;
  /** What stands in place of the first characters; the rest becomes white space. */
  readonly by?: string;
}

/** Line breaks stay. Of two edits that overlap, the one that begins first wins. */
export function masked(text: string, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end, by = "" } of [...edits].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    const rest = text.slice(start + by.length, end).replace(/[^\r\n]/g, " ");
    pieces.push(text.slice(at, start), by, rest);
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces.join("");
}
