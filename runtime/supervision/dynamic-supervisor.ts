// A supervisor of many children that come and go, known by pid (Elixir: DynamicSupervisor). Only one_for_one.
import { limits } from "../limits.ts";
import type { NativeLogic } from "../logic/logic.ts";
import { ok, refuse } from "../logic/server-result.ts";
import type { SupervisorProtocol } from "./admin.ts";
import { DynamicChildren } from "./dynamic-children.ts";
import { problemOfBudget, RestartBudget } from "./restart-budget.ts";
import { supervisorServer } from "./supervisor-server.ts";

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

/**
 * Defines a supervisor whose children are started one by one with `startChild` (Elixir: `DynamicSupervisor`).
 * @param name what events and reports call it
 */
export function dynamicSupervisor(
  name: string,
  options: DynamicSupervisorOptions = {},
): NativeLogic<SupervisorProtocol, void> {
  const { maxRestarts = limits.maxRestartsDefault, withinMs = limits.withinMsDefault } = options;
  return supervisorServer<void>(name, () => {
    const problem = problemOfBudget({ maxRestarts, withinMs }) ?? problemOfMax(options.maxChildren);
    if (problem !== undefined) return refuse({ supervisor_data: problem });
    return ok(new DynamicChildren(name, new RestartBudget(maxRestarts, withinMs), options));
  });
}

function problemOfMax(maxChildren: number | undefined): string | undefined {
  if (maxChildren === undefined || maxChildren === Number.POSITIVE_INFINITY) return undefined;
  return Number.isInteger(maxChildren) && maxChildren >= 0
    ? undefined
    : `maxChildren is a whole number from 0; given was ${maxChildren}.`;
}
