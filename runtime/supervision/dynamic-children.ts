// The children of a dynamic supervisor: each is its own concern, and all are stopped at once.
import { type CastResult, noReply } from "../logic/server.ts";
import { cast, self } from "../process/acting.ts";
import { currentProcess } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { isPid, type Pid, samePid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import type { ChildCount, ChildInfo, ChildSpecData, StartChild, TerminateChild } from "./admin.ts";
import { startChildProcess, stopChildProcess, stopChildProcesses } from "./child-process.ts";
import type { ChildSpec } from "./child-spec.ts";
import type { DynamicLogicOptions } from "./dynamic-supervisor.ts";
import type { RestartBudget } from "./restart-budget.ts";
import { decideRestart } from "./restart-decision.ts";
import { isError } from "./supervisor-state.ts";

interface DynamicChild {
  readonly spec: ChildSpec;
  /** What its start was given, the first time and every other. */
  readonly given: readonly unknown[];
  /** Undefined while it waits for its next attempt. */
  readonly pid: Pid<Protocol> | undefined;
  /** Why it had failed, while it waits. */
  readonly failure: ExitReason | undefined;
}

export class DynamicChildren {
  readonly #name: string;
  readonly #budget: RestartBudget;
  readonly #options: DynamicLogicOptions;
  /** By the number of the pid it runs as, or ran as before it failed. */
  readonly #children = new Map<number, DynamicChild>();

  constructor(name: string, budget: RestartBudget, options: DynamicLogicOptions) {
    this.#name = name;
    this.#budget = budget;
    this.#options = options;
  }

  async startChild(request: ChildSpec | readonly unknown[]): Promise<StartChild> {
    const { template, maxChildren = Number.POSITIVE_INFINITY, extraArguments = [] } = this.#options;
    if (this.#children.size >= maxChildren) return { ok: false, error: "max_children" };
    const spec = template ?? (isSpec(request) ? request : undefined);
    if (spec === undefined)
      return { ok: false, error: "start_failed", id: undefined, reason: { bad_child_spec: String(request) } };
    const more = isSpec(request) ? [] : request;
    const given = [...extraArguments, ...spec.given, ...more];
    const start = await startChildProcess(spec, given);
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

  async terminateChild(target: Pid<Protocol> | string): Promise<TerminateChild> {
    if (!isPid(target)) return this.refusal();
    const child = this.#children.get(target.id);
    if (child === undefined) {
      // OTP: simple_one_for_one says ok of a pid that is dead already, and not_found of a stranger that lives.
      const isDead = currentProcess().kernel.find(target)?.isAlive !== true;
      return isDead && this.#options.template !== undefined
        ? { ok: true }
        : { ok: false, error: "not_found" };
    }
    this.#children.delete(target.id);
    if (child.pid !== undefined) await this.#stop(child.spec, child.pid);
    return { ok: true };
  }

  /** The answer to requests by id, which children here do not have. */
  refusal(): { readonly ok: false; readonly error: "simple_one_for_one" | "not_found" } {
    return { ok: false, error: this.#options.template === undefined ? "not_found" : "simple_one_for_one" };
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

  templateData(): ChildSpecData | undefined {
    if (this.#options.template === undefined) return undefined;
    const { start, given, ...data } = this.#options.template;
    return data;
  }

  /** Deals with the end of a child; gives the reason to end with, if any. */
  async childExited(pid: Pid<Protocol>, reason: ExitReason): Promise<ExitReason | undefined> {
    const child = this.#children.get(pid.id);
    if (child?.pid === undefined || !samePid(child.pid, pid)) return undefined;
    const error = isError(child.spec, reason);
    const exit = { supervisor: this.#name, child: child.spec.id, pid: pid as Pid, reason, error };
    currentProcess().kernel.events.emit("supervisor_child_exited", exit);
    if (decideRestart(child.spec.restart, reason) !== "restart") {
      this.#children.delete(pid.id);
      return undefined;
    }
    return this.#restart(pid.id, child, reason);
  }

  async retry(id: number): Promise<ExitReason | undefined> {
    const child = this.#children.get(id);
    if (child === undefined || child.pid !== undefined) return undefined;
    return this.#restart(id, child, child.failure ?? "normal");
  }

  unknown(message: string): CastResult<DynamicChildren> {
    const { kernel, pid, name } = currentProcess();
    kernel.events.emit("message_unhandled", { pid, name, message });
    return noReply(this);
  }

  async stopAll(): Promise<void> {
    const running = [...this.#children.values()].flatMap(({ spec, pid }) =>
      pid === undefined ? [] : [{ spec, pid }],
    );
    this.#children.clear();
    const { events } = currentProcess().kernel;
    for (const { spec, pid, unexpected } of await stopChildProcesses(running)) {
      const reason = unexpected ?? "shutdown";
      events.emit("supervisor_child_stopped", {
        supervisor: this.#name,
        child: spec.id,
        pid: pid as Pid,
        reason,
      });
      if (unexpected !== undefined)
        events.emit("supervisor_shutdown_error", { supervisor: this.#name, child: spec.id, reason });
    }
  }

  async #restart(id: number, child: DynamicChild, reason: ExitReason): Promise<ExitReason | undefined> {
    const { events, world } = currentProcess().kernel;
    const supervisor = this.#name;
    const { spec, given } = child;
    if (!this.#budget.spend(world.clock.now())) {
      const { maxRestarts, withinMs } = this.#budget;
      this.#children.delete(id);
      events.emit("supervisor_gave_up", { supervisor, child: spec.id, reason, maxRestarts, withinMs });
      return "shutdown";
    }
    const start = await startChildProcess(spec, given);
    if (start.is === "failed") {
      events.emit("supervisor_start_failed", { supervisor, child: spec.id, reason: start.reason });
      this.#children.set(id, { spec, given, pid: undefined, failure: start.reason });
      cast(self(), "retry", id);
      return undefined;
    }
    this.#children.delete(id);
    const pid = start.is === "started" ? start.pid : undefined;
    if (pid !== undefined) this.#keep(spec, given, pid);
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

  async #stop(spec: ChildSpec, pid: Pid<Protocol>): Promise<void> {
    const unexpected = await stopChildProcess(spec, pid);
    const { events } = currentProcess().kernel;
    const reason = unexpected ?? "shutdown";
    events.emit("supervisor_child_stopped", {
      supervisor: this.#name,
      child: spec.id,
      pid: pid as Pid,
      reason,
    });
    if (unexpected !== undefined)
      events.emit("supervisor_shutdown_error", { supervisor: this.#name, child: spec.id, reason });
  }

  #keep(spec: ChildSpec, given: readonly unknown[], pid: Pid<Protocol>): void {
    // A temporary child is never started again: what it was given need not be remembered.
    const kept = spec.restart === "temporary" ? [] : given;
    this.#children.set(pid.id, { spec, given: kept, pid, failure: undefined });
  }
}

function isSpec(request: ChildSpec | readonly unknown[]): request is ChildSpec {
  return !Array.isArray(request);
}
