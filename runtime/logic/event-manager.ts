// Event managers: events for handlers that come and go while the manager runs (OTP: `gen_event`).
// All handlers run in the manager, one after the other, the latest first. One that fails is let go of, alone.
import { call, cast, self } from "../process/acting.ts";
import type { Address } from "../process/address.ts";
import { currentProcess } from "../process/current.ts";
import { LocalValue } from "../process/data.ts";
import type { Pid } from "../process/pid.ts";
import type { AnyMessage, Protocol } from "../process/protocol.ts";
import { ExitMessage } from "../process/system-message.ts";
import type { CallOptions } from "../process/verbs.ts";
import {
  type AnySuccessor,
  type EventHandler,
  type HandlerArguments,
  type HandlerGone,
  type HandlerId,
  type HandlerOptions,
  idOf,
  successor,
} from "./event-handler.ts";
import { type AddHandler, type CallHandler, EventHandlers } from "./event-handlers.ts";
import type { Received } from "./function.ts";
import type { NativeLogic } from "./logic.ts";
import { server } from "./server.ts";
import { type CastResult, type NextOptions, type NoReply, noReply, ok, replyWith } from "./server-result.ts";

export interface EventManagerProtocol<Event = unknown> extends Protocol {
  readonly calls: {
    readonly sync_notify: { readonly payload: Event; readonly reply: undefined };
    readonly call_handler: {
      readonly payload: { readonly id: string; readonly request: unknown };
      readonly reply: CallHandler;
    };
    readonly add_handler: {
      readonly payload: { readonly owner: Pid | undefined; readonly successor: LocalSuccessor };
      readonly reply: AddHandler;
    };
    readonly delete_handler: {
      readonly payload: { readonly id: string; readonly given: unknown };
      readonly reply: HandlerGone;
    };
    readonly swap_handler: {
      readonly payload: { readonly id: string; readonly given: unknown; readonly successor: LocalSuccessor };
      readonly reply: AddHandler;
    };
    readonly which_handlers: { readonly payload: undefined; readonly reply: readonly string[] };
  };
  readonly casts: { readonly notify: Event };
  readonly messages: AnyMessage;
}

/** A handler's callbacks stay on the node; what it begins with is data. */
interface LocalSuccessor {
  readonly handler: LocalValue<EventHandler>;
  readonly id: string;
  readonly input: unknown;
}

export type EventManager<Event = unknown> = Address<EventManagerProtocol<Event>>;

const endless = { timeoutMs: Number.POSITIVE_INFINITY };

/**
 * Defines an event manager, which begins without handlers. It traps exits.
 * @param name what reports and child specs call it
 */
export function eventManager<Event = unknown>(name: string): NativeLogic<EventManagerProtocol<Event>, void> {
  const logic = server(name, {
    init: () => {
      const process = currentProcess();
      process.trapsExits = true;
      return ok(new EventHandlers(process));
    },
    calls: {
      sync_notify: async (handlers: EventHandlers, event: unknown) => {
        await handlers.tell("event", event);
        return replyWith(undefined, handlers, rest(handlers));
      },
      call_handler: async (handlers: EventHandlers, { id, request }: CallHandlerRequest) =>
        replyWith(await handlers.call(id, request), handlers, rest(handlers)),
      add_handler: async (handlers: EventHandlers, { owner, successor }: AddHandlerRequest) =>
        replyWith(await handlers.add(local(successor), owner), handlers),
      delete_handler: async (handlers: EventHandlers, { id, given }: DeleteHandlerRequest) =>
        replyWith(await handlers.delete(id, given), handlers),
      swap_handler: async (handlers: EventHandlers, { id, given, successor }: SwapHandlerRequest) =>
        replyWith(await handlers.swap(id, given, local(successor)), handlers),
      which_handlers: (handlers: EventHandlers) => replyWith(handlers.ids, handlers),
    },
    casts: {
      notify: (handlers: EventHandlers, event: unknown) => {
        const told = handlers.tell("event", event);
        return told instanceof Promise ? told.then(() => goOn(handlers)) : goOn(handlers);
      },
    },
    info: (handlers: EventHandlers, message) => inform(handlers, message),
    terminate: (handlers: EventHandlers) => handlers.stopAll(),
    formatState: (handlers: EventHandlers) => handlers.state(),
  });
  return logic as unknown as NativeLogic<EventManagerProtocol<Event>, void>;
}

type Calls = EventManagerProtocol["calls"];
type CallHandlerRequest = Calls["call_handler"]["payload"];
type AddHandlerRequest = Calls["add_handler"]["payload"];
type DeleteHandlerRequest = Calls["delete_handler"]["payload"];
type SwapHandlerRequest = Calls["swap_handler"]["payload"];

