// In which order seeds are played for what few of them show.

/** The seeds from 1 on, with those in front that are most likely to show what is looked for: a change of their stories costs time alone. */
export function likelyFirst(likely: readonly number[], seedsMax: number): readonly number[] {
  const all = Array.from({ length: seedsMax }, (_, index) => index + 1);
  return [...likely, ...all.filter((seed) => !likely.includes(seed))];
}
