// What models cost: the vendors' list prices of well-known ones, and what the configuration says instead.
import type { Usage } from "./model-event.ts";
import type { ProviderConfiguration } from "./provider-config.ts";
import { isCloudModel } from "./providers/model-choice.ts";

export interface Price {
  /** US dollars for a million tokens that are read. */
  readonly inputPerMillion: number;
  /** Of those, for what comes from the provider's cache; as much as the others where it is left out. */
  readonly cachedPerMillion?: number;
  /** And for what is written into that cache. */
  readonly cacheWritePerMillion?: number;
  /** US dollars for a million tokens that are written, reasoning included. */
  readonly outputPerMillion: number;
}

/** `local`: whatever runs on one's own machine costs nothing. With a part from the configuration it is from there. */
export type PriceSource = "configuration" | "list" | "local";

export interface KnownPrice extends Price {
  readonly source: PriceSource;
}

/** Shares of the price of what is read: of what comes from the provider's cache, and of what is written into it. */
type CacheShares = readonly [read: number, write: number];

const claude: CacheShares = [0.1, 1.25];
const gpt56: CacheShares = [0.1, 1.25];
const gpt5: CacheShares = [0.1, 1];
const gpt4o: CacheShares = [0.5, 1];

/**
 * Standard list prices of single requests, input and output, as of autumn 2026, from texts that quote the vendors' own pages:
 * https://platform.claude.com/docs/en/about-claude/pricing and https://developers.openai.com/api/docs/pricing. Not every row
 * was confirmed by a second one, and prices move: who has to know sets them in the configuration. Surcharges are left out: for
 * prompts above 272,000 tokens (OpenAI) and 100,000 tokens (Claude Haiku 5.5), and for a cache that keeps for longer than usual.
 */
const listPrices: Readonly<Record<string, readonly [input: number, output: number, cache: CacheShares]>> = {
  "claude-fable-5-1": [10, 50, claude],
  "claude-fable-5": [10, 50, claude],
  "claude-opus-5-5": [4, 20, claude],
  "claude-opus-5": [5, 25, claude],
  "claude-opus-4-8": [5, 25, claude],
  "claude-opus-4-7": [5, 25, claude],
  "claude-opus-4-6": [5, 25, claude],
  "claude-opus-4-5": [5, 25, claude],
  "claude-sonnet-5-5": [2, 10, claude],
  "claude-sonnet-5": [2, 10, claude],
  "claude-sonnet-4-6": [3, 15, claude],
  "claude-sonnet-4-5": [3, 15, claude],
  "claude-haiku-5-5": [0.1, 0.5, claude],
  "claude-haiku-4-5": [1, 5, claude],
  "gpt-5.6-sol": [4, 20, gpt56],
  "gpt-5.6-terra": [2, 12, gpt56],
  "gpt-5.6-luna": [0.2, 1.2, gpt56],
  "gpt-5.5": [5, 30, gpt5],
  "gpt-5.4": [2.5, 15, gpt5],
  "gpt-5.4-mini": [0.75, 4.5, gpt5],
  "gpt-5.4-nano": [0.2, 1.25, gpt5],
  "gpt-5.1": [1.25, 10, gpt5],
  "gpt-5": [1.25, 10, gpt5],
  "gpt-4o": [2.5, 10, gpt4o],
  "gpt-4o-mini": [0.15, 0.6, gpt4o],
};

/** The price of `model` at an entry of llm.providers; null where neither the configuration nor the list has both parts. */
export function priceOf(entry: ProviderConfiguration, model: string): KnownPrice | null {
  const list = listed(entry, model);
  const inputPerMillion = entry.input_usd_per_million_tokens ?? list?.input;
  const outputPerMillion = entry.output_usd_per_million_tokens ?? list?.output;
  if (inputPerMillion === undefined || outputPerMillion === undefined) return null;
  const { cached_input_usd_per_million_tokens: cached, cache_write_usd_per_million_tokens: write } = entry;
  const { input_usd_per_million_tokens: input, output_usd_per_million_tokens: output } = entry;
  const isConfigured = [input, output, cached, write].some((part) => part !== undefined);
  return {
    inputPerMillion,
    outputPerMillion,
    // Whoever has agreed on another price with the vendor has the cache at the same share of it.
    ...known("cachedPerMillion", cached ?? shareOf(inputPerMillion, list?.cache?.[0])),
    ...known("cacheWritePerMillion", write ?? shareOf(inputPerMillion, list?.cache?.[1])),
    source: isConfigured ? "configuration" : list?.cache === undefined ? "local" : "list",
  };
}

/** US dollars for tokens that were counted or are expected; null where the price is not known. */
export function costOf(usage: Usage, price: Price | null): number | null {
  if (price === null) return null;
  const { inputPerMillion, outputPerMillion } = price;
  const { cachedPerMillion = inputPerMillion, cacheWritePerMillion = inputPerMillion } = price;
  const { input_tokens: read, cached_tokens: cached = 0, cache_write_tokens: kept = 0 } = usage;
  const plain = Math.max(0, read - cached - kept);
  const input = plain * inputPerMillion + cached * cachedPerMillion + kept * cacheWritePerMillion;
  return (input + usage.output_tokens * outputPerMillion) / 1_000_000;
}

/** The most that so many tokens may cost: nobody knows before what is in the provider's cache, and what it puts there. */
export function costMaxOf(
  usage: Pick<Usage, "input_tokens" | "output_tokens">,
  price: Price | null,
): number | null {
  if (price === null) return null;
  const { inputPerMillion, cachedPerMillion = 0, cacheWritePerMillion = 0 } = price;
  const most = Math.max(inputPerMillion, cachedPerMillion, cacheWritePerMillion);
  return costOf(usage, { inputPerMillion: most, outputPerMillion: price.outputPerMillion });
}

interface Listed {
  readonly input: number;
  readonly output: number;
  /** Undefined where nothing costs anything. */
  readonly cache?: CacheShares;
}

const nothing: Listed = { input: 0, output: 0 };

function listed({ kind }: ProviderConfiguration, model: string): Listed | undefined {
  if (kind === "scripted") return nothing;
  if (kind === "ollama" || kind === "lm_studio") return isCloudModel(model) ? undefined : nothing;
  // Whoever offers somebody else's model sets a price of their own.
  if (kind === "openai_compatible") return undefined;
  // A version of a model that is named by its date costs what the model costs.
  const name = model.replace(/-\d{4}-?\d{2}-?\d{2}$/, "");
  const [input, output, cache] = (Object.hasOwn(listPrices, name) ? listPrices[name] : undefined) ?? [];
  if (input === undefined || output === undefined || cache === undefined) return undefined;
  return { input, output, cache };
}

/** Without the traces that reckoning with fractions leaves. */
function shareOf(price: number, share: number | undefined): number | undefined {
  return share === undefined ? undefined : Number((price * share).toPrecision(12));
}

function known<Key extends string>(key: Key, value: number | undefined): { readonly [K in Key]?: number } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: number };
}
