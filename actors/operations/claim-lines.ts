// Whether what is claimed of a file is about lines that the file has. Pure, so that who sees claims come can tell as well.

export interface ClaimedLines {
  readonly from_line: number;
  readonly to_line: number;
}

/** Of a file of so many lines. */
export function isOnLines({ from_line, to_line }: ClaimedLines, lines: number): boolean {
  return from_line >= 1 && from_line <= to_line && to_line <= lines;
}
