// What a person can configure about one provider of language models: an entry of llm.providers.
import { z } from "zod";
import { Secret } from "../../runtime/secret.ts";

/** Kinds of which an entry needs nothing but its name. */
export const standaloneKinds = ["openai", "anthropic", "ollama", "lm_studio"] as const;
export const providerKinds = [...standaloneKinds, "openai_compatible", "scripted"] as const;
export type ProviderKind = (typeof providerKinds)[number];

const label = /^[A-Za-z0-9_.-]{1,64}$/;
/** As many as an order can ask for. */
const labelsMax = 16;

export const timeoutMs = z.int().min(100).max(3_600_000);
const usdPerMillionTokens = z.number().min(0).max(100_000);
export const providerName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,63}$/,
    "must be a name of small letters, digits, _ and -, beginning with a letter",
  );

export const path = z
  .string()
  .min(1)
  .max(4_096)
  .refine((text) => !text.includes("\0"), "must hold no NUL character");

export const rateLimit = z.strictObject({
  requests_per_minute: z.int().min(1).max(10_000_000).optional().describe("Requests in a minute, on average"),
  tokens_per_minute: z
    .int()
    .min(1)
    .max(1_000_000_000_000)
    .optional()
    .describe("Tokens in a minute, read and written, on average"),
  burst_size: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe(
      "Requests that may go at once after a pause; those of ten seconds, or at least one, where it is not set",
    ),
});

const providerShape = z.strictObject({
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
  api_key_file: path.optional().describe("File that holds its key and nothing else; ~/ is your home"),
  labels: z
    .string()
    .refine(
      (text) => words(text).every((word) => label.test(word)) && words(text).length <= labelsMax,
      `must be at most ${labelsMax} words of letters, digits, _, . and -, with commas between`,
    )
    .optional()
    .describe("Labels that requests can ask for, with commas between"),
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
    .describe("Requests of one node to it at the same time, where it is not llm.max_concurrent_requests"),
  rate_limit: rateLimit.prefault({}),
  max_tokens: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe("Tokens that it writes at most in one answer, where a request does not say"),
  context_tokens: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe("Tokens that its model can read and write in one request, where aiex does not know"),
  input_usd_per_million_tokens: usdPerMillionTokens
    .optional()
    .describe("US dollars for a million tokens that it reads, where aiex knows no price or another one"),
  cached_input_usd_per_million_tokens: usdPerMillionTokens
    .optional()
    .describe("US dollars for a million tokens that it reads from its cache"),
  cache_write_usd_per_million_tokens: usdPerMillionTokens
    .optional()
    .describe("US dollars for a million tokens that it reads and puts into its cache"),
  output_usd_per_million_tokens: usdPerMillionTokens
    .optional()
    .describe("US dollars for a million tokens that it writes"),
  script: path.optional().describe("File with what it answers, where its kind is scripted"),
});

export const providerConfiguration = providerShape.superRefine(checkProvider);

export type ProviderConfiguration = z.output<typeof providerConfiguration>;
export type RateLimitConfiguration = z.output<typeof rateLimit>;

/** The labels that an entry names. */
export function labelsOf({ labels }: Pick<ProviderConfiguration, "labels">): readonly string[] {
  return labels === undefined ? [] : [...new Set(words(labels))];
}

function checkProvider(
  { kind, base_url, script }: z.output<typeof providerShape>,
  context: z.RefinementCtx,
): void {
  const refuse = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
  if (kind === "openai_compatible" && base_url === undefined) {
    refuse("base_url", "must be given for the kind openai_compatible");
  }
  if (kind === "scripted" && script === undefined) refuse("script", "must be given for the kind scripted");
  if (kind !== "scripted" && script !== undefined) refuse("script", "is for the kind scripted alone");
}

function words(text: string): readonly string[] {
  return text.split(",").map((word) => word.trim());
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
