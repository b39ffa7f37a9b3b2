// The limits of waiting for a run that nobody looks up later, the unit last in each name, each with its reason.

export const briefLimits = {
  /** One question for news: within one program, so that it only bounds how long a lost answer is waited for. */
  readWaitMs: 10_000,
  /** Of entries, or of a piece of the output: a message between processes, which need not be cut small. */
  pageBytesMax: 1024 * 1024,
  /** Times that the processes of runs may be lost under one run. Begun again at once that is seconds of trouble. */
  lossesMax: 10,
} as const;
