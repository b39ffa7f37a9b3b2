// Asking a supervisor: start, stop, restart and list its children. Every request waits its turn in the supervisor.
import { call } from "../process/acting.ts";
import type { Address } from "../process/address.ts";
import { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import type { Verbs } from "../process/verbs.ts";
import type { ChildSpec, ChildSpecData } from "./child-spec.ts";

export type { ChildSpecData } from "./child-spec.ts";

/** `pid` is undefined for a child that declined to start. */
export type StartChild =
  | { readonly ok: true; readonly pid: Pid<Protocol> | undefined }
  | { readonly ok: false; readonly error: "already_started"; readonly pid: Pid<Protocol> }
  | { readonly ok: false; readonly error: "already_present" }
  | { readonly ok: false; readonly error: "max_children" }
  /** `problem` says in words what is wrong with what was given. */
  | { readonly ok: false; readonly error: "bad_child_spec"; readonly problem: string }
  | {
      readonly ok: false;
      readonly error: "start_failed";
      readonly id: string | undefined;
      readonly reason: ExitReason;
    };

export type TerminateChild =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: "not_found" | "simple_one_for_one" };
export type DeleteChild =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: "not_found" | "running" | "restarting" | "simple_one_for_one" };
export type RestartChild =
  | { readonly ok: true; readonly pid: Pid<Protocol> | undefined }
  | { readonly ok: false; readonly error: "not_found" | "running" | "restarting" | "simple_one_for_one" }
  | { readonly ok: false; readonly error: "start_failed"; readonly id: string; readonly reason: ExitReason };

export interface ChildInfo {
  /** Undefined for a child of a dynamic or simple_one_for_one supervisor. */
  readonly id: string | undefined;
  readonly pid: Pid<Protocol> | "restarting" | undefined;
  readonly type: "worker" | "supervisor";
}

export interface ChildCount {
  readonly specs: number;
  /** Children whose process lives. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

export interface SupervisorProtocol extends Protocol {
  readonly calls: {
    readonly start_child: {
      readonly payload: LocalValue<ChildSpec | readonly unknown[]>;
      readonly reply: StartChild;
    };
    readonly terminate_child: { readonly payload: string | Pid<Protocol>; readonly reply: TerminateChild };
    readonly restart_child: { readonly payload: string; readonly reply: RestartChild };
    readonly delete_child: { readonly payload: string; readonly reply: DeleteChild };
    readonly which_children: { readonly payload: undefined; readonly reply: readonly ChildInfo[] };
    readonly count_children: { readonly payload: undefined; readonly reply: ChildCount };
    readonly get_childspec: { readonly payload: string; readonly reply: ChildSpecData | undefined };
  };
  readonly casts: object;
  readonly messages: { readonly type: string };
}

export type Supervisor = Address<SupervisorProtocol>;

export interface SupervisorVerbs {
  /** Starts one more child, last in order. For simple_one_for_one give what the template's start gets. */
  startChild(supervisor: Supervisor, child: ChildSpec | readonly unknown[]): Promise<StartChild>;
  /** Stops a child, by id or, where children have none, by pid. Its spec stays, unless it is temporary. */
  terminateChild(supervisor: Supervisor, child: string | Pid<Protocol>): Promise<TerminateChild>;
  /** Starts a child again that was stopped. */
  restartChild(supervisor: Supervisor, id: string): Promise<RestartChild>;
  /** Forgets a child that was stopped. */
  deleteChild(supervisor: Supervisor, id: string): Promise<DeleteChild>;
  /** Every child, the latest first. */
  whichChildren(supervisor: Supervisor): Promise<readonly ChildInfo[]>;
  countChildren(supervisor: Supervisor): Promise<ChildCount>;
  /** The spec of a child as data, without what starts it. */
  childSpecOf(supervisor: Supervisor, id: string): Promise<ChildSpecData | undefined>;
}

/** The same requests for a node's code outside of processes. As in OTP they wait without limit. */
export function createSupervisorVerbs(request: Verbs["call"]): SupervisorVerbs {
  const wait = { timeoutMs: Number.POSITIVE_INFINITY };
  return {
    startChild: (supervisor, child) => request(supervisor, "start_child", new LocalValue(child), wait),
    terminateChild: (supervisor, child) => request(supervisor, "terminate_child", child, wait),
    restartChild: (supervisor, id) => request(supervisor, "restart_child", id, wait),
    deleteChild: (supervisor, id) => request(supervisor, "delete_child", id, wait),
    whichChildren: (supervisor) => request(supervisor, "which_children", undefined, wait),
    countChildren: (supervisor) => request(supervisor, "count_children", undefined, wait),
    childSpecOf: (supervisor, id) => request(supervisor, "get_childspec", id, wait),
  };
}

export const {
  startChild,
  terminateChild,
  restartChild,
  deleteChild,
  whichChildren,
  countChildren,
  childSpecOf,
} = createSupervisorVerbs(call);
