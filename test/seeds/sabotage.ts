// Breaks a method of the runtime on purpose, to see how soon a room finds that out.
import type { Room } from "./room.ts";

/** How many seeds it took until `check` objected, while `broken` stands in for a method; infinitely many after `seedsMax`. */
export async function seedsUntil<Entry, T extends object, K extends keyof T>(
  {
    room,
    seedsMax,
    check,
  }: { readonly room: Room<Entry>; readonly seedsMax: number; readonly check: string },
  prototype: T,
  name: K,
  broken: (original: T[K]) => T[K],
): Promise<number> {
  const original = prototype[name];
  prototype[name] = broken(original);
  try {
    for (let seed = 1; seed <= seedsMax; seed += 1) {
      const { violations } = await room.play(seed);
      if (violations.some((violation) => violation.check === check)) return seed;
    }
  } finally {
    prototype[name] = original;
  }
  return Number.POSITIVE_INFINITY;
}
