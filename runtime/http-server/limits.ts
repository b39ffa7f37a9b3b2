// Limits of the HTTP server, the unit last in each name, each with its reason.

export const httpServerLimits = {
  /** Programs of one machine: far more than anybody has open, and few enough that they cost little. */
  connectionsMax: 1_000,
  /** Bytes of a request line with its headers: a token, a host and what SDKs say of themselves have one kilobyte. */
  headersBytesMax: 16 * 1024,
  /** Who is on this machine sends its headers at once; who does not holds a connection for nothing. */
  headersMsMax: 10_000,
  /** A whole request: the largest body takes a second here. */
  requestMsMax: 60_000,
  /** A connection that nobody uses: SDKs keep theirs for less than this, so that it is they who close it. */
  idleConnectionMsMax: 65_000,
  /** What waits for a reader that does not read. Above it whoever writes is told to wait. */
  unreadBytesMax: 256 * 1024,
} as const;
