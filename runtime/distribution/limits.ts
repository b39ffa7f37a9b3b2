// Limits of what one node keeps for another, each with its reason, the unit last.

export const distributionLimits = {
  /**
   * Bytes of signals that wait for room in a session before it is given up: eight of the largest, and seconds of the fastest
   * sender. Erlang stops the sender instead, which nothing can do to a JavaScript function.
   */
  parkedBytesMax: 128 * 1024 * 1024,
  /** Events that a node tells tools of in a second: more than a person reads, less than a line notices. */
  eventsPerSecondMax: 100,
  /** One event for tools, in bytes; a larger one is told without its data. */
  eventBytesMax: 64 * 1024,
  /** Signals that wait for a session to come up: as many as a burst may have, for the seconds that it takes to know. */
  earlySignalsMax: 100_000,
  /** Tools of one name at once: more commands than a person runs, fewer than it takes to hurt. */
  toolsOfNameMax: 256,
  /** Between two events about what one node has sent and may not: one who sends much of it must not fill the log. */
  refusalsToldMs: 1_000,
  /** Calls of one tool that wait for an answer: far more than a person has, and little memory. */
  toolCallsMax: 1_000,
  /** Subjects whose meaning is kept: one for each peer, and room for what is not worth keeping. */
  parsedSubjectsMax: 10_000,
  /** How long a node may take to say that it is there when it is asked for by name: longer than any healthy loop is held up. */
  presenceMs: 1_000,
} as const;
