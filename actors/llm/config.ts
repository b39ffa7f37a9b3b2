// What a person can configure about language models and who provides them.
import { z } from "zod";
import { Secret } from "../../runtime/secret.ts";
import { firstByteMsDefault, silenceMsDefault } from "./limits.ts";

export const providerKinds = ["openai", "anthropic", "ollama", "lm_studio"] as const;
export type ProviderKind = (typeof providerKinds)[number];

const timeoutMs = z.int().min(100).max(3_600_000);
const usdPerMillionTokens = z.number().min(0).max(100_000);
const providerName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,63}$/,
    "must be a name of small letters, digits, _ and -, beginning with a letter",
  );

const providerConfiguration = z.strictObject({
  kind: z
    .enum(providerKinds)
    .describe("Whose interface it speaks; may be left out where the name of the entry is a kind"),
  model: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "Model to ask for; where it is left out, a default of its kind, or the first one that a local server has",
    ),
  base_url: z
    .string()
    .superRefine(checkBaseUrl)
    .optional()
    .describe("Where its interface is, as an http or https URL"),
  api_key: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces")
    .transform((value) => new Secret(value))
    .optional()
    .meta({ description: "Its key", secret: true }),
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable")
    .optional()
    .describe("Name of the environment variable that holds its key"),
  priority: z.int().min(1).max(1_000).default(100).describe("Order of failover, 1 first"),
  timeout_ms: timeoutMs.optional().describe("Milliseconds for one request, where it is not llm.timeout_ms"),
  first_byte_timeout_ms: timeoutMs
    .optional()
    .describe("Milliseconds until its answer begins, where it is not llm.first_byte_timeout_ms"),
  silence_timeout_ms: timeoutMs
    .optional()
    .describe("Milliseconds of silence within its answer, where it is not llm.silence_timeout_ms"),
  max_concurrent_requests: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe("Requests to it at the same time, where it is not llm.max_concurrent_requests"),
  input_usd_per_million_tokens: usdPerMillionTokens
    .optional()
    .describe("US dollars for a million tokens that it reads, where aiex knows no price or another one"),
  output_usd_per_million_tokens: usdPerMillionTokens
    .optional()
    .describe("US dollars for a million tokens that it writes"),
});

const circuitBreakerConfiguration = z.strictObject({
  failure_threshold: z
    .int()
    .min(1)
    .max(1_000)
    .default(5)
    .describe("Failures in a row after which a provider is left alone"),
  recovery_time_ms: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(60_000)
    .describe("Milliseconds that it is left alone before one request tries it again"),
});

export const llmConfiguration = z.preprocess(
  completeProviders,
  z
    .strictObject({
      default_provider: providerName.optional().describe("Entry of providers that is asked first"),
      fallback_provider: providerName
        .optional()
        .describe("Entry of providers that is asked when the first fails"),
      timeout_ms: timeoutMs.default(120_000).describe("Milliseconds for one request"),
      first_byte_timeout_ms: timeoutMs
        .default(firstByteMsDefault)
        .describe("Milliseconds from a request until its answer begins"),
      silence_timeout_ms: timeoutMs
        .default(silenceMsDefault)
        .describe("Milliseconds that an answer may stop in its middle"),
      max_retries: z.int().min(0).max(20).default(3).describe("Further attempts at a request that failed"),
      max_concurrent_requests: z
        .int()
        .min(1)
        .max(10_000)
        .default(10)
        .describe("Requests to one provider at the same time"),
      circuit_breaker: circuitBreakerConfiguration.prefault({}),
      providers: z.record(providerName, providerConfiguration).default({}),
    })
    .superRefine(checkNamedProviders),
);

export type LlmConfiguration = z.output<typeof llmConfiguration>;
export type ProviderConfiguration = z.output<typeof providerConfiguration>;

/** Environment variables and the keys, below this part, that they set. A key for a provider makes its entry. */
export const llmVariables = {
  AIEX_DEFAULT_PROVIDER: "default_provider",
  AIEX_FALLBACK_PROVIDER: "fallback_provider",
  AIEX_LLM_TIMEOUT: "timeout_ms",
  AIEX_LLM_MAX_RETRIES: "max_retries",
  OPENAI_API_KEY: "providers.openai.api_key",
  ANTHROPIC_API_KEY: "providers.anthropic.api_key",
  AIEX_OLLAMA_HOST: "providers.ollama.base_url",
  AIEX_LM_STUDIO_HOST: "providers.lm_studio.base_url",
} as const;

/** An entry named after a kind is of that kind; the default and the fallback have an entry where their name is a kind. */
function completeProviders(given: unknown): unknown {
  if (!isRecord(given)) return given;
  const providers = given.providers ?? {};
  if (!isRecord(providers)) return given;
  const completed: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(providers)) {
    completed[name] = isKind(name) && isRecord(entry) ? completeEntry(name, entry) : entry;
  }
  for (const name of [given.default_provider, given.fallback_provider]) {
    if (isKind(name)) completed[name] ??= { kind: name };
  }
  return { ...given, providers: completed };
}

function completeEntry(name: ProviderKind, entry: Record<string, unknown>): Record<string, unknown> {
  const kind = entry.kind ?? name;
  // LM Studio's interface is below /v1, and people give its host, as its own window shows it.
  const bare =
    kind === "lm_studio" &&
    typeof entry.base_url === "string" &&
    /^https?:\/\/[^/]+\/?$/.test(entry.base_url);
  return bare
    ? { ...entry, kind, base_url: `${`${entry.base_url}`.replace(/\/$/, "")}/v1` }
    : { ...entry, kind };
}

function checkBaseUrl(text: string, context: z.RefinementCtx): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const refuse = (message: string) => context.addIssue({ code: "custom", message });
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    refuse("must be a URL that begins with http:// or https://");
  } else if (url.username !== "" || url.password !== "") {
    refuse("must not hold a user name or password; use api_key or api_key_env");
  }
}

interface NamedProviders {
  readonly default_provider?: string | undefined;
  readonly fallback_provider?: string | undefined;
  readonly providers: Readonly<Record<string, unknown>>;
}

function checkNamedProviders(llm: NamedProviders, context: z.RefinementCtx): void {
  const known = [...new Set([...Object.keys(llm.providers), ...providerKinds])].join(", ");
  for (const key of ["default_provider", "fallback_provider"] as const) {
    const name = llm[key];
    if (name === undefined || Object.hasOwn(llm.providers, name)) continue;
    context.addIssue({
      code: "custom",
      path: [key],
      message: `must be an entry of llm.providers or a kind: ${known}`,
    });
  }
}

function isKind(name: unknown): name is ProviderKind {
  return providerKinds.some((kind) => kind === name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
