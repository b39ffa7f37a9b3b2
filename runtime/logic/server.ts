// `server(…)`: OTP's gen_server. State in, state out; typed calls and casts; one message at a time, async handlers included.

import type { ExitReason } from "../process/exit-reason.ts";
import type { Ref } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import type { Received } from "./function.ts";
import type { NativeLogic } from "./logic.ts";
import { ServerBehaviour } from "./server-behaviour.ts";

/** What may follow any result that goes on. */
export interface NextOptions {
  /** Sends `sys.timeout` to `info` unless a message comes within this many milliseconds. Not kept: say it again each time. */
  readonly timeoutMs?: number;
  /** Runs `continue` with this before any other message. */
  readonly continue?: unknown;
  /** Gives back memory while the process waits. */
  readonly hibernate?: boolean;
}

const noOptions: NextOptions = {};

/** Answers the caller and goes on. */
export class Reply<R, S> {
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
  readonly state: S;
  readonly options: NextOptions;
  constructor(state: S, options: NextOptions) {
    this.state = state;
    this.options = options;
  }
}

/** Ends the server: `terminate`, then exit with the reason. */
export class Stop<S, R> {
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

/** `init` refuses to start. */
export class InitStop {
  readonly reason: ExitReason;
  readonly quiet: boolean;
  constructor(reason: ExitReason, quiet: boolean) {
    this.reason = reason;
    this.quiet = quiet;
  }
}

export class InitIgnore {}

/** `init` succeeded. */
export class InitOk<S> {
  readonly state: S;
  readonly options: NextOptions;
  constructor(state: S, options: NextOptions) {
    this.state = state;
    this.options = options;
  }
}

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

type Awaitable<T> = T | Promise<T>;
export type InitResult<S> = InitOk<S> | InitStop | InitIgnore;
export type CastResult<S> = NoReply<S> | Stop<S, never>;
export type CallResult<R, S> = Reply<R, S> | NoReply<S> | Stop<S, R>;

// biome-ignore lint/suspicious/noExplicitAny: a handler's own payload and reply types are read back by inference below.
type CallHandler<S> = (state: S, payload: any, from: Ref) => Awaitable<CallResult<any, S>>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type CastHandler<S> = (state: S, payload: any) => Awaitable<CastResult<S>>;
export type CallHandlers<S> = Readonly<Record<string, CallHandler<S>>>;
export type CastHandlers<S> = Readonly<Record<string, CastHandler<S>>>;

export interface ServerDefinition<S, Input, Calls, Casts> {
  /** Makes the first state. The start is acknowledged when it has returned. */
  readonly init: (input: Input) => Awaitable<InitResult<S>>;
  readonly calls?: Calls & CallHandlers<S>;
  readonly casts?: Casts & CastHandlers<S>;
  /** Any other message: exits, downs, timeouts, plain sends. Without it they are reported and dropped. */
  readonly info?: (state: S, message: Received) => Awaitable<CastResult<S>>;
  readonly continue?: (state: S, what: unknown) => Awaitable<CastResult<S>>;
  /** Runs at an orderly end and after a crash, with the last good state; not when the process is killed. */
  readonly terminate?: (state: S, reason: ExitReason) => Awaitable<void>;
  /** What of the state may be shown in reports. */
  readonly formatState?: (state: S) => unknown;
}

type PayloadOf<H> = H extends (state: never, payload: infer P, ...rest: never[]) => unknown
  ? unknown extends P
    ? undefined
    : P
  : undefined;
type ReplyValue<T> = T extends Reply<infer R, unknown> ? R : T extends Stop<unknown, infer R> ? R : never;
type ReplyOf<H> = H extends (...given: never[]) => infer Result ? ReplyValue<Awaited<Result>> : never;

/** The protocol that a server's handlers spell out. */
export interface ServerProtocol<Calls, Casts> extends Protocol {
  readonly calls: {
    readonly [K in keyof Calls]: { readonly payload: PayloadOf<Calls[K]>; readonly reply: ReplyOf<Calls[K]> };
  };
  readonly casts: { readonly [K in keyof Casts]: PayloadOf<Casts[K]> };
  readonly messages: { readonly type: string };
}

/**
 * Defines a server (OTP: `gen_server`).
 * @param name what reports and child specs call it
 */
export function server<S, Input, Calls = Record<never, never>, Casts = Record<never, never>>(
  name: string,
  definition: ServerDefinition<S, Input, Calls, Casts>,
): NativeLogic<ServerProtocol<Calls, Casts>, Input> {
  // biome-ignore lint/suspicious/noExplicitAny: the behaviour is one class for all servers; the handlers' types end here.
  const untyped = definition as unknown as ServerDefinition<any, any, CallHandlers<any>, CastHandlers<any>>;
  return { logicName: name, host: (process) => new ServerBehaviour(process, untyped) };
}
