// The tree that keeps the language models within reach: what nodes tell each other, the gate, then who answers orders.
import type { LlmConfiguration } from "../../actors/llm/config.ts";
import { gateOf } from "../../actors/llm/gate/gate-of.ts";
import { predecessorEnded } from "../../actors/llm/gate/predecessor.ts";
import { gateSupervisor } from "../../actors/llm/gate/processes.ts";
import { llmScope } from "../../actors/llm/gate/scope.ts";
import { isAnyBudget } from "../../actors/llm/gate/spending.ts";
import { llmProcesses } from "../../actors/llm/processes.ts";
import type { Provider } from "../../actors/llm/provider.ts";
import { type Spreading, spreadingDefaults } from "../../actors/llm/spreading.ts";
import {
  type ClusterStore,
  child,
  groupScope,
  Misuse,
  type SupervisorLogic,
  supervisor,
} from "../../runtime/index.ts";

/** Who answers for each entry of llm.providers, by its name. */
export type Providers = ReadonlyMap<string, Provider>;

export interface LlmTreeOptions {
  /** The keys of `cluster` that are about language models. */
  readonly spreading?: Spreading;
  /** What the cluster keeps together; left out, or giving undefined, where the node is alone. */
  readonly store?: () => ClusterStore | undefined;
  /** Where a program that is alone keeps what models cost; left out where that ends with it. */
  readonly folder?: string | undefined;
}

/**
 * The supervisor `llm`: `rest_for_one`, because attempts ask the gate, and the coordinator has orders started under `llm.requests`;
 * whoever goes takes down what stood on it, and nothing before.
 * @throws {Misuse} an entry has no provider
 */
export function llmSupervisor(
  configuration: LlmConfiguration,
  providers: Providers,
  options: LlmTreeOptions = {},
): SupervisorLogic {
  checkProviders(configuration, providers);
  const { spreading = spreadingDefaults, store = () => undefined, folder } = options;
  return supervisor("llm", {
    strategy: "rest_for_one",
    children: [
      predecessorEnded(),
      child(groupScope(llmScope), { id: "llm.scope" }),
      gateSupervisor({ configuration, store, folder }),
      ...llmProcesses({
        configuration,
        providers,
        spreading,
        gate: gateOf({ isBudgeted: isAnyBudget(configuration.budgets) }),
      }),
    ],
  });
}

function checkProviders(configuration: LlmConfiguration, providers: Providers): void {
  for (const name of Object.keys(configuration.providers)) {
    if (providers.has(name)) continue;
    const given = [...providers.keys()].join(", ") || "none";
    throw new Misuse(
      `The entry "${name}" of llm.providers has no provider. Given were: ${given}. Give one for each entry.`,
    );
  }
}
