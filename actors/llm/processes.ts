// The processes that answer orders, as children for a tree. What they stand on comes before them: the group scope `llm` and the gate.
import { type ChildSpec, child, supervisor } from "../../runtime/index.ts";
import { type AttemptHost, llmAttempt } from "./attempt.ts";
import type { LlmConfiguration } from "./config.ts";
import { llmCoordinator } from "./coordinator.ts";
import { llmEntries } from "./entries.ts";
import type { Gate } from "./gate.ts";
import { healthDesk } from "./health.ts";
import { nodeTeller, nodeTellerName } from "./node-teller.ts";
import type { Provider } from "./provider.ts";
import { llmRequest } from "./request.ts";
import type { Spreading } from "./spreading.ts";

export interface LlmProcessesOptions {
  readonly configuration: LlmConfiguration;
  /** Who answers for each entry of llm.providers, by its name. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly gate: Gate;
  readonly spreading: Spreading;
}

/**
 * In the order of `rest_for_one`: the coordinator has processes started under `llm.requests`, and whoever goes takes down what stood
 * on it. No order stands on what looks after providers and tells other nodes of this one.
 */
export function llmProcesses(options: LlmProcessesOptions): readonly ChildSpec[] {
  const { configuration, spreading } = options;
  const host = attemptHost(options);
  const entries = [...host.entries.values()];
  const coordinator = llmCoordinator({
    ...{ entries, spreading },
    retriesMax: configuration.max_retries,
    backoffFactor: configuration.backoff_factor,
  });
  const health = healthDesk({ entries, intervalMs: spreading.health_check_interval_ms });
  const request = child(llmRequest(llmAttempt(host)), { id: "llm.request", restart: "temporary" });
  const requests = supervisor("llm.requests", { strategy: "simple_one_for_one", children: [request] });
  return [
    child(requests, { id: "llm.requests", name: "llm.requests" }),
    child(coordinator, { id: "llm.coordinator", name: "llm.coordinator" }),
    child(health, { id: "llm.health", name: "llm.health" }),
    child(nodeTeller(), { id: nodeTellerName, name: nodeTellerName }),
  ];
}

/** What attempts on this node are made with. Other nodes have them made here under `attemptKey`: llmAttempt(attemptHost(…)). */
export function attemptHost({
  configuration,
  providers,
  gate,
}: Pick<LlmProcessesOptions, "configuration" | "providers" | "gate">): AttemptHost {
  const entries = llmEntries(configuration, providers);
  return { entries: new Map(entries.map((entry) => [entry.name, entry])), gate };
}
