// The limits of a node as a whole, the unit last in their names, each with its reason.

export const nodeLimits = {
  /** What is stopped in good order after a failure may take as long as OTP gives one worker; then it is killed. */
  failureDrainMsMax: 5_000,
  /** Time between two looks at the event loop and the heap: a block is told short by less than this, for four looks a second. */
  healthCheckMs: 250,
  /** A busy node is late by up to 50 ms; twice that is somebody's turn that takes too long. */
  eventLoopLagMsMax: 100,
  /**
   * Of the heap's limit. V8 lets the heap grow at most half of the way from what is alive to its limit before it collects,
   * so at 80 % at least 60 % are alive: time to tell people.
   */
  heapHighPercent: 80,
  /** By the same rule at least 80 % are alive: what comes in addition may be what the rest was needed for. */
  heapFullPercent: 90,
  /**
   * At least 90 % are alive, and V8 ends the program soon. It may do so from 80 % on, where it has come to do nothing but
   * collect; then no order is possible.
   */
  heapExhaustedPercent: 95,
  /** A level is left this far below the one where it begins: a heap goes up and down by as much as it collects. */
  heapCalmPercent: 10,
  /** With a name this long a change of the group still fits into one message to other nodes, among hundreds of others. */
  groupNameCharactersMax: 1_024,
} as const;
