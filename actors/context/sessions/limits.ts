// The limits of sessions, the unit last in their names, each with its reason.

export const sessionLimits = {
  /** What one operation found, in words: a screen of text; what is longer is in its run. */
  summaryCharactersMax: 4_000,
  /** Paths of one entry: an operation on a whole project is about the project, and lookups go by folders too. */
  entryPathsMax: 100,
  /** A path as systems have it at most. */
  pathCharactersMax: 4_096,
  /** A name that people type. */
  nameCharactersMax: 64,
  /** What people are shown of where a session belongs: a machine and a path. */
  labelCharactersMax: 250,
  /** Entries of one session: many weeks of work, and few enough to be looked through each time. */
  entriesMax: 500,
  /** One session is one record of a log, and of the record's mebibyte it takes half, so that escapes have room. */
  sessionBytesMax: 512 * 1024,
  /** Tokens of the prompt that earlier results may take where the operation does not say: some ten of them. */
  referenceTokensMax: 2_000,
  /** Another program has the folder open for some milliseconds at a time; one that does for so long hangs. */
  heldMsMax: 10_000,
  /** Between two looks whether it is free again. */
  heldRetryMs: 15,
  /** An operation goes on without its session where nobody answers by then. */
  askMsMax: 15_000,
} as const;
