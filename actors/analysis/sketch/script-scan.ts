// Finds where strings, templates, comments, regular expressions and blocks of JavaScript and TypeScript end, without reading more of them.

export const [roundOpen, roundClose, squareOpen, squareClose, curlyOpen, curlyClose] = [
  0x28, 0x29, 0x5b, 0x5d, 0x7b, 0x7d,
] as const;
export const [quoteDouble, quoteSingle, backtick, slash] = [0x22, 0x27, 0x60, 0x2f] as const;
const [newline, star, backslash, dollar] = [0x0a, 0x2a, 0x5c, 0x24] as const;

const firstOfLetters = 0xaa;

/** Letters, digits, `_` and `$`; of other scripts everything, since their signs mean nothing here. */
const words = Uint8Array.from({ length: firstOfLetters }, (_, unit) =>
  /[\w$]/.test(String.fromCharCode(unit)) ? 1 : 0,
);

export function isWord(unit: number): boolean {
  return unit >= firstOfLetters || words[unit] === 1;
}

/** Behind the closing quote, or where the line ends that it is missing in. */
export function endOfString(text: string, start: number, quote: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    if (unit === newline) return at;
    if (unit === backslash) at += 1;
  }
  return text.length;
}

/** Behind the closing backtick, past whatever is put in. */
export function endOfTemplate(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === backtick) return at + 1;
    if (unit === backslash) at += 1;
    else if (unit === dollar && text.charCodeAt(at + 1) === curlyOpen)
      at = matchingCurly(text, at + 1) ?? text.length;
  }
  return text.length;
}

/** Behind the comment that begins at this slash; undefined where none does. The end of a line is not part of it. */
export function endOfComment(text: string, start: number): number | undefined {
  const next = text.charCodeAt(start + 1);
  if (next !== slash && next !== star) return undefined;
  const end = next === slash ? text.indexOf("\n", start) : text.indexOf("*/", start + 2);
  if (end < 0) return text.length;
  return next === slash ? end : end + 2;
}

/** Behind the flags are letters again. A slash without a second one in its line divides. */
export function endOfRegex(text: string, start: number): number {
  let isClass = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === newline) break;
    if (unit === slash && !isClass) return at + 1;
    if (unit === backslash) at += 1;
    else if (unit === squareOpen) isClass = true;
    else if (unit === squareClose) isClass = false;
  }
  return start + 1;
}

const wordsBeforeRegex: ReadonlySet<string> = new Set(
  "return typeof case in of do else void delete throw new instanceof await yield".split(" "),
);

/** Whether a regular expression can begin at this slash, by what stands before it: behind a value it divides. */
export function isBeforeRegex(text: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && text.charCodeAt(before) <= 32) before -= 1;
  const unit = text.charCodeAt(before);
  if (unit === roundClose || unit === squareClose) return false;
  if (unit === quoteDouble || unit === quoteSingle || unit === backtick) return false;
  if (before < 0 || !isWord(unit)) return true;
  let start = before;
  while (start > 0 && isWord(text.charCodeAt(start - 1))) start -= 1;
  return before - start < 10 && wordsBeforeRegex.has(text.slice(start, before + 1));
}

/** Where the bracket is that closes the one at `start`; undefined where none does. */
export function matchingCurly(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; ) {
    const unit = text.charCodeAt(at);
    if (unit === curlyOpen) depth += 1;
    else if (unit === curlyClose) {
      depth -= 1;
      if (depth === 0) return at;
    }
    at = unit <= slash || unit === backtick ? endOfAside(text, at, unit) : at + 1;
  }
  return undefined;
}

/** Behind what begins here and holds no brackets of the code, else behind this character. */
function endOfAside(text: string, at: number, unit: number): number {
  if (unit === quoteDouble || unit === quoteSingle) return endOfString(text, at, unit);
  if (unit === backtick) return endOfTemplate(text, at);
  if (unit !== slash) return at + 1;
  return endOfComment(text, at) ?? (isBeforeRegex(text, at) ? endOfRegex(text, at) : at + 1);
}

export function newlinesIn(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
