// Random choices that a number repeats: the same seed plants the same mutants on every machine.

export interface Choices {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** One of `values`; undefined where there is none. */
  oneOf<Value>(values: readonly Value[]): Value | undefined;
  /** All of `values`, shuffled. */
  shuffled<Value>(values: readonly Value[]): readonly Value[];
}

/** Mulberry32, which is small and good enough to choose places with. */
export function choices(seed: number): Choices {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    oneOf: (values) => values[below(values.length)],
    shuffled: (values) => {
      const result = [...values];
      for (let index = result.length - 1; index > 0; index--) {
        const other = below(index + 1);
        const [a, b] = [result[index], result[other]];
        if (a === undefined || b === undefined) continue;
        result[index] = b;
        result[other] = a;
      }
      return result;
    },
  };
}
