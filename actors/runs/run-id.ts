// The ids of runs: short enough to type the beginning of one, and never the same twice.
import { createHash } from "node:crypto";
import type { World } from "../../runtime/world.ts";

const letters = "abcdefghijklmnopqrstuvwxyz234567";

/** 80 bits: a billion runs, and a chance of one in a million that two of them are called the same. */
const characters = 16;

export function newRunId({ random }: Pick<World, "random">): string {
  return spelled(random.bytes(characters));
}

/**
 * The id of a run that is a part of another one: whoever begins it again finds the same.
 * @param step the key of the step that begins it, which no other step of any run has
 * @param part tells the parts of that step apart
 */
export function childRunId(step: string, part: string): string {
  const hash = createHash("sha256").update(JSON.stringify([step, part]));
  return spelled(hash.digest().subarray(0, characters));
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

function spelled(bytes: Uint8Array): string {
  return [...bytes].map((byte) => letters[byte % letters.length]).join("");
}
