// The limits of leases, the unit last in their names, each with its reason. One factor scales the times.

/** At a factor of 1. */
const times = {
  /** Three renewals can be lost before a lease is. */
  renewEveryMs: 750,
  /** After the last acknowledged renewal was sent: then a node owns nothing, whatever it cannot know yet. */
  suspendAfterMs: 2_500,
  /**
   * After a lease was last seen to change. A second more than the holder gives itself: clocks that run apart by a quarter do
   * no harm.
   */
  challengeAfterMs: 3_500,
  /** What a store may take for one answer: far above a round trip, and two fit into the time to suspension. */
  writeTimeoutMs: 1_000,
  /** Between two tries at a store that does not answer, or that refuses at once: a quarter of a renewal's time is soon enough. */
  retryMs: 250,
  /** Between two looks at the leases of others: what a challenge may be late by. */
  tickMs: 250,
  /** Each node waits so much longer than the one before it in the order of names, so that one of them challenges. */
  rankMs: 250,
  /**
   * Own renewals that are further apart than this: the store was away, for others too. Nobody is judged by that time; each has
   * a whole `challengeAfterMs` to come back.
   */
  blindAfterMs: 2_000,
  /** What giving a lease back may take: a write, a look at what became of it, and a write again. */
  releaseMs: 2_000,
} as const;

export type LeaseTimes = { readonly [Name in keyof typeof times]: number };

export const leaseLimits = {
  ...times,
  /** Nodes further behind in the order of names wait no longer than this one: a lease is over within 6 s however many there are. */
  rankMax: 4,
  /** A record, in bytes: one takes about 300, and the rest is room for labels. */
  recordBytesMax: 8 * 1024,
  /** Labels of a node, and how long each one is, in characters. */
  labelsMax: 64,
  labelCharactersMax: 256,
  /** The longest name of a node: a character of a token is one of the name at least. */
  nodeCharactersMax: 64,
  /** A host's name by the rules of DNS. */
  hostCharactersMax: 255,
  /** A nonce: 24 digits and a count. */
  nonceCharactersMax: 64,
  /** Random bytes that tell the writes of one keeper from those of all others. */
  nonceBytes: 12,
  /** Writes of which nobody knows what became of them. One that is older than that many is as good as somebody else's. */
  openWritesMax: 16,
} as const;

/**
 * The times of one cluster; all of its nodes use the same factor.
 * @param factor from above 0; 1 for the defaults
 * @throws {RangeError} it is no such number
 */
export function leaseTimes(factor: number): LeaseTimes {
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new RangeError(`The factor of all times is a number above 0; given was ${factor}.`);
  const scaled = Object.entries(times).map(([name, ms]) => [name, ms * factor]);
  return Object.fromEntries(scaled) as LeaseTimes;
}
