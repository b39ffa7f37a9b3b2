// The supervisor's mind: which child is in which state, and what an event asks to be done. No process is touched here.
import { type ExitReason, isOrderly } from "../process/exit-reason.ts";
import { type Pid, samePid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import { type ChildSpec, rememberedSpec } from "./child-spec.ts";
import type { RestartBudget } from "./restart-budget.ts";
import { decideRestart } from "./restart-decision.ts";
import type { Strategy, SweptChild } from "./strategy.ts";

export type AutoShutdown = "never" | "any_significant" | "all_significant";

/** `stopped` keeps the spec without a process; `restarting` is waiting for its next attempt. */
export type ChildStatus =
  | { readonly is: "running"; readonly pid: Pid<Protocol> }
  | { readonly is: "stopped" }
  | { readonly is: "restarting" };

export interface Child {
  readonly spec: ChildSpec;
  status: ChildStatus;
}

export type SupervisorEvent =
  | {
      readonly type: "exited";
      readonly pid: Pid<Protocol>;
      readonly reason: ExitReason;
      readonly nowMs: number;
    }
  | { readonly type: "retry"; readonly id: string; readonly nowMs: number }
  | { readonly type: "start_failed"; readonly id: string; readonly reason: ExitReason };

/** Carried out in order. When a `start` fails those behind it are dropped and `start_failed` says what comes instead. */
export type SupervisorAction =
  | { readonly type: "stop"; readonly id: string }
  | { readonly type: "start"; readonly id: string; readonly reason: ExitReason }
  | { readonly type: "retry_later"; readonly id: string }
  | {
      readonly type: "report_exit";
      readonly spec: ChildSpec;
      readonly pid: Pid<Protocol>;
      readonly reason: ExitReason;
      /** Whether the report is one of an error: a permanent child, or an accident. */
      readonly error: boolean;
    }
  | { readonly type: "give_up"; readonly id: string; readonly reason: ExitReason }
  | { readonly type: "auto_shutdown" };

const nothing: readonly SupervisorAction[] = [];

export class SupervisorState {
  readonly budget: RestartBudget;
  /** In start order. */
  readonly children = new Map<string, Child>();
  readonly autoShutdown: AutoShutdown;
  readonly #strategy: Strategy;
  /** Of the running children, by the number of their pid: they are all of this node. */
  readonly #ids = new Map<number, string>();
  /** Why the last start of a child that is being retried failed. */
  readonly #failures = new Map<string, ExitReason>();

  constructor(strategy: Strategy, budget: RestartBudget, autoShutdown: AutoShutdown) {
    this.#strategy = strategy;
    this.budget = budget;
    this.autoShutdown = autoShutdown;
  }

  add(spec: ChildSpec): void {
    this.children.set(spec.id, { spec, status: { is: "stopped" } });
  }

  remove(id: string): void {
    this.setStatus(id, { is: "stopped" });
    this.children.delete(id);
  }

  setStatus(id: string, status: ChildStatus): void {
    const child = this.children.get(id);
    if (child === undefined) return;
    if (child.status.is === "running") this.#ids.delete(child.status.pid.id);
    if (status.is === "running") this.#ids.set(status.pid.id, id);
    if (status.is !== "restarting") this.#failures.delete(id);
    if (status.is === "running") this.children.set(id, { spec: rememberedSpec(child.spec), status });
    else child.status = status;
  }

  childOf(pid: Pid<Protocol>): Child | undefined {
    const id = this.#ids.get(pid.id);
    return id === undefined ? undefined : this.children.get(id);
  }

  /** What has to be done about `event`. Only states change here; the caller carries the actions out. */
  step(event: SupervisorEvent): readonly SupervisorAction[] {
    switch (event.type) {
      case "exited":
        return this.#exited(event.pid, event.reason, event.nowMs);
      case "retry": {
        const child = this.children.get(event.id);
        if (child?.status.is !== "restarting") return nothing;
        return this.#restart(child, this.#failures.get(event.id) ?? "normal", event.nowMs);
      }
      case "start_failed":
        this.setStatus(event.id, { is: "restarting" });
        this.#failures.set(event.id, event.reason);
        return [{ type: "retry_later", id: event.id }];
    }
  }

  #exited(pid: Pid<Protocol>, reason: ExitReason, nowMs: number): readonly SupervisorAction[] {
    const child = this.childOf(pid);
    if (child === undefined || child.status.is !== "running" || !samePid(child.status.pid, pid))
      return nothing;
    const { spec } = child;
    const error = isError(spec, reason);
    const report: SupervisorAction = { type: "report_exit", spec, pid, reason, error };
    const decision = decideRestart(spec.restart, reason);
    if (decision === "restart") return [report, ...this.#restart(child, reason, nowMs)];
    if (decision === "remove") this.remove(spec.id);
    else this.setStatus(spec.id, { is: "stopped" });
    return this.#endsWith(spec) ? [report, { type: "auto_shutdown" }] : [report];
  }

  #restart(child: Child, reason: ExitReason, nowMs: number): readonly SupervisorAction[] {
    const { id } = child.spec;
    if (!this.budget.spend(nowMs)) {
      this.setStatus(id, { is: "stopped" });
      return [{ type: "give_up", id, reason }];
    }
    // While its siblings are swept the failed child is one of those that do not run: if another of them fails to start,
    // that one is retried, and nothing but its retry brings this one back.
    this.setStatus(id, { is: "stopped" });
    const { stop, start } = this.#strategy(this.#sweepable(), id);
    return [
      ...stop.map((other): SupervisorAction => ({ type: "stop", id: other })),
      ...start.map((other): SupervisorAction => ({ type: "start", id: other, reason })),
    ];
  }

  /** Made as they are asked for: one_for_one asks for none, and there may be very many. */
  *#sweepable(): Generator<SweptChild> {
    for (const { spec } of this.children.values())
      yield { id: spec.id, isTemporary: spec.restart === "temporary" };
  }

  /** Whether the own end of a child ends its supervisor. */
  #endsWith(spec: ChildSpec): boolean {
    if (!spec.significant || this.autoShutdown === "never") return false;
    if (this.autoShutdown === "any_significant") return true;
    for (const other of this.children.values()) {
      if (other.spec.significant && other.status.is !== "stopped") return false;
    }
    return true;
  }
}

/** A significant child belongs under a supervisor that may end with it. */
export function problemOfSignificance(spec: ChildSpec, autoShutdown: AutoShutdown): string | undefined {
  return spec.significant && autoShutdown === "never"
    ? `Child "${spec.id}" is significant, and a supervisor with autoShutdown never has no use for that.`
    : undefined;
}

/** True where a report of the exit is an error report: a permanent child, or an accident. */
export function isError(spec: ChildSpec, reason: ExitReason): boolean {
  return spec.restart === "permanent" || !isOrderly(reason);
}
