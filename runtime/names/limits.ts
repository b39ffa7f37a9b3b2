// The limits of cluster-wide names and locks, the unit last in their names, each with its reason. Times are scaled by the cluster's factor.

export const nameLimits = {
  /** A change that has no certain outcome by then is given up: as long as a call waits by default. */
  changeMs: 5_000,
  /** Between two attempts at a change, drawn anew up to this: long against a write (1 ms), short against an election of the broker's (1 s). */
  retryMs: 100,
  /** What could not be put right is tried again after this: the broker is away for seconds when it is. */
  againMs: 1_000,
  /** How long a registration waits for the other nodes to have seen it: what a node is silent for before it is asked after. */
  seenMs: 1_000,
  /** A resolver that has not answered by then counts as one that failed: the name rests meanwhile. */
  resolveMs: 5_000,
  /** Who waits for a lock looks at it again after this, where nobody tells that it has changed. */
  lockPollMs: 1_000,
  /** Processes that a record tells of that they have lost the name: each is read by its own node long before the next eight changes. */
  displacedMax: 8,
} as const;
