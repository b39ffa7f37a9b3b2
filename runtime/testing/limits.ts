// The limits of the test kit, the unit last in their names, each with its reason. All times are virtual.

export const testingLimits = {
  /** Virtual time costs nothing, and this is longer than most tests arm their timers for, and shorter than a call's deadline. */
  expectMsDefault: 1_000,
  /** What is not to come usually would come at once. */
  quietMsDefault: 100,
  /** A child of a test that crashes again and again is the test's own business (ExUnit allows as many). */
  restartsMax: 1_000_000,
  /** The window of the restarts above. */
  restartWindowMs: 1_000,
  /** What a failed expectation shows of what came instead. */
  shownMax: 10,
  /** How long who asks a simulated store waits for an answer: as who asks a real one does. */
  storeTimeoutMs: 1_000,
  /** Brokers of a set elect another leader within some seconds. */
  electionMsDefault: 3_000,
} as const;
