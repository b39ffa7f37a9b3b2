// Tells files that a program wrote: nobody reads them, and what is wrong with them is to be mended elsewhere.
import type { Span } from "./lines.ts";

/** How generators say that they wrote a file. */
const mark =
  /@generated\b|\b(?:code|file|(?:is|was|been) auto(?:matically)?|auto)[- ]?generated\b|\bdo not (?:edit|modify)\b/i;

/** True where a comment before the code says so. `comments` are in order. */
export function isGenerated(text: string, comments: readonly Span[]): boolean {
  let at = 0;
  for (const { start, end } of comments) {
    if (text.slice(at, start).trim() !== "") return false;
    if (mark.test(text.slice(start, end))) return true;
    at = end;
  }
  return false;
}

/** By its name: `app.min.js`. */
export function isMinified(path: string): boolean {
  return /\.min\.[cm]?js$/i.test(path);
}
