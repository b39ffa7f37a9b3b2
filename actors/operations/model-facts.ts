// What asking a model for a result took, as every document of an operation says it.
import { z } from "zod";
import type { Reviewer } from "../review/reviewer.ts";
import type { Said } from "./say.ts";

export const modelFacts = z.object({
  provider: z.string().describe("The entry of llm.providers that answered"),
  kind: z.string().describe("Its interface, such as openai or ollama"),
  model: z.string().describe("The model that answered, as the provider calls it"),
  prompt: z.string().describe("The template of the prompt with its version, such as explain@1"),
  rounds: z.int().min(1).describe("Times that it was asked until its answer was what was asked for"),
  requests: z.int().min(0).describe("Requests to providers, those that came to nothing included"),
  masked: z.int().min(0).describe("Secrets that were masked in what was sent"),
  input_tokens: z.int().min(0).nullable().describe("Null where the provider did not count"),
  output_tokens: z.int().min(0).nullable(),
  cost_usd: z.number().min(0).nullable().describe("US dollars; null where the price is not known"),
});

export type ModelFacts = z.infer<typeof modelFacts>;

/** What was said in the rounds of an operation, added up. */
export function factsOf(
  { provider, kind, model }: Reviewer,
  {
    prompt,
    said,
    masked,
  }: { readonly prompt: string; readonly said: readonly Answer[]; readonly masked: number },
): ModelFacts {
  const last = said.at(-1);
  const usages = said.flatMap(({ completion }) => completion.usage ?? []);
  const counted = usages.length === said.length;
  const costs = said.map(({ costUsd }) => costUsd);
  const cost = costs.reduce<number | null>(
    (all, one) => (all === null || one === null ? null : all + one),
    0,
  );
  return {
    provider: last?.entry ?? provider,
    kind,
    model: last?.completion.model ?? model ?? "unknown",
    prompt,
    rounds: said.length,
    requests: said.reduce((all, { tries }) => all + tries.requests, 0),
    masked,
    input_tokens: counted ? usages.reduce((all, { input_tokens }) => all + input_tokens, 0) : null,
    output_tokens: counted ? usages.reduce((all, { output_tokens }) => all + output_tokens, 0) : null,
    cost_usd: cost === null ? null : Math.round(cost * 1_000_000) / 1_000_000,
  };
}

type Answer = Extract<Said, { readonly ok: true }>;
