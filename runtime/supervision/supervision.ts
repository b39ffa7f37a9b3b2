// The supervisor's hands: carries out, one after the other, what its state asks for.
import { currentProcess } from "../process/current.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
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
import { type ChildStart, startChildProcess, stopChildProcess } from "./child-process.ts";
import { type ChildSpec, problemOf, specData } from "./child-spec.ts";
import { RestartHistory } from "./restart-history.ts";
import { type Steps, wait } from "./steps.ts";
import { Supervised, type SupervisedChild } from "./supervised.ts";
import { type Children, retryLater } from "./supervisor-server.ts";
import {
  type Child,
  problemOfSignificance,
  type SupervisorAction,
  type SupervisorState,
} from "./supervisor-state.ts";

export interface StartFailure {
  readonly id: string;
  readonly reason: ExitReason;
}

export class Supervision extends Supervised implements Children {
  readonly #name: string;
  readonly #state: SupervisorState;
  readonly #history = new RestartHistory<string>();

  constructor(name: string, state: SupervisorState) {
    super();
    this.#name = name;
    this.#state = state;
  }

  /** Starts the children left to right; the first failure stops those before it and is given back. */
  *startAll(specs: readonly ChildSpec[]): Steps<StartFailure | undefined> {
    for (const spec of specs) {
      this.#state.add(spec);
      const start = yield* this.#start(spec.id);
      if (start.is !== "failed") continue;
      this.#state.remove(spec.id);
      yield* this.stopAll();
      return { id: spec.id, reason: start.reason };
    }
    return undefined;
  }

