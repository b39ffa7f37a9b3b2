// Limits of looking into a live process, the unit last in each name, each with its reason.

export const inspectLimits = {
  /** Events that `sys.log` keeps by default (OTP's `log`). */
  logEventsDefault: 10,
  /** Events that it keeps at most: each may be as long as a line of the log, 32,000 characters. */
  logEventsMax: 1_000,
  /** Events a second that a trace tells by default: more than a person reads, and few enough that the traced hardly notices. */
  traceEventsPerSecondDefault: 1_000,
  /** Events that wait for whoever reads a trace: one that never reads costs no more than this. */
  traceWaitingEventsMax: 1_000,
  /** The window in which a trace counts its events. */
  traceWindowMs: 1_000,
  /** Depth of a state that `sys.getState` copies: deeper ones are cut, before the stack is full. */
  stateDepthMax: 500,
  /** Values that a memory estimate looks at: about a tenth of a millisecond. */
  estimateValuesMax: 2_000,
  /** Entries of one list, map or set that it looks at; the others count as their average. */
  estimateEntriesMax: 100,
  /** Bytes of a process that holds nothing: measured with a hundred thousand idle servers. */
  processBytes: 550,
  /** Messages that `processInfo` shows: enough to see what a process is stuck at. */
  infoMessagesMax: 10,
  /** Children of one supervisor that a tree shows by default; the rest are counted. */
  treeChildrenDefault: 1_000,
  /** Processes that `topProcesses` lists by default: a screenful. */
  topProcessesDefault: 10,
} as const;
