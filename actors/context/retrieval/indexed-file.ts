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
  const parts = sketch.parts.map(({ line, endLine, tokens, words: pairs }): IndexedPart => {
    const tally = new Map<number, number>();
    for (let at = 0; at < pairs.length; at += 2)
      count(tally, vocabulary.termsOf(words[pairs[at] ?? 0] ?? 0), pairs[at + 1] ?? 0);
    for (const symbol of sketch.symbols)
      if (symbol.line >= line && symbol.line <= endLine)
        count(tally, vocabulary.termsOf(vocabulary.word(symbol.name)), symbolTermsWeight);
    const from = terms.length;
    let length = 0;
    for (const [term, times] of tally) {
      terms.push(term);
      counts.push(Math.min(times, 65_535));
      length += times;
    }
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

function count(tally: Map<number, number>, terms: readonly number[], times: number): void {
  for (const term of terms) tally.set(term, (tally.get(term) ?? 0) + times);
}
