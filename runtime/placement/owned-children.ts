// The children that this node owns: begins those that it was given, hands over those that it is asked for, and lets go of those
// that are another's.
import { ClaimLost } from "../journal/failures.ts";
import type { ChildMove } from "../ownership/report.ts";
import { onExit } from "../process/calls.ts";
import type { Process } from "../process/process.ts";
import { StoreUnavailable } from "../store/failures.ts";
import { childOf } from "../supervision/child-spec.ts";
import { decideRestart } from "../supervision/restart-decision.ts";
import { assignedTo, type KnownRecord } from "./decide.ts";
import { placementLimits } from "./limits.ts";
import type { Home, Owned, OwnedChildrenOptions } from "./owned.ts";
import { OwnedChild } from "./owned-child.ts";
import { isAsked, type PlacementRecord } from "./placement-record.ts";

export class OwnedChildren {
  readonly #options: OwnedChildrenOptions;
  readonly #owned = new Map<string, Owned>();
  /** Children that this program has tried, and cannot run. */
  readonly refused = new Set<string>();
  /** Records that are being given back, of children that nothing runs of here. */
  readonly #givingBack = new Set<string>();
  #leaving = 0;
  #isCut = false;

  constructor(options: OwnedChildrenOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#owned.size + this.#givingBack.size;
  }

  /** A record says that the child is this node's. */
  look(key: string, known: KnownRecord, home: Home | undefined, isDraining: boolean): void {
    const owned = this.#owned.get(key);
    const { phase } = known.record;
    if (phase === "stopped") void this.#letGo(key, owned);
    if (phase !== "assigned" && phase !== "running" && phase !== "leaving") return;
    if (owned === undefined) {
      if (this.#givingBack.has(key)) return;
      if (home === undefined || isDraining || phase === "leaving") this.#giveBack(key, known, isDraining);
      else void this.#begin(key, known, home);
      return;
    }
    if (owned.stage !== "running") return;
    // It was stopped and started again, or taken and given back, before this node heard of either.
    if (phase === "assigned" && owned.hasRun) void this.#stop(owned);
    else if (phase === "leaving" || isDraining) void this.#handOver(owned, isDraining && phase !== "leaving");
    else if (owned.exit !== undefined) void this.#finish(owned, known);
    else if (!owned.isTold) void this.#tellRunning(owned, known);
  }

  /** Somebody else has it, or is to have it. */
  drop(key: string): void {
    const owned = this.#owned.get(key);
    if (owned !== undefined && owned.stage !== "leaving") void this.#stop(owned);
  }

  dropAllBut(records: ReadonlyMap<string, unknown>): void {
    for (const key of this.#owned.keys()) if (!records.has(key)) this.drop(key);
  }

  /** Resolves when nothing of them runs here. */
  async loseAll(): Promise<void> {
    await Promise.all([...this.#owned.values()].map((owned) => this.#stop(owned)));
  }

  /** What is handed over stops as it is, and starts again from its last checkpoint. */
  cut(): void {
    this.#isCut = true;
  }

  /** A supervisor of this node has ended, and its children with it. */
  supervisorEnded(name: string): void {
    for (const owned of [...this.#owned.values()]) {
      if (owned.home.supervisor.name !== name) continue;
      owned.child.end();
      owned.stage = "ended";
      this.#owned.delete(owned.key);
      const known = this.#options.known(owned.key);
      // Only a child that crashed again and again can have been the cause.
      if (known === undefined || owned.child.starts < 2) continue;
      this.#givingBack.add(owned.key);
      void this.#blame(owned.key, known).finally(() => {
        this.#givingBack.delete(owned.key);
        this.#options.again();
      });
    }
  }

  /** Every process of them, to be held and released. */
  *processes(): Iterable<Process> {
    for (const { child } of this.#owned.values()) if (child.process !== undefined) yield child.process;
  }

  async #begin(key: string, known: KnownRecord, home: Home): Promise<void> {
    const { record } = known;
    const { supervisor } = home;
    const logic = supervisor.logic.get(record.logic);
    if (logic === undefined) {
      this.#giveBack(key, known, false, `it has no logic "${record.logic}"`);
      return;
    }
    const name = `${record.supervisor}/${record.id}`;
    const { input, reason, from } = record;
    const owned: Owned = {
      key,
      home,
      id: record.id,
      stage: "beginning",
      exit: undefined,
      isTold: false,
      hasRun: false,
      child: new OwnedChild({
        ...this.#options,
        name,
        logic,
        input,
        kind: { reason, from },
        mayRun: () => this.#options.leases.isHeld(),
        onFenced: () => this.drop(key),
        onStarted: (process) => this.#watch(owned, process, record),
      }),
    };
    this.#owned.set(key, owned);
    try {
      await owned.child.claim();
      if (owned.stage === "beginning") await this.#startIn(owned, record);
    } catch (thrown) {
      await this.#cannotBegin(owned, thrown as Error);
      return;
    }
    if (owned.stage !== "beginning") return;
    owned.stage = "running";
    this.#options.again();
  }

  /** @throws what keeps it from starting */
  async #startIn({ child, home, id }: Owned, { restart }: PlacementRecord): Promise<void> {
    const { shutdownMs } = home.supervisor.children.find((declared) => declared.id === id) ?? {};
    const spec = childOf({
      id,
      restart,
      ...(shutdownMs === undefined ? {} : { shutdownMs }),
      start: () => child.start(),
    });
    const started = await this.#options.verbs.startChild(home.process.pid, spec);
    if (started.ok) return;
    const why = started.error === "start_failed" ? JSON.stringify(started.reason) : started.error;
    throw new Error(started.error === "bad_child_spec" ? started.problem : `its start failed: ${why}`);
  }

  #watch(owned: Owned, process: Process, { restart }: PlacementRecord): void {
    owned.isTold = false;
    const { outside } = this.#options.kernel;
    if (outside === undefined) return;
    onExit(outside, process, Number.POSITIVE_INFINITY, (reason = "noproc") => {
      if (owned.child.process !== process || decideRestart(restart, reason) === "restart") return;
      owned.exit = reason;
      this.#options.again();
    });
    this.#options.again();
  }

  async #cannotBegin(owned: Owned, thrown: Error): Promise<void> {
    const { kernel, leases, times } = this.#options;
    // That says nothing of the node's fitness: it begins again after a while, where the child still is its own.
    const isPassing = thrown instanceof StoreUnavailable || thrown instanceof ClaimLost;
    if (isPassing) await new Promise<void>((resolve) => kernel.world.timers.set(times.retryMs, resolve));
    const { stage } = owned;
    await this.#stop(owned);
    if (stage === "ended" || isPassing) return;
    const known = this.#options.known(owned.key);
    const why = thrown.message;
    // Without the lease nothing can be said of the node's fitness: the journal could not be reached.
    if (known === undefined || !leases.isHeld()) return;
    kernel.events.emit("child_refused", { child: owned.child.name, why });
    this.#giveBack(owned.key, known, false, why);
  }

