// The limits of membership, the unit last in their names, each with its reason. One factor scales the times.

/** At a factor of 1. */
const times = {
  /** The longest time between two beats; each comes up to a fifth earlier, so that many nodes do not beat in step. */
  beatMs: 1_000,
  /** Nothing heard of a node for two beats: it is asked directly. */
  silentMs: 2_000,
  /** So long it may take to answer: far above a round trip, and above a pause for collecting garbage. */
  confirmMs: 1_000,
  /** Silence and no answer together. So long nobody is judged either after the own sight was lost. */
  downMs: 3_000,
  /** Time between two looks at all peers: what a verdict may be late by. */
  tickMs: 250,
  /**
   * A program whose event loop has stood still for this long serves nobody, though its beats come from a thread of their own.
   * Shorter pauses are work that should have been cut up, and no reason to move everything elsewhere.
   */
  stuckMs: 10_000,
  /** Views of one peer do not change more often than this, whatever its link does: as long as a verdict takes. */
  stabilityMs: 3_000,
  /** A peer that was up for this long has atoned for what was before. */
  calmMs: 60_000,
  /** What a worker that beats may take to say goodbye. */
  farewellMs: 1_000,
} as const;

export type MembershipTimes = { readonly [Name in keyof typeof times]: number };

export const membershipLimits = {
  ...times,
  /** A beat, in bytes: one takes about 200, and what is longer is none. */
  beatBytesMax: 1_024,
  /** A host's name by the rules of DNS. */
  hostCharactersMax: 255,
  /** A program's version, in characters: no version is longer. */
  versionCharactersMax: 64,
  /** What a hold of a flapping peer is doubled at most: 3, 6, 12 s, so that views agree within 30 s of a heal. */
  holdDoublingsMax: 2,
} as const;

/**
 * The times of one cluster; all of its nodes use the same factor.
 * @param factor from above 0; 1 for the defaults
 */
export function membershipTimes(factor: number): MembershipTimes {
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new RangeError(`The factor of all times is a number above 0; given was ${factor}.`);
  const scaled = Object.entries(times).map(([name, ms]) => [name, ms * factor]);
  return Object.fromEntries(scaled) as MembershipTimes;
}
