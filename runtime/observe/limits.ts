// Limits of what is told about a node, the unit last in each name, each with its reason.

export const observeLimits = {
  /** Characters of one text in a log: a stack of a hundred calls fits, a source file does not. */
  shownTextCharactersMax: 8_000,
  /** Characters of a text that are searched for secrets before it is cut: eight times what is shown of it. */
  shownMaskedCharactersMax: 64_000,
  /** Characters of one value as a whole, so that a line of the log stays below what log collectors take (64 KiB to 1 MiB). */
  shownCharactersMax: 32_000,
  /** Values within one value: more than a person reads, and shown in about a millisecond. */
  shownValuesMax: 1_000,
  /** Entries of one list or object. */
  shownEntriesMax: 100,
  /** Values within values: the messages of a process are at most 32 deep, and what is of interest lies near the top. */
  shownDepthMax: 8,
  /** Bytes that wait for a slow destination of the log before lines are dropped: a minute of a busy node's log. */
  logWaitingBytesMax: 16 * 1024 * 1024,
  /** Spans that are open at the same time; beyond it the oldest is given up, whose end was lost or is far away. */
  openSpansMax: 10_000,
  /** Characters of a metric's attribute: most stores cut or refuse longer ones. */
  attributeCharactersMax: 200,
} as const;
