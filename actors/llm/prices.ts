// What models cost: the vendors' list prices of well-known ones, and what the configuration says instead.
import type { ProviderConfiguration } from "./config.ts";
import { isCloudModel } from "./providers/model-choice.ts";

export interface Price {
  /** US dollars for a million tokens that are read. */
  readonly inputPerMillion: number;
  /** US dollars for a million tokens that are written, reasoning included. */
  readonly outputPerMillion: number;
}

/**
 * Standard list prices of single requests, input and output, as of autumn 2026, from texts that quote the vendors' own pages:
 * https://platform.claude.com/docs/en/about-claude/pricing and https://developers.openai.com/api/docs/pricing. Not every row
 * was confirmed by a second one, and prices move: who has to know sets them in the configuration. Discounts for cached tokens
 * are left out, and so are surcharges for prompts above 272,000 tokens (OpenAI) and 100,000 tokens (Claude Haiku 5.5).
 */
const listPrices: Readonly<Record<string, readonly [number, number]>> = {
  "claude-fable-5-1": [10, 50],
  "claude-fable-5": [10, 50],
  "claude-opus-5-5": [4, 20],
  "claude-opus-5": [5, 25],
  "claude-opus-4-8": [5, 25],
  "claude-opus-4-7": [5, 25],
  "claude-opus-4-6": [5, 25],
  "claude-opus-4-5": [5, 25],
  "claude-sonnet-5-5": [2, 10],
  "claude-sonnet-5": [2, 10],
  "claude-sonnet-4-6": [3, 15],
  "claude-sonnet-4-5": [3, 15],
  "claude-haiku-5-5": [0.1, 0.5],
  "claude-haiku-4-5": [1, 5],
  "gpt-5.6-sol": [4, 20],
  "gpt-5.6-terra": [2, 12],
  "gpt-5.6-luna": [0.2, 1.2],
  "gpt-5.5": [5, 30],
  "gpt-5.4": [2.5, 15],
  "gpt-5.4-mini": [0.75, 4.5],
  "gpt-5.4-nano": [0.2, 1.25],
  "gpt-5.1": [1.25, 10],
  "gpt-5": [1.25, 10],
  "gpt-4o": [2.5, 10],
  "gpt-4o-mini": [0.15, 0.6],
};

/** The price of `model` at an entry of llm.providers; null where neither the configuration nor the list has both parts. */
export function priceOf(entry: ProviderConfiguration, model: string): Price | null {
  const [listedInput, listedOutput] = listed(entry, model);
  const inputPerMillion = entry.input_usd_per_million_tokens ?? listedInput;
  const outputPerMillion = entry.output_usd_per_million_tokens ?? listedOutput;
  if (inputPerMillion === undefined || outputPerMillion === undefined) return null;
  return { inputPerMillion, outputPerMillion };
}

function listed({ kind }: ProviderConfiguration, model: string): readonly [number?, number?] {
  if (kind === "ollama" || kind === "lm_studio") return isCloudModel(model) ? [] : [0, 0];
  // A version of a model that is named by its date costs what the model costs.
  const name = model.replace(/-\d{4}-?\d{2}-?\d{2}$/, "");
  return Object.hasOwn(listPrices, name) ? (listPrices[name] ?? []) : [];
}
