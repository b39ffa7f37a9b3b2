// The actor system of one process, in place of XState's own: its time is the process's, and it knows every actor to stop.
import type { EventObject } from "xstate";
import { limits } from "../limits.ts";
import { formatPid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import { SystemMessage, TurnMessage } from "../process/system-message.ts";
import type { Timer } from "../process/timers.ts";
import { Agenda, type Configured, type Taken } from "./agenda.ts";
import type { HostRef } from "./host-ref.ts";

/** The part of an XState actor that its parent's host needs and that XState's types keep to themselves. */
export interface ChildActor {
  readonly _parent?: object | undefined;
  _send(event: EventObject): void;
  _stop(): unknown;
}

/** An event that the machine or an actor in it planned for later, under a key by which it can be cancelled. */
interface Delay {
  readonly source: object;
  readonly target: object;
  readonly key: string;
  /** Delays are numbered as they are planned. */
  readonly number: number;
  event: EventObject;
  timer: Timer | undefined;
}

/** A delayed event as others see it. */
export interface PlannedEvent {
  readonly source: object;
  readonly target: object;
  readonly key: string;
  readonly event: EventObject;
  /** 0 where its time has come and its turn has not. */
  readonly remainingMs: number;
}

/** A delayed event of the machine itself, on its way through the mailbox. */
export class DelayedEvent extends SystemMessage {
  readonly delay: Delay;
  constructor(delay: Delay) {
    super();
    this.delay = delay;
  }

  get type(): string {
    return this.delay.event.type;
  }
}

/** What XState announces, as far as it is used here: every new actor, and the end of every microstep but the initial one. */
interface Announced {
  readonly type: string;
  readonly actorRef?: object & { readonly logic?: object };
  readonly event?: EventObject;
  readonly snapshot?: unknown;
  readonly _transitions?: readonly Taken[];
}

/** True for the key that a delayed event gets which nobody gave one. */
export function isOwnKey(key: string): boolean {
  return /^delay:\d+$/.test(key);
}

/** The actor system of one process: names, delayed events and live children of the machine inside it. */
export class HostSystem {
  readonly #process: Process;
  readonly #owner: HostRef;
  /** Told whenever an actor inside may have changed, in the middle of what it does. */
  changed: (() => void) | undefined;
  /** Answers that an action asked for and that have not come yet. */
  awaited = 0;
  /** Every live actor inside, by its parent. */
  #children: Map<object, Set<ChildActor>> | undefined;
  #named: Map<string, ChildActor> | undefined;
  #agenda: Agenda | undefined;
  #delays: Map<object, Map<string, Delay>> | undefined;
  #lastChild = 0;
  #lastDelay = 0;

  constructor(process: Process, owner: HostRef) {
    this.#process = process;
    this.#owner = owner;
  }

  get scheduler(): this {
    return this;
  }

  /** Actors inside the machine that keep time by themselves get it from the process, so it dies with them. */
  get _clock(): this {
    return this;
  }

  /** What the machine has planned for itself; undefined if it never did. */
  get agenda(): Agenda | undefined {
    return this.#agenda;
  }

  /** The agenda to plan in; undefined for an actor inside the machine, which has none. */
  agendaOf(actor: unknown): Agenda | undefined {
    if (actor !== this.#owner) return undefined;
    this.#agenda ??= new Agenda(this.#process, this, this.#owner);
    return this.#agenda;
  }

  get _snapshot(): unknown {
    return this.getSnapshot();
  }

  schedule(source: object, target: object, event: EventObject, delay: number, id?: string): void {
    this.#lastDelay += 1;
    const number = this.#lastDelay;
    const key = id ?? `delay:${number}`;
    this.cancel(source, key);
    this.#delays ??= new Map();
    const delays = this.#delays.get(source) ?? new Map<string, Delay>();
    this.#delays.set(source, delays);
    const entry: Delay = { source, target, key, number, event, timer: undefined };
    delays.set(key, entry);
    const item =
      target === this.#owner
        ? new DelayedEvent(entry)
        : new TurnMessage(() => {
            if (this.#take(entry)) (target as ChildActor)._send(entry.event);
          });
    entry.timer = this.#process.kernel.timers.start(delay, () => this.#process.deliver(item));
  }

  /** Every delayed event, in the order in which they are due. */
  planned(): readonly PlannedEvent[] {
    const { timers } = this.#process.kernel;
    return [...(this.#delays?.values() ?? [])]
      .flatMap((delays) => [...delays.values()])
      .sort((left, right) => dueOf(left) - dueOf(right) || left.number - right.number)
      .map(({ source, target, key, event, timer }) => {
        const remainingMs = timer === undefined ? 0 : (timers.remaining(timer) ?? 0);
        return { source, target, key, event, remainingMs };
      });
  }

  /** False for a delayed event that was cancelled after its time had come and before its turn: its state was left. */
  isDue(item: DelayedEvent): boolean {
    return this.#take(item.delay);
  }

  /** Puts another event in the place of a delayed one; false when there is none of that key. */
  replaceEvent(source: object, id: string, event: EventObject): boolean {
    const entry = this.#delays?.get(source)?.get(id);
    if (entry === undefined) return false;
    entry.event = event;
    return true;
  }

  cancel(source: object, id: string): void {
    const entry = this.#delays?.get(source)?.get(id);
    if (entry !== undefined) this.#take(entry);
  }

  cancelAll(source: object): void {
    for (const entry of [...(this.#delays?.get(source)?.values() ?? [])]) this.#take(entry);
  }

  setTimeout(run: () => void, delay: number): Timer {
    return this.#process.kernel.timers.start(delay, () => this.#process.deliver(new TurnMessage(run)));
  }

  clearTimeout(timer: Timer): void {
    this.#process.kernel.timers.stop(timer);
  }

  _logger(...values: unknown[]): void {
    const { pid, name, kernel } = this.#process;
    kernel.events.emit("machine_logged", { pid, name, values });
  }

  _bookId(): string {
    this.#lastChild += 1;
    return `${formatPid(this.#process.pid)}:${this.#lastChild}`;
  }

  _register(sessionId: string, actor: ChildActor): string {
    const parent = actor._parent ?? this.#owner;
    this.#children ??= new Map();
    const siblings = this.#children.get(parent) ?? new Set();
    this.#children.set(parent, siblings);
    siblings.add(actor);
    return sessionId;
  }

  _unregister(actor: ChildActor): void {
    const parent = actor._parent ?? this.#owner;
    const siblings = this.#children?.get(parent);
    siblings?.delete(actor);
    if (siblings?.size === 0) this.#children?.delete(parent);
    for (const [id, holder] of this.#named ?? []) if (holder === actor) this.#named?.delete(id);
    // An actor that failed leaves its own children running; nobody would stop them before the process ends.
    this.#stopChildrenOf(actor);
  }

  _set(systemId: string, actor: ChildActor): void {
    this.#named ??= new Map();
    const holder = this.#named.get(systemId);
    if (holder !== undefined && holder !== actor)
      throw new Error(`Actor with system ID '${systemId}' already exists.`);
    this.#named.set(systemId, actor);
  }

  get(systemId: string): ChildActor | undefined {
    return this.#named?.get(systemId);
  }

  getAll(): Readonly<Record<string, ChildActor>> {
    return Object.fromEntries(this.#named ?? []);
  }

  _relay(_source: unknown, target: ChildActor, event: EventObject): void {
    target._send(event);
  }

  /** Nobody inspects; but XState announces every actor here before it makes that actor's first state, and every microstep. */
  _sendInspectionEvent({ type, actorRef, event, snapshot, _transitions }: Announced): void {
    if (type === "@xstate.actor") {
      if (actorRef?.logic !== undefined) boundMicrosteps(actorRef.logic);
    } else if (this.changed !== undefined && type === "@xstate.snapshot") {
      this.changed();
    } else if (this.#agenda !== undefined && type === "@xstate.microstep" && actorRef === this.#owner) {
      this.#agenda.stepped(event as EventObject, snapshot as Configured, _transitions ?? []);
    }
  }

  inspect(): { unsubscribe(): void } {
    return { unsubscribe: () => {} };
  }

  getSnapshot(): unknown {
    return { _scheduledEvents: {} };
  }

  start(): void {}

  /** Stops every actor that still lives in the process, whatever the machine forgot, and every delayed event. */
  stopAll(): void {
    for (const parent of [...(this.#children?.keys() ?? [])]) this.#stopChildrenOf(parent);
    for (const source of [...(this.#delays?.keys() ?? [])]) this.cancelAll(source);
  }

  #stopChildrenOf(parent: object): void {
    for (const child of [...(this.#children?.get(parent) ?? [])]) {
      try {
        child._stop();
      } catch {
        // The others must be stopped all the same.
      }
    }
  }

  /** Takes a delayed event out; false when that was done before. */
  #take(entry: Delay): boolean {
    const delays = this.#delays?.get(entry.source);
    if (delays?.get(entry.key) !== entry) return false;
    if (entry.timer !== undefined) this.#process.kernel.timers.stop(entry.timer);
    delays.delete(entry.key);
    if (delays.size === 0) this.#delays?.delete(entry.source);
    return true;
  }
}

function dueOf({ timer }: Delay): number {
  return timer?.due ?? 0;
}

/** A machine that never comes to rest would freeze the node, and XState's own limit is off unless the machine sets one. */
export function boundMicrosteps(logic: object): void {
  const machine = logic as { readonly options?: { maxIterations?: number } };
  if (machine.options?.maxIterations === Number.POSITIVE_INFINITY)
    machine.options.maxIterations = limits.machineMicrostepsMax;
}
