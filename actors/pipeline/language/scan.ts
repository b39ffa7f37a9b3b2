// Walks through the text of a pipeline, one character after the other. Every way forward takes time in the length of what is passed.
import type { Span, WrittenValue } from "./specification.ts";

export type ScannedValue =
  | { readonly ok: true; readonly value: WrittenValue }
  | { readonly ok: false; readonly span: Span; readonly message: string; readonly remedy: string };

export class Scanner {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get at(): number {
    return this.#at;
  }

  get isDone(): boolean {
    return this.#at >= this.text.length;
  }

  /** The character that is next; "" at the end. */
  get next(): string {
    return this.text[this.#at] ?? "";
  }

  spanFrom(at: number): Span {
    return { at, length: this.#at - at };
  }

  skipSpace(): void {
    this.#pass(isSpace);
  }

  /** Passes spaces where such a character is behind them. */
  skipSpaceTo(pattern: RegExp): void {
    let at = this.#at;
    while (isSpace(this.text[at] ?? "")) at += 1;
    if (pattern.test(this.text[at] ?? "")) this.#at = at;
  }

  /** Whether `text` stood here, and is passed now. */
  took(text: string): boolean {
    if (!this.text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** What stands here of such characters; "" for nothing. */
  taken(pattern: RegExp): string {
    return this.#pass((character) => pattern.test(character));
  }

  /** Whatever stands here to the next space or bar, quotes with what is in them. */
  skipWord(): void {
    while (!this.isDone && !isSpace(this.next) && this.next !== "|") {
      if (this.next === '"') this.value();
      else this.#at += 1;
    }
  }

  /** A value in quotes or without; without them it ends at a space or a bar. */
  value(): ScannedValue {
    if (this.next === '"') return this.#quoted();
    return { ok: true, value: { text: this.#pass(isBare), isQuoted: false } };
  }

  #quoted(): ScannedValue {
    const start = this.#at;
    this.#at += 1;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.#pass((character) => character !== '"' && character !== "\\"));
      if (this.isDone) {
        const message = "The quoted text that begins here has no end.";
        return { ok: false, span: this.spanFrom(start), message, remedy: 'Close it with ".' };
      }
      if (this.took('"')) return { ok: true, value: { text: parts.join(""), isQuoted: true } };
      const at = this.#at;
      const escaped = this.#escaped();
      if (escaped === undefined) {
        this.#toQuote();
        const remedy =
          'There are \\" for a quote, \\\\ for a backslash, \\n, \\t, and \\u{1f600} for any character.';
        return { ok: false, span: { at, length: 2 }, message: "There is no such escape.", remedy };
      }
      parts.push(escaped);
    }
  }

  /** To the end of the quoted text, so that what follows is read as it was meant. */
  #toQuote(): void {
    while (!this.isDone && !this.took('"')) this.#at += this.next === "\\" ? 2 : 1;
    this.#at = Math.min(this.#at, this.text.length);
  }

  #escaped(): string | undefined {
    this.#at += 1;
    const short = escapes.get(this.next);
    if (short !== undefined) {
      this.#at += 1;
      return short;
    }
    const [all, digits = ""] =
      /^u\{([0-9a-fA-F]{1,6})\}/.exec(this.text.slice(this.#at, this.#at + escapeCharactersMax)) ?? [];
    const code = Number.parseInt(digits, 16);
    if (all === undefined || code > lastCodePoint) return undefined;
    this.#at += all.length;
    return String.fromCodePoint(code);
  }

  #pass(takes: (character: string) => boolean): string {
    const start = this.#at;
    while (!this.isDone && takes(this.next)) this.#at += 1;
    return this.text.slice(start, this.#at);
  }
}

/** Whether a text can be written without quotes. */
export function isBareText(text: string): boolean {
  return text !== "" && [...text].every((character) => isBare(character) && !isUnseen(character));
}

/** A text in quotes, with whatever cannot be seen told by its number. */
export function quotedText(text: string): string {
  const inside = text.replace(/[\\"\n\t]|[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const short = shorts.get(character);
    return short ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return `"${inside}"`;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["n", "\n"],
  ["t", "\t"],
]);
const shorts: ReadonlyMap<string, string> = new Map(
  [...escapes].map(([letter, character]) => [character, `\\${letter}`]),
);

/** `u{10ffff}`. */
const escapeCharactersMax = 9;
const lastCodePoint = 0x10_ff_ff;

function isSpace(character: string): boolean {
  return /\s/u.test(character);
}

function isBare(character: string): boolean {
  return character !== "|" && character !== '"' && !isSpace(character);
}

function isUnseen(character: string): boolean {
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(character);
}
