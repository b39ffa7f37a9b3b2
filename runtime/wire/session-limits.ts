// The limits of a session between two nodes, the unit last in their names, each with its reason. One factor scales the times.

/** At a factor of 1. A peer is down 3 s after it fell silent; everything here is short against that, or is that. */
const times = {
  /** How often a session looks at its own times: short against the shortest of them. */
  tickMs: 50,
  /** A hello or an answer that was lost costs this much; a round trip is far shorter. */
  helloRetryMs: 250,
  /** Nobody answers: as long as for a silent peer to be down. */
  helloTimeoutMs: 3_000,
  /** As often as a heartbeat, where nothing else is said. */
  aliveMs: 1_000,
  /** After this much silence its own last envelopes are asked after: four times within the resend window, if each ask is lost. */
  probeMs: 400,
  /** An acknowledgement waits this long for an envelope to ride on: well below `probeMs`, so that nobody has to ask. */
  ackDelayMs: 150,
  /** Between two requests for what is missing: longer than a round trip, so that the answer to the first is not in doubt. */
  nackMs: 200,
  /** Between two answers to all that belongs to no session: one says it all. */
  resetMs: 100,
  /** A gap that stands this long is a loss. Shorter than `downMs`, so that who is alive is not taken for dead over it. */
  resendWindowMs: 2_000,
  /** The time to down: 2 s of silence and 1 s more. */
  downMs: 3_000,
} as const;

export type SessionTimes = { readonly [Name in keyof typeof times]: number };

export const sessionLimits = {
  ...times,
  /** Envelopes on their way to one peer, in bytes: a few ms of the fastest carrier, and little memory for each of 100 peers. */
  windowBytesDefault: 4 * 1024 * 1024,
  /** An acknowledgement by itself comes after this part of a window, so that its sender never has to wait for one. */
  ackWindowParts: 8,
  /** What an envelope costs beside its body, in bytes: so that empty ones fill a window too. */
  envelopeBytes: 64,
  /** Envelopes that may wait for their acknowledgement before the ring grows; a power of two. */
  ringEnvelopes: 16,
} as const;

/** Asked for at every tick, with the few factors that there are. */
const known = new Map<number, SessionTimes>();

/** @param factor scales all times together, from above 0; 1 for the defaults */
export function sessionTimes(factor: number): SessionTimes {
  const found = known.get(factor);
  if (found !== undefined) return found;
  if (!(factor > 0 && Number.isFinite(factor)))
    throw new RangeError(`The factor of all times is a number above 0; given was ${factor}.`);
  const scaled = Object.entries(times).map(([name, ms]) => [name, ms * factor]);
  const made = Object.fromEntries(scaled) as SessionTimes;
  known.set(factor, made);
  return made;
}
