// The nearest known word to a mistyped one, for suggestions.

/** The candidate nearest to `word`, or undefined where none is near enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > wordCharactersMax) return undefined;
  const given = word.toLowerCase();
  const farthest = Math.max(1, Math.min(3, Math.floor(given.length * 0.4)));
  let best: string | undefined;
  let bestDistance = farthest + 1;
  for (const candidate of candidates) {
    const isStart = given.length >= 2 && candidate.startsWith(given);
    const distance = isStart ? 1 : editDistance(given, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Damerau-Levenshtein distance: insertions, deletions, substitutions and swaps of two neighbours, each once. */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      let least = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + change,
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && isSwap) least = Math.min(least, at(beforePrevious, column - 2) + 1);
      current.push(least);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

// Longer than any command or option; the distance of longer words would cost time for nothing.
const wordCharactersMax = 64;

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
