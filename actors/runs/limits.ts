// The limits of runs, the unit last in each name, each with its reason.

export const runLimits = {
  /** What is said piece by piece is written down together: nobody sees a difference of one frame of a film. */
  batchMs: 20,
  /** A batch is one record: large enough that a disk's sync costs little beside it, small enough that a reader gets it at once. */
  batchBytesMax: 64 * 1024,
  /** What is larger is kept beside the log, so that reading a run does not mean reading everything that it made. */
  valueBytesMax: 16 * 1024,
  /** Steps begin ahead of what is being written about others, and wait where this many writes do: memory is not a journal. */
  pendingWritesMax: 256,
  /** A journal that did not say what became of an append is asked again after this long. */
  appendRetryMs: 250,
  /** An effect that may not begin now, since nobody can tell whether this node still owns the run, looks again after this long. */
  permitLookMs: 50,
  /** UTF-16 units of text that stand in one entry, of at most three bytes each: larger ones go in pieces, of which a batch takes one. */
  textCharactersMax: 16 * 1024,
  /** Characters of an answer to a question without choices: of at most three bytes each, so that an entry with it fits into a page. */
  answerCharactersMax: 60_000,
  /** A step that is tried again waits this long, doubled for every further time: what it needs may be starting again. */
  retryMsMin: 10,
  /** And never longer than this. */
  retryMsMax: 1_000,
  /** Owners that may be lost in the middle of the same step: one that takes its node along would go on to take them all. */
  stepLossesMax: 20,
  /** What works when a run is let go has this long to come to its end. */
  releaseGraceMs: 2_000,
  /** What a list says of a run that grows is written this often: nobody reads a list more often. */
  noteEveryMs: 1_000,
  /** An owner that writes nothing finds out this late that another one has begun: what it waits for may be written by then. */
  takenLookMs: 5_000,
  /** A timer of the platform holds no more: who waits longer looks once in between. */
  timerMsMax: 2 ** 31 - 1,
} as const;

/** The delay before attempt number `attempt` (from 1) is made again, in milliseconds. */
export function retryDelayMs(attempt: number): number {
  return Math.min(runLimits.retryMsMax, runLimits.retryMsMin * 2 ** (attempt - 1));
}
