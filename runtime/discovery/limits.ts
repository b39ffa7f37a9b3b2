// Every limit of the search for brokers, the unit last in its name, each with its reason.

export const discoveryLimits = {
  /** A server for names in the same cluster answers in milliseconds; two tries of this fit well into a reconnect's wait. */
  questionMsMax: 2_000,
  /** One lost datagram is no reason to give up. */
  questionTriesMax: 2,
  /** More brokers than any set has: a name that says more is not for us. */
  serversMax: 64,
} as const;