  *stopAll(): Steps<void> {
    for (const id of [...this.#state.children.keys()].reverse()) yield* this.#stop(id);
  }

  /** Deals with the end of a child; gives the reason to end with, if any. */
  childExited(pid: Pid<Protocol>, reason: ExitReason): Steps<ExitReason | undefined> {
    return this.#carryOut(this.#state.step({ type: "exited", pid, reason, nowMs: now() }));
  }

  retry(id: string | number): Steps<ExitReason | undefined> {
    const actions = typeof id === "string" ? this.#state.step({ type: "retry", id, nowMs: now() }) : [];
    return this.#carryOut(actions);
  }

  *startChild(request: unknown): Steps<StartChild> {
    const spec = request as ChildSpec;
    const problem = problemOf(spec) ?? problemOfSignificance(spec, this.#state.autoShutdown);
    if (problem !== undefined) return { ok: false, error: "bad_child_spec", problem };
    const present = this.#state.children.get(spec.id);
    if (present !== undefined) {
      const { status } = present;
      return status.is === "running"
        ? { ok: false, error: "already_started", pid: status.pid }
        : { ok: false, error: "already_present" };
    }
    this.#state.add(spec);
    const start = yield* this.#start(spec.id);
    if (start.is === "failed") {
      this.#state.remove(spec.id);
      return { ok: false, error: "start_failed", id: spec.id, reason: start.reason };
    }
    return { ok: true, pid: start.is === "started" ? start.pid : undefined };
  }

  /** By id only: a pid is not found. */
  *terminateChild(id: string | Pid<Protocol>): Steps<TerminateChild> {
    if (typeof id !== "string" || !this.#state.children.has(id)) return { ok: false, error: "not_found" };
    yield* this.#stop(id);
    return { ok: true };
  }

  *restartChild(id: string): Steps<RestartChild> {
    const child = this.#state.children.get(id);
    if (child === undefined) return { ok: false, error: "not_found" };
    if (child.status.is !== "stopped") return { ok: false, error: child.status.is };
    const start = yield* this.#start(id);
    if (start.is === "failed") return { ok: false, error: "start_failed", id, reason: start.reason };
    return { ok: true, pid: start.is === "started" ? start.pid : undefined };
  }

  deleteChild(id: string): DeleteChild {
    const child = this.#state.children.get(id);
    if (child === undefined) return { ok: false, error: "not_found" };
    if (child.status.is !== "stopped") return { ok: false, error: child.status.is };
    this.#state.remove(id);
    this.#history.forget(id);
    return { ok: true };
  }

  /** Latest first, as OTP lists them. */
  whichChildren(): readonly ChildInfo[] {
    return [...this.#state.children.values()].reverse().map(infoOf);
  }

  countChildren(): ChildCount {
    const { kernel } = currentProcess();
    const count = { specs: 0, active: 0, supervisors: 0, workers: 0 };
    for (const { spec, status } of this.#state.children.values()) {
      count.specs += 1;
      if (status.is === "running" && kernel.find(status.pid)?.isAlive === true) count.active += 1;
      if (spec.type === "supervisor") count.supervisors += 1;
      else count.workers += 1;
    }
    return count;
  }

  get childCount(): number {
    return this.#state.children.size;
  }

  *supervisedChildren(): Iterable<SupervisedChild> {
    for (const child of this.#state.children.values()) yield this.#seen(child);
  }

  supervisedChild(pid: Pid<Protocol>): SupervisedChild | undefined {
    const child = this.#state.childOf(pid);
    return child === undefined ? undefined : this.#seen(child);
  }

  #seen({ spec: { id, type, restart }, status }: Child): SupervisedChild {
    const pid = status.is === "running" ? status.pid : undefined;
    return { id, pid, type, restart, status: status.is, restarts: this.#history.of(id) };
  }

  childSpec(id: string): ChildSpecData | undefined {
    const spec = this.#state.children.get(id)?.spec;
    return spec === undefined ? undefined : specData(spec);
  }

  *#carryOut(actions: readonly SupervisorAction[]): Steps<ExitReason | undefined> {
    for (const action of actions) {
      switch (action.type) {
        case "stop":
          yield* this.#stop(action.id);
          break;
        case "start": {
          const start = yield* this.#start(action.id, action.reason);
          if (start.is !== "failed") break;
          return yield* this.#carryOut(
            this.#state.step({ type: "start_failed", id: action.id, reason: start.reason }),
          );
        }
        case "retry_later":
          retryLater(action.id);
          break;
        case "report_exit":
          this.#report(action);
          break;
        case "give_up":
          this.#emitGaveUp(action.id, action.reason);
          return "shutdown";
        case "auto_shutdown":
          return "shutdown";
      }
    }
    return undefined;
  }

  /** Starts a child whose spec is known; `restartedFor` is why, when it is not the first time. */
  *#start(id: string, restartedFor?: ExitReason): Steps<ChildStart> {
    const child = this.#state.children.get(id);
    if (child === undefined) return { is: "ignored" };
    const start = yield* startChildProcess(child.spec);
    const { events, world } = currentProcess().kernel;
    const supervisor = this.#name;
    if (start.is === "failed") {
      events.emit("supervisor_start_failed", { supervisor, child: id, reason: start.reason });
      return start;
    }
    const pid = start.is === "started" ? start.pid : undefined;
    if (start.is === "started") this.#state.setStatus(id, { is: "running", pid: start.pid });
    else if (child.spec.restart === "temporary") this.#state.remove(id);
    else this.#state.setStatus(id, { is: "stopped" });
    if (restartedFor === undefined)
      events.emit("supervisor_child_started", { supervisor, child: id, pid: pid as Pid | undefined });
    else {
      this.#history.add(id, world.clock.wallTime(), restartedFor);
      const { count, left } = this.#state.budget;
      const restart = { supervisor, child: id, reason: restartedFor, restarts: count, restartsLeft: left };
      events.emit("supervisor_child_restarted", { ...restart, pid: pid as Pid | undefined });
    }
    return start;
  }

  *#stop(id: string): Steps<void> {
    const child: Child | undefined = this.#state.children.get(id);
    if (child === undefined) return;
    const { status, spec } = child;
    if (status.is === "running") {
      const { reason, isUnexpected } = yield* wait(stopChildProcess(spec, status.pid));
      const { events } = currentProcess().kernel;
      const stopped = { supervisor: this.#name, child: id, pid: status.pid as Pid, reason };
      events.emit("supervisor_child_stopped", stopped);
      if (isUnexpected)
        events.emit("supervisor_shutdown_error", { supervisor: this.#name, child: id, reason });
    }
    if (spec.restart === "temporary") this.#state.remove(id);
    else this.#state.setStatus(id, { is: "stopped" });
  }

  #report({ spec, pid, reason, error }: Extract<SupervisorAction, { readonly type: "report_exit" }>): void {
    currentProcess().kernel.events.emit("supervisor_child_exited", {
      supervisor: this.#name,
      child: spec.id,
      spec: specData(spec),
      pid: pid as Pid,
      reason,
      error,
    });
  }

  #emitGaveUp(id: string, reason: ExitReason): void {
    const { maxRestarts, withinMs } = this.#state.budget;
    currentProcess().kernel.events.emit("supervisor_gave_up", {
      supervisor: this.#name,
      child: id,
      reason,
      maxRestarts,
      withinMs,
    });
  }
}

function infoOf({ spec, status }: Child): ChildInfo {
  const pid = status.is === "running" ? status.pid : status.is === "restarting" ? "restarting" : undefined;
  return { id: spec.id, pid, type: spec.type };
}

function now(): number {
  return currentProcess().kernel.world.clock.now();
}
