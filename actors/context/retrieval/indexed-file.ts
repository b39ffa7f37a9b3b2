// A file of the index as it is held in memory: its sketch, with words and terms as numbers.
import type { Import } from "../../analysis/import.ts";
import type { Sketch, SketchSymbol } from "../../analysis/sketch/sketch.ts";
import { symbolTermsWeight } from "./limits.ts";
import { termsOf } from "./terms.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface IndexedPart {
  /** 1-based, both included. */
  readonly line: number;
  readonly endLine: number;
  /** Of its text, as estimated. */
  readonly tokens: number;
  /** Where its terms begin and end. */
  readonly from: number;
  readonly to: number;
  /** All its terms, each as often as it counts. */
  readonly length: number;
}

export interface IndexedFile {
  /** Posix, below the root. */
  readonly path: string;
  /** Of its content and language. */
  readonly hash: string;
  readonly language: string | null;
  readonly bytes: number;
  readonly lines: number;
  readonly symbols: readonly SketchSymbol[];
  readonly imports: readonly Import[];
  readonly parts: readonly IndexedPart[];
  /** Of all parts, one behind the other; and how often each counts there. */
  readonly terms: Int32Array;
  readonly counts: Uint16Array;
  /** Of its path. */
  readonly pathTerms: ReadonlySet<string>;
  /** Words that stand in its code. */
  readonly codeWords: Int32Array;
}

export interface SketchedFile {
  readonly path: string;
  readonly hash: string;
  readonly language: string | null;
  readonly bytes: number;
}

export function indexedFile(file: SketchedFile, sketch: Sketch, vocabulary: Vocabulary): IndexedFile {
  const words = sketch.words.map((word) => vocabulary.word(word));
  const terms: number[] = [];
  const counts: number[] = [];
  const symbols = [...sketch.symbols].sort((a, b) => a.line - b.line);
  let next = 0;
  const parts = sketch.parts.map(({ line, endLine, tokens, words: pairs }): IndexedPart => {
    for (let at = 0; at < pairs.length; at += 2)
      tally.add(vocabulary.termsOf(words[pairs[at] ?? 0] ?? 0), pairs[at + 1] ?? 0);
    for (let symbol = symbols[next]; symbol !== undefined && symbol.line <= endLine; symbol = symbols[next]) {
      if (symbol.line >= line) tally.add(vocabulary.termsOf(vocabulary.word(symbol.name)), symbolTermsWeight);
      next += 1;
    }
    const from = terms.length;
    const length = tally.moveInto(terms, counts);
    return { line, endLine, tokens, from, to: terms.length, length };
  });
  return {
    ...file,
    lines: sketch.lines,
    symbols: sketch.symbols,
    imports: sketch.imports,
    parts,
    terms: Int32Array.from(terms),
    counts: Uint16Array.from(counts),
    pathTerms: new Set(file.path.split(/[^\p{L}\p{N}]+/u).flatMap(termsOf)),
    codeWords: Int32Array.from(sketch.code.map((index) => words[index] ?? 0)),
  };
}

/** Counts terms. It is used again and again, since there are many parts and each has few of all terms. */
class Tally {
  #counts = new Int32Array(1024);
  #found: number[] = [];

  add(terms: readonly number[], times: number): void {
    for (const term of terms) {
      if (term >= this.#counts.length) this.#grow(term);
      const before = this.#counts[term] ?? 0;
      if (before === 0) this.#found.push(term);
      this.#counts[term] = before + times;
    }
  }

  /** Adds what was counted in the order in which it was found, and begins anew. Answers with the sum of it. */
  moveInto(terms: number[], counts: number[]): number {
    let sum = 0;
    for (const term of this.#found) {
      const times = this.#counts[term] ?? 0;
      terms.push(term);
      counts.push(Math.min(times, countMax));
      sum += times;
      this.#counts[term] = 0;
    }
    this.#found = [];
    return sum;
  }

  #grow(term: number): void {
    const larger = new Int32Array(Math.max(term + 1, this.#counts.length * 2));
    larger.set(this.#counts);
    this.#counts = larger;
  }
}

const tally = new Tally();

/** What 16 bits hold. */
const countMax = 65_535;
