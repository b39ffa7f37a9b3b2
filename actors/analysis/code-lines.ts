// The lines of code of a text, each as a hash of what it says, so that files can be compared without their texts.
// Layout and comments do not count: two lines are the same where they are without white space.
import { isGenerated } from "./generated.ts";
import { comparedLinesMax } from "./limits.ts";
import type { Span } from "./lines.ts";

/** One entry per line of code in each array, in the order of the text. */
export interface CodeLines {
  /** 1-based. */
  readonly numbers: readonly number[];
  /** 53 bits: of a million different lines two are taken for the same once in ten thousand projects, and a block has ten. */
  readonly hashes: readonly number[];
  /** Tokens of lines that do something; 0 for an import, a row of data, a part of a list and a lone bracket. */
  readonly tokens: readonly number[];
}

const noLines: CodeLines = { numbers: [], hashes: [], tokens: [] };

/** `comments` are in order. A generated text and one of more than `comparedLinesMax` lines of code have no lines. */
export function codeLines(text: string, comments: readonly Span[]): CodeLines {
  if (isGenerated(text, comments)) return noLines;
  const reader = new LineReader(text);
  let at = 0;
  for (const { start, end } of comments) {
    if (start < at) continue;
    reader.read(at, start);
    reader.skip(start, end);
    at = end;
  }
  reader.read(at, text.length);
  return reader.end();
}

/** What brings in the names of other files, or hands them on. Every file has such lines, and no function could hold them. */
const importLine =
  /(?:import|use|using|alias|package|require|require_relative|#\s*include)[\s"'<{*]|from\s\S+\simport\b|(?:export|pub use)\s(?:type\s)?[{*]|(?:const|let|var)\s[^=\n]*=\s*require\s*\(/y;

type Kind = "space" | "word" | "operator" | "single" | "quote";

const asciiKinds: readonly Kind[] = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[\s\0]/.test(character)) return "space";
  if (/[\w$]/.test(character)) return "word";
  if (/["'`]/.test(character)) return "quote";
  return /[=<>!&|+\-*/%^?.:~@#\\]/.test(character) ? "operator" : "single";
});

const newline = 10;
const backslash = 92;
const backtick = 96;
const opening = new Set([40, 123]);
const closing = new Set([41, 125]);
const parenthesis = 40;
const equals = 61;

/** Reads the pieces of a text between its comments. A string is one token; one that is still open ends with its line. */
class LineReader {
  readonly #text: string;
  readonly #numbers: number[] = [];
  readonly #hashes: number[] = [];
  readonly #tokens: number[] = [];
  #number = 1;
  /** The offset of the line's first code; -1 where there is none yet. */
  #first = -1;
  #high = 0;
  #low = 0;
  #count = 0;
  #before: Kind = "space";
  /** The last kind that was no white space. */
  #last: Kind = "single";
  #quote = 0;
  #isStatement = false;
  /** Brackets open on this line, and in the import that reaches it. */
  #brackets = 0;
  #importBrackets = 0;

  constructor(text: string) {
    this.#text = text;
    this.#startLine();
  }

  /** Reads code. */
  read(start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === newline) this.#endLine();
      else this.#take(code, at);
    }
    this.#before = "space";
  }

  /** Passes over a comment. */
  skip(start: number, end: number): void {
    for (let at = this.#text.indexOf("\n", start); at >= 0 && at < end; at = this.#text.indexOf("\n", at + 1))
      this.#endLine();
  }

  end(): CodeLines {
    this.#endLine();
    if (this.#numbers.length > comparedLinesMax) return noLines;
    return { numbers: this.#numbers, hashes: this.#hashes, tokens: this.#tokens };
  }

  #take(code: number, at: number): void {
    const kind = kindOf(code);
    if (kind === "space") {
      this.#before = kind;
      return;
    }
    if (this.#first < 0) this.#first = at;
    this.#high = Math.imul(this.#high ^ code, 2_654_435_761);
    this.#low = Math.imul(this.#low ^ code, 1_597_334_677);
    if (this.#quote === 0) this.#outside(kind, code);
    else this.#inString(code, at);
    this.#before = kind;
    this.#last = kind;
  }

  #outside(kind: Kind, code: number): void {
    if (kind !== this.#before || kind === "single" || kind === "quote") this.#count += 1;
    if (kind === "quote") this.#quote = code;
    else if (kind === "word")
      this.#isStatement ||= this.#before === "space" && this.#last === "word" && this.#count > 1;
    else if (code === parenthesis || code === equals) this.#isStatement = true;
    if (opening.has(code)) this.#brackets += 1;
    else if (closing.has(code)) this.#brackets -= 1;
  }

  #inString(code: number, at: number): void {
    if (code === this.#quote && this.#text.charCodeAt(at - 1) !== backslash) this.#quote = 0;
  }

  #endLine(): void {
    if (this.#first >= 0) {
      this.#numbers.push(this.#number);
      this.#hashes.push(hashOf(this.#high, this.#low));
      this.#tokens.push(this.#isImport() || !this.#isStatement ? 0 : this.#count);
    }
    this.#number += 1;
    this.#startLine();
  }

  #isImport(): boolean {
    if (this.#importBrackets > 0) {
      this.#importBrackets += this.#brackets;
      return true;
    }
    importLine.lastIndex = this.#first;
    if (!this.#isStatement && this.#brackets <= 0) return false;
    if (!importLine.test(this.#text)) return false;
    this.#importBrackets = Math.max(0, this.#brackets);
    return true;
  }

  #startLine(): void {
    this.#first = -1;
    this.#high = 0xdeadbeef;
    this.#low = 0x41c6ce57;
    this.#count = 0;
    this.#before = "space";
    this.#last = "single";
    this.#isStatement = false;
    this.#brackets = 0;
    // A template goes on over lines; any other quote that is still open was no quote.
    if (this.#quote !== backtick) this.#quote = 0;
  }
}

function kindOf(code: number): Kind {
  if (code < 128) return asciiKinds[code] ?? "word";
  return code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029 ? "space" : "word";
}

/** The last mixing of cyrb53, a hash in the public domain, so that every bit depends on every character. */
function hashOf(high: number, low: number): number {
  const first = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  const second =
    Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(first ^ (first >>> 13), 3_266_489_909);
  return 4_294_967_296 * (second & 0x1fffff) + (first >>> 0);
}
