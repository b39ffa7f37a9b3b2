// Every limit, timeout and default of the carriers in one place, the unit last in its name, each with its reason.

export const carrierLimits = {
  /** NATS's own default. A carrier takes less where its broker does, and never more: whoever reads it has a bound. */
  payloadBytesMax: 1_048_576,
  /** The longest subject that aiex builds is about 300: seven tokens, four of them names of at most 64. */
  subjectCharactersMax: 512,
  /** Subjects whose receivers are remembered, for each table; a node has some dozens. */
  cachedSubjectsMax: 1_000,
  /** What may wait for one reader: above what the windows of sessions let through, below what hurts. */
  pendingBytesMax: 16 * 1024 * 1024,
  /** The same for a broker, which is the reader of everything that goes out. */
  brokerPendingBytesMax: 32 * 1024 * 1024,
  /** Programs at one socket. One machine's owner has some dozens of commands at once, at most. */
  socketPeersMax: 256,
  /** Patterns of one peer of a socket: a command has a handful. */
  peerSubscriptionsMax: 1_000,
  /** Until the other end of a socket has said what it speaks: it is on this machine. */
  greetingTimeoutMs: 5_000,
  /** For the last words to reach a peer that may not be reading. */
  lingerMs: 1_000,
  /** `sun_path` on macOS, which has the least room, without its last byte. */
  socketPathBytesMax: 103,
  /** A silent broker is given up after two of these: a lost cable must not look like a quiet cluster. */
  brokerPingIntervalMs: 5_000,
  /** One attempt to connect, with the handshake. */
  brokerConnectTimeoutMs: 5_000,
  /** Between attempts to connect again. At first quick, for a broker that restarts; then slow, for one that is away. */
  reconnectWaitMsMin: 200,
  reconnectWaitMsMax: 2_000,
  /** For what was handed on to reach the broker, when a carrier closes. */
  flushTimeoutMs: 2_000,
} as const;
