// Breaks a method of the runtime on purpose, to see how soon a room finds that out.
import { likelyFirst } from "./likely.ts";
import type { Room } from "./room.ts";

/** How many seeds it took until `check` objected, while `broken` stands in for a method; infinitely many after `seedsMax`. */
export async function seedsUntil<Entry, T extends object, K extends keyof T>(
  {
    room,
    seedsMax,
    check,
    likely = [],
  }: {
    readonly room: Room<Entry>;
    readonly seedsMax: number;
    readonly check: string;
    /** Played before the others. */
    readonly likely?: readonly number[];
  },
  prototype: T,
  name: K,
  broken: (original: T[K]) => T[K],
): Promise<number> {
  const original = prototype[name];
  prototype[name] = broken(original);
  try {
    for (const [index, seed] of likelyFirst(likely, seedsMax).entries()) {
      const { violations } = await room.play(seed);
      if (violations.some((violation) => violation.check === check)) return index + 1;
    }
  } finally {
    prototype[name] = original;
  }
  return Number.POSITIVE_INFINITY;
}
