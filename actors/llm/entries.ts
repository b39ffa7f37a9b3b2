// The entries of llm.providers, as far as choosing between them and asking them needs.
import { type LlmConfiguration, labelsOf, type ProviderConfiguration } from "./config.ts";
import { localOutputTokensDefault, outputTokensDefault } from "./limits.ts";
import { type KnownPrice, type Price, priceOf } from "./prices.ts";
import type { Provider } from "./provider.ts";

/** What other nodes may know of an entry; plain data, and nothing of how it authenticates. */
export interface EntryFacts {
  readonly name: string;
  readonly kind: string;
  /** Its place among all: the default first, then the fallback, then by priority. */
  readonly rank: number;
  /** The model that it is asked for where an order names none; null where the provider chooses. */
  readonly model: string | null;
  readonly labels: readonly string[];
  /** Its models run where the node is: each node that has it has another one. */
  readonly isLocal: boolean;
  /** Tokens that its model can read and write in one request; null where that is not known. */
  readonly contextTokens: number | null;
  /** Tokens of an answer where the request does not say. */
  readonly outputTokens: number;
  /** Of its own model; null where it is not known. */
  readonly price: Price | null;
  /** Whether its model uses tools, and answers in a given form; null where that is not known. */
  readonly tools: boolean | null;
  readonly structured: boolean | null;
}

/** An entry on a node that can ask it. */
export interface Place extends EntryFacts {
  /** Undefined: the own node. */
  readonly node: string | undefined;
}

/** An entry of this node. */
export interface LlmEntry extends EntryFacts {
  readonly provider: Provider;
  /** Milliseconds for one attempt. */
  readonly timeoutMs: number;
  readonly priceOf: (model: string) => KnownPrice | null;
}

/** The entries that have a provider, in the order in which they are tried. */
export function llmEntries(
  configuration: LlmConfiguration,
  providers: ReadonlyMap<string, Provider>,
): readonly LlmEntry[] {
  return Object.entries(configuration.providers)
    .flatMap(([name, entry]) => {
      const provider = providers.get(name);
      return provider === undefined ? [] : [llmEntry(name, entry, provider, configuration)];
    })
    .toSorted(byRank);
}

/** What others may know of it. */
export function factsOf(entry: EntryFacts): EntryFacts {
  const { name, kind, rank, model, labels, isLocal, contextTokens, outputTokens, price, tools, structured } =
    entry;
  return { name, kind, rank, model, labels, isLocal, contextTokens, outputTokens, price, tools, structured };
}

/** By rank, then the cheaper one, then by name. */
export function byRank(left: EntryFacts, right: EntryFacts): number {
  const price = ({ price: known }: EntryFacts): number =>
    known === null ? Number.MAX_VALUE : known.inputPerMillion + known.outputPerMillion;
  return left.rank - right.rank || price(left) - price(right) || (left.name < right.name ? -1 : 1);
}

function llmEntry(
  name: string,
  entry: ProviderConfiguration,
  provider: Provider,
  { default_provider, fallback_provider, timeout_ms }: LlmConfiguration,
): LlmEntry {
  const { kind, model, priority, max_tokens, context_tokens } = entry;
  const isLocal = kind === "ollama" || kind === "lm_studio" || kind === "scripted";
  const rankOfFallback = name === fallback_provider ? -1 : priority;
  return {
    name,
    kind: provider.kind,
    rank: name === default_provider ? -2 : rankOfFallback,
    model: model ?? null,
    labels: labelsOf(entry),
    isLocal,
    contextTokens: context_tokens ?? null,
    outputTokens: max_tokens ?? (isLocal ? localOutputTokensDefault : outputTokensDefault),
    // Whichever model a local server has, it costs nothing.
    price: model !== undefined || isLocal ? priceOf(entry, model ?? "") : null,
    tools: null,
    structured: null,
    provider,
    timeoutMs: entry.timeout_ms ?? timeout_ms,
    priceOf: (of) => priceOf(entry, of),
  };
}
