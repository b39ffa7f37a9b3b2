// Supervisors of many children that come and go: Elixir's DynamicSupervisor and OTP's simple_one_for_one, which differ
// in where a child's spec comes from. Only one_for_one; children are known by pid.
import { limits } from "../limits.ts";
import type { NativeLogic } from "../logic/logic.ts";
import { type CastResult, noReply, ok, refuse, replyWith, server, stopWith } from "../logic/server.ts";
import { trapExit } from "../process/acting.ts";
import type { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import { ExitMessage } from "../process/system-message.ts";
import type { SupervisorProtocol } from "./admin.ts";
import type { ChildSpec } from "./child-spec.ts";
import { DynamicChildren } from "./dynamic-children.ts";
import { problemOfBudget, RestartBudget } from "./restart-budget.ts";

export interface DynamicSupervisorOptions {
  /** Restarts allowed within `withinMs`; one more ends the supervisor. 3 by default (Elixir). */
  readonly maxRestarts?: number;
  /** Milliseconds; 5,000 by default (Elixir). */
  readonly withinMs?: number;
  /** Children at the same time; no limit by default. */
  readonly maxChildren?: number;
  /** What every child's start is given before its own. */
  readonly extraArguments?: readonly unknown[];
}

export interface DynamicLogicOptions extends DynamicSupervisorOptions {
  /** The one spec of all children, for simple_one_for_one. */
  readonly template?: ChildSpec;
}

/**
 * Defines a supervisor whose children are started one by one with `startChild` (Elixir: `DynamicSupervisor`).
 * @param name what events and reports call it
 */
export function dynamicSupervisor(
  name: string,
  options: DynamicSupervisorOptions = {},
): NativeLogic<SupervisorProtocol, void> {
  return dynamicLogic(name, options);
}

export function dynamicLogic(
  name: string,
  options: DynamicLogicOptions,
): NativeLogic<SupervisorProtocol, void> {
  const { maxRestarts = limits.maxRestartsDefault, withinMs = limits.withinMsDefault } = options;
  const logic = server(name, {
    init: () => {
      trapExit(true);
      const problem = problemOfBudget({ maxRestarts, withinMs }) ?? problemOfMax(options.maxChildren);
      if (problem !== undefined) return refuse({ supervisor_data: problem });
      return ok(new DynamicChildren(name, new RestartBudget(maxRestarts, withinMs), options));
    },
    calls: {
      start_child: async (children: DynamicChildren, { value }: LocalValue<ChildSpec | readonly unknown[]>) =>
        replyWith(await children.startChild(value), children),
      terminate_child: async (children: DynamicChildren, target: Pid<Protocol> | string) =>
        replyWith(await children.terminateChild(target), children),
      restart_child: (children: DynamicChildren) => replyWith(children.refusal(), children),
      delete_child: (children: DynamicChildren) => replyWith(children.refusal(), children),
      which_children: (children: DynamicChildren) => replyWith(children.whichChildren(), children),
      count_children: (children: DynamicChildren) => replyWith(children.countChildren(), children),
      get_childspec: (children: DynamicChildren) => replyWith(children.templateData(), children),
    },
    casts: {
      retry: (children: DynamicChildren, id: number) => goOn(children, children.retry(id)),
    },
    info: (children: DynamicChildren, message) =>
      message instanceof ExitMessage
        ? goOn(children, children.childExited(message.from, message.reason))
        : children.unknown(message.type),
    terminate: (children: DynamicChildren) => children.stopAll(),
    formatState: (children: DynamicChildren) => children.countChildren(),
  });
  return {
    ...(logic as unknown as NativeLogic<SupervisorProtocol, void>),
    childDefaults: { type: "supervisor" },
  };
}

async function goOn(
  children: DynamicChildren,
  work: Promise<ExitReason | undefined>,
): Promise<CastResult<DynamicChildren>> {
  const reason = await work;
  return reason === undefined ? noReply(children) : stopWith(reason, children);
}

function problemOfMax(maxChildren: number | undefined): string | undefined {
  if (maxChildren === undefined || maxChildren === Number.POSITIVE_INFINITY) return undefined;
  return Number.isInteger(maxChildren) && maxChildren >= 0
    ? undefined
    : `maxChildren is a whole number from 0; given was ${maxChildren}.`;
}
