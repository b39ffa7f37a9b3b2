// Actions for machines: what a process can do, as XState actions. What takes time comes back to the actor as an event.
import { call, cast, monitor, reply, send, spawn } from "../process/acting.ts";
import type { Address } from "../process/address.ts";
import { currentProcess } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid, Ref } from "../process/pid.ts";
import type {
  AnyMessage,
  AnyProtocol,
  CallName,
  CallPayload,
  CastName,
  CastPayload,
  Protocol,
} from "../process/protocol.ts";
import { TurnMessage } from "../process/system-message.ts";
import type { SpawnOptions } from "../process/verbs.ts";
import { HostSystem } from "./host-system.ts";
import type { AnyLogic, InputOf } from "./logic.ts";

/** The process of `spawnProcess` is ready. */
export interface SpawnedEvent<P extends Protocol = AnyProtocol> {
  readonly type: "sys.spawned";
  readonly id: string;
  readonly pid: Pid<P>;
}

/** The start failed: `error` is what `spawn` throws. */
export interface SpawnFailedEvent {
  readonly type: "sys.spawn_failed";
  readonly id: string;
  readonly error: Error;
}

/** The reply to a `callProcess`. */
export interface ReplyEvent<R = unknown> {
  readonly type: "sys.reply";
  readonly id: string;
  readonly value: R;
}

/** The call failed: `error` is what `call` throws. */
export interface CallFailedEvent {
  readonly type: "sys.call_failed";
  readonly id: string;
  readonly error: Error;
}

/** A watched process ended. `id` is that of `monitorProcess`; the monitor of a plain `monitor` has only its `ref`. */
export interface DownEvent {
  readonly type: "sys.down";
  readonly id?: string;
  readonly ref: Ref;
  readonly object: Address<Protocol>;
  readonly reason: ExitReason;
  readonly output: unknown;
}

/** An exit signal that the process traps. */
export interface ExitEvent {
  readonly type: "sys.exit";
  readonly from: Pid;
  readonly reason: ExitReason;
}

/** A timer of `startTimer`. */
export interface TimeoutEvent {
  readonly type: "sys.timeout";
  readonly ref: Ref | undefined;
  readonly payload: unknown;
}

/** Every event that the runtime itself sends to a machine: for a machine's `types.events`. */
export type ProcessEvent =
  | SpawnedEvent
  | SpawnFailedEvent
  | ReplyEvent
  | CallFailedEvent
  | DownEvent
  | ExitEvent
  | TimeoutEvent;

interface Scope<Context, Event> {
  readonly context: Context;
  readonly event: Event;
}

/** What XState hands to an action, as far as these need it. */
export interface ActionScope<Context, Event> extends Scope<Context, Event> {
  // biome-ignore lint/suspicious/noExplicitAny: a machine's own reference takes its own events only, and none is known here.
  readonly self: { readonly send: (event: any) => void };
}

export type ProcessAction<Context, Event> = (scope: ActionScope<Context, Event>) => void;

/** What an action does, or how to tell from context and event. */
export type Planned<What, Context, Event> = What | ((scope: Scope<Context, Event>) => What);

type PayloadField<Payload> = undefined extends Payload
  ? { readonly payload?: Payload }
  : { readonly payload: Payload };
type InputField<Input> = undefined extends Input ? object : { readonly input: Input };

export type SpawnPlan<L extends AnyLogic> = { readonly id: string } & SpawnOptions<L> &
  InputField<InputOf<L>>;

export type CallPlan<P extends Protocol, K extends CallName<P>> = {
  readonly id: string;
  readonly to: Address<P>;
  readonly type: K;
  readonly timeoutMs?: number;
} & PayloadField<CallPayload<P, K>>;

export interface SendPlan<P extends Protocol> {
  readonly to: Address<P>;
  readonly message: P["messages"];
}

export type CastPlan<P extends Protocol, K extends CastName<P>> = {
  readonly to: Address<P>;
  readonly type: K;
} & PayloadField<CastPayload<P, K>>;

export interface MonitorPlan {
  readonly id: string;
  readonly to: Address<Protocol>;
  /** The event carries what the process's logic came to. */
  readonly output?: boolean;
}

export interface ReplyPlan {
  /** The `replyTo` of a call's event. */
  readonly to: Ref;
  readonly value: unknown;
}

