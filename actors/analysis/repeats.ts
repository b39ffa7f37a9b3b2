// What occurs more than once in a sequence: every run of symbols that could not be longer, on either side, and still occur as often.
// These are the maximal repeats of Gusfield, "Algorithms on Strings, Trees, and Sequences" (1997), section 7.12.
import type { SuffixArray } from "./suffix-array.ts";

/** Its occurrences are the suffixes from `first` to `last` of the suffix array. */
export interface Repeat {
  readonly length: number;
  readonly first: number;
  readonly last: number;
}

interface Open {
  readonly length: number;
  readonly first: number;
  /** The symbol before all of its occurrences; `mixed` where they differ, so that it could not be longer on the left. */
  before: number;
}

const none = -1;
const mixed = -2;

/** Those of at least `lengthMin`, found as the intervals of Abouelhoda, Kurtz and Ohlebusch, "Replacing suffix trees with enhanced suffix arrays" (2004). */
export function repeats(symbols: Int32Array, { starts, common }: SuffixArray, lengthMin: number): Repeat[] {
  const found: Repeat[] = [];
  const root: Open = { length: 0, first: 0, before: none };
  const open: Open[] = [root];
  for (let place = 1; place <= starts.length; place++) {
    const shared = common[place] ?? 0;
    const length = shared < lengthMin ? 0 : shared;
    const start = starts[place - 1] ?? 0;
    let before = start === 0 ? mixed : (symbols[start - 1] ?? mixed);
    let first = place - 1;
    let top = open.at(-1) ?? root;
    while (length < top.length) {
      open.pop();
      before = merged(top.before, before);
      first = top.first;
      if (before === mixed) found.push({ length: top.length, first, last: place - 1 });
      top = open.at(-1) ?? root;
    }
    if (length > top.length) open.push({ length, first, before });
    else top.before = merged(top.before, before);
  }
  return found;
}

function merged(one: number, other: number): number {
  if (one === none || one === other) return other;
  return mixed;
}
