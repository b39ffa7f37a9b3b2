// XState logic in a checkpoint: its persisted snapshot, and what XState's own restoring loses: delayed events, timeouts, and
// events that were put aside.
import type { AnyActorLogic } from "xstate";
import type { HostedSnapshot, XStateHost } from "../logic/host.ts";
import { boundMicrosteps, isOwnKey, type PlannedEvent } from "../logic/host-system.ts";
import type { InitOutcome } from "../process/behaviour.ts";
import { type ErrorData, errorData } from "../process/exit-reason.ts";
import { SystemMessage } from "../process/system-message.ts";
import { isRecord } from "../wire/shape.ts";
import type { ActorPath, Checkpoint, CheckpointParts, KeptDelay, KeptEvent } from "./checkpoint.ts";
import { CheckpointUnusable, NotDurable } from "./failures.ts";
import { actorAt, actorPaths, formatActor } from "./inner-actors.ts";
import { hasOwnMail, type Keeping } from "./keeping.ts";
import { checkRestorable, checkRestored } from "./restorable.ts";

export class XStateKeeping implements Keeping {
  readonly behaviour: XStateHost;
  readonly savesInTurn = false;
  readonly #logic: AnyActorLogic;
  readonly #inTransit = new WeakSet<object>();

  /** @param changed told whenever an actor inside may have changed, in the middle of what it does */
  constructor(behaviour: XStateHost, logic: AnyActorLogic, changed: () => void) {
    this.behaviour = behaviour;
    this.#logic = logic;
    behaviour.inTransit = this.#inTransit;
    behaviour.system.changed = changed;
  }

  init(input: unknown): InitOutcome {
    const { behaviour } = this;
    boundMicrosteps(this.#logic);
    const snapshot: HostedSnapshot = this.#logic.getInitialSnapshot(behaviour as never, input);
    try {
      actorPaths(behaviour.self, snapshot);
    } catch (error) {
      // As a failed start: nothing that it had planned happens.
      return behaviour.begin({ status: "error", error });
    }
    return behaviour.begin(snapshot);
  }

  resume({ snapshot, delays, postponed }: Checkpoint): InitOutcome {
    const { behaviour } = this;
    boundMicrosteps(this.#logic);
    checkRestorable(this.#logic, snapshot);
    const restored = this.#restore(snapshot);
    checkRestored(behaviour.self, restored, snapshot);
    for (const delay of delays) this.#plan(restored, delay);
    if (postponed.length > 0) {
      const agenda = behaviour.system.agendaOf(behaviour.self);
      for (const event of postponed) agenda?.postponed.add(event);
    }
    return behaviour.begin(restored);
  }

  state(): unknown {
    return this.behaviour.snapshot();
  }

  capture(): CheckpointParts | undefined {
    const { self, system, process } = this.behaviour;
    const { agenda } = system;
    const snapshot = this.behaviour.snapshot() as HostedSnapshot;
    if (snapshot.status !== "active" || system.awaited > 0 || agenda?.isBusy === true) return undefined;
    if (hasOwnMail(process, (item) => this.#inTransit.has(item))) return undefined;
    const paths = actorPaths(self, snapshot);
    const persisted: unknown = this.#logic.getPersistedSnapshot(snapshot as never);
    const delays = system.planned().map((planned) => keptDelay(planned, paths, agenda?.timeouts));
    const postponed = (agenda?.postponed.waiting() ?? [])
      .filter((event) => !("replyTo" in event))
      .map(keptEvent);
    return { snapshot: withPlainErrors(persisted), delays, postponed };
  }

  #restore(snapshot: unknown): HostedSnapshot {
    const logic = this.#logic;
    if (logic.restoreSnapshot === undefined) return snapshot as HostedSnapshot;
    try {
      return logic.restoreSnapshot(snapshot as never, this.behaviour as never);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CheckpointUnusable(
        "snapshot",
        `XState could not restore the snapshot of the checkpoint: ${why}. Raise the version of the durable logic with a change of its states, and give it a "migrate".`,
        { why },
      );
    }
  }

  #plan(restored: unknown, { from, to, key, remainingMs, event }: KeptDelay): void {
    const { self, system } = this.behaviour;
    const isTimeout = from === "timeouts";
    const source = isTimeout ? system.agendaOf(self)?.timeouts : actorAt(self, restored, from);
    const target = actorAt(self, restored, to);
    if (source === undefined || target === undefined) throw noActor(event, isTimeout ? [] : from, to);
    // New keys begin at the first one again, and must not meet those of before.
    system.schedule(source, target, event, remainingMs, isOwnKey(key) ? undefined : key);
  }
}

function keptDelay(
  { source, target, key, event, remainingMs }: PlannedEvent,
  paths: ReadonlyMap<object, ActorPath>,
  timeouts: object | undefined,
): KeptDelay {
  const from = source === timeouts ? "timeouts" : paths.get(source);
  const to = paths.get(target);
  if (from === undefined || to === undefined) {
    throw new NotDurable(
      `The event "${event.type}", which is planned for later,`,
      "is from or for an actor that is not in the machine",
      "Plan it in the machine that is to get it, or in one that has that actor as a child.",
    );
  }
  return { from, to, key, remainingMs, event: keptEvent(event) };
}

/** The runtime's own messages are classes; what of them an author reads are their fields. */
function keptEvent(event: { readonly type: string }): KeptEvent {
  return event instanceof SystemMessage ? { ...event, type: event.type } : (event as KeptEvent);
}

/** The errors that actors inside have ended with, as data. */
function withPlainErrors(persisted: unknown): unknown {
  if (!isRecord(persisted)) return persisted;
  const { error, children } = persisted;
  const plain: { error?: ErrorData; children?: object } = {};
  if (error instanceof Error) plain.error = errorData(error);
  if (isRecord(children)) plain.children = mapped(children);
  return { ...persisted, ...plain };
}

function mapped(children: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(children).map(([id, child]) => [
    id,
    isRecord(child) ? { ...child, snapshot: withPlainErrors(child.snapshot) } : child,
  ]);
  return Object.fromEntries(entries) as object;
}

function noActor({ type }: KeptEvent, from: ActorPath, to: ActorPath): CheckpointUnusable {
  return new CheckpointUnusable(
    "snapshot",
    `The checkpoint has an event "${type}" for later, from ${formatActor(from)} to ${formatActor(to)}, and the snapshot has no such actor. Where "migrate" takes an actor out, it must take its delays out as well.`,
    { type, from, to },
  );
}
