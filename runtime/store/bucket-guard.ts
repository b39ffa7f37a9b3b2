// What every bucket refuses: keys that are no subject of a broker, values that are too large, and revisions that are none.
import { Misuse } from "../process/failures.ts";
import { storeLimits } from "./limits.ts";

const words = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const shownCharactersMax = 64;

/** @throws {Misuse} no bucket has such a key */
export function checkKey(key: string): void {
  const { keyCharactersMax } = storeLimits;
  if (key.length <= keyCharactersMax && words.test(key)) return;
  const shown = JSON.stringify(key.slice(0, shownCharactersMax));
  throw new Misuse(
    `${shown} (${key.length} characters) cannot be the key of a bucket: give 1 to ${keyCharactersMax} characters of A-Z, a-z, 0-9, "_" and "-", and "." between such words.`,
  );
}

/** @throws {Misuse} a revision is a whole number from 0 */
export function checkRevision(expected: number): void {
  if (Number.isSafeInteger(expected) && expected >= 0) return;
  throw new Misuse(
    `${expected} cannot be the revision that a change expects: give that of the entry that was read, or 0 for a key without a value.`,
  );
}

/** @throws {Misuse} it is larger than a bucket takes */
export function checkValue(key: string, value: Uint8Array): void {
  const { valueBytesMax } = storeLimits;
  if (value.length <= valueBytesMax) return;
  throw new Misuse(
    `The value for ${key} has ${value.length} bytes, and a bucket takes ${valueBytesMax} at most. Keep what is larger in the journal.`,
  );
}
