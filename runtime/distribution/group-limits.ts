// The limits of groups over nodes, the unit last in their names, each with its reason. The times are those at a factor of 1.

export const groupLimits = {
  /** A list that does not come is asked for again. A round trip is far shorter. */
  askMs: 1_000,
  /** So many times what the last number was is told once: a change that was lost stays unnoticed for 5 s at most. */
  headAsks: 5,
  /** Many nodes ask at once when one is new: one answer serves them all. */
  answerMs: 20,
  /** Processes in one message: at 9 bytes each a tenth of a payload of NATS. */
  messageIdsMax: 10_000,
  /** Groups in one message: with the longest of names, at 3 bytes a character, 300 KB. */
  messageEntriesMax: 100,
  /** Scopes that a node is asked for in one go: nobody has so many. */
  answersMax: 1_000,
} as const;
