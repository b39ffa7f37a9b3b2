// What a session is made of: what happens to it, what it wants done, and what it knows. Only `step` changes a session.
import type { Frame } from "./frame.ts";
import { type SessionTimes, sessionLimits, sessionTimes } from "./session-limits.ts";

/**
 * - `gap`: envelopes were lost for good; `missed_beats`: the peer is silent, or acknowledges nothing; `disconnect`: the own
 *   carrier was lost; `down`, `overrun`: the shell's verdicts;
 * - `goodbye`: it was closed, here or there; `reset`: the peer knows nothing of it; `incarnation`: the peer has started anew;
 *   `protocol`: the peer said what cannot be;
 * - `refused`, `unanswered`: no session came about.
 */
export type BrokenReason =
  | "gap"
  | "disconnect"
  | "missed_beats"
  | "overrun"
  | "reset"
  | "goodbye"
  | "incarnation"
  | "down"
  | "protocol"
  | "refused"
  | "unanswered";

/** `now` is monotonic, in milliseconds. */
export type SessionEvent =
  /** A session is wanted. Nothing happens where there is one, or a hello under way. */
  | { readonly type: "connect"; readonly now: number }
  | { readonly type: "frame"; readonly frame: Frame; readonly now: number }
  /** `body` is kept until it is acknowledged: nobody may change it. Only where the session stands. */
  | { readonly type: "send"; readonly body: Uint8Array; readonly now: number }
  /** Every `tickMs` of the session's times. */
  | { readonly type: "tick"; readonly now: number }
  /** The peer was heard by another way: it is there, however long it says nothing here. */
  | { readonly type: "heard"; readonly now: number }
  | { readonly type: "carrier_lost"; readonly now: number }
  | { readonly type: "close"; readonly why: BrokenReason; readonly now: number };

export type SessionAction =
  /** `to` is the incarnation to send to; 0 for whoever has the name. */
  | { readonly type: "transmit"; readonly frame: Frame; readonly to: number }
  | { readonly type: "up"; readonly incarnation: number; readonly hidden: boolean; readonly version: number }
  | { readonly type: "deliver"; readonly body: Uint8Array }
  /** There is room again, and there was none. */
  | { readonly type: "window" }
  /** Comes once for every `up`, and for every `connect` that came to nothing; `wasUp` tells which. */
  | {
      readonly type: "broken";
      readonly reason: BrokenReason;
      readonly wasUp: boolean;
      /** The incarnation that it was with; 0 where that was never known. */
      readonly incarnation: number;
      /** In words for people, where there is more to say. */
      readonly detail: string | undefined;
    };

/** Who the other side is, by what it said in its hello or its welcome. */
export interface Peer {
  readonly mine: number;
  readonly theirs: number;
  readonly incarnation: number;
  readonly hidden: boolean;
  readonly version: number;
  readonly windowBytes: number;
}

/** A hello of our own that waits for its answer. */
export interface Greeting {
  half: number;
  readonly sinceMs: number;
  sentMs: number;
}

/** A hello of theirs that was answered: a session as soon as a frame names our half. */
export interface Answered extends Peer {
  atMs: number;
}

/** A session that stands. Envelopes of each direction are numbered from 1. */
export interface Standing extends Peer {
  /** False until the peer has named our half: its first word may have been lost. */
  isConfirmed: boolean;
  heardMs: number;
  sentMs: number;

  /** Sent and not acknowledged: the bodies from `acked + 1` to `lastSent`, each in the slot of its number. */
  slots: (Uint8Array | undefined)[];
  lastSent: number;
  acked: number;
  /** When `acked` last moved, or there was first something to acknowledge. */
  ackedMs: number;
  unackedBytes: number;
  /** Bytes that may be on their way: what both sides take. */
  readonly roomBytes: number;
  isFull: boolean;
  resentMs: number;

  /** The last number that came without a gap, and the last that is known to have been sent. */
  received: number;
  highest: number;
  gapSinceMs: number | undefined;
  nackedMs: number;
  /** Came since the last acknowledgement. */
  untoldBytes: number;
  owedSinceMs: number | undefined;
}

export interface Session {
  readonly incarnation: number;
  readonly hidden: boolean;
  readonly windowBytes: number;
  readonly times: SessionTimes;
  readonly half: () => number;
  greeting: Greeting | undefined;
  answered: Answered | undefined;
  standing: Standing | undefined;
  /** Of the last session that stood; 0 where there was none. */
  lastIncarnation: number;
  resetMs: number;
  tickedMs: number | undefined;
}

export interface SessionOptions {
  /** The own one. */
  readonly incarnation: number;
  readonly hidden?: boolean;
  /** Bytes of envelopes that this side takes without having acknowledged them. */
  readonly windowBytes?: number;
  /** Scales all times. */
  readonly factor?: number;
  /** A number that no session of either side has had: drawn at random from many. */
  readonly half: () => number;
}

export function createSession(options: SessionOptions): Session {
  return {
    incarnation: options.incarnation,
    hidden: options.hidden ?? false,
    windowBytes: options.windowBytes ?? sessionLimits.windowBytesDefault,
    times: sessionTimes(options.factor ?? 1),
    half: options.half,
    greeting: undefined,
    answered: undefined,
    standing: undefined,
    lastIncarnation: 0,
    resetMs: Number.NEGATIVE_INFINITY,
    tickedMs: undefined,
  };
}

/** True from `up` to `broken`. */
export function isUp(session: Session): boolean {
  return session.standing !== undefined;
}

/** True where a session is wanted and not there yet. */
export function isConnecting(session: Session): boolean {
  return session.greeting !== undefined;
}

/** Whether more may be sent now. One envelope always may, however small the window is. */
export function hasRoom({ standing }: Session): boolean {
  return standing !== undefined && standing.unackedBytes < standing.roomBytes;
}

export function standingWith(peer: Peer, ownWindowBytes: number, now: number): Standing {
  return {
    ...peer,
    isConfirmed: false,
    heardMs: now,
    sentMs: now,
    slots: new Array(sessionLimits.ringEnvelopes).fill(undefined),
    lastSent: 0,
    acked: 0,
    ackedMs: now,
    unackedBytes: 0,
    roomBytes: Math.max(1, Math.min(peer.windowBytes, ownWindowBytes)),
    isFull: false,
    resentMs: Number.NEGATIVE_INFINITY,
    received: 0,
    highest: 0,
    gapSinceMs: undefined,
    nackedMs: Number.NEGATIVE_INFINITY,
    untoldBytes: 0,
    owedSinceMs: undefined,
  };
}
