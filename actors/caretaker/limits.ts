// The limits of the caretaker, the unit last in their names, each with its reason.
export const caretakerLimits = {
  /** How often it looks: what it takes out is small, and has waited for days. */
  lookEveryMs: 10 * 60_000,
  /** A node that has been away for so long is not expected back: a weekend, and some days of holiday. */
  awayMs: 7 * 24 * 60 * 60_000,
  /** Nodes that it keeps in mind. More than have ever been away at the same time. */
  nodesMax: 10_000,
} as const;
