// What a person can configure about language models and who provides them.
import { z } from "zod";
import { backoffFactor, firstByteMsDefault, silenceMsDefault } from "./limits.ts";
import {
  type ProviderKind,
  path,
  providerConfiguration,
  providerKinds,
  providerName,
  rateLimit,
  standaloneKinds,
  timeoutMs,
} from "./provider-config.ts";

export {
  labelsOf,
  type ProviderConfiguration,
  type ProviderKind,
  providerKinds,
  type RateLimitConfiguration,
} from "./provider-config.ts";

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
  failure_rate: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.5)
    .describe("Share of the last window_requests that failed, at which it is left alone too"),
  window_requests: z
    .int()
    .min(2)
    .max(10_000)
    .default(20)
    .describe("Requests that the shares are taken of; there are none before as many were made"),
  slow_call_ms: timeoutMs
    .optional()
    .describe(
      "Milliseconds until an answer begins, above which a request counts as slow; none does where it is not set",
    ),
  slow_rate: z
    .number()
    .min(0.01)
    .max(1)
    .default(0.8)
    .describe("Share of the last window_requests that were slow, at which it is left alone too"),
});

const usd = z.number().min(0).max(1_000_000);

const budgetsConfiguration = z.strictObject({
  per_run_usd: usd.optional().describe("US dollars that the models may cost in one run"),
  per_day_usd: usd
    .optional()
    .describe(
      "US dollars in a day, of the requests of one node; where there is no cluster, of one person's programs",
    ),
  per_user_day_usd: usd
    .optional()
    .describe("US dollars in a day, of one person's requests in the whole cluster"),
  cluster_day_usd: usd.optional().describe("US dollars in a day, of all requests of the cluster"),
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
      backoff_factor: z
        .number()
        .min(1)
        .max(10)
        .default(backoffFactor)
        .describe("How many times as long as the one before each pause between two attempts is"),
      max_concurrent_requests: z
        .int()
        .min(1)
        .max(10_000)
        .default(10)
        .describe("Requests of one node to one provider at the same time"),
      rate_limit: rateLimit.prefault({}),
      circuit_breaker: circuitBreakerConfiguration.prefault({}),
      budgets: budgetsConfiguration.prefault({}),
      record: path
        .optional()
        .describe("File that every answer is added to, secrets masked, for the kind scripted to play"),
      providers: z.record(providerName, providerConfiguration).default({}),
    })
    .superRefine(checkNamedProviders),
);

export type LlmConfiguration = z.output<typeof llmConfiguration>;
export type BudgetsConfiguration = z.output<typeof budgetsConfiguration>;

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
    if (standaloneKinds.some((kind) => kind === name)) completed[`${name}`] ??= { kind: name };
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

interface NamedProviders {
  readonly default_provider?: string | undefined;
  readonly fallback_provider?: string | undefined;
  readonly providers: Readonly<Record<string, unknown>>;
}

function checkNamedProviders(llm: NamedProviders, context: z.RefinementCtx): void {
  const known = [...new Set([...Object.keys(llm.providers), ...standaloneKinds])].join(", ");
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
