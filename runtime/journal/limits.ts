// What a journal takes and gives at most, the unit last in each name, each with its reason.

export const journalLimits = {
  /** NATS's default limit of one message, less room for the head of the record and for the headers of the message. */
  payloadBytesMax: 1024 * 1024 - 8 * 1024,
  /** The name of a log, in UTF-8: it is part of a key, and of every checksum. */
  logBytesMax: 200,
  /** The name of a record: a few ids joined by a sign. */
  idCharactersMax: 64,
  /** The records of one page, in bytes: few enough to hold several pages, enough that a page costs little beside its records. */
  pageBytesMax: 1024 * 1024,
  /** Records of one page: small ones are read for some milliseconds before anybody else has a turn. */
  pageRecordsMax: 1000,
  /** Claims of one log before it is given up: each that fails means that somebody else made one meanwhile. */
  claimAttemptsMax: 10,
  /** Logs of which it is remembered that their last record is whole: some megabytes, and more than one node has children. */
  knownEndsMax: 20_000,
  /** Records that one commit takes: more would keep everybody else waiting for longer than a disk takes to sync. */
  batchRecordsMax: 1000,
  /** The same in bytes, so that a commit stays below what the table can change at once. */
  batchBytesMax: 16 * 1024 * 1024,
} as const;
