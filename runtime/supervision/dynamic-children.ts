// The children of a dynamic supervisor: each is its own concern, and all are stopped at once.
import { currentProcess } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { formatPid, isPid, type Pid, samePid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import type {
  ChildCount,
  ChildInfo,
  ChildSpecData,
  DeleteChild,
  RestartChild,
  StartChild,
  TerminateChild,
} from "./admin.ts";
import {
  type RunningChild,
  type StoppedChild,
  startChildProcess,
  stopChildProcess,
  stopChildProcesses,
} from "./child-process.ts";
import { type ChildSpec, problemOf, rememberedSpec, specData } from "./child-spec.ts";
import type { RestartBudget } from "./restart-budget.ts";
import { decideRestart } from "./restart-decision.ts";
import { RestartHistory } from "./restart-history.ts";
import { type Steps, wait } from "./steps.ts";
import { Supervised, type SupervisedChild } from "./supervised.ts";
import { type Children, retryLater } from "./supervisor-server.ts";
import { type AutoShutdown, isError, problemOfSignificance } from "./supervisor-state.ts";

/** Where the children's specs come from, and how many there may be. */
export interface DynamicChildrenOptions {
  /** The one spec of all children, for simple_one_for_one. */
  readonly template?: ChildSpec;
  readonly maxChildren?: number;
  /** What every child's start is given before its own. */
  readonly extraArguments?: readonly unknown[];
  readonly autoShutdown?: AutoShutdown;
}

interface DynamicChild {
  readonly spec: ChildSpec;
  /** What its start was given, the first time and every other. */
  readonly given: readonly unknown[];
  /** Undefined while it waits for its next attempt. */
  readonly pid: Pid<Protocol> | undefined;
  /** Why it had failed, while it waits. */
  readonly failure: ExitReason | undefined;
}

export class DynamicChildren extends Supervised implements Children {
  readonly #name: string;
  readonly #budget: RestartBudget;
  readonly #options: DynamicChildrenOptions;
  /** By the pid it runs as, or ran as before it failed. */
  readonly #children = new Map<string | number, DynamicChild>();
  readonly #history = new RestartHistory<string | number>();

  constructor(name: string, budget: RestartBudget, options: DynamicChildrenOptions) {
    super();
    this.#name = name;
    this.#budget = budget;
    this.#options = options;
  }

  *startChild(request: unknown): Steps<StartChild> {
    const { template, maxChildren = Number.POSITIVE_INFINITY, extraArguments = [] } = this.#options;
    const problem = this.#problemOf(request);
    if (problem !== undefined) return { ok: false, error: "bad_child_spec", problem };
    if (this.#children.size >= maxChildren) return { ok: false, error: "max_children" };
    const spec = template ?? (request as ChildSpec);
    const more = template === undefined ? [] : (request as readonly unknown[]);
    const given = [...extraArguments, ...spec.given, ...more];
    const start = yield* startChildProcess(spec, given);
    const { events } = currentProcess().kernel;
    if (start.is === "failed") {
      events.emit("supervisor_start_failed", {
        supervisor: this.#name,
        child: spec.id,
        reason: start.reason,
      });
      return { ok: false, error: "start_failed", id: undefined, reason: start.reason };
    }
    if (start.is === "ignored") return { ok: true, pid: undefined };
    this.#keep(spec, given, start.pid);
    events.emit("supervisor_child_started", {
      supervisor: this.#name,
      child: spec.id,
      pid: start.pid as Pid,
    });
    return { ok: true, pid: start.pid };
  }

  *terminateChild(target: Pid<Protocol> | string): Steps<TerminateChild> {
    if (!isPid(target)) return this.#refusal();
    const { kernel } = currentProcess();
    const key = this.#keyOf(target);
    const child = this.#children.get(key);
    if (child === undefined) {
      // OTP: simple_one_for_one says ok of a pid that is dead already, and not_found of a stranger that lives.
      const isDead = kernel.find(target)?.isAlive !== true;
      return isDead && this.#options.template !== undefined
        ? { ok: true }
        : { ok: false, error: "not_found" };
    }
    if (child.pid !== undefined) {
      const stop = yield* wait(stopChildProcess(child.spec, child.pid));
      this.#reportStop({ ...stop, spec: child.spec, pid: child.pid });
    }
    this.#forget(key);
    return { ok: true };
  }

  // biome-ignore lint/correctness/useYield: there is nothing to wait for here; other children have.
  *restartChild(): Steps<RestartChild> {
    return this.#refusal();
  }

  deleteChild(): DeleteChild {
    return this.#refusal();
  }

  whichChildren(): readonly ChildInfo[] {
    return [...this.#children.values()].map(({ spec, pid }) => ({
      id: undefined,
      pid: pid ?? "restarting",
      type: spec.type,
    }));
  }

  countChildren(): ChildCount {
    const { kernel } = currentProcess();
    const count = {
      specs: this.#options.template === undefined ? this.#children.size : 1,
      active: 0,
      supervisors: 0,
      workers: 0,
    };
    for (const { spec, pid } of this.#children.values()) {
      if (pid !== undefined && kernel.find(pid)?.isAlive === true) count.active += 1;
      if (spec.type === "supervisor") count.supervisors += 1;
      else count.workers += 1;
    }
    return count;
  }

  get childCount(): number {
    return this.#children.size;
  }

  *supervisedChildren(): Iterable<SupervisedChild> {
    for (const [key, child] of this.#children) yield this.#seen(key, child);
  }

  supervisedChild(pid: Pid<Protocol>): SupervisedChild | undefined {
    // As `#keyOf`, for code that does not run in the supervisor.
    for (const key of [pid.id, formatPid(pid)]) {
      const child = this.#children.get(key);
      if (child?.pid !== undefined && samePid(child.pid, pid)) return this.#seen(key, child);
    }
    return undefined;
  }

  #seen(key: string | number, { spec: { id, type, restart }, pid }: DynamicChild): SupervisedChild {
    const status = pid === undefined ? "restarting" : "running";
    return { id, pid, type, restart, status, restarts: this.#history.of(key) };
  }

  /** The template's, whichever child is meant: the others have no spec that could be asked for. */
  childSpec(): ChildSpecData | undefined {
    return this.#options.template === undefined ? undefined : specData(this.#options.template);
  }

  /** Deals with the end of a child; gives the reason to end with, if any. */
  *childExited(pid: Pid<Protocol>, reason: ExitReason): Steps<ExitReason | undefined> {
    const key = this.#keyOf(pid);
    const child = this.#children.get(key);
    if (child?.pid === undefined || !samePid(child.pid, pid)) return undefined;
    const error = isError(child.spec, reason);
    const spec = specData(child.spec);
    const exit = { supervisor: this.#name, child: spec.id, spec, pid: pid as Pid, reason, error };
    currentProcess().kernel.events.emit("supervisor_child_exited", exit);
    if (decideRestart(child.spec.restart, reason) === "restart")
      return yield* this.#restart(key, child, reason);
    this.#forget(key);
    return this.#endsWith(child.spec) ? "shutdown" : undefined;
  }

  *retry(key: string | number): Steps<ExitReason | undefined> {
    const child = this.#children.get(key);
    if (child === undefined || child.pid !== undefined) return undefined;
    return yield* this.#restart(key, child, child.failure ?? "normal");
  }

  *stopAll(): Steps<void> {
    const running: RunningChild[] = [];
    for (const { spec, pid } of this.#children.values()) if (pid !== undefined) running.push({ spec, pid });
    this.#children.clear();
    for (const stopped of yield* wait(stopChildProcesses(running))) this.#reportStop(stopped);
  }

  *#restart(key: string | number, child: DynamicChild, reason: ExitReason): Steps<ExitReason | undefined> {
    const { kernel } = currentProcess();
    const supervisor = this.#name;
    const { spec, given } = child;
    if (!this.#budget.spend(kernel.world.clock.now())) {
      const { maxRestarts, withinMs } = this.#budget;
      this.#forget(key);
      kernel.events.emit("supervisor_gave_up", { supervisor, child: spec.id, reason, maxRestarts, withinMs });
      return "shutdown";
    }
    const start = yield* startChildProcess(spec, given);
    // Asked for again: a supervisor that was killed while it waited goes no further and says no more.
    const { events, world } = currentProcess().kernel;
    if (start.is === "failed") {
      events.emit("supervisor_start_failed", { supervisor, child: spec.id, reason: start.reason });
      this.#children.set(key, { spec, given, pid: undefined, failure: start.reason });
      retryLater(key);
      return undefined;
    }
    this.#children.delete(key);
    const pid = start.is === "started" ? start.pid : undefined;
    if (pid === undefined) this.#history.forget(key);
    else {
      this.#keep(spec, given, pid);
      this.#history.move(key, this.#keyOf(pid));
      this.#history.add(this.#keyOf(pid), world.clock.wallTime(), reason);
    }
    const { count, left } = this.#budget;
    const restart = {
      supervisor,
      child: spec.id,
      reason,
      restarts: count,
      restartsLeft: left,
      pid: pid as Pid | undefined,
    };
    events.emit("supervisor_child_restarted", restart);
    return undefined;
  }

  #reportStop({ spec, pid, reason, isUnexpected }: StoppedChild): void {
    const { events } = currentProcess().kernel;
    const child = { supervisor: this.#name, child: spec.id };
    events.emit("supervisor_child_stopped", { ...child, pid: pid as Pid, reason });
    if (isUnexpected) events.emit("supervisor_shutdown_error", { ...child, reason });
  }

  /** The answer to requests by id, which children here do not have. */
  #refusal(): { readonly ok: false; readonly error: "simple_one_for_one" | "not_found" } {
    return { ok: false, error: this.#options.template === undefined ? "not_found" : "simple_one_for_one" };
  }

  #problemOf(request: unknown): string | undefined {
    const { template, autoShutdown = "never" } = this.#options;
    if (template === undefined)
      return problemOf(request as ChildSpec) ?? problemOfSignificance(request as ChildSpec, autoShutdown);
    return Array.isArray(request)
      ? undefined
      : "A simple_one_for_one supervisor has the child's spec already: give startChild an array of what its start gets.";
  }

  /** Whether the own end of a child ends its supervisor. Under simple_one_for_one all children are alike. */
  #endsWith(spec: ChildSpec): boolean {
    const { autoShutdown = "never" } = this.#options;
    if (!spec.significant || autoShutdown === "never") return false;
    return autoShutdown === "any_significant" || this.#children.size === 0;
  }

  /** A number for a process of this node, which is what nearly every child is: cheaper than text. */
  #keyOf(pid: Pid<Protocol>): string | number {
    return currentProcess().kernel.isLocal(pid) ? pid.id : formatPid(pid);
  }

  #forget(key: string | number): void {
    this.#children.delete(key);
    this.#history.forget(key);
  }

  #keep(spec: ChildSpec, given: readonly unknown[], pid: Pid<Protocol>): void {
    // A temporary child is never started again: what it was given need not be remembered.
    const kept = spec.restart === "temporary" ? [] : given;
    this.#children.set(this.#keyOf(pid), {
      spec: rememberedSpec(spec),
      given: kept,
      pid,
      failure: undefined,
    });
  }
}
