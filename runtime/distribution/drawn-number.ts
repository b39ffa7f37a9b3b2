// Numbers that nobody can guess who has seen others of them: who knew one could speak in a session that is not his.
import type { Random } from "../world.ts";

const bytesOfNumber = 6;

/** From 1 to 2^48. */
export function drawnNumber(random: Random): number {
  return random.bytes(bytesOfNumber).reduce((number, byte) => number * 0x100 + byte, 0) + 1;
}
