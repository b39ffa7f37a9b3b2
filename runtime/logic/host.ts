// Hosts XState v5 logic in a process. The only file that touches XState's ActorScope and actor system:
// the process owns mailbox, turn, timers, links and exit; XState contributes `getInitialSnapshot`, `start` and `transition`.
import type { AnyActorLogic, AnyActorRef, EventObject } from "xstate";
import { limits } from "../limits.ts";
import {
  type Behaviour,
  type InitOutcome,
  InitRefused,
  type Outcome,
  Stopping,
} from "../process/behaviour.ts";
import { reasonOfThrown } from "../process/exit-reason.ts";
import { type Item, Request } from "../process/mailbox.ts";
import { formatPid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import { TurnMessage } from "../process/system-message.ts";
import type { Timer } from "../process/timers.ts";
import { received } from "./function.ts";

interface HostedSnapshot {
  readonly status: "active" | "done" | "error" | "stopped";
  readonly output?: unknown;
  readonly error?: unknown;
  readonly context?: unknown;
  readonly value?: unknown;
}

/** The part of an XState actor that its parent's host needs and that XState's types keep to themselves. */
interface ChildActor {
  readonly sessionId: string;
  _send(event: EventObject): void;
  _stop(): unknown;
}

interface Action {
  readonly exec?: ((info: unknown, params: unknown) => void) | undefined;
  readonly info: unknown;
  readonly params: unknown;
}

interface Observer {
  readonly next?: (snapshot: unknown) => void;
  readonly complete?: () => void;
}

type EmitListener = (event: EventObject) => void;

const noSubscription = { unsubscribe: (): void => {} };
const xstateStop: EventObject = Object.freeze({ type: "xstate.stop" });

/** The behaviour of a process that hosts `logic`. */
export function hostXState(process: Process, logic: AnyActorLogic): Behaviour {
  return new XStateHost(process, logic);
}

/** The behaviour, and at the same time the ActorScope that XState's code runs in. */
class XStateHost implements Behaviour {
  readonly pulls = false;
  readonly process: Process;
  readonly self: HostRef;
  readonly system: HostSystem;
  readonly #logic: AnyActorLogic;
  #snapshot: HostedSnapshot | undefined;
  #deferred: (() => void)[] | undefined;
  #isRunning = false;
  // XState puts its own executor here for the time of a microstep, so it is a property and no method.
  actionExecutor: (action: Action) => void;

  constructor(process: Process, logic: AnyActorLogic) {
    this.process = process;
    this.#logic = logic;
    this.self = new HostRef(this);
    this.system = new HostSystem(process, this.self);
    this.actionExecutor = (action) => {
      const { exec } = action;
      if (exec === undefined) return;
      if (this.#isRunning) exec(action.info, action.params);
      else this.defer(() => exec(action.info, action.params));
    };
  }

  get id(): string {
    return this.process.logicName;
  }

  get sessionId(): string {
    return formatPid(this.process.pid);
  }

  get logger(): (...given: unknown[]) => void {
    return (...given) => this.system._logger(...given);
  }

  get emit(): (event: EventObject) => void {
    return (event) => this.self.emit(event);
  }

  defer(run: () => void): void {
    this.#deferred ??= [];
    this.#deferred.push(run);
  }

  stopChild(child: AnyActorRef): void {
    (child as unknown as ChildActor)._stop();
  }

  init(input: unknown): InitOutcome {
    boundMicrosteps(this.#logic);
    const snapshot: HostedSnapshot = this.#logic.getInitialSnapshot(this as never, input);
    this.#snapshot = snapshot;
    // XState 5.33 gives an error back where it used to throw.
    if (snapshot.status === "error") return new InitRefused(reasonOfThrown(snapshot.error), false);
    this.#isRunning = true;
    if (snapshot.status === "active") this.#logic.start?.(snapshot as never, this as never);
    this.#flush();
    this.self.notify(snapshot);
    return snapshot.status === "done" ? new Stopping("normal") : undefined;
  }

  started(): undefined {
    return undefined;
  }

  receive(item: Item): Outcome {
    const event = item instanceof Request ? received(item) : item;
    const snapshot: HostedSnapshot = this.#logic.transition(
      this.#snapshot as never,
      event as never,
      this as never,
    );
    // A failed snapshot is not kept: the stop step starts from the last good one.
    if (snapshot.status === "error") throw snapshot.error;
    this.#snapshot = snapshot;
    if (this.#deferred !== undefined) this.#flush();
    this.self.notify(snapshot);
    return snapshot.status === "done" ? new Stopping("normal") : undefined;
  }

  arrived(): void {}
  waits(): void {}
  terminate(): void {}

  release(): void {
    try {
      if (this.#isRunning)
        this.#logic.transition(this.#snapshot as never, xstateStop as never, this as never);
      // The stop step stops its children by deferred actions; without the flush nothing would be let go of.
      this.#flush();
    } catch {
      // A step that throws on its way out must not keep the children alive.
    }
    this.#deferred = undefined;
    this.system.stopAll();
    this.self.complete();
  }

  state(): unknown {
    const snapshot = this.#snapshot;
    return snapshot === undefined ? undefined : { value: snapshot.value, context: snapshot.context };
  }

  output(): unknown {
    return this.#snapshot?.status === "done" ? this.#snapshot.output : undefined;
  }

  snapshot(): unknown {
    return this.#snapshot;
  }

  #flush(): void {
    for (let deferred = this.#deferred; deferred !== undefined; deferred = this.#deferred) {
      this.#deferred = undefined;
      for (const run of deferred) run();
    }
  }
}

/** The process as XState sees it: an actor reference whose events go through the mailbox. */
class HostRef {
  readonly #host: XStateHost;
  #observers: Set<Observer> | undefined;
  #listeners: Map<string, Set<EmitListener>> | undefined;

  constructor(host: XStateHost) {
    this.#host = host;
  }

  get id(): string {
    return this.#host.id;
  }

  get sessionId(): string {
    return this.#host.sessionId;
  }

  get system(): HostSystem {
    return this.#host.system;
  }

  get ref(): this {
    return this;
  }

  get _parent(): undefined {
    return undefined;
  }

  get send(): (event: EventObject) => void {
    return (event) => this._send(event);
  }

  _send(event: EventObject): void {
    this.#host.process.deliver(event);
  }

  start(): this {
    return this;
  }

  getSnapshot(): unknown {
    return this.#host.snapshot();
  }

  subscribe(observer: Observer | ((snapshot: unknown) => void)): { unsubscribe(): void } {
    if (this.#host.process.hasEnded) return noSubscription;
    const entry = typeof observer === "function" ? { next: observer } : observer;
    this.#observers ??= new Set();
    this.#observers.add(entry);
    return { unsubscribe: () => this.#observers?.delete(entry) };
  }

  on(type: string, listener: EmitListener): { unsubscribe(): void } {
    this.#listeners ??= new Map();
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    listeners.add(listener);
    return { unsubscribe: () => listeners.delete(listener) };
  }

  emit(event: EventObject): void {
    if (this.#listeners === undefined) return;
    for (const type of [event.type, "*"]) {
      for (const listener of this.#listeners.get(type) ?? []) listener(event);
    }
  }

  notify(snapshot: unknown): void {
    if (this.#observers === undefined) return;
    for (const observer of this.#observers) observer.next?.(snapshot);
  }

  complete(): void {
    const observers = this.#observers;
    this.#observers = undefined;
    this.#listeners = undefined;
    for (const observer of observers ?? []) observer.complete?.();
  }

  toJSON(): unknown {
    return { xstate$$type: 1, id: this.id };
  }
}

/** The actor system of one process: names, delayed events and live children of the machine inside it. */
class HostSystem {
  readonly #process: Process;
  readonly #owner: HostRef;
  #children: Map<string, ChildActor> | undefined;
  #named: Map<string, ChildActor> | undefined;
  #delays: Map<object, Map<string, Timer>> | undefined;
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

  get _snapshot(): unknown {
    return this.getSnapshot();
  }

  schedule(source: object, target: object, event: EventObject, delay: number, id?: string): void {
    this.#lastDelay += 1;
    const key = id ?? `delay:${this.#lastDelay}`;
    this.cancel(source, key);
    this.#delays ??= new Map();
    const delays = this.#delays.get(source) ?? new Map<string, Timer>();
    this.#delays.set(source, delays);
    const timer = this.#process.kernel.timers.start(delay, () => {
      this.#forget(source, key);
      if (target === this.#owner) this.#owner._send(event);
      else this.#process.deliver(new TurnMessage(() => (target as ChildActor)._send(event)));
    });
    delays.set(key, timer);
  }

  cancel(source: object, id: string): void {
    const timer = this.#delays?.get(source)?.get(id);
    if (timer === undefined) return;
    this.#process.kernel.timers.stop(timer);
    this.#forget(source, id);
  }

  cancelAll(source: object): void {
    for (const timer of this.#delays?.get(source)?.values() ?? []) this.#process.kernel.timers.stop(timer);
    this.#delays?.delete(source);
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
    this.#children ??= new Map();
    this.#children.set(sessionId, actor);
    return sessionId;
  }

  _unregister(actor: ChildActor): void {
    this.#children?.delete(actor.sessionId);
    for (const [id, holder] of this.#named ?? []) if (holder === actor) this.#named?.delete(id);
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

  _sendInspectionEvent(): void {}

  inspect(): { unsubscribe(): void } {
    return noSubscription;
  }

  getSnapshot(): unknown {
    return { _scheduledEvents: {} };
  }

  start(): void {}

  /** Stops every actor that still lives in the process, whatever the machine forgot, and every delayed event. */
  stopAll(): void {
    for (const child of [...(this.#children?.values() ?? [])]) {
      try {
        child._stop();
      } catch {
        // The others must be stopped all the same.
      }
    }
    for (const source of [...(this.#delays?.keys() ?? [])]) this.cancelAll(source);
  }

  #forget(source: object, id: string): void {
    const delays = this.#delays?.get(source);
    delays?.delete(id);
    if (delays?.size === 0) this.#delays?.delete(source);
  }
}

/** A machine that never comes to rest would freeze the node, and XState's own limit is off unless the machine sets one. */
function boundMicrosteps(logic: AnyActorLogic): void {
  const machine = logic as { readonly options?: { maxIterations?: number } };
  if (machine.options?.maxIterations === Number.POSITIVE_INFINITY)
    machine.options.maxIterations = limits.machineMicrostepsMax;
}
