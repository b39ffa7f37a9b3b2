// Hosts XState v5 logic in a process: the process owns mailbox, turn, timers, links and exit; XState contributes
// `getInitialSnapshot`, `start` and `transition`. What XState keeps to itself is touched here and in host-ref and host-system
// (its ActorScope and actor system), agenda (how a step is announced) and step-actions (the shape of its actions) alone.
import { isDeepStrictEqual } from "node:util";
import type { AnyActorLogic, AnyActorRef, EventObject } from "xstate";
import {
  type Behaviour,
  type InitOutcome,
  InitRefused,
  type Insight,
  type Outcome,
  Stopping,
} from "../process/behaviour.ts";
import { reasonOfThrown } from "../process/exit-reason.ts";
import { type Item, Request } from "../process/mailbox.ts";
import { formatPid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import { SystemMessage } from "../process/system-message.ts";
import { AgendaTurn, type Configured } from "./agenda.ts";
import { received } from "./function.ts";
import { HostRef } from "./host-ref.ts";
import { boundMicrosteps, type ChildActor, DelayedEvent, HostSystem } from "./host-system.ts";
import { replacedSnapshot } from "./replaced-snapshot.ts";

export interface HostedSnapshot {
  readonly status: "active" | "done" | "error" | "stopped";
  readonly output?: unknown;
  readonly error?: unknown;
  readonly context?: unknown;
  readonly value?: unknown;
}

interface Action {
  readonly exec?: ((info: unknown, params: unknown) => void) | undefined;
  readonly info: unknown;
  readonly params: unknown;
}

const xstateStop: EventObject = Object.freeze({ type: "xstate.stop" });

/** The behaviour of a process that hosts `logic`. */
export function hostXState(process: Process, logic: AnyActorLogic): Behaviour {
  return new XStateHost(process, logic);
}

/** The behaviour, and at the same time the ActorScope that XState's code runs in. */
export class XStateHost implements Behaviour {
  readonly pulls = false;
  readonly process: Process;
  /** Events that the inside sent to its machine, where somebody wants to know which are on their way; never let go of. */
  inTransit: WeakSet<object> | undefined;
  readonly #logic: AnyActorLogic;
  #snapshot: HostedSnapshot | undefined;
  #deferred: (() => void)[] | undefined;
  #isRunning = false;
  /** What `insight` told of the state, to be told again where it is the same. */
  #seen: { readonly value: unknown; readonly context: unknown } | undefined;
  #failure: { readonly error: unknown } | undefined;
  // Made when XState asks for them: a transition or a promise never does, and there may be very many of those.
  #self: HostRef | undefined;
  #system: HostSystem | undefined;
  #executor: ((action: Action) => void) | undefined;

  constructor(process: Process, logic: AnyActorLogic) {
    this.process = process;
    this.#logic = logic;
  }

  get self(): HostRef {
    this.#self ??= new HostRef(this);
    return this.#self;
  }

  get system(): HostSystem {
    this.#system ??= new HostSystem(this.process, this.self);
    return this.#system;
  }

  get actionExecutor(): (action: Action) => void {
    this.#executor ??= ({ exec, info, params }) => {
      if (exec === undefined) return;
      if (this.#isRunning) exec(info, params);
      else this.defer(() => exec(info, params));
    };
    return this.#executor;
  }

  /** XState puts its own executor here for the time of a microstep. */
  set actionExecutor(executor: (action: Action) => void) {
    this.#executor = executor;
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
    return this.begin(this.#logic.getInitialSnapshot(this as never, input));
  }

  /** Starts from `snapshot`, which the logic has made in this scope. */
  begin(snapshot: HostedSnapshot): InitOutcome {
    // XState 5.33 gives an error back where it used to throw. What the failed start had planned must not happen.
    if (snapshot.status === "error") {
      this.#deferred = undefined;
      return new InitRefused(reasonOfThrown(snapshot.error, this.process), false);
    }
    this.#snapshot = snapshot;
    this.#isRunning = true;
    if (snapshot.status === "active") this.#logic.start?.(snapshot as never, this as never);
    this.#flush();
    this.#self?.notify(snapshot);
    if (snapshot.status === "done") return new Stopping("normal");
    this.#system?.agenda?.call();
    return undefined;
  }

  started(): undefined {
    return undefined;
  }

  receive(item: Item): Outcome {
    if (item instanceof SystemMessage) return this.#receiveSystemMessage(item);
    return this.#step(item instanceof Request ? received(item) : item);
  }

  #receiveSystemMessage(item: SystemMessage): Outcome {
    if (item instanceof DelayedEvent)
      return this.system.isDue(item) ? this.#step(item.delay.event) : undefined;
    if (!(item instanceof AgendaTurn)) return this.#step(item);
    const event = this.system.agenda?.next();
    return event === undefined ? undefined : this.#step(event);
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
    this.#system?.stopAll();
    this.#self?.complete(this.#failure);
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

  insight(): Insight {
    const { value, context } = this.#snapshot ?? {};
    const { value: before, context: contextBefore } = this.#seen ?? {};
    if (this.#seen === undefined || context !== contextBefore || !isDeepStrictEqual(value, before))
      this.#seen = { value, context };
    const { postponed } = this;
    return { kind: value === undefined ? "logic" : "machine", state: this.#seen, postponed };
  }

  /** Events that the machine put aside with `postpone`. */
  get postponed(): number {
    return this.#system?.agenda?.postponed.length ?? 0;
  }

  replaceState(change: (state: unknown) => unknown): void {
    const snapshot = this.#snapshot ?? {};
    const { value, context }: HostedSnapshot | Record<string, never> = snapshot;
    this.#snapshot = replacedSnapshot(this.#logic, snapshot, change({ value, context })) as HostedSnapshot;
    this.#self?.notify(this.#snapshot);
  }

  #step(event: object): Outcome {
    this.#system?.agenda?.begin(this.#snapshot as unknown as Configured);
    const snapshot = this.#transition(event);
    // A failed snapshot is not kept: the stop step starts from the last good one.
    if (snapshot.status === "error") this.#fail(snapshot.error);
    this.#snapshot = snapshot;
    if (this.#deferred !== undefined) this.#flush();
    this.#self?.notify(snapshot);
    // `stopped` is what `xstate.stop` makes of a machine, whoever sent it.
    if (snapshot.status !== "active") return new Stopping("normal");
    this.#system?.agenda?.call();
    return undefined;
  }

  #transition(event: object): HostedSnapshot {
    try {
      return this.#logic.transition(this.#snapshot as never, event as never, this as never);
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** What a failed step had planned, children to start among it, must not happen. */
  #fail(error: unknown): never {
    this.#deferred = undefined;
    this.#failure = { error };
    throw error;
  }

  #flush(): void {
    for (let deferred = this.#deferred; deferred !== undefined; deferred = this.#deferred) {
      this.#deferred = undefined;
      for (const run of deferred) run();
    }
  }
}
