// The tokens of a C or C++ text, as far as it takes to see directives, brackets and macros. Linear in the text.

/** `directive`: a whole `#` line with its continuations. Comments and white space are no tokens. */
export interface Token {
  readonly kind: "word" | "string" | "number" | "mark" | "directive";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** True for the first token of a line. */
  readonly isFirst: boolean;
}

const blanks = new Set([" ", "\t", "\r", "\f", "\v", "\uFEFF"]);
const rawString = /^(?:u8|[uUL])?R$/;
const stringPrefix = /^(?:u8|[uUL])$/;
/** Of `u8R`. */
const prefixLengthMax = 3;
const marksOfTwo = new Set(["::", "->", "&&", "||", "==", "!=", "<=", ">=", "++", "--"]);

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let isFirst = true;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const char = text.charAt(at);
    if (char === "\n") {
      isFirst = true;
      at += 1;
      continue;
    }
    if (blanks.has(char)) {
      at += 1;
      continue;
    }
    if (char === "\\" && /^\r?\n/.test(text.slice(at + 1, at + 3))) {
      at = text.indexOf("\n", at) + 1;
      continue;
    }
    const comment = endOfComment(text, at);
    if (comment !== null) {
      at = comment;
      continue;
    }
    const [kind, end] = tokenAt(text, at, isFirst);
    at = end;
    tokens.push({ kind, text: text.slice(start, end), start, end, isFirst });
    isFirst = false;
  }
  return tokens;
}

function tokenAt(text: string, at: number, isFirst: boolean): [Token["kind"], number] {
  const char = text.charAt(at);
  if (char === "#" && isFirst) return ["directive", endOfDirective(text, at)];
  if (char === '"' || char === "'") return ["string", endOfQuoted(text, at)];
  if (isDigit(text, at)) return ["number", endOfNumber(text, at)];
  if (isWordPart(text, at)) return wordAt(text, at);
  return ["mark", at + (marksOfTwo.has(text.slice(at, at + 2)) ? 2 : 1)];
}

/** A word, or a string where the word is its prefix: `R"(a)"`, `u8"a"`. */
function wordAt(text: string, at: number): ["word" | "string", number] {
  const end = endOfWord(text, at);
  const word = end - at <= prefixLengthMax ? text.slice(at, end) : "";
  const quote = text.charAt(end);
  if (quote === '"' && rawString.test(word)) return ["string", endOfRaw(text, end)];
  const isPrefix = (quote === '"' || quote === "'") && stringPrefix.test(word);
  return isPrefix ? ["string", endOfQuoted(text, end)] : ["word", end];
}

/** The end of the comment that begins at `at`; null where none does. */
function endOfComment(text: string, at: number): number | null {
  if (text.startsWith("//", at)) return endOfLine(text, at);
  if (!text.startsWith("/*", at)) return null;
  const closed = text.indexOf("*/", at + 2);
  return closed < 0 ? text.length : closed + 2;
}

/** The end of a line with the lines that a backslash joins to it. */
function endOfLine(text: string, from: number): number {
  for (let at = from; ; ) {
    const newline = text.indexOf("\n", at);
    if (newline < 0) return text.length;
    const before = text.charAt(newline - 1) === "\r" ? newline - 2 : newline - 1;
    if (text.charAt(before) !== "\\") return before + 1;
    at = newline + 1;
  }
}

/** A comment behind a directive may go on over several lines. */
function endOfDirective(text: string, start: number): number {
  for (let at = start; ; ) {
    const end = endOfLine(text, at);
    const open = text.slice(at, end).search(/\/[*/]/);
    if (open < 0) return end;
    if (text.charAt(at + open + 1) === "/") return at + open;
    const closed = text.indexOf("*/", at + open + 2);
    if (closed < 0) return text.length;
    if (closed > end) return at + open;
    at = closed + 2;
  }
}

/** An open quote ends with its line. */
function endOfQuoted(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\") at += text.startsWith("\r\n", at + 1) ? 2 : 1;
    else if (char === quote) return at + 1;
    else if (char === "\n") return at;
  }
  return text.length;
}

/** `R"mark( … )mark"`; `start` is the quote. */
function endOfRaw(text: string, start: number): number {
  const mark = /^"([^()\\\s"]{0,16})\(/.exec(text.slice(start, start + 20))?.[1];
  if (mark === undefined) return endOfQuoted(text, start);
  const close = `)${mark}"`;
  const closed = text.indexOf(close, start);
  return closed < 0 ? text.length : closed + close.length;
}

function endOfWord(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && isWordPart(text, at)) at += 1;
  return at;
}

/** `0x1F`, `1'000.5` and all that is written like a number. */
function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && (isWordPart(text, at) || /[.']/.test(text.charAt(at)))) at += 1;
  return at;
}

/** Letters, digits, `_` and `$`; every character beyond ASCII counts as a letter. */
function isWordPart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return isLetter || isDigit(text, at) || code === 0x5f || code === 0x24 || code > 0x7f;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}
