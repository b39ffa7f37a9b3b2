// Every limit of the services for plain NATS clients, the unit last in its name, each with its reason.

export const serviceLimits = {
  /** Half of what a broker carries at once: room for what is made of it on the way, such as a text in a plan. */
  requestBytesMax: 524_288,
  /** As deep as a message between processes may be, less the levels that are put around it here. */
  requestDepthMax: 24,
  /** Requests that one service works on at once; who comes then is told to come again. Each holds its request and its answer. */
  requestsMax: 64,
  /** The broker's permission to answer lasts a minute longer. */
  answerMsMax: 300_000,
  /** For what is known at once: a state, an entry. */
  statusMsMax: 5_000,
  /** Headers are for a line; the whole of it is in the body. */
  headerCharactersMax: 300,
  /** A client's key or session, as text. */
  keyCharactersMax: 200,
} as const;
