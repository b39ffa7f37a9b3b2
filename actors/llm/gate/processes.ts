// The processes of the gate, as a child for a tree. What they stand on comes before them: the group scope `llm`.
import { type ChildSpec, type ClusterStore, child, supervisor } from "../../../runtime/index.ts";
import type { LlmConfiguration } from "../config.ts";
import { breakerOf } from "./breaker-protocol.ts";
import type { BreakerRules } from "./breaker-state.ts";
import { budgetName, llmBudget } from "./budget.ts";
import { circuitBreaker } from "./circuit-breaker.ts";
import { limiterName, llmLimiter } from "./limiter.ts";
import { everyEntry } from "./quota.ts";
import { ratesOf } from "./rate.ts";

export interface GateOptions {
  readonly configuration: LlmConfiguration;
  /** What the cluster keeps; undefined while the node is alone. */
  readonly store: () => ClusterStore | undefined;
  /** Where a program that is alone keeps what was spent; undefined where that ends with it. */
  readonly folder: string | undefined;
}

export const gateName = "llm.gate";

/** None of them needs another's memory: one_for_one. One that is started again, its counts forgotten, is no reason to end requests. */
export function gateSupervisor(options: GateOptions): ChildSpec {
  const { store, folder, configuration } = options;
  const { providers, max_concurrent_requests, rate_limit, budgets } = configuration;
  const entries = Object.entries(providers);
  const places = entries.map(
    ([name, entry]) => [name, entry.max_concurrent_requests ?? max_concurrent_requests] as const,
  );
  const rates = entries.map(([name, entry]) => [name, ratesOf(entry.rate_limit)] as const);
  const limits = {
    placesMax: new Map(places),
    rates: new Map([[everyEntry, ratesOf(rate_limit)], ...rates]),
    store,
  };
  const gate = supervisor(gateName, {
    strategy: "one_for_one",
    children: [
      child(breakers(configuration), { id: "llm.breakers", name: "llm.breakers" }),
      child(llmLimiter(limits), { id: limiterName, name: limiterName, trapExit: true }),
      child(llmBudget({ budgets, store, folder }), { id: budgetName, name: budgetName, trapExit: true }),
    ],
  });
  return child(gate, { id: gateName, name: gateName });
}

function breakers(configuration: LlmConfiguration) {
  const rules = rulesOf(configuration);
  return supervisor("llm.breakers", {
    strategy: "one_for_one",
    children: Object.keys(configuration.providers).map((entry) => {
      const { name } = breakerOf(entry);
      return child(circuitBreaker, { id: name, name, input: { entry, rules } });
    }),
  });
}

function rulesOf({ circuit_breaker: configured }: LlmConfiguration): BreakerRules {
  return {
    failureThreshold: configured.failure_threshold,
    recoveryMs: configured.recovery_time_ms,
    failureRate: configured.failure_rate,
    windowRequests: configured.window_requests,
    slowMs: configured.slow_call_ms,
    slowRate: configured.slow_rate,
  };
}
