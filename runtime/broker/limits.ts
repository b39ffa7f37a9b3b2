// Every limit and timeout of the broker's parts, the unit last in its name, each with its reason.

export const brokerLimits = {
  /** The server's own default, from which the sessions' envelopes are cut: what is larger goes in parts. */
  payloadBytesMax: 1_048_576,
  /** The server's own default: a connection with more than this waiting for it reads too slowly and is cut off. */
  pendingBytesMax: 67_108_864,
  /** A node has two connections and a command one: this is hundreds of nodes, and well below a usual limit of open files. */
  connectionsMax: 4_096,
  /** A node subscribes to some fifty patterns; a hostile client must not fill the server's memory with them. */
  subscriptionsMax: 10_000,
  /** Seconds in which a connection has to prove who it is: one answer to one challenge, also over a slow line. */
  authenticationSecondsMax: 5,
  /** One request has one answer: a second message to the same place is a right that nobody needs. */
  answersMax: 1,
  /** Longer than any answer of a service takes, whose time is bounded by five minutes; after it the right to answer is gone. */
  answerMinutesMax: 6,
  /** A managed server starts in tenths of a second; one with a large store reads that first. */
  startMsMax: 20_000,
  /** How often a managed server that starts is looked at: below what a person notices. */
  startPollMs: 25,
  /** To write down what it has and to go; then it is killed, which loses nothing since every write waits for the disk. */
  stopMsMax: 4_000,
  /** A program that is asked for its version answers in milliseconds, or is no such program. */
  questionMsMax: 5_000,
  /** The end of a server's log for an error: the reason is in the last lines. */
  logCharactersMax: 2_000,
  /** Credentials and the notes of a managed broker are below 2 KB. */
  fileBytesMax: 65_536,
  /** What a program may answer to the question for its version or its command line. */
  answerCharactersMax: 65_536,
} as const;
