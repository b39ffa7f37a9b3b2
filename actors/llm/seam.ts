// Where a text was cut off and another model goes on with it: models like to repeat its last words first, and those are left out.
import { overlapCharactersMax, overlapCharactersMin } from "./limits.ts";

/**
 * Whether a text is so short that what follows cannot be told from a repetition of it by what both have in common. Whoever goes
 * on with one is asked for the whole answer, so that a beginning which is the same is one.
 */
export function isShort(before: string): boolean {
  return before.length < overlapCharactersMin;
}

/**
 * What of `next` comes behind `before`: all of it, less what it repeats of the end. Undefined while only more of it could tell;
 * with `isWhole` nothing more comes.
 */
export function behind(before: string, next: string, isWhole: boolean): string | undefined {
  if (isShort(before)) return behindShort(before, next, isWhole);
  const tail = before.slice(-overlapCharactersMax);
  if (!isWhole && mayRepeatMore(tail, next)) return undefined;
  for (let length = Math.min(tail.length, next.length); length >= overlapCharactersMin; length -= 1) {
    if (tail.endsWith(next.slice(0, length))) return next.slice(length);
  }
  return next;
}

function behindShort(before: string, next: string, isWhole: boolean): string | undefined {
  if (next.startsWith(before)) return next.slice(before.length);
  return !isWhole && before.startsWith(next) ? undefined : next;
}

/** Whether all of `next` so far stands somewhere in `tail`, and more of that behind it. */
function mayRepeatMore(tail: string, next: string): boolean {
  return next.length < tail.length && tail.slice(0, -1).includes(next);
}
