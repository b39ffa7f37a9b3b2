// Reads a JSON document while it is being written: each piece of a text as it comes, and each object and list when it is whole.
// It judges nothing: whoever has the whole document checks it. What is no JSON ends the reading, and nothing more is said.

/** Names of objects' members and numbers of lists' entries, from the root. */
export type JsonPlace = readonly (string | number)[];

export type JsonPiece =
  /** A piece of a text that is a value. */
  | { readonly type: "text"; readonly place: JsonPlace; readonly text: string }
  /** A text, an object or a list that is whole. */
  | { readonly type: "whole"; readonly place: JsonPlace; readonly value: unknown };

interface Open {
  readonly kind: "object" | "list";
  /** Where it begins in what is read. */
  readonly start: number;
  /** The member or entry that is being read. */
  at: string | number;
  /** Of an object: whether a name comes next. */
  isName: boolean;
}

export class StreamedJson {
  #read = "";
  readonly #open: Open[] = [];
  /** Where the text that is being read begins, behind its quote; undefined outside of one. */
  #text: number | undefined;
  /** How far of it was said. */
  #said = 0;
  #at = 0;
  #isOver = false;

  /** What is new with the next characters. What stands before the first brace is passed over. */
  take(characters: string): readonly JsonPiece[] {
    if (this.#isOver) return [];
    this.#read += characters;
    const pieces: JsonPiece[] = [];
    while (!this.#isOver && this.#at < this.#read.length) {
      if (this.#text === undefined) this.#outside(pieces);
      else if (!this.#inside(pieces)) break;
    }
    this.#say(pieces);
    return pieces;
  }

  #outside(pieces: JsonPiece[]): void {
    const start = this.#at;
    this.#at += 1;
    const open = this.#open.at(-1);
    this.#isOver = this.#open.length > depthMax;
    switch (this.#read[start]) {
      case "{":
        this.#open.push({ kind: "object", start, at: "", isName: true });
        return;
      case "[":
        if (open !== undefined) this.#open.push({ kind: "list", start, at: 0, isName: false });
        return;
      case "}":
      case "]":
        this.#close(pieces);
        return;
      case '"':
        if (open === undefined) return;
        this.#text = this.#at;
        this.#said = this.#at;
        return;
      case ":":
        if (open !== undefined) open.isName = false;
        return;
      case ",":
        if (open?.kind === "object") open.isName = true;
        else if (open !== undefined && typeof open.at === "number") open.at += 1;
    }
  }

  /** False where more characters are needed. */
  #inside(pieces: JsonPiece[]): boolean {
    const next = /["\\]/g;
    next.lastIndex = this.#at;
    const found = next.exec(this.#read);
    if (found === null) {
      this.#at = this.#read.length;
      return true;
    }
    if (found[0] === '"') {
      this.#at = found.index;
      this.#end(pieces);
      return true;
    }
    const length = this.#read[found.index + 1] === "u" ? 6 : 2;
    if (found.index + length > this.#read.length) {
      this.#at = found.index;
      return false;
    }
    this.#at = found.index + length;
    return true;
  }

  /** A text ends at the quote that is read next. */
  #end(pieces: JsonPiece[]): void {
    this.#say(pieces);
    const value = this.#value((this.#text ?? 0) - 1, this.#at + 1);
    const open = this.#open.at(-1);
    if (open?.isName === true) open.at = String(value);
    else pieces.push({ type: "whole", place: this.#place(), value });
    this.#text = undefined;
    this.#at += 1;
  }

  #close(pieces: JsonPiece[]): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    const value = this.#value(closed.start, this.#at);
    if (value === undefined) this.#isOver = true;
    else pieces.push({ type: "whole", place: this.#place(), value });
    if (this.#open.length === 0) this.#isOver = true;
  }

  /** What was read of a text that is a value, and not said yet; half a pair of surrogates waits for its other half. */
  #say(pieces: JsonPiece[]): void {
    if (this.#text === undefined || this.#open.at(-1)?.isName === true) return;
    const isHalf = /(?:[\uD800-\uDBFF]|\\u[dD][89abAB][0-9a-fA-F]{2})$/.exec(
      this.#read.slice(this.#said, this.#at),
    );
    const end = this.#at - (isHalf?.[0].length ?? 0);
    if (end <= this.#said) return;
    const text = parsed(`"${this.#read.slice(this.#said, end)}"`);
    this.#said = end;
    if (typeof text === "string") pieces.push({ type: "text", place: this.#place(), text });
  }

  #place(): JsonPlace {
    return this.#open.map(({ at }) => at);
  }

  #value(start: number, end: number): unknown {
    return parsed(this.#read.slice(start, end));
  }
}

/** No answer that is asked for nests deeper, and each level is read once more when it closes. */
const depthMax = 16;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
