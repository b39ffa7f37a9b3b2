// What of a text of JavaScript or TypeScript is definitions: without comments, and without what stands in bodies that hold none.
// The same definitions are found in it as in the whole text, in the same lines, and the grammar takes a fraction of the time.
import {
  backtick,
  curlyClose,
  curlyOpen,
  endOfComment,
  endOfRegex,
  endOfString,
  endOfTemplate,
  isBeforeRegex,
  isWord,
  matchingCurly,
  newlinesIn,
  quoteDouble,
  quoteSingle,
  roundClose,
  roundOpen,
  slash,
  squareClose,
  squareOpen,
} from "./script-scan.ts";

/**
 * As many lines as `text`; undefined where brackets do not pair, and for JSX, whose text is no code. The bodies of classes and
 * namespaces stay; those of functions, interfaces and enumerations, blocks, and objects that get a name are empty. Where it is not
 * certain what a bracket opens, what it holds stays as well.
 */
export function skeletonOf(text: string): string | undefined {
  if (/<\/[\w>]|\/>/.test(text)) return undefined;
  return new Skeleton(text).made();
}

interface Frame {
  readonly holds: "statements" | "members" | "values";
  /** The bracket that ends it. */
  readonly closer: number;
  /** What has begun in it: decides what the next bracket opens. */
  begun: "class" | "namespace" | "type" | "function" | undefined;
}

const wordsOf = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Behind these stands a type or a list of names. */
const beforeKept = wordsOf(
  ": | & < , ( [ ? export import const let var type with extends implements keyof infer is readonly asserts",
);
/** Behind these stands a body, a block, or the value of a name. */
const beforeEmptied = wordsOf(") => = try else do finally static default");
/** These begin something, whatever was before them: nobody has to write semicolons. */
const beginners = wordsOf("export import const let var");
const begins: Readonly<Record<string, Frame["begun"]>> = {
  class: "class",
  namespace: "namespace",
  module: "namespace",
  global: "namespace",
  interface: "type",
  enum: "type",
  function: "function",
};

class Skeleton {
  readonly #text: string;
  readonly #kept: string[] = [];
  readonly #frames: Frame[] = [{ holds: "statements", closer: -1, begun: undefined }];
  /** Where begins what is kept next. */
  #from = 0;
  #at = 0;
  /** The word or sign before this place, comments not counted. */
  #last = "";

  constructor(text: string) {
    this.#text = text;
  }

  made(): string | undefined {
    const text = this.#text;
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at);
      if (unit <= 32) this.#at += 1;
      else if (isWord(unit)) this.#word();
      else if (!this.#sign(unit)) return undefined;
    }
    if (this.#frames.length !== 1) return undefined;
    this.#kept.push(text.slice(this.#from));
    return this.#kept.join("");
  }

  get #frame(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  #word(): void {
    const start = this.#at;
    while (isWord(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    const frame = this.#frame;
    if (frame.holds === "statements" && this.#last !== ".") {
      const begun = begins[word];
      if (begun !== undefined && this.#isNamed(word)) frame.begun = begun;
      else if (beginners.has(word)) frame.begun = undefined;
    }
    this.#last = word;
  }

  /** A name follows in the line, so that the word is none itself; some things need none. */
  #isNamed(word: string): boolean {
    let at = this.#at;
    while (this.#text.charCodeAt(at) === 32) at += 1;
    const next = this.#text.charCodeAt(at);
    if (isWord(next)) return true;
    if (next === curlyOpen) return word === "class" || word === "global";
    if (word === "function") return true;
    return word === "module" && (next === quoteDouble || next === quoteSingle);
  }

  /** False where brackets do not pair. */
  #sign(unit: number): boolean {
    const text = this.#text;
    const start = this.#at;
    if (unit === slash) {
      const end = endOfComment(text, start);
      if (end !== undefined) this.#leaveOut(start, end);
      else this.#at = isBeforeRegex(text, start) ? endOfRegex(text, start) : start + 1;
      if (end === undefined) this.#last = "/";
      return true;
    }
    if (unit === quoteSingle || unit === quoteDouble || unit === backtick) {
      this.#at = unit === backtick ? endOfTemplate(text, start) : endOfString(text, start, unit);
      this.#last = '"';
      return true;
    }
    if (unit === curlyOpen) return this.#open();
    if (unit === roundOpen || unit === squareOpen)
      this.#push("values", unit === roundOpen ? roundClose : squareClose);
    else if (unit === roundClose || unit === squareClose || unit === curlyClose) {
      if (!this.#close(unit)) return false;
    }
    const isArrow = unit === 61 && text.charCodeAt(start + 1) === 62;
    this.#last = isArrow ? "=>" : String.fromCharCode(unit);
    this.#at = start + this.#last.length;
    if (unit === semicolon) this.#frame.begun = undefined;
    return true;
  }

  #push(holds: Frame["holds"], closer: number): void {
    this.#frames.push({ holds, closer, begun: undefined });
  }

  #close(closer: number): boolean {
    const closed = this.#frame;
    if (closed.closer !== closer) return false;
    this.#frames.pop();
    if (closed.holds !== "values") this.#frame.begun = undefined;
    return true;
  }

  #open(): boolean {
    const held = this.#heldBy(this.#frame);
    if (held === undefined) return this.#empty();
    this.#push(held, curlyClose);
    this.#last = "{";
    this.#at += 1;
    return true;
  }

  /** What the bracket holds that opens here; undefined for what nobody wants to know. */
  #heldBy({ holds, begun }: Frame): Frame["holds"] | undefined {
    const last = this.#last;
    if (holds === "values") return last === ")" || last === "=>" ? undefined : "values";
    if (beforeKept.has(last)) return "values";
    if (begun === "class") return "members";
    if (begun === "namespace") return "statements";
    const isBody = begun !== undefined || holds === "members";
    return isBody || beforeEmptied.has(last) ? undefined : "values";
  }

  #empty(): boolean {
    const end = matchingCurly(this.#text, this.#at);
    if (end === undefined) return false;
    this.#leaveOut(this.#at + 1, end);
    this.#at = end + 1;
    this.#last = "}";
    const frame = this.#frame;
    if (frame.holds !== "values") frame.begun = undefined;
    return true;
  }

  /** Leaves nothing of it but its lines. */
  #leaveOut(start: number, end: number): void {
    const lines = newlinesIn(this.#text, start, end);
    this.#kept.push(this.#text.slice(this.#from, start), lines === 0 ? " " : "\n".repeat(lines));
    this.#from = end;
    this.#at = end;
  }
}

const semicolon = 59;
