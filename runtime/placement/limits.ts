// The limits of placement, the unit last in their names, each with its reason. One factor scales the times.

/** At a factor of 1. */
const times = {
  /** A child's state is written down this often at most: what a crash costs at the most, beside what the logic saves by itself. */
  checkpointEveryMs: 1_000,
  /** A child that is to be handed over may answer what waits in its mailbox for so long: then its callers are told to ask again. */
  patienceMs: 200,
  /** The nodes of a cluster have been the same for so long: then children are moved only to spread them evenly. */
  settledMs: 3_000,
  /** What could not be written down or read is tried again after this: a few round trips. */
  retryMs: 250,
  /** A move that was asked for has come to its end by then, or is told to be under way still. */
  moveMs: 15_000,
  /** A node that has said what it can has been heard of everywhere by then: a few times what a watch takes. */
  seenMs: 1_000,
  /** Between two looks at whether all calls have been answered, and how far a drain is. */
  drainLookMs: 25,
} as const;

export type PlacementTimes = { readonly [Name in keyof typeof times]: number };

export const placementLimits = {
  ...times,
  /** How often in a row a supervisor may give up because of a child before the child is given up everywhere. */
  failuresMax: 3,
  /** Snapshots in a child's log before the older ones are taken out: taking out costs as much as a write. */
  snapshotsKept: 16,
  /** Bytes of a record: an input and a few names. */
  recordBytesMax: 64 * 1024,
  /** Children that are handed over at the same time. */
  handoversAtOnce: 32,
} as const;

export function placementTimes(factor: number): PlacementTimes {
  const scaled = Object.entries(times).map(([name, ms]) => [name, ms * factor]);
  return Object.fromEntries(scaled) as PlacementTimes;
}
