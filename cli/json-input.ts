// JSON that a person typed or a pipe carries: the value, or where it goes wrong.
import { UsageError } from "./usage.ts";

export interface JsonInput {
  /** What it is for, such as `MESSAGE`. */
  readonly placeholder: string;
  readonly topic: string;
}

/** @throws {UsageError} with the line and column where `text` stops being JSON */
export function jsonValue(text: string, { placeholder, topic }: JsonInput): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(text, placeholder, topic);
  }
}

/** How many characters of `text` can begin a JSON document: the place of the first that cannot, or its length. */
export function jsonPrefixLength(text: string): number {
  return new Reader(text).read();
}

function notJson(text: string, placeholder: string, topic: string): UsageError {
  const at = jsonPrefixLength(text);
  const before = text.slice(0, at).split("\n");
  const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  const rest = text.slice(at);
  const given = rest === "" ? "it ends there" : `there is ${JSON.stringify(rest.slice(0, charactersShown))}`;
  // What was meant as a text, or lost its quotes to the shell, begins with a letter where a quote has to be.
  const hint = /^[A-Za-z']/.test(rest)
    ? ` Texts and keys stand in double quotes, which the shell leaves alone inside single ones: '{"type":"ping"}'.`
    : "";
  return new UsageError(`The ${placeholder} is no JSON at ${place}: ${given}.${hint}`, topic);
}

const charactersShown = 20;

const space = /[ \t\r\n]*/y;
const text = /"[^"\\\p{Cc}]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\p{Cc}]*)*"/uy;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Follows the grammar with a stack of its own, so that no depth is too deep for it. */
class Reader {
  readonly #text: string;
  #at = 0;
  /** The closing brackets that are awaited. */
  readonly #open: ("]" | "}")[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): number {
    while (this.#value()) {
      // Behind a value: close what ends here, and go on where another follows.
      while (this.#open.length > 0 && this.#takes(this.#open.at(-1) ?? "")) this.#open.pop();
      this.#match(space);
      if (this.#open.length === 0) return this.#at;
      if (!this.#takes(",")) return this.#at;
      if (this.#open.at(-1) === "}" && !this.#key()) return this.#at;
    }
    return this.#at;
  }

  /** Takes a whole scalar, an empty list or object, or the openings in front of the first scalar in them. */
  #value(): boolean {
    for (;;) {
      this.#match(space);
      if (this.#takes("[")) {
        if (this.#takes("]")) return true;
        this.#open.push("]");
      } else if (this.#takes("{")) {
        if (this.#takes("}")) return true;
        this.#open.push("}");
        if (!this.#key()) return false;
      } else return this.#match(text) || this.#match(scalar);
    }
  }

  #key(): boolean {
    this.#match(space);
    return this.#match(text) && this.#takes(":");
  }

  #takes(character: string): boolean {
    this.#match(space);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
