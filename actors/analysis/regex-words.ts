// The words that every match of a regular expression holds, read off the expression as far as that is certain.
import type { WordChoice } from "./needed-words.ts";

/** A word shorter than this is in every file, and looking for it tells nothing. */
const wordCharactersMin = 3;

/** Choices in which a group repeats the words of a long list are cut here: looking for more costs more than it saves. */
const wordsMax = 64;

/** One choice, or none where nothing is certain. `expression` is in the syntax of Rust's `regex`. */
export function regexWords(expression: string): readonly WordChoice[] {
  const body = expression.replace(/^\(\?[a-z-]+\)/, "");
  // Flags that change half-way, names of groups, and characters that are written as numbers or in free spacing.
  if (/\(\?[a-z-]*\)|\(\?[P<]|\\[xuU]|\(\?[a-z-]*x/.test(body) || /^\(\?[a-z-]*x/.test(expression)) return [];
  const ignoresCase = /\(\?[a-z]*i[a-z-]*[:)]/.test(expression);
  const parsed = new Reader(body).alternatives();
  if (parsed === null || parsed.some((word) => word.length < wordCharactersMin)) return [];
  if (parsed.length === 0 || parsed.length > wordsMax) return [];
  return [{ words: ignoresCase ? parsed.map((word) => word.toLowerCase()) : parsed, ignoresCase }];
}

/** Reads from left to right; gives for each part the words of which one is in every match, or null where none is certain. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(): readonly string[] | null {
    const words: string[] = [];
    let isCertain = true;
    for (;;) {
      const best = this.#sequence();
      if (best === null) isCertain = false;
      else words.push(...best);
      if (this.#text[this.#at] !== "|") break;
      this.#at += 1;
    }
    return isCertain ? words : null;
  }

  /** The longest run of plain characters of one alternative, or the words of a group in it where those are longer. */
  #sequence(): readonly string[] | null {
    let best: readonly string[] | null = null;
    let run = "";
    const offer = (words: readonly string[] | null): void => {
      if (words !== null && words.length > 0 && shortest(words) > shortest(best ?? [""])) best = words;
    };
    while (this.#at < this.#text.length && !"|)".includes(this.#text[this.#at] ?? "")) {
      const part = this.#part();
      const times = this.#quantifier();
      if (typeof part === "string" && times === "once") {
        run += part;
        continue;
      }
      if (typeof part === "string" && times === "repeated") run += part;
      offer([run]);
      run = "";
      if (typeof part !== "string" && times !== "optional") offer(part);
    }
    offer([run]);
    return best;
  }

  /** A plain character, the words of a group, or null for what may be any of many characters. */
  #part(): string | readonly string[] | null {
    const character = this.#text[this.#at] ?? "";
    this.#at += 1;
    switch (character) {
      case "\\": {
        const escaped = this.#text[this.#at] ?? "";
        this.#at += 1;
        return /[A-Za-z0-9]/.test(escaped) ? null : escaped;
      }
      case "[":
        this.#skipClass();
        return null;
      case "(": {
        if (this.#text[this.#at] === "?") this.#at = this.#text.indexOf(":", this.#at) + 1;
        const words = this.alternatives();
        this.#at += 1;
        return words;
      }
      case "^":
      case "$":
      case ".":
        return null;
      default:
        return character;
    }
  }

  #skipClass(): void {
    if (this.#text[this.#at] === "^") this.#at += 1;
    if (this.#text[this.#at] === "]") this.#at += 1;
    for (let depth = 1; depth > 0 && this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at];
      if (character === "\\") this.#at += 1;
      else if (character === "[") depth += 1;
      else if (character === "]") depth -= 1;
    }
  }

  #quantifier(): "once" | "repeated" | "optional" {
    const found = /^(?:[*+?]|\{(\d*)[^}]*\})\??/.exec(this.#text.slice(this.#at, this.#at + 20));
    if (found === null) return "once";
    this.#at += found[0].length;
    if (found[0].startsWith("+")) return "repeated";
    return found[1] !== undefined && Number(found[1]) > 0 ? "repeated" : "optional";
  }
}

function shortest(words: readonly string[]): number {
  return Math.min(...words.map((word) => word.length));
}
