// Limits of the terminal's side of an attached shell, the unit last in each name, each with its reason.

export const terminalLimits = {
  /** A node that is there answers a request for a shell at once, unless it is held up. */
  openTimeoutMs: 10_000,
  /** How much longer than the deadline a script waits for a node that code holds up. */
  deadlineGraceMs: 5_000,
  /** Silence of a node that runs nothing of ours, after which it is given up: six of its beats. */
  silentMsMax: 30_000,
  /** Silence during an evaluation after which the person is told why that may be. */
  silentTellMs: 10_000,
  /** Between two signs of life. */
  keepAliveMs: 5_000,
  /** How long the node may take to say farewell. */
  closeTimeoutMs: 1_000,
  /** Lines of history that are kept: years of typing, and quick to read. */
  historyLinesMax: 1_000,
  /** Bytes of the file beyond which it is cut to that many lines, and which are read at most. */
  historyBytesMax: 1_024 * 1_024,
  /** Longer lines were pasted and are not worth keeping. */
  historyLineCharactersMax: 2_000,
  /** A script on standard input. */
  scriptBytesMax: 100_000,
  /** Characters of one result that are put together: the most that a node sends, escaped or not. */
  resultCharactersMax: 5_000_000,
} as const;
