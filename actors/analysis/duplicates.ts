// Finds blocks of code that stand in more than one place, within a file and across files of the same language.
// It looks at hashes of lines alone. A block is as long as it can be, and no line is told twice: the longest block has it.
import type { CodeLines } from "./code-lines.ts";
import { byCodeUnit } from "./finding-order.ts";
import { duplicatedLinesMin, duplicatedTokensMin, placesMax } from "./limits.ts";
import { type RepeatedLines, repeatedLines } from "./repeated-lines.ts";
import { type Repeat, repeats } from "./repeats.ts";
import { type SuffixArray, suffixArray } from "./suffix-array.ts";

export interface ComparedFile {
  readonly path: string;
  readonly language: string;
  readonly lines: CodeLines;
}

interface Place {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** One place of a repeated block. */
export interface Duplicate extends Place {
  readonly endLine: number;
  readonly codeLines: number;
  /** Other places of the same block, by path and line, at most `placesMax`; one may be a part of a longer block. */
  readonly others: readonly Place[];
  /** All other places. */
  readonly othersCount: number;
}

/** The shortest block that counts. */
export interface DuplicateLimits {
  readonly linesMin: number;
  /** Each different line counts once, so that rows which are all alike make no block. */
  readonly tokensMin: number;
}

const usual: DuplicateLimits = { linesMin: duplicatedLinesMin, tokensMin: duplicatedTokensMin };

/** By path and line. The same files give the same answer in whatever order they come. */
export function duplicates(files: readonly ComparedFile[], limits: DuplicateLimits = usual): Duplicate[] {
  const sorted = [...files].sort((a, b) => byCodeUnit(a.path, b.path));
  const text = repeatedLines(sorted, limits);
  const blocks = new Cover(text, limits).blocks();
  const placeOf = (start: number, offset = 0): Place => {
    const file = sorted[text.file[start] ?? 0];
    return { path: file?.path ?? "", line: file?.lines.numbers[(text.line[start] ?? 0) + offset] ?? 1 };
  };
  return blocks.map(({ start, length, everywhere }) => {
    const { others, othersCount } = elsewhere(everywhere, start, length);
    const endLine = placeOf(start, length - 1).line;
    return {
      ...placeOf(start),
      endLine,
      codeLines: length,
      others: others.map((at) => placeOf(at)),
      othersCount,
    };
  });
}

interface Block {
  readonly start: number;
  readonly length: number;
  /** Starts of all occurrences, in order. */
  readonly everywhere: Int32Array;
}

/** Covers the lines with blocks, the longest first, as greedy string tiling does (Wise, 1993). */
class Cover {
  readonly #text: RepeatedLines;
  readonly #suffixes: SuffixArray;
  readonly #longestFirst: readonly Repeat[];
  /** Per line: itself while no block has it, else a later line. */
  readonly #free: Int32Array;
  readonly #blocks: Block[] = [];
  /** Per suffix: the occurrences of a block that begins there, as they were last looked up. */
  readonly #lookedUp: (Omit<Block, "start"> | undefined)[];

  constructor(text: RepeatedLines, { linesMin }: DuplicateLimits) {
    this.#text = text;
    this.#free = new Int32Array(text.symbols.length + 1).map((_, at) => at);
    this.#suffixes = suffixArray(text.symbols, text.alphabet);
    this.#lookedUp = Array.from({ length: text.symbols.length });
    const { starts } = this.#suffixes;
    this.#longestFirst = repeats(text.symbols, this.#suffixes, linesMin)
      .filter(({ length, first }) => (text.need[starts[first] ?? 0] ?? 0) <= length)
      .sort((a, b) => b.length - a.length || a.first - b.first);
  }

  blocks(): readonly Block[] {
    for (const repeat of this.#longestFirst) this.#cover(repeat);
    return this.#blocks.sort((a, b) => a.start - b.start);
  }

  /** Occurrences that overlap are cut to the distance to the farthest: a block and its other place have no line in common. */
  #cover({ length, first, last }: Repeat): void {
    const { starts } = this.#suffixes;
    const open: number[] = [];
    let lowest = Number.POSITIVE_INFINITY;
    let highest = 0;
    for (let place = first; place <= last; place++) {
      const start = starts[place] ?? 0;
      lowest = Math.min(lowest, start);
      highest = Math.max(highest, start);
      if (this.#freeFrom(start) < start + length) open.push(start);
    }
    for (const start of open.sort((a, b) => a - b)) {
      const stop = start + length;
      const lengthMax = Math.max(start - lowest, highest - start);
      for (let at = this.#freeFrom(start); at < stop; at = this.#freeFrom(at)) {
        let end = at + 1;
        while (end < stop && this.#free[end] === end) end += 1;
        this.#fill(at, end, lengthMax);
        at = end;
      }
    }
  }

  /** The first line at or after `at` that no block has, by a union of neighbours with their paths halved (Tarjan, 1975). */
  #freeFrom(at: number): number {
    const free = this.#free;
    let found = at;
    while (free[found] !== found) {
      const next = free[found] ?? found;
      free[found] = free[next] ?? next;
      found = next;
    }
    return found;
  }

  /** Makes blocks of the free lines from `start` to before `end`, none longer than `lengthMax`. */
  #fill(start: number, end: number, lengthMax: number): void {
    const { tokens, need } = this.#text;
    let at = start;
    while (at < end) {
      const length = Math.min(end - at, lengthMax);
      // A block begins where something is done, not with the brackets of what stands before it.
      if (tokens[at] === 0 || (need[at] ?? 0) > length) {
        at += 1;
        continue;
      }
      for (let line = at; line < at + length; line++) this.#free[line] = at + length;
      this.#blocks.push({ start: at, length, everywhere: this.#occurrencesOf(at, length) });
      at += length;
    }
  }

  #occurrencesOf(start: number, length: number): Int32Array {
    const { starts, ranks, common } = this.#suffixes;
    const rank = ranks[start] ?? 0;
    const known = this.#lookedUp[rank];
    if (known?.length === length) return known.everywhere;
    let first = rank;
    let last = rank;
    while ((common[first] ?? 0) >= length) first -= 1;
    while ((common[last + 1] ?? 0) >= length) last += 1;
    const everywhere = starts.slice(first, last + 1).sort();
    for (let place = first; place <= last; place++) this.#lookedUp[place] = { length, everywhere };
    return everywhere;
  }
}

/** The occurrences that do not overlap the one at `start`. */
function elsewhere(everywhere: Int32Array, start: number, length: number) {
  const others: number[] = [];
  for (const other of everywhere) {
    if (others.length === placesMax) break;
    if (Math.abs(other - start) >= length) others.push(other);
  }
  let overlapping = 0;
  const own = indexOf(everywhere, start);
  for (let at = own; start - (everywhere[at] ?? Number.NEGATIVE_INFINITY) < length; at--) overlapping += 1;
  for (let at = own + 1; (everywhere[at] ?? Number.POSITIVE_INFINITY) - start < length; at++)
    overlapping += 1;
  return { others, othersCount: everywhere.length - overlapping };
}

/** By binary search. */
function indexOf(sorted: Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}
