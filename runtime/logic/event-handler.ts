// What an event manager's handlers are made of, and what their callbacks may return: go on, answer, leave, hand over.
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import { SystemMessage } from "../process/system-message.ts";
import type { Received } from "./function.ts";
import type { Awaitable, InitOk, InitStop, Reply } from "./server-result.ts";

/** Why a handler leaves its manager, as its `terminate` is told. */
export type HandlerEnd =
  /** `deleteHandler` or a swap, with what was given there. */
  | { readonly is: "deleted" | "swapped"; readonly given: unknown }
  /** A callback of its own asked for it. */
  | { readonly is: "removed" }
  /** The manager ends. */
  | { readonly is: "stopped" }
  /** The process that it belonged to has ended. */
  | { readonly is: "owner_exited"; readonly reason: ExitReason }
  /** A callback threw, or returned what it must not. */
  | { readonly is: "failed"; readonly reason: ExitReason };

/** What became of a handler that was told to leave: `value` is what its `terminate` gave. */
export type HandlerGone =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: "not_found" }
  /** Its `terminate` has failed; it is gone all the same. */
  | { readonly ok: false; readonly error: "failed"; readonly reason: ExitReason };

/** From `event`, `info` or `call`: the handler leaves (OTP: `remove_handler`). */
export class Remove<R = never> {
  declare readonly kind: "remove";
  readonly value: R | undefined;
  constructor(value: R | undefined) {
    this.value = value;
  }
}

/** From `event`, `info` or `call`: another handler takes this one's place (OTP: `swap_handler`). */
export class Swap<S, R = never> {
  declare readonly kind: "swap";
  readonly state: S;
  readonly successor: AnySuccessor;
  readonly value: R | undefined;
  constructor(state: S, successor: AnySuccessor, value: R | undefined) {
    this.state = state;
    this.successor = successor;
    this.value = value;
  }
}

export type HandlerResult<S> = InitOk<S> | Remove | Swap<S>;
export type HandlerCallResult<R, S> = Reply<R, S> | Remove<R> | Swap<S, R>;

/** State in, state out; each callback may be async, and the next event waits for it. */
export interface EventHandlerDefinition<S, Event, Input, Request, R> {
  /** Makes the first state, with `ok`, or declines with `refuse`. `before` is what became of the one that it replaces. */
  readonly init: (input: Input, before: HandlerGone | undefined) => Awaitable<InitOk<S> | InitStop>;
  /** One event. Go on with `ok(state)`; `hibernate` is the one option that counts here. */
  readonly event: (state: NoInfer<S>, event: Event) => Awaitable<HandlerResult<NoInfer<S>>>;
  /** A request to this handler alone. Without it one is answered with a failure, and the handler stays. */
  readonly call?: (state: NoInfer<S>, request: Request) => Awaitable<HandlerCallResult<R, NoInfer<S>>>;
  /** Any other message to the manager: exits, downs, timeouts, plain sends. */
  readonly info?: (state: NoInfer<S>, message: Received) => Awaitable<HandlerResult<NoInfer<S>>>;
  /** Runs whenever the handler leaves, except when the manager is killed. */
  readonly terminate?: (state: NoInfer<S>, end: HandlerEnd) => unknown;
  /** What of the state may be shown in reports. */
  readonly formatState?: (state: NoInfer<S>) => unknown;
}

/** A kind of handler: a manager can run it any number of times, told apart by their ids. */
export interface EventHandler<in Event = never, in Input = never, in Request = never, out R = unknown> {
  readonly handlerName: string;
  readonly callbacks: AnyCallbacks;
  readonly eventType?: (event: Event) => void;
  readonly inputType?: (input: Input) => void;
  readonly requestType?: (request: Request) => R;
}

// biome-ignore lint/suspicious/noExplicitAny: one manager runs handlers of every state; the types are kept at its edge.
export type AnyCallbacks = EventHandlerDefinition<any, any, any, any, any>;

export interface HandlerOptions<Input> {
  /** By default the handler's name. Two of one id are told apart by nobody: the latest is meant. */
  readonly id?: string;
  readonly input?: Input;
}

/** Input may be left out only where the handler needs none. */
export type HandlerArguments<Input> = undefined extends Input
  ? [options?: HandlerOptions<Input>]
  : [options: HandlerOptions<Input> & { readonly input: Input }];

/** A handler about to begin. */
export interface AnySuccessor {
  readonly handler: EventHandler;
  readonly id: string;
  readonly input: unknown;
}

/** A supervised handler has left its manager (OTP: `gen_event_EXIT`); sent to the process that added it. */
export class HandlerExitMessage extends SystemMessage {
  readonly type = "sys.handler_exit";
  readonly manager: Pid;
  readonly id: string;
  /** `normal`: removed; `shutdown`: the manager ends; `{ swapped }`: replaced, by which id; else what it failed with. */
  readonly reason: ExitReason;
  constructor(manager: Pid, id: string, reason: ExitReason) {
    super();
    this.manager = manager;
    this.id = id;
    this.reason = reason;
  }
}

/**
 * Defines a handler for event managers (OTP: a `gen_event` callback module).
 * @param name what reports call it, and its id where none is given
 */
export function eventHandler<S, Event, Input = undefined, Request = unknown, R = unknown>(
  name: string,
  definition: EventHandlerDefinition<S, Event, Input, Request, R>,
): EventHandler<Event, Input, Request, R> {
  return { handlerName: name, callbacks: definition };
}

/** The handler leaves. From `call` also with its answer. */
export function removeHandler<R = never>(answer?: { readonly reply: R }): Remove<R> {
  return new Remove(answer?.reply);
}

/**
 * Another handler takes over: this one's `terminate` gives what the other's `init` gets as `before`. From `call` also with
 * the answer.
 */
export function handOver<S, Input, R = never>(
  state: S,
  handler: EventHandler<never, Input>,
  options: HandlerOptions<Input> = {},
  answer?: { readonly reply: R },
): Swap<S, R> {
  return new Swap(state, successor(handler, options), answer?.reply);
}

export function successor<Input>(
  handler: EventHandler<never, Input>,
  { id, input }: HandlerOptions<Input>,
): AnySuccessor {
  return { handler: handler as EventHandler, id: id ?? handler.handlerName, input };
}

/** A handler by its id, or by what it was made of. */
export type HandlerId = string | { readonly handlerName: string };

export function idOf(handler: HandlerId): string {
  return typeof handler === "string" ? handler : handler.handlerName;
}
