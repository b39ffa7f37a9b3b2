// Limits of attached shells, the unit last in each name, each with its reason.

export const attachLimits = {
  /** Shells that are attached at the same time: more people than ever look into one node together. */
  sessionsMax: 16,
  /** Requests for a shell within `openWindowMs`: more is a program that tries its luck. */
  opensMax: 30,
  openWindowMs: 60_000,
  /** Grants whose number is remembered, so that none is used twice: an hour of the fastest opening that is allowed. */
  rememberedNoncesMax: 2_000,
  /** From the grant to the first frame of the client: both are sent at once. */
  beginTimeoutMs: 10_000,
  /** Between two signs of life of either side. */
  keepAliveMs: 5_000,
  /** Beats of the own clock without a sign of the other side after which it is given up. A node that was held up beats later too. */
  silentBeatsMax: 6,
  /** A shell that nobody types into and that runs nothing; a forgotten terminal is no reason to keep a door open. */
  idleTimeoutMsDefault: 30 * 60_000,
  /** One evaluation, unless the client asks for another time. */
  evaluationTimeoutMsDefault: 60_000,
  evaluationTimeoutMsMax: 24 * 60 * 60_000,
  /** Code that holds the event loop longer than this is told of. */
  heldUpMsMin: 1_000,
  /** Characters of one input: what a person pastes, and a small script. */
  inputCharactersMax: 100_000,
  /** Bytes of a frame that is read at all: the largest input, each character escaped. */
  frameBytesMax: 640_000,
  /** Characters of one frame: six bytes each at worst, far below what a carrier takes. */
  chunkCharactersMax: 32_000,
  /** Frames under way that the other side has not acknowledged. */
  windowFrames: 16,
  /** Output that waits for a client that reads slowly, or for code that holds the event loop; the rest is counted and left out. */
  outputWaitingCharactersMax: 256_000,
  /** Frames that wait for a client that sends and does not read. */
  waitingFramesMax: 1_000,
  /** A result as text: a few thousand lines. */
  resultCharactersMax: 100_000,
  /** A result as JSON: for programs, which take more. */
  resultJsonCharactersMax: 4_000_000,
  /** Values of a result that are spelled out by `util.inspect` and JSON; of a larger one a bounded part is shown. */
  resultValuesMax: 20_000,
  jsonValuesMax: 500_000,
  /** Depth of a result as text; `util.inspect` shows 2 by default, and a state is deeper. */
  resultDepthMax: 5,
  /** Entries of one list, map or set that are shown. */
  resultEntriesMax: 200,
  /** Characters of one text within a result. */
  resultTextCharactersMax: 10_000,
  /** Completions of one word. */
  completionsMax: 200,
  /** Processes that `ps` lists unless it is asked for more. */
  processesShownDefault: 20,
  /** Events after which `trace` ends unless it is asked for more. */
  traceEventsDefault: 10,
  /** As long as `aiex cluster drain` takes, unless it is asked for more. */
  drainDeadlineMsDefault: 30_000,
  /** How often a shell looks how far a drain is. */
  drainLookEveryMs: 200,
  /** Messages that wait for `receive` in a shell; older ones give way. */
  mailboxMessagesMax: 10_000,
  /** Restarts of evaluators are no matter of a supervisor, so this is for shells alone: none is ever started again. */
  terminalColumnsMax: 500,
  terminalColumnsMin: 20,
  terminalColumnsDefault: 80,
} as const;
