// The tree that keeps the language models within reach: breakers, then the processes of requests, then the coordinator.
import { circuitBreaker } from "../../actors/llm/circuit-breaker.ts";
import type { LlmConfiguration, ProviderConfiguration } from "../../actors/llm/config.ts";
import { llmCoordinator } from "../../actors/llm/coordinator.ts";
import type { Entry } from "../../actors/llm/dispatch.ts";
import type { Provider } from "../../actors/llm/provider.ts";
import { attemptAt } from "../../actors/llm/request.ts";
import { child, dynamicSupervisor, Misuse, type SupervisorLogic, supervisor } from "../../runtime/index.ts";

/** Who answers for each entry of llm.providers, by its name. */
export type Providers = ReadonlyMap<string, Provider>;

/**
 * The supervisor `llm`: `rest_for_one`, because the coordinator has attempts started under `llm.requests`, and attempts
 * ask the breakers; whoever goes takes down what stood on it, and nothing before. The breakers have a supervisor of their
 * own, `one_for_one`, because one that is started again (closed, its count forgotten) is no reason to end requests.
 * @throws {Misuse} an entry has no provider
 */
export function llmSupervisor(configuration: LlmConfiguration, providers: Providers): SupervisorLogic {
  const entries = entriesOf(configuration, providers);
  const attempts = new Map([...providers].map(([name, provider]) => [name, attemptAt(provider)]));
  const settings = { entries, retriesMax: configuration.max_retries };
  return supervisor("llm", {
    strategy: "rest_for_one",
    children: [
      child(breakers(configuration, entries), { id: "llm.breakers", name: "llm.breakers" }),
      child(dynamicSupervisor("llm.requests"), { id: "llm.requests", name: "llm.requests" }),
      child(llmCoordinator(attempts), { id: "llm.coordinator", name: "llm.coordinator", input: settings }),
    ],
  });
}

function breakers({ circuit_breaker }: LlmConfiguration, entries: readonly Entry[]): SupervisorLogic {
  return supervisor("llm.breakers", {
    strategy: "one_for_one",
    children: entries.map(({ name }) =>
      child(circuitBreaker, {
        id: `llm.breaker.${name}`,
        name: `llm.breaker.${name}`,
        input: {
          entry: name,
          failureThreshold: circuit_breaker.failure_threshold,
          recoveryMs: circuit_breaker.recovery_time_ms,
        },
      }),
    ),
  });
}

/** The entries in the order in which they are tried: the default, the fallback, then by priority and name. */
function entriesOf(configuration: LlmConfiguration, providers: Providers): readonly Entry[] {
  const { default_provider, fallback_provider } = configuration;
  const rank = (name: string, { priority }: ProviderConfiguration): number => {
    if (name === default_provider) return -2;
    return name === fallback_provider ? -1 : priority;
  };
  return Object.entries(configuration.providers)
    .toSorted(
      ([left, one], [right, other]) => rank(left, one) - rank(right, other) || (left < right ? -1 : 1),
    )
    .map(([name, entry]) => {
      const provider = providers.get(name);
      if (provider === undefined) {
        const given = [...providers.keys()].join(", ") || "none";
        throw new Misuse(
          `The entry "${name}" of llm.providers has no provider. Given were: ${given}. Give one for each entry.`,
        );
      }
      return {
        name,
        kind: provider.kind,
        concurrentMax: entry.max_concurrent_requests ?? configuration.max_concurrent_requests,
        timeoutMs: entry.timeout_ms ?? configuration.timeout_ms,
      };
    });
}
