// The lines of many files as one sequence of numbers, of which only what may be part of a repeated block is kept.
import type { ComparedFile, DuplicateLimits } from "./duplicates.ts";

/** Stretches of lines that all occur more than once, each followed by a number that occurs nowhere else. */
export interface RepeatedLines {
  /** The same number for the same line of the same language. */
  readonly symbols: Int32Array;
  /** Above every symbol. */
  readonly alphabet: number;
  readonly tokens: Int32Array;
  /** Per position: the lines that a block which begins there must have; more than there are where none can begin. */
  readonly need: Int32Array;
  /** Index of the position's file. */
  readonly file: Int32Array;
  /** Index of the position's line among the file's lines of code. */
  readonly line: Int32Array;
}

interface Stretch {
  readonly file: number;
  readonly first: number;
  readonly symbols: Int32Array;
  readonly tokens: readonly number[];
  readonly need: Int32Array;
}

const never = 0x3fff_ffff;

export function repeatedLines(files: readonly ComparedFile[], limits: DuplicateLimits): RepeatedLines {
  const { ids, counts } = numbered(files);
  const seen = new Int32Array(counts.length);
  const stretches: Stretch[] = [];
  let before = 0;
  for (const [file, { lines }] of files.entries()) {
    const own = ids.subarray(before, before + lines.hashes.length);
    for (const [first, end] of stretchesOf(own, counts)) {
      if (end - first < limits.linesMin) continue;
      const symbols = own.subarray(first, end);
      const tokens = lines.tokens.slice(first, end);
      const need = needs(symbols, tokens, seen, limits);
      if (need.some((length) => never > length)) stretches.push({ file, first, symbols, tokens, need });
    }
    before += lines.hashes.length;
  }
  return joined(stretches, counts.length);
}

/** Numbers the different lines of each language, and counts how often each occurs. */
function numbered(files: readonly ComparedFile[]) {
  const size = files.reduce((total, { lines }) => total + lines.hashes.length, 0);
  const ids = new Int32Array(size);
  const counts: number[] = [];
  const languages = new Map<string, Map<number, number>>();
  let position = 0;
  for (const { language, lines } of files) {
    const known = languages.get(language) ?? new Map<number, number>();
    languages.set(language, known);
    for (const hash of lines.hashes) {
      let id = known.get(hash);
      if (id === undefined) {
        id = counts.length;
        known.set(hash, id);
        counts.push(0);
      }
      counts[id] = (counts[id] ?? 0) + 1;
      ids[position] = id;
      position += 1;
    }
  }
  return { ids, counts };
}

function* stretchesOf(ids: Int32Array, counts: readonly number[]): Generator<readonly [number, number]> {
  let first = 0;
  for (const [at, id] of ids.entries()) {
    if ((counts[id] ?? 0) > 1) continue;
    yield [first, at];
    first = at + 1;
  }
  yield [first, ids.length];
}

/** Two pointers: the end of the shortest block never moves back. `seen` is all 0, before and after. */
function needs(
  symbols: Int32Array,
  tokens: readonly number[],
  seen: Int32Array,
  { linesMin, tokensMin }: DuplicateLimits,
): Int32Array {
  const need = new Int32Array(symbols.length).fill(never);
  let end = 0;
  let sum = 0;
  for (let start = 0; start < symbols.length; start++) {
    while (end < symbols.length && (end - start < linesMin || sum < tokensMin)) {
      const id = symbols[end] ?? 0;
      if (seen[id] === 0) sum += tokens[end] ?? 0;
      seen[id] = (seen[id] ?? 0) + 1;
      end += 1;
    }
    if (end - start >= linesMin && sum >= tokensMin) need[start] = end - start;
    const id = symbols[start] ?? 0;
    seen[id] = (seen[id] ?? 0) - 1;
    if (seen[id] === 0) sum -= tokens[start] ?? 0;
  }
  return need;
}

function joined(stretches: readonly Stretch[], symbolsBelow: number): RepeatedLines {
  const size = stretches.reduce((total, { symbols }) => total + symbols.length + 1, 0);
  const text = {
    symbols: new Int32Array(size),
    tokens: new Int32Array(size),
    need: new Int32Array(size).fill(never),
    file: new Int32Array(size),
    line: new Int32Array(size),
  };
  let at = 0;
  for (const [index, { file, first, symbols, tokens, need }] of stretches.entries()) {
    const end = at + symbols.length;
    text.symbols.set(symbols, at);
    text.tokens.set(tokens, at);
    text.need.set(need, at);
    text.file.fill(file, at, end + 1);
    for (let offset = 0; at + offset <= end; offset++) text.line[at + offset] = first + offset;
    text.symbols[end] = symbolsBelow + index;
    at = end + 1;
  }
  return { ...text, alphabet: symbolsBelow + stretches.length };
}
