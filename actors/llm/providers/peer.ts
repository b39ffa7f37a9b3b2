// Whom an adapter talks to: an entry of llm.providers with all that its kind leaves to a default.
import type { Secret } from "../../../runtime/secret.ts";
import type { LlmConfiguration } from "../config.ts";
import type { ProviderConfiguration, ProviderKind } from "../provider-config.ts";

export interface Peer {
  /** Name of the entry in llm.providers. */
  readonly entry: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly apiKey: Secret | undefined;
  /** The key, where there is one, in a list of what is never shown. */
  readonly secrets: readonly Secret[];
  /** Where a person sets its key, in words. */
  readonly keyPlace: string;
  /** True where nothing is answered without a key: at the vendor's own address. */
  readonly needsKey: boolean;
  readonly model: string | undefined;
  /** Tokens of an answer at most, where a request does not say. */
  readonly outputTokensMax: number | undefined;
  /** Milliseconds from a request to the first event of its answer. */
  readonly firstByteMs: number;
  /** Milliseconds between two events of an answer. */
  readonly silenceMs: number;
}

/** Where the interface of a kind is if nobody says otherwise: as its vendor documents it, or its SDK has it. */
const baseUrls: Readonly<Record<ProviderKind, string>> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com",
  ollama: "http://127.0.0.1:11434",
  lm_studio: "http://localhost:1234/v1",
  // Of these the one always has an address of its own, and the other needs none.
  openai_compatible: "http://localhost/v1",
  scripted: "http://localhost",
};

const keyVariables: Partial<Readonly<Record<string, string>>> = {
  openai: "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
};

export function peerOf(
  entry: string,
  configuration: ProviderConfiguration,
  { first_byte_timeout_ms, silence_timeout_ms }: LlmConfiguration,
): Peer {
  const { kind, base_url, api_key, api_key_env, model, max_tokens } = configuration;
  const variable = api_key_env ?? keyVariables[entry];
  const key = `llm.providers.${entry}.api_key`;
  return {
    entry,
    kind,
    baseUrl: baseUrlOf(kind, base_url),
    apiKey: api_key,
    secrets: api_key === undefined ? [] : [api_key],
    keyPlace: variable === undefined ? key : `the environment variable ${variable} or ${key}`,
    needsKey: base_url === undefined && (kind === "openai" || kind === "anthropic"),
    model,
    outputTokensMax: max_tokens,
    firstByteMs: configuration.first_byte_timeout_ms ?? first_byte_timeout_ms,
    silenceMs: configuration.silence_timeout_ms ?? silence_timeout_ms,
  };
}

/** The address as messages show it: what follows a "?" may be a key. */
export function shownUrl({ baseUrl }: Peer): string {
  return baseUrl.replace(/[?#].*$/, "");
}

function baseUrlOf(kind: ProviderKind, given: string | undefined): string {
  const bare = (given ?? baseUrls[kind]).replace(/\/+$/, "");
  // Anthropic's SDK adds the version itself, and people copy it along with the address.
  return kind === "anthropic" ? bare.replace(/\/v1$/, "") : bare;
}
