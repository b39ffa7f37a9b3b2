// Sorts the suffixes of a sequence of numbers, and tells how long neighbours are the same: what repeats stands together.

export interface SuffixArray {
  /** Where the suffixes begin, in their order. */
  readonly starts: Int32Array;
  /** The place of each suffix in `starts`. */
  readonly ranks: Int32Array;
  /** Per place: how many symbols its suffix has in common with the one before it; 0 at the first. */
  readonly common: Int32Array;
}

type Same = (a: number, b: number) => boolean;

/** `symbols` are at least 0 and below `alphabet`. */
export function suffixArray(symbols: Int32Array, alphabet: number): SuffixArray {
  const { starts, ranks } = sorted(symbols, alphabet);
  return { starts, ranks, common: commonPrefixes(symbols, starts, ranks) };
}

/** Prefix doubling (Manber and Myers, "Suffix arrays", 1993) with a counting sort: n for each doubling up to the longest repeat. */
function sorted(symbols: Int32Array, alphabet: number): Pick<SuffixArray, "starts" | "ranks"> {
  const size = symbols.length;
  const starts = new Int32Array(size);
  const bySecond = Int32Array.from(symbols, (_, at) => at);
  const counts = new Int32Array(Math.max(alphabet, size) + 1);
  let ranks = new Int32Array(size);
  let spare = new Int32Array(size);
  countingSort(symbols, bySecond, starts, counts, alphabet);
  let classes = rank(starts, ranks, (a, b) => symbols[a] === symbols[b]);
  for (let width = 1; classes < size; width *= 2) {
    // A suffix without a second half comes before all that have one.
    let filled = 0;
    for (let at = Math.max(0, size - width); at < size; at++) bySecond[filled++] = at;
    for (const start of starts) if (start >= width) bySecond[filled++] = start - width;
    const known = ranks;
    countingSort(known, bySecond, starts, counts, classes);
    const secondOf = (at: number) => (at + width < size ? (known[at + width] ?? 0) : -1);
    classes = rank(starts, spare, (a, b) => known[a] === known[b] && secondOf(a) === secondOf(b));
    ranks = spare;
    spare = known;
  }
  return { starts, ranks };
}

/** Puts `items` in the order of their keys into `into`; equal ones stay in their order. */
function countingSort(
  keys: Int32Array,
  items: Int32Array,
  into: Int32Array,
  counts: Int32Array,
  keysBelow: number,
): void {
  counts.fill(0, 0, keysBelow + 1);
  for (const key of keys) counts[key + 1] = (counts[key + 1] ?? 0) + 1;
  for (let key = 1; key <= keysBelow; key++) counts[key] = (counts[key] ?? 0) + (counts[key - 1] ?? 0);
  for (const item of items) {
    const key = keys[item] ?? 0;
    const place = counts[key] ?? 0;
    into[place] = item;
    counts[key] = place + 1;
  }
}

/** Numbers the sorted suffixes, the same number for the same; returns how many numbers there are. */
function rank(starts: Int32Array, ranks: Int32Array, same: Same): number {
  let classes = 0;
  let before = -1;
  for (const start of starts) {
    if (before >= 0 && !same(before, start)) classes += 1;
    ranks[start] = classes;
    before = start;
  }
  return starts.length === 0 ? 0 : classes + 1;
}

/** Kasai, Lee, Arimura, Arikawa and Park, "Linear-time longest-common-prefix computation in suffix arrays" (2001). */
function commonPrefixes(symbols: Int32Array, starts: Int32Array, ranks: Int32Array): Int32Array {
  const size = symbols.length;
  const common = new Int32Array(size);
  let length = 0;
  for (let at = 0; at < size; at++) {
    const place = ranks[at] ?? 0;
    if (place === 0) {
      length = 0;
      continue;
    }
    const other = starts[place - 1] ?? 0;
    while (at + length < size && other + length < size && symbols[at + length] === symbols[other + length])
      length += 1;
    common[place] = length;
    if (length > 0) length -= 1;
  }
  return common;
}
