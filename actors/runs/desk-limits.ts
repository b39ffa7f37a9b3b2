// The limits of the desk of runs, the unit last in each name, each with its reason.

export const deskLimits = {
  /** A run whose process cannot be watched from here is looked at this often: a person sees no difference to at once. */
  lookEveryMs: 200,
  /** One that is watched is looked at all the same, in case that what it said was lost. */
  watchedLookEveryMs: 5_000,
  /** Who waits for news is answered after this at the latest, whatever was asked for. */
  readWaitMsMax: 60_000,
  /** Bytes of one page of entries where more was asked for: it travels as one message. */
  pageBytesMax: 4 * 1024 * 1024,
  /** A piece of a value that is kept beside a log, for the same reason. */
  pieceBytesMax: 4 * 1024 * 1024,
  /** Entries that a reader keeps in mind, in bytes: those who follow a run read what has just been written. */
  recentBytesMax: 256 * 1024,
  /** Between two places of a log that a reader knows: a read from anywhere begins at most this far before it. */
  markEveryBytes: 64 * 1024,
  /** A reader that nobody has asked for this long ends: what it knew is read again. */
  readerIdleMs: 60_000,
  /** Requests that wait at the same time, most of them for news. */
  requestsMax: 2_000,
  /** What a run was told shows in what is written of it within this; else it is answered how it stands. */
  settleMs: 5_000,
  /** A list shows a new run within some milliseconds; one that is not there after these looks is begun before it counts as accepted. */
  listedLookEveryMs: 20,
  listedLooksMax: 5,
  /** Whoever has a run may be changing: it is asked again for this long, this often. */
  tellMs: 10_000,
  tellAgainMs: 100,
  /** A run without a child was accepted by a node that is gone, once it has not grown for this long: placing one takes 15 s at most. */
  orphanAfterMs: 30_000,
  /** How often a node looks for such. */
  sweepEveryMs: 10_000,
  /** How often runs are taken out that are kept no longer: days do not have to be exact. */
  retainEveryMs: 60 * 60_000,
  /** A run that nothing is kept of is over for this long before it is forgotten: whoever asked for it reads its end. */
  briefKeepMs: 60_000,
  /** Runs of which it is remembered where they are. */
  homesMax: 10_000,
  /** The process of a run that failed is begun again after this, doubled for every further time. */
  crashRetryMsMin: 50,
  crashRetryMsMax: 30_000,
  /** Crashes in a row, the run having lived for less than `crashCalmMs` each time, after which it is written down as failed. */
  crashesMax: 8,
  crashCalmMs: 60_000,
  /** A run that is let go has this long: what works a moment to end, and what is written of it to last. */
  releaseMs: 4_000,
  /** Whether it has ended is looked for this often: it takes some milliseconds. */
  letGoLookEveryMs: 20,
  /** What is waited for of what a keeper or a reader is asked. */
  askMs: 15_000,
  /** Characters of the texts of a spec that people read: a line each. */
  lineCharactersMax: 2_000,
  /** Steps of a plan as it is submitted; a run may add more. */
  stepsMax: 100_000,
} as const;