/** Tells an event to all handlers and waits for none; never fails, even where there is no manager. */
export function notify<Event>(manager: EventManager<Event>, event: NoInfer<Event>): void {
  cast(manager as EventManager, "notify", event);
}

/**
 * Tells an event to all handlers and waits, without limit, until each has dealt with it.
 * @throws {NoProcess}; {CalleeExited}; {CallingSelf} a handler waits for its own manager
 */
export async function syncNotify<Event>(manager: EventManager<Event>, event: NoInfer<Event>): Promise<void> {
  await call(manager as EventManager, "sync_notify", event, endless);
}

/** Adds a handler before all others. Its `init` runs in the manager, and says whether it begins. */
export function addHandler<Event, Input>(
  manager: EventManager<Event>,
  handler: EventHandler<NoInfer<Event>, Input>,
  ...[options]: HandlerArguments<Input>
): Promise<AddHandler> {
  return add(manager, undefined, handler, options ?? {});
}

/**
 * As `addHandler`, for a handler that belongs to the calling process: it is told of the handler's end with a
 * `HandlerExitMessage`, and when it ends the handler does. The two are linked, so it hears of the manager's death too.
 */
export function addSupervisedHandler<Event, Input>(
  manager: EventManager<Event>,
  handler: EventHandler<NoInfer<Event>, Input>,
  ...[options]: HandlerArguments<Input>
): Promise<AddHandler> {
  return add(manager, self(), handler, options ?? {});
}

/** Lets a handler go: its `terminate` gets `given`, and what that gives comes back. */
export function deleteHandler<Event>(
  manager: EventManager<Event>,
  handler: HandlerId,
  given?: unknown,
): Promise<HandlerGone> {
  return call(manager as EventManager, "delete_handler", { id: idOf(handler), given }, endless);
}

/**
 * Replaces a handler by another in one step: no event comes between. The old one's `terminate` gets `given`, and what it
 * gives comes to the new one's `init` as `before`. The new one begins even where there is no old one, and keeps its owner.
 */
export function swapHandler<Event, Input>(
  manager: EventManager<Event>,
  old: { readonly handler: HandlerId; readonly given?: unknown },
  handler: EventHandler<NoInfer<Event>, Input>,
  ...[options]: HandlerArguments<Input>
): Promise<AddHandler> {
  const request = { id: idOf(old.handler), given: old.given, successor: sent(handler, options ?? {}) };
  return call(manager as EventManager, "swap_handler", request, endless);
}

/**
 * Asks one handler. 5,000 milliseconds by default. A handler that fails at it is gone.
 * @throws {NoProcess}; {CallTimeout}; {CalleeExited}; {CallingSelf}
 */
export function callHandler<Request, R = unknown>(
  manager: EventManager<never> | EventManager,
  handler: string | EventHandler<never, never, Request, R>,
  request: Request,
  options: CallOptions = {},
): Promise<CallHandler<R>> {
  const asked = { id: idOf(handler), request };
  return call(manager as EventManager, "call_handler", asked, options) as Promise<CallHandler<R>>;
}

/** The ids of all handlers, the latest first. */
export function whichHandlers<Event>(manager: EventManager<Event>): Promise<readonly string[]> {
  return call(manager as EventManager, "which_handlers", undefined, endless);
}

function add<Input>(
  manager: Address<Protocol>,
  owner: Pid | undefined,
  handler: EventHandler<never, Input>,
  options: HandlerOptions<Input>,
): Promise<AddHandler> {
  return call(manager as EventManager, "add_handler", { owner, successor: sent(handler, options) }, endless);
}

function sent<Input>(handler: EventHandler<never, Input>, options: HandlerOptions<Input>): LocalSuccessor {
  const next = successor(handler, options);
  return { ...next, handler: new LocalValue(next.handler) };
}

function local(sent: LocalSuccessor): AnySuccessor {
  return { ...sent, handler: sent.handler.value };
}

async function inform(handlers: EventHandlers, message: Received): Promise<CastResult<EventHandlers>> {
  const isExit = message instanceof ExitMessage;
  if (isExit) await handlers.ownerExited(message.from, message.reason);
  const isTaken = await handlers.tell("info", message);
  if (!isTaken && !isExit) {
    const { kernel, pid, name } = currentProcess();
    kernel.events.emit("message_unhandled", { pid, name, message: message.type });
  }
  return goOn(handlers);
}

function goOn(handlers: EventHandlers): NoReply<EventHandlers> {
  return noReply(handlers, rest(handlers));
}

/** How the manager waits for the next message. */
function rest(handlers: EventHandlers): NextOptions {
  return { hibernate: handlers.takeHibernation() };
}
