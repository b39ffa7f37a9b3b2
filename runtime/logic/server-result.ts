// What a server's callbacks may return: answer, go on, stop; and from `init` also refuse and ignore.
import type { ExitReason } from "../process/exit-reason.ts";

/** At once, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** What may follow any result that goes on. */
export interface NextOptions {
  /** Sends `sys.timeout` to `info` unless a message comes within this many milliseconds. Not kept: say it again each time. */
  readonly timeoutMs?: number;
  /** Runs `continue` with this before any other message. */
  readonly continue?: unknown;
  /** Gives back the memory of the mailbox while the process waits; worth it before a long wait after a burst. */
  readonly hibernate?: boolean;
}

/** What a result asks for that asks for nothing. */
export const noOptions: NextOptions = {};

// `kind` exists for the compiler alone: results of one shape must not pass for one another.

/** Answers the caller and goes on. */
export class Reply<R, S> {
  declare readonly kind: "reply";
  readonly value: R;
  readonly state: S;
  readonly options: NextOptions;
  constructor(value: R, state: S, options: NextOptions) {
    this.value = value;
    this.state = state;
    this.options = options;
  }
}

/** Goes on without an answer; for a call, `reply` answers later. */
export class NoReply<S> {
  declare readonly kind: "noReply";
  readonly state: S;
  readonly options: NextOptions;
  constructor(state: S, options: NextOptions) {
    this.state = state;
    this.options = options;
  }
}

/** Ends the server: `terminate`, then exit with the reason. */
export class Stop<S, R> {
  declare readonly kind: "stop";
  readonly reason: ExitReason;
  readonly state: S;
  readonly hasReply: boolean;
  readonly value: R | undefined;
  constructor(reason: ExitReason, state: S, hasReply: boolean, value: R | undefined) {
    this.reason = reason;
    this.state = state;
    this.hasReply = hasReply;
    this.value = value;
  }
}

/** `init` succeeded. */
export class InitOk<S> {
  declare readonly kind: "ok";
  readonly state: S;
  readonly options: NextOptions;
  constructor(state: S, options: NextOptions) {
    this.state = state;
    this.options = options;
  }
}

/** `init` refuses to start. */
export class InitStop {
  declare readonly kind: "refuse";
  readonly reason: ExitReason;
  readonly quiet: boolean;
  constructor(reason: ExitReason, quiet: boolean) {
    this.reason = reason;
    this.quiet = quiet;
  }
}

/** `init` declines to start. */
export class InitIgnore {
  declare readonly kind: "ignore";
}

export type InitResult<S> = InitOk<S> | InitStop | InitIgnore;
export type CastResult<S> = NoReply<S> | Stop<S, never>;
export type CallResult<R, S> = Reply<R, S> | NoReply<S> | Stop<S, R>;

/** OTP's `{reply, Value, State}`. */
export function replyWith<R, S>(value: R, state: S, options: NextOptions = noOptions): Reply<R, S> {
  return new Reply(value, state, options);
}

/** OTP's `{noreply, State}`. */
export function noReply<S>(state: S, options: NextOptions = noOptions): NoReply<S> {
  return new NoReply(state, options);
}

/** OTP's `{stop, Reason, State}`; `stopWith(reason, state, { reply })` answers the caller first. */
export function stopWith<S, R = never>(
  reason: ExitReason,
  state: S,
  answer?: { readonly reply: R },
): Stop<S, R> {
  return new Stop<S, R>(reason, state, answer !== undefined, answer?.reply);
}

/** From `init`: OTP's `{ok, State}`. */
export function ok<S>(state: S, options: NextOptions = noOptions): InitOk<S> {
  return new InitOk(state, options);
}

/** From `init`: OTP's `{stop, Reason}`. The start fails, and whoever is linked gets the reason. */
export function refuse(reason: ExitReason): InitStop {
  return new InitStop(reason, false);
}

/** From `init`: OTP 26's `{error, Reason}`. The start fails and the process ends `normal`, so nobody falls with it. */
export function refuseQuietly(reason: ExitReason): InitStop {
  return new InitStop(reason, true);
}

/** From `init`: OTP's `ignore`. */
export function ignore(): InitIgnore {
  return new InitIgnore();
}
