// Cuts a long text into pieces that an entry takes each. Pure.
import { runLimits } from "./limits.ts";

/** Put together they are the text; none ends within a character. Nothing for no text. */
export function textPieces(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = from + runLimits.textCharactersMax;
    const end = isLead(text.charCodeAt(to - 1)) && to < text.length ? to - 1 : to;
    pieces.push(text.slice(from, end));
    from = end;
  }
  return pieces;
}

/** True where the text ends within a character, whose other half comes with the next piece. */
export function endsWithin(text: string): boolean {
  return isLead(text.charCodeAt(text.length - 1));
}

/** The first of the two UTF-16 units of a character. */
function isLead(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
