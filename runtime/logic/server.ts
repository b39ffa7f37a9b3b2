// `server(…)`: OTP's gen_server. State in, state out; typed calls and casts; one message at a time, async handlers included.
import type { ExitReason } from "../process/exit-reason.ts";
import type { Ref } from "../process/pid.ts";
import type { AnyMessage, Protocol } from "../process/protocol.ts";
import type { Received } from "./function.ts";
import { HandlerTable } from "./handler-table.ts";
import type { NativeLogic } from "./logic.ts";
import { ServerBehaviour } from "./server-behaviour.ts";
import type { Awaitable, CallResult, CastResult, InitResult, Reply, Stop } from "./server-result.ts";

// biome-ignore lint/suspicious/noExplicitAny: a handler's own payload and reply types are read back by inference below.
type CallHandler<S> = (state: S, payload: any, from: Ref) => Awaitable<CallResult<any, S>>;
// biome-ignore lint/suspicious/noExplicitAny: as above.
type CastHandler<S> = (state: S, payload: any) => Awaitable<CastResult<S>>;
export type CallHandlers<S> = Readonly<Record<string, CallHandler<S>>>;
export type CastHandlers<S> = Readonly<Record<string, CastHandler<S>>>;

export interface ServerDefinition<S, Input, Calls, Casts> {
  /** Makes the first state. The start is acknowledged when it has returned. */
  readonly init: (input: Input) => Awaitable<InitResult<S>>;
  readonly calls?: Calls & CallHandlers<NoInfer<S>>;
  readonly casts?: Casts & CastHandlers<NoInfer<S>>;
  /** Any other message: exits, downs, timeouts, plain sends. Without it they are reported and dropped. */
  readonly info?: (state: NoInfer<S>, message: Received) => Awaitable<CastResult<NoInfer<S>>>;
  readonly continue?: (state: NoInfer<S>, what: unknown) => Awaitable<CastResult<NoInfer<S>>>;
  /** Runs at an orderly end and after a crash, with the last good state; not when the process is killed. */
  readonly terminate?: (state: NoInfer<S>, reason: ExitReason) => Awaitable<void>;
  /** What of the state may be shown in reports. */
  readonly formatState?: (state: NoInfer<S>) => unknown;
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
  readonly messages: AnyMessage;
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
  const byName = {
    ...untyped,
    calls: new HandlerTable(untyped.calls ?? {}),
    casts: new HandlerTable(untyped.casts ?? {}),
  };
  return { logicName: name, host: (process) => new ServerBehaviour(process, byName) };
}
