// The limits of requests over HTTP and the reason for each number.

/** To reach a host, tunnel and TLS each: a connection around the world takes under a second, one over a bad line a few. */
export const connectTimeoutMsDefault = 10_000;

/** For one of several addresses of a host before the next is tried beside it: Node's own 250 ms fail on slow lines. */
export const addressAttemptMs = 1_000;

/** For a connection that nobody uses: below the minute after which most servers and their proxies close theirs. */
export const idleConnectionMs = 15_000;

/** Redirects of one request; a server that sends on further sends in circles. */
export const redirectsMax = 3;

/** Of an answer that is not used, what is read so that its connection can be. */
export const discardedBytesMax = 65_536;
