// Finds the word that was probably meant.

// Longer words are no slips of the finger, and the distance takes time in the product of two lengths.
const wordCharactersMax = 64;

// Slips that a word of any length may hold, and the share of its letters, before it is another word.
const slipsMax = 3;
const slipsShare = 0.4;

/** The candidate with the fewest single-letter slips from `given`; undefined where none is near. Case does not count. */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  const word = given.toLowerCase().replaceAll("-", "_");
  if (word.length > wordCharactersMax) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.min(slipsMax, Math.floor(word.length * slipsShare))) + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase().replaceAll("-", "_");
    // A key without its unit, or with a word too many, is nearer than its letters say.
    const begins = word.length >= 3 && (other.startsWith(`${word}_`) || word.startsWith(`${other}_`));
    const isStart = word.length >= 2 && other.startsWith(word);
    const distance = begins ? 0.5 : isStart ? 1 : editDistance(word, other);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters inserted, left out, replaced, or swapped with their neighbour (optimal string alignment distance). */
export function editDistance(first: string, second: string): number {
  let before: number[] = [];
  let last = Array.from({ length: second.length + 1 }, (_, index) => index);
  for (let row = 1; row <= first.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= second.length; column += 1) {
      const same = first[row - 1] === second[column - 1];
      const swapped =
        row > 1 &&
        column > 1 &&
        first[row - 1] === second[column - 2] &&
        first[row - 2] === second[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = current;
  }
  return last[second.length] ?? 0;
}
