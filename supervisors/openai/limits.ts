// Limits of the OpenAI-compatible endpoint, the unit last in each name, each with its reason.

export const endpointLimits = {
  /** Bytes of a request: the longest that a model reads (8 million characters), most of them of one byte. */
  bodyBytesMax: 16 * 1024 * 1024,
  /** Time for a whole answer: as long as OpenAI's own SDKs wait where nobody says otherwise. */
  answerMsMax: 600_000,
  /** How long a request may wait for a rate: longer, and its sender is better told when to come back. */
  limitWaitMsMax: 30_000,
  /** A stream in which nothing was written for so long says that it is alive: clients and what is between close silent ones. */
  quietMsMax: 15_000,
  /** Requests at the same time: as many as there are connections at most, and each of them holds memory. */
  requestsMax: 500,
  /** Time for lists of models: a node whose providers take longer is left out of the list, and its entries can be asked all the same. */
  modelsMsMax: 12_000,
  /** Such a list is asked for at every start of some tools, and changes seldom. */
  modelsKeptMs: 60_000,
  /** What a stopping endpoint gives answers that have begun. */
  drainMsMax: 10_000,
  /** Characters of what was given that a message quotes. */
  quotedCharactersMax: 100,
  /** Bytes of the file with the token: one line. */
  tokenFileBytesMax: 1_024,
  /** Bytes of chance in a token: nobody guesses 256 bits. */
  tokenBytes: 32,
  /** Of chance in the ids of answers: no two starts have the same. */
  idBytes: 10,
} as const;
