// The words of a project and their terms as numbers, and in how many parts each term stands.
import { termsOf } from "./terms.ts";

export class Vocabulary {
  readonly #words = new Map<string, number>();
  readonly #terms = new Map<string, number>();
  readonly #texts: string[] = [];
  /** Per word: its terms. */
  readonly #termsOfWord: (readonly number[])[] = [];
  /** Per term: the parts that hold it. */
  readonly #partsOfTerm: number[] = [];

  word(text: string): number {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    const word = this.#termsOfWord.length;
    this.#words.set(text, word);
    this.#texts.push(text);
    this.#termsOfWord.push(termsOf(text).map((term) => this.#term(term)));
    return word;
  }

  /** As it is written. */
  text(word: number): string {
    return this.#texts[word] ?? "";
  }

  /** Undefined for one that no file holds. */
  wordIfKnown(text: string): number | undefined {
    return this.#words.get(text);
  }

  termIfKnown(text: string): number | undefined {
    return this.#terms.get(text);
  }

  termsOf(word: number): readonly number[] {
    return this.#termsOfWord[word] ?? [];
  }

  partsWith(term: number): number {
    return this.#partsOfTerm[term] ?? 0;
  }

  /** Counts a part that came, or went with -1. */
  count(term: number, by: 1 | -1): void {
    this.#partsOfTerm[term] = (this.#partsOfTerm[term] ?? 0) + by;
  }

  #term(text: string): number {
    const known = this.#terms.get(text);
    if (known !== undefined) return known;
    const term = this.#partsOfTerm.length;
    this.#terms.set(text, term);
    this.#partsOfTerm.push(0);
    return term;
  }
}