/**
 * Starts a process. `sys.spawned` or `sys.spawn_failed` with the plan's `id` tells how it came out. With `link: true` the
 * process ends with the machine's.
 */
export function spawnProcess<L extends AnyLogic, Context, Event>(
  logic: L,
  plan: Planned<SpawnPlan<L>, Context, Event>,
): ProcessAction<Context, Event> {
  return (scope) => {
    const { id, ...options } = planned(plan, scope);
    const tell = teller(scope);
    spawn<AnyLogic>(logic, options as SpawnOptions<AnyLogic>).then(
      (pid) => tell({ type: "sys.spawned", id, pid: pid as Pid }),
      (error: Error) => tell({ type: "sys.spawn_failed", id, error }),
    );
  };
}

/** Calls a process. `sys.reply` or `sys.call_failed` with the plan's `id` tells how it came out; meanwhile the machine goes on. */
export function callProcess<P extends Protocol, K extends CallName<P>, Context, Event>(
  plan: Planned<CallPlan<P, K>, Context, Event>,
): ProcessAction<Context, Event> {
  return (scope) => {
    const { id, to, type, payload, timeoutMs } = planned(plan, scope) as CallPlan<AnyProtocol, string>;
    const tell = teller(scope);
    call(to, type, payload, timeoutMs === undefined ? {} : { timeoutMs }).then(
      (value) => tell({ type: "sys.reply", id, value }),
      (error: Error) => tell({ type: "sys.call_failed", id, error }),
    );
  };
}

/** Sends a message. @throws {NoProcess} for a local name that nobody holds, which ends the machine */
export function sendProcess<P extends Protocol, Context, Event>(
  plan: Planned<SendPlan<P>, Context, Event>,
): ProcessAction<Context, Event> {
  return (scope) => {
    const { to, message } = planned(plan, scope);
    send(to as Address, message as AnyMessage);
  };
}

/** Casts; never fails. */
export function castProcess<P extends Protocol, K extends CastName<P>, Context, Event>(
  plan: Planned<CastPlan<P, K>, Context, Event>,
): ProcessAction<Context, Event> {
  return (scope) => {
    const { to, type, payload } = planned(plan, scope) as CastPlan<AnyProtocol, string>;
    cast(to, type, payload);
  };
}

/** Watches a process: one `sys.down` with the plan's `id`, whenever and however it ends. */
export function monitorProcess<Context, Event>(
  plan: Planned<MonitorPlan, Context, Event>,
): ProcessAction<Context, Event> {
  return (scope) => {
    const { id, to, output } = planned(plan, scope);
    const { self } = scope;
    monitor(
      to,
      (down) => {
        const { ref, object, reason } = down;
        self.send({ type: "sys.down", id, ref, object, reason, output: down.output } satisfies DownEvent);
      },
      { output: output === true },
    );
  };
}

/**
 * Answers a call, or several in order: each caller has its answer before the machine handles another event, and also where
 * the machine ends with this step. A caller that waits no more is not told.
 */
export function replyProcess<Context, Event>(
  plan: Planned<ReplyPlan | readonly ReplyPlan[], Context, Event>,
): ProcessAction<Context, Event> {
  return (scope) => {
    for (const { to, value } of [planned(plan, scope)].flat()) reply(to, value);
  };
}

/** The plan itself, or what the author's function makes of context and event. */
export function planned<What, Context, Event>(
  plan: Planned<What, Context, Event>,
  scope: Scope<Context, Event>,
): What {
  return typeof plan === "function"
    ? (plan as (scope: Scope<Context, Event>) => What)({ context: scope.context, event: scope.event })
    : plan;
}

/** How a result gets back to the actor whose action asked for it: in a turn of the process, and not at all once it has ended. */
function teller(scope: ActionScope<unknown, unknown>): (event: ProcessEvent) => void {
  const process = currentProcess();
  const { self } = scope;
  const { system } = self as { readonly system?: unknown };
  const host = system instanceof HostSystem ? system : undefined;
  if (host !== undefined) host.awaited += 1;
  return (event) =>
    process.deliver(
      new TurnMessage(() => {
        if (host !== undefined) host.awaited -= 1;
        self.send(event);
      }),
    );
}
