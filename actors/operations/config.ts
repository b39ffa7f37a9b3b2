// What a person can configure about the operations that ask a model.
import { z } from "zod";
import { verifyConfiguration } from "../workspace/verify/config.ts";

export const operationsConfiguration = z.strictObject({
  // Some 6,000 lines of code: what models see of longer texts is patchy.
  max_tokens: z
    .int()
    .min(1_000)
    .max(10_000_000)
    .default(60_000)
    .describe("Tokens that one request of an operation may send to a model, as estimated"),
  // A tenth of what one request may send: enough for the signatures of what a file uses, and the best of their bodies.
  context_tokens: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(6_000)
    .describe(
      "Tokens of other files of the project that an operation sends with what was named, where somebody was chosen to be asked; 0 sends none",
    ),
  // The longest request to a large model, asked for three times over.
  max_cost_usd: z
    .number()
    .min(0)
    .max(100_000)
    .default(5)
    .describe("US dollars that one operation may cost at most, where the price is known"),
  verify: verifyConfiguration.prefault({}),
});

/** Environment variables and the keys, below this part, that they set: none yet. */
export const operationsVariables = {} as const;
