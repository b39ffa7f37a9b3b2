// Finds long strings of characters that look drawn at random, as keys without a format of their own are.
import type { Span } from "./span.ts";

/** Keys of 128 bits in hexadecimal have 32 digits, and 24 random bytes in base64 have 32 characters; words of code have fewer. */
const RUN = /[A-Za-z0-9][A-Za-z0-9+/_=-]{31,}/g;

/**
 * Bits a character. Random base64 of 32 characters has 4.6 on average and hardly ever less than 4.2, while names and paths
 * that long repeat their letters and stay below 4.2.
 */
const bitsMin = 4.2;

/** Random hexadecimal of 32 digits has 3.6 of at most 4 on average; constants such as deadbeefdeadbeef… have less than 3. */
const hexadecimalBitsMin = 3;

/** Long names have a number or two; a random string without three digits among 32 characters is rare. */
const digitsMin = 3;

/** More of a run would not change what is found. */
const sampleCharacters = 4_096;

export function randomSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(RUN)) {
    if (isRandom(match[0].slice(0, sampleCharacters)))
      spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

function isRandom(run: string): boolean {
  const digits = run.replace(/[^0-9]/g, "").length;
  const letters = run.replace(/[^A-Za-z]/g, "").length;
  if (digits < digitsMin || letters < digitsMin || isPath(run)) return false;
  // Before and after it may stand what it is for: 0x…, SK…, …-us1.
  const hexadecimal = /[0-9a-f-]{32,}/i.exec(run)?.[0];
  if (hexadecimal !== undefined && bitsOf(hexadecimal) >= hexadecimalBitsMin)
    return /\d.*\d.*\d/.test(hexadecimal);
  return bitsOf(run) >= bitsMin;
}

/** Words and numbers between separators, as in paths and addresses; a random string mixes letters and digits. */
function isPath(run: string): boolean {
  return run.split(/[/_=+-]/).every((part) => /^(?:[A-Za-z]*|\d*|\w{1,4})$/.test(part));
}

/** Shannon's entropy of the characters, in bits a character. */
function bitsOf(run: string): number {
  const counts = new Map<string, number>();
  for (const character of run) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / run.length) * Math.log2(count / run.length);
  return bits;
}
