// A supervisor: a process that starts its children in order, starts them again by a strategy, and stops them in reverse.

import { limits } from "../limits.ts";
import type { NativeLogic } from "../logic/logic.ts";
import {
  type CastResult,
  type InitResult,
  ignore,
  noReply,
  ok,
  refuse,
  replyWith,
  server,
  stopWith,
} from "../logic/server.ts";
import { trapExit } from "../process/acting.ts";
import type { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import { ExitMessage } from "../process/system-message.ts";
import type { SupervisorProtocol } from "./admin.ts";
import type { ChildSpec } from "./child-spec.ts";
import { problemOf } from "./child-spec.ts";
import { dynamicLogic } from "./dynamic-supervisor.ts";
import { problemOfBudget, RestartBudget } from "./restart-budget.ts";
import { oneForAll } from "./strategies/one-for-all.ts";
import { oneForOne } from "./strategies/one-for-one.ts";
import { restForOne } from "./strategies/rest-for-one.ts";
import type { Strategy, StrategyName } from "./strategy.ts";
import { Supervision } from "./supervision.ts";
import { type AutoShutdown, SupervisorState } from "./supervisor-state.ts";

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
  if (typeof options === "object" && options.strategy === "simple_one_for_one")
    return simpleSupervisor(name, options);
  const logic = server(name, {
    init: (input: Input): Promise<InitResult<Supervision>> | InitResult<Supervision> => {
      trapExit(true);
      const flags = typeof options === "function" ? options(input) : options;
      if (flags === undefined) return ignore();
      const problem = problemOfFlags(flags);
      if (problem !== undefined) return refuse({ supervisor_data: problem });
      return begin(new Supervision(name, stateOf(flags)), flags.children ?? []);
    },
    calls: {
      start_child: async (supervision: Supervision, { value }: LocalValue<ChildSpec>) =>
        replyWith(await supervision.startChild(value), supervision),
      terminate_child: async (supervision: Supervision, id: string) =>
        replyWith(await supervision.terminateChild(id), supervision),
      restart_child: async (supervision: Supervision, id: string) =>
        replyWith(await supervision.restartChild(id), supervision),
      delete_child: (supervision: Supervision, id: string) =>
        replyWith(supervision.deleteChild(id), supervision),
      which_children: (supervision: Supervision) => replyWith(supervision.whichChildren(), supervision),
      count_children: (supervision: Supervision) => replyWith(supervision.countChildren(), supervision),
      get_childspec: (supervision: Supervision, id: string) =>
        replyWith(supervision.childSpec(id), supervision),
    },
    casts: {
      retry: (supervision: Supervision, id: string) => goOn(supervision, supervision.retry(id)),
    },
    info: (supervision: Supervision, message) =>
      message instanceof ExitMessage
        ? goOn(supervision, supervision.childExited(message.from, message.reason))
        : supervision.unknown(message.type),
    terminate: (supervision: Supervision) => supervision.stopAll(),
    formatState: (supervision: Supervision) => supervision.whichChildren(),
  });
  return {
    ...(logic as unknown as NativeLogic<SupervisorProtocol, Input>),
    childDefaults: { type: "supervisor" },
  };
}

async function begin(
  supervision: Supervision,
  specs: readonly ChildSpec[],
): Promise<InitResult<Supervision>> {
  const failure = await supervision.startAll(specs);
  return failure === undefined ? ok(supervision) : refuse({ shutdown: { failed_to_start_child: failure } });
}

async function goOn(
  supervision: Supervision,
  work: Promise<ExitReason | undefined>,
): Promise<CastResult<Supervision>> {
  const reason = await work;
  return reason === undefined ? noReply(supervision) : stopWith(reason, supervision);
}

function stateOf(flags: SupervisorOptions): SupervisorState {
  const {
    strategy = "one_for_one",
    maxRestarts = limits.maxRestartsDefault,
    withinMs = limits.withinMsDefault,
  } = flags;
  const budget = new RestartBudget(maxRestarts, withinMs);
  return new SupervisorState(strategies[strategy as StrategyName], budget, flags.autoShutdown ?? "never");
}

function simpleSupervisor<Input>(name: string, options: SupervisorOptions): SupervisorLogic<Input> {
  const [template, ...others] = options.children ?? [];
  if (template === undefined || others.length > 0) {
    throw new Misuse(
      `A simple_one_for_one supervisor has exactly one child, the template of all; "${name}" was given ${options.children?.length ?? 0}.`,
    );
  }
  const { maxRestarts, withinMs } = options;
  return dynamicLogic(name, {
    ...(maxRestarts === undefined ? {} : { maxRestarts }),
    ...(withinMs === undefined ? {} : { withinMs }),
    template,
  }) as unknown as SupervisorLogic<Input>;
}

/** What is wrong with a supervisor's options, in words (OTP: `supervisor_data`); undefined when nothing is. */
export function problemOfFlags(flags: SupervisorOptions): string | undefined {
  const { strategy = "one_for_one", autoShutdown = "never", children = [] } = flags;
  if (!Object.hasOwn(strategies, strategy)) {
    return `The strategy is one_for_one, one_for_all, rest_for_one or simple_one_for_one; given was ${JSON.stringify(strategy)}.`;
  }
  const budget = problemOfBudget(flags);
  if (budget !== undefined) return budget;
  if (!["never", "any_significant", "all_significant"].includes(autoShutdown)) {
    return `autoShutdown is never, any_significant or all_significant; given was ${JSON.stringify(autoShutdown)}.`;
  }
  const seen = new Set<string>();
  for (const spec of children) {
    const problem = problemOf(spec);
    if (problem !== undefined) return problem;
    if (seen.has(spec.id)) return `Two children have the id "${spec.id}". Give one of them another.`;
    seen.add(spec.id);
    if (spec.significant && autoShutdown === "never") {
      return `Child "${spec.id}" is significant, and a supervisor with autoShutdown never has no use for that.`;
    }
  }
  return undefined;
}
