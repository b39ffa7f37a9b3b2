// The ids of runs: short enough to type the beginning of one, and never the same twice.
import type { World } from "../../runtime/world.ts";

const letters = "abcdefghijklmnopqrstuvwxyz234567";

/** 80 bits: a billion runs, and a chance of one in a million that two of them are called the same. */
const characters = 16;

export function newRunId({ random }: Pick<World, "random">): string {
  return [...random.bytes(characters)].map((byte) => letters[byte % letters.length]).join("");
}

/** True for what may be the beginning of an id, or a whole one. */
export function isRunIdPrefix(text: string): boolean {
  return /^[a-z2-7]{1,16}$/.test(text);
}

export function isRunId(text: string): boolean {
  return text.length === characters && isRunIdPrefix(text);
}

/** As much of an id as tells runs apart. */
export function shortId(id: string): string {
  return id.slice(0, charactersShown);
}

/** Enough of an id that two runs of one person are never shown alike; the rest of it is in JSON. */
const charactersShown = 8;
