// What a person can configure about which nodes ask the language models: keys of `cluster`, where the nodes are configured.
import { z } from "zod";

/** `affinity`: requests of one run go to the same node as long as it is there. */
const balances = ["round_robin", "least_loaded", "affinity"] as const;

export const spreadingShape = {
  load_balance_strategy: z
    .enum(balances)
    .default("round_robin")
    .describe(
      "Which node asks a language model: one after the other, the one with the fewest requests, or the same for one run",
    ),
  prefer_local_provider: z
    .preprocess((given) => (given === "true" ? true : given === "false" ? false : given), z.boolean())
    .default(true)
    .describe("Whether a node that has the provider itself asks it, and no other node"),
  failover_timeout_ms: z
    .int()
    .min(100)
    .max(600_000)
    .default(5_000)
    .describe("Milliseconds within which a request goes on elsewhere when the node that makes it is gone"),
  node_pool_size: z
    .int()
    .min(1)
    .max(1_000)
    .default(3)
    .describe("Nodes over which the requests to one provider are spread at most"),
  health_check_interval_ms: z
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(5_000)
    .describe(
      "Milliseconds between two looks at a provider that has failed or that somebody looks at; a look costs nothing",
    ),
};

const spreading = z.strictObject(spreadingShape);
export type Spreading = z.output<typeof spreading>;

/** As it is where nobody has configured anything. */
export const spreadingDefaults: Spreading = spreading.parse({});
