// A supervisor: a process that starts its children in order, starts them again by a strategy, and stops them in reverse.

import { limits } from "../limits.ts";
import type { NativeLogic } from "../logic/logic.ts";
import { type InitResult, ignore, ok, refuse } from "../logic/server-result.ts";
import { Misuse } from "../process/failures.ts";
import type { SupervisorProtocol } from "./admin.ts";
import type { ChildSpec } from "./child-spec.ts";
import { problemOf } from "./child-spec.ts";
import { DynamicChildren } from "./dynamic-children.ts";
import { problemOfBudget, RestartBudget } from "./restart-budget.ts";
import { conduct, type Steps } from "./steps.ts";
import { oneForAll } from "./strategies/one-for-all.ts";
import { oneForOne } from "./strategies/one-for-one.ts";
import { restForOne } from "./strategies/rest-for-one.ts";
import type { Strategy, StrategyName } from "./strategy.ts";
import { Supervision } from "./supervision.ts";
import { type Children, supervisorServer } from "./supervisor-server.ts";
import { type AutoShutdown, problemOfSignificance, SupervisorState } from "./supervisor-state.ts";

export interface SupervisorOptions {
  readonly strategy?: StrategyName | "simple_one_for_one";
  /** Restarts allowed within `withinMs`; one more ends the supervisor. 3 by default (Elixir). */
  readonly maxRestarts?: number;
  /** Milliseconds; 5,000 by default (Elixir). */
  readonly withinMs?: number;
  readonly autoShutdown?: AutoShutdown;
  readonly children?: readonly ChildSpec[];
}

export type SupervisorLogic<Input = void> = NativeLogic<SupervisorProtocol, Input>;
/** Made from the input at each start, restarts included; undefined declines to start (OTP: `ignore`). */
export type SupervisorInit<Input> = (input: Input) => SupervisorOptions | undefined;

const strategies: Readonly<Record<StrategyName, Strategy>> = {
  one_for_one: oneForOne,
  one_for_all: oneForAll,
  rest_for_one: restForOne,
};

/**
 * Defines a supervisor (OTP: `supervisor`). A child that cannot be started is tried again until the restart budget is
 * spent; then all children are stopped and the supervisor exits `shutdown`, which its own supervisor decides about.
 * @param name what events and reports call it
 */
export function supervisor<Input = void>(
  name: string,
  options: SupervisorOptions | SupervisorInit<Input>,
): SupervisorLogic<Input> {
  if (typeof options === "object") {
    const problem = problemOfTemplate(options);
    if (problem !== undefined) throw new Misuse(`"${name}" cannot be a supervisor. ${problem}`);
  }
  return supervisorServer(name, (input: Input) => {
    const flags = typeof options === "function" ? options(input) : options;
    if (flags === undefined) return ignore();
    const problem = problemOfFlags(flags);
    if (problem !== undefined) return refuse({ supervisor_data: problem });
    return conduct(begin(name, flags));
  });
}

function* begin(name: string, flags: SupervisorOptions): Steps<InitResult<Children>> {
  const { maxRestarts = limits.maxRestartsDefault, withinMs = limits.withinMsDefault } = flags;
  const { strategy = "one_for_one", autoShutdown = "never", children = [] } = flags;
  const budget = new RestartBudget(maxRestarts, withinMs);
  const [template] = children;
  if (strategy === "simple_one_for_one")
    return ok(
      new DynamicChildren(name, budget, { autoShutdown, ...(template === undefined ? {} : { template }) }),
    );
  const state = new SupervisorState(strategies[strategy], budget, autoShutdown);
  const supervision = new Supervision(name, state);
  const failure = yield* supervision.startAll(children);
  return failure === undefined ? ok(supervision) : refuse({ shutdown: { failed_to_start_child: failure } });
}

function problemOfTemplate({ strategy, children = [] }: SupervisorOptions): string | undefined {
  return strategy === "simple_one_for_one" && children.length !== 1
    ? `With simple_one_for_one it has exactly one child, the template of all; given were ${children.length}.`
    : undefined;
}

/** What is wrong with a supervisor's options, in words (OTP: `supervisor_data`); undefined when nothing is. */
function problemOfFlags(flags: SupervisorOptions): string | undefined {
  const { strategy = "one_for_one", autoShutdown = "never", children = [] } = flags;
  if (strategy !== "simple_one_for_one" && !Object.hasOwn(strategies, strategy)) {
    return `The strategy is one_for_one, one_for_all, rest_for_one or simple_one_for_one; given was ${JSON.stringify(strategy)}.`;
  }
  const problem = problemOfBudget(flags) ?? problemOfTemplate(flags);
  if (problem !== undefined) return problem;
  if (!["never", "any_significant", "all_significant"].includes(autoShutdown)) {
    return `autoShutdown is never, any_significant or all_significant; given was ${JSON.stringify(autoShutdown)}.`;
  }
  const seen = new Set<string>();
  for (const spec of children) {
    const problem = problemOf(spec) ?? problemOfSignificance(spec, autoShutdown);
    if (problem !== undefined) return problem;
    if (seen.has(spec.id)) return `Two children have the id "${spec.id}". Give one of them another.`;
    seen.add(spec.id);
  }
  return undefined;
}