  async #tellRunning(owned: Owned, { record, revision }: KnownRecord): Promise<void> {
    const { process, epoch } = owned.child;
    if (process === undefined || process.hasEnded) return;
    owned.isTold = true;
    const { kernel, write } = this.#options;
    const isMove = record.phase === "assigned";
    const tookMs = Math.max(0, kernel.world.clock.wallTime() - record.since);
    const { from, reason } = record;
    const move: ChildMove = { from, to: kernel.name, reason, epoch, tookMs };
    const lastMove = isMove ? move : record.lastMove;
    // Where a person asked it to be, it stays; what was moved to spread the children may be moved again.
    const isWish = !isMove || reason === "move" || (record.wants === kernel.name && isAsked(reason));
    const wants = isWish ? record.wants : undefined;
    const next = { ...record, phase: "running", epoch, pid: process.pid.id, wants, lastMove } as const;
    owned.hasRun = await write(owned.key, next, revision);
    if (!owned.hasRun) owned.isTold = false;
    else if (isMove) kernel.events.emit("child_moved", { child: owned.child.name, ...move });
  }

  async #handOver(owned: Owned, isDrain: boolean): Promise<void> {
    if (this.#leaving >= placementLimits.handoversAtOnce) return;
    owned.stage = "leaving";
    this.#leaving += 1;
    const { kernel } = this.#options;
    const since = kernel.world.clock.wallTime();
    try {
      await owned.child
        .rest(() => this.#isCut)
        .catch((thrown: Error) => {
          kernel.events.emit("checkpoint_failed", { child: owned.child.name, why: thrown.message });
        });
      owned.child.end();
      await this.#stopProcess(owned);
      const why = isDrain ? ({ reason: "drain" } as const) : {};
      await this.#passOn(owned.key, { ...why, since, from: kernel.name, epoch: owned.child.epoch });
    } finally {
      this.#leaving -= 1;
      owned.stage = "ended";
      this.#owned.delete(owned.key);
      this.#options.again();
    }
  }

  /** Gives a child that rests to its next owner, and tries until that is written or no more to be said by this node. */
  async #passOn(key: string, change: Partial<PlacementRecord>): Promise<void> {
    const { known, successor, write, leases, kernel, times } = this.#options;
    while (leases.isHeld()) {
      const now = known(key);
      if (now?.record.owner?.node !== kernel.name) return;
      const record = { ...now.record, ...change, pid: undefined };
      const next = successor(record);
      const given: PlacementRecord =
        next === undefined ? { ...record, phase: "waiting", owner: undefined } : assignedTo(record, next);
      if (await write(key, given, now.revision)) return;
      await new Promise<void>((resolve) => kernel.world.timers.set(times.retryMs, resolve));
    }
  }

  /** Nothing of it runs here: it is another's to begin. */
  #giveBack(key: string, { record }: KnownRecord, isDraining: boolean, refusal?: string): void {
    if (this.#givingBack.has(key)) return;
    this.#givingBack.add(key);
    if (refusal !== undefined) this.refused.add(key);
    const { kernel } = this.#options;
    const since = kernel.world.clock.wallTime();
    const denied = refusal === undefined ? record.denied : { ...record.denied, [kernel.name]: refusal };
    const reason = isDraining ? "drain" : record.reason;
    // Who never had it is not where it comes from.
    const from = record.phase === "assigned" ? record.from : kernel.name;
    const wants = record.wants === kernel.name ? undefined : record.wants;
    void this.#passOn(key, { denied, reason, from, wants, since }).finally(() => {
      this.#givingBack.delete(key);
      this.#options.again();
    });
  }

  /** A supervisor has given up because of it: elsewhere it may do better, and after some more of these nobody tries again. */
  async #blame(key: string, { record, revision }: KnownRecord): Promise<void> {
    const { kernel, write } = this.#options;
    const failures = record.failures + 1;
    if (failures < placementLimits.failuresMax) {
      const since = kernel.world.clock.wallTime();
      await this.#passOn(key, { failures, reason: "crash", from: kernel.name, since });
      return;
    }
    kernel.events.emit("child_given_up", { child: `${record.supervisor}/${record.id}`, failures });
    await write(key, { ...record, failures, phase: "failed", owner: undefined, pid: undefined }, revision);
  }

  /** It has ended by itself, and is not to be started again. */
  async #finish(owned: Owned, { record, revision }: KnownRecord): Promise<void> {
    owned.stage = "ended";
    owned.child.end();
    await this.#forgetIn(owned);
    const done: PlacementRecord = { ...record, phase: "finished", owner: undefined, pid: undefined };
    if (await this.#options.write(owned.key, done, revision)) this.#owned.delete(owned.key);
    else owned.stage = "running";
  }

  /** Somebody has stopped it for good: says so when nothing of it runs here. */
  async #letGo(key: string, owned: Owned | undefined): Promise<void> {
    if (this.#givingBack.has(key)) return;
    this.#givingBack.add(key);
    try {
      if (owned !== undefined) await this.#stop(owned);
      const { known, write, kernel } = this.#options;
      const now = known(key);
      if (now?.record.phase !== "stopped" || now.record.owner?.node !== kernel.name) return;
      await write(key, { ...now.record, owner: undefined, pid: undefined }, now.revision);
    } finally {
      this.#givingBack.delete(key);
    }
  }

  async #stop(owned: Owned): Promise<void> {
    if (owned.stage === "ended") return;
    owned.stage = "ended";
    owned.child.end();
    const { process } = owned.child;
    if (process !== undefined) this.#options.holds.hold(process);
    await this.#stopProcess(owned);
    if (this.#owned.get(owned.key) === owned) this.#owned.delete(owned.key);
    this.#options.again();
  }

  async #stopProcess(owned: Owned): Promise<void> {
    const { home, id } = owned;
    if (home.process.hasEnded) return;
    await this.#options.verbs.terminateChild(home.process.pid, id).catch(() => undefined);
    await this.#forgetIn(owned);
    const { process } = owned.child;
    if (process !== undefined) this.#options.holds.forget(process);
  }

  /** The supervisor of this node is not to know it any more: a later start here is a new one. */
  async #forgetIn({ home, id }: Owned): Promise<void> {
    if (home.process.hasEnded) return;
    await this.#options.verbs.deleteChild(home.process.pid, id).catch(() => undefined);
  }
}
