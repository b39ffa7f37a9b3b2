// Chooses who reviews an analysis: the entry that is named, the configured default, or one whose key is in the environment.
import type { ProviderConfiguration, ProviderKind } from "../actors/llm/config.ts";
import { priceOf } from "../actors/llm/prices.ts";
import { anthropicModelDefault } from "../actors/llm/providers/anthropic.ts";
import { openaiModelDefault } from "../actors/llm/providers/openai.ts";
import { peerOf } from "../actors/llm/providers/peer.ts";
import { placeOf, type Reviewer } from "../actors/review/reviewer.ts";
import { AiexError } from "../runtime/errors.ts";
import type { Configuration } from "./config.ts";

export interface ReviewerChoice {
  /** Name of an entry of llm.providers. */
  readonly provider?: string | undefined;
  /** A model of it, where it is not to be the entry's own. */
  readonly model?: string | undefined;
  /** True where one file or a text was named. */
  readonly isOneFile: boolean;
}

/** Nobody can be asked: the entry that was named does not exist, or a model was named and nobody who has it. */
export class UnknownProvider extends AiexError {
  readonly code: "unknown_provider" | "no_provider";

  constructor(problem: string, entries: readonly string[]) {
    const known = entries.length === 0 ? "There are none yet." : `The entries are: ${entries.join(", ")}.`;
    super(
      `${problem} ${known} Set OPENAI_API_KEY, ANTHROPIC_API_KEY, AIEX_OLLAMA_HOST or AIEX_LM_STUDIO_HOST in the environment, or add an entry to ~/.config/aiex/config.yaml.`,
    );
    this.code = entries.length === 0 ? "no_provider" : "unknown_provider";
  }
}

/**
 * The one entry that reviews, or undefined where nobody asked for a review: a key in the environment is consent for one
 * file that is named, and for no directory.
 * @throws {UnknownProvider}
 */
export function chooseReviewer(configuration: Configuration, choice: ReviewerChoice): Reviewer | undefined {
  const { llm } = configuration.values;
  const name =
    choice.provider ?? llm.default_provider ?? (choice.isOneFile ? entryWithKey(configuration) : undefined);
  if (name === undefined && choice.model === undefined) return undefined;
  if (name === undefined) {
    const problem = `The model ${shown(choice.model)} needs a provider that has it: name one with --provider.`;
    throw new UnknownProvider(problem, Object.keys(llm.providers));
  }
  const entry = Object.hasOwn(llm.providers, name) ? llm.providers[name] : undefined;
  if (entry === undefined) {
    throw new UnknownProvider(
      `There is no entry ${shown(name)} in llm.providers.`,
      Object.keys(llm.providers),
    );
  }
  const { kind } = entry;
  const url = new URL(peerOf(name, entry, llm).baseUrl);
  const model = choice.model ?? entry.model ?? modelDefaults[kind] ?? null;
  const place = placeOf(kind, url.hostname, model);
  return { provider: name, kind, model, host: url.host, place, price: priceOf(entry, model ?? "") };
}

/** For what needs a model, where nobody was chosen. `verb`: what it does, as in "explains". */
export function nobodyToAsk({ values }: Configuration, verb: string): UnknownProvider {
  const entries = Object.keys(values.llm.providers);
  const problem =
    entries.length === 0
      ? `No language model is set up that ${verb} this.`
      : "No provider was chosen: name one with --provider, or set llm.default_provider.";
  return new UnknownProvider(problem, entries);
}

function shown(given: string | undefined): string {
  return JSON.stringify((given ?? "").slice(0, givenCharactersMax));
}

/** What is shown of a name that does not exist: enough to see which it was. */
const givenCharactersMax = 200;

const modelDefaults: Partial<Readonly<Record<ProviderKind, string>>> = {
  openai: openaiModelDefault,
  anthropic: anthropicModelDefault,
};

/** The first, in the order of failover, whose key or address somebody put into the environment. */
function entryWithKey({ values, origins }: Configuration): string | undefined {
  const { providers, fallback_provider } = values.llm;
  const isFromEnvironment = (name: string): boolean =>
    ["api_key", "base_url"].some(
      (key) => origins.get(`llm.providers.${name}.${key}`)?.kind === "environment",
    );
  const rank = (name: string, { priority }: ProviderConfiguration): number =>
    name === fallback_provider ? 0 : priority;
  const [first] = Object.entries(providers)
    .filter(([name]) => isFromEnvironment(name))
    .sort(([a, one], [b, other]) => rank(a, one) - rank(b, other) || (a < b ? -1 : 1));
  return first?.[0];
}
