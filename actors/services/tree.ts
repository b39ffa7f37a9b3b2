// The services for plain NATS clients as one tree: each in a process of its own, so that one that fails takes no other along.
import { child, type SupervisorLogic, supervisor } from "../../runtime/index.ts";
import { breakerService } from "./breaker.ts";
import { contextService } from "./context.ts";
import type { ServiceDefinition } from "./endpoint.ts";
import { llmService } from "./llm.ts";
import { pipelineService } from "./pipeline.ts";
import { natsService, type ServiceOptions } from "./service.ts";

const services: readonly ServiceDefinition[] = [llmService, contextService, pipelineService, breakerService];

/** A service that stopped because its carrier is gone is not started again: whoever has a new carrier starts a new tree. */
export function servicesTree(options: ServiceOptions): SupervisorLogic {
  return supervisor("services", {
    strategy: "one_for_one",
    children: services.map((definition) =>
      child(natsService(definition, options), {
        id: `service.${definition.name}`,
        name: `service.${definition.name}`,
        restart: "transient",
        trapExit: true,
      }),
    ),
  });
}
