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
  /** Sessions of clients of the service `context`, beside those of people: they name what they like. */
  clientSessionsMax: 100,
  /** One session is one record of a log, and of the record's mebibyte it takes half, so that escapes have room. */
  sessionBytesMax: 512 * 1024,
  /** The list of a folder's sessions is one record as well, whatever clients called theirs: the least recently used go for it. */
  listBytesMax: 1_000_000,
  /** Tokens of the prompt that earlier results may take where the operation does not say: some ten of them. */
  referenceTokensMax: 2_000,
  /** Another program has the folder open for some milliseconds at a time; one that does for so long hangs. */
  heldMsMax: 10_000,
  /** Between two looks whether it is free again. */
  heldRetryMs: 15,
  /** An operation goes on without its session where nobody answers by then. */
  askMsMax: 15_000,
  /** Changes in a log until all of it is written as one: a new owner reads them all before it answers. */
  changesMax: 64,
  /** Between two looks whether an append, of which nobody said what became of it, lasts. */
  appendRetryMs: 500,
  /** Between two attempts of an owner to read its log while the broker is away. */
  claimRetryMs: 1_000,
  /** An owner has so long to finish a write and stop. */
  ownerShutdownMs: 5_000,
  /** One question to an owner: it writes to a broker before it answers. */
  ownerAskMs: 3_000,
  /** Until an owner is given up: less than whoever asks the manager waits, and longer than another node takes to own it. */
  ownerMsMax: 12_000,
  /** Between two questions to an owner that is on its way. */
  ownerRetryMs: 200,
  /** Owners that are asked at once for a list. */
  ownersAtOnceMax: 50,
} as const;
