// What a node tells of its language models, and what it can be told to do about them: the shapes, as they travel.
import { z } from "zod";

const count = z.number();
const maybe = <T extends z.ZodType>(type: T) => type.nullable().catch(null);

/** Why an entry could not be asked. */
const problem = z.object({ code: z.string(), message: z.string() });

const breakerFields = {
  /** `closed`: requests go through; `open`: none does; `half_open`: one tries. */
  state: z.string(),
  /** A person has opened it, and it stays open until a person closes it. */
  held: z.boolean().default(false),
  /** In a row. */
  failures: count.default(0),
  /** Milliseconds until a request may try. */
  retryInMs: count.default(0),
};

/** Of an entry: the state is that of the model that fares worst. */
export const entryBreaker = z.object({
  entry: z.string(),
  ...breakerFields,
  models: z.array(z.object({ model: z.string(), ...breakerFields })).default([]),
});

/** Milliseconds. */
const percentiles = z.object({ p50: count, p95: count });

const figuresFields = {
  /** Of the last minutes. */
  requests: count,
  errors: count,
  errorsByCode: z.record(z.string(), count).default({}),
  tookMs: maybe(percentiles),
  firstMs: maybe(percentiles),
  inputTokens: count.default(0),
  outputTokens: count.default(0),
  costUsd: count.default(0),
};

/** `node`: the one that was asked from here; null for the node that tells. */
const figures = z.object({ node: maybe(z.string()), ...figuresFields });

/** Of an entry of another node. */
const askedFigures = z.object({ entry: z.string(), node: z.string(), ...figuresFields });

const healthRow = z.object({
  entry: z.string(),
  kind: z.string(),
  /** Null where nobody has looked. */
  reachable: maybe(z.boolean()),
  /** Milliseconds that it took to say which models it has. */
  tookMs: maybe(count),
  problem: maybe(problem),
  running: count.default(0),
  waiting: count.default(0),
  /** Null while it is being started again. */
  breaker: maybe(entryBreaker),
  figures: z.array(figures).default([]),
});

export const llmHealthReport = z.object({
  /** Those that the node has itself. */
  entries: z.array(healthRow),
  /** What others have done for the node by entries that it has not itself. */
  elsewhere: z.array(askedFigures).default([]),
});

export const llmBreakersReport = z.object({ breakers: z.array(entryBreaker) });

const modelPrice = z.object({
  input_usd_per_million_tokens: count,
  cached_input_usd_per_million_tokens: count,
  cache_write_usd_per_million_tokens: count,
  output_usd_per_million_tokens: count,
  /** `configuration`, `list` (the one that aiex brings) or `local`. */
  source: z.string(),
});

const model = z.object({
  name: z.string(),
  contextTokens: count.optional(),
  outputTokensMax: count.optional(),
  tools: z.boolean().optional(),
  structured: z.boolean().optional(),
  embeds: z.boolean().optional(),
  /** Null where it is not known. */
  price: maybe(modelPrice).default(null),
});

const entryModels = z.object({
  entry: z.string(),
  kind: z.string(),
  /** Null where it does not tell. */
  models: maybe(z.array(model)),
  problem: maybe(problem),
});

export const llmModelsReport = z.object({ entries: z.array(entryModels), cut: count.default(0) });

const usedModel = z.object({
  entry: z.string(),
  model: z.string(),
  requests: count,
  /** Requests of which nobody knows what they used; they count with the most that they could cost. */
  unknown: count.default(0),
  input_tokens: count,
  cached_tokens: count.default(0),
  output_tokens: count,
  costUsd: count,
});

/** Of the whole cluster, or of all programs of the person where there is none. */
export const llmUsageReport = z.object({
  days: z.array(
    z.object({
      /** In UTC: "2026-11-23". */
      day: z.string(),
      models: z.array(usedModel),
      costUsd: count,
    }),
  ),
});

const usageDaysMax = 400;
export const usageQuestion = z.object({ days: z.int().min(1).max(usageDaysMax).default(7) });

/** The entry of llm.providers that is meant; all of them where it is left out. */
export const entryQuestion = z.object({ entry: z.string().min(1).max(200).optional() });

const breakerOrders = ["open", "close", "reset"] as const;

/** What a node is told to do about its language models. */
export const llmOrder = z.discriminatedUnion("what", [
  z.object({
    what: z.literal("breaker"),
    entry: z.string().min(1).max(200),
    order: z.enum(breakerOrders),
    /** One model of the entry; all of them where it is left out. */
    model: z.string().min(1).max(200).optional(),
  }),
]);

/** How the breaker is then. */
export const llmOrdered = z.object({ breaker: entryBreaker });

export type LlmHealthReport = z.output<typeof llmHealthReport>;
export type LlmModelsReport = z.output<typeof llmModelsReport>;
export type ShownPrice = z.output<typeof modelPrice>;
export type LlmUsageReport = z.output<typeof llmUsageReport>;
export type LlmOrder = z.output<typeof llmOrder>;
export type LlmOrdered = z.output<typeof llmOrdered>;
export type EntryBreaker = z.output<typeof entryBreaker>;
