// The one sanitizer in front of every terminal and log: what it lets through cannot move a cursor or reorder text.
// It shows what it finds instead of dropping it, so that a hostile file name is seen for what it is.

/**
 * `text` fit for a terminal as several lines: keeps line feeds and tabs, turns CRLF into a line feed and makes every
 * other control, escape, BiDi, invisible or broken character visible (`\x1b`, `\u{202e}`).
 */
export function sanitizeText(text: string): string {
  if (!DANGEROUS.test(text)) return text;
  return text
    .replaceAll("\r\n", "\n")
    .replace(DANGEROUS_EVERYWHERE, (character) =>
      character === "\n" || character === "\t" ? character : visible(character),
    );
}

/** `text` fit for a place inside one line: as `sanitizeText`, and line feeds and tabs become `\n` and `\t`. */
export function sanitizeLine(text: string): string {
  return DANGEROUS.test(text) ? text.replace(DANGEROUS_EVERYWHERE, visible) : text;
}

/** Plain data with every string in it, keys too, passed through `change` (default `sanitizeLine`); the rest as it is. */
export function sanitizeData<T>(data: T, change?: (text: string) => string): T;
export function sanitizeData(data: unknown, change: (text: string) => string = sanitizeLine): unknown {
  if (typeof data === "string") return change(data);
  if (Array.isArray(data)) return data.map((item) => sanitizeData<unknown>(item, change));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [change(key), sanitizeData<unknown>(value, change)]),
  );
}

/**
 * JSON text that means the same and holds none of the characters that `sanitizeText` would change: they stand as
 * `\uXXXX`. Line feeds between the values stay.
 */
export function escapeJson(json: string): string {
  if (!DANGEROUS.test(json)) return json;
  return json.replace(DANGEROUS_EVERYWHERE, (character) =>
    character === "\n" || character === "\t" ? character : unicodeEscapes(character),
  );
}

/** `text` in printable ASCII, line feeds and tabs: usual typography is spelled with ASCII, the rest as `\u{e9}`. */
export function toAscii(text: string): string {
  return text.replace(
    NOT_ASCII,
    (character) => ASCII_SPELLING[character] ?? `\\u{${codePoint(character).toString(16)}}`,
  );
}

// Controls (C0, DEL, C1), line and paragraph separators and unpaired surrogates; BiDi marks, embeddings, overrides and
// isolates; characters that take no room and so can hide or forge text. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
const DANGEROUS_CLASS =
  "[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]";
const DANGEROUS = new RegExp(DANGEROUS_CLASS, "u");
const DANGEROUS_EVERYWHERE = new RegExp(DANGEROUS_CLASS, "gu");

const NOT_ASCII = /[^\x20-\x7e\n\t]/gu;

const ASCII_SPELLING: Readonly<Record<string, string>> = {
  "\u00a0": " ",
  "\u2010": "-",
  "\u2011": "-",
  "\u2013": "-",
  "\u2014": "--",
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2022": "*",
  "\u2026": "...",
  "\u00b7": "-",
  "\u00d7": "x",
  "\u2192": "->",
  "\u2264": "<=",
  "\u2265": ">=",
};

function visible(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const point = codePoint(character);
  return point <= 0xff ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u{${point.toString(16)}}`;
}

function unicodeEscapes(character: string): string {
  let escapes = "";
  for (let index = 0; index < character.length; index += 1) {
    escapes += `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
  }
  return escapes;
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}
