// Asks the parts of a node's language models how they are, on behalf of a command of this program or of whoever asked the node.
import { AiexError } from "../../runtime/errors.ts";
import type { Verbs } from "../../runtime/index.ts";
import { coordinator } from "../llm/complete.ts";
import { noProvider, unknownProvider } from "../llm/failure.ts";
import { type BreakerStatus, breakerOf } from "../llm/gate/breaker-protocol.ts";
import { budgetAt } from "../llm/gate/budget.ts";
import { type EntryHealth, llmHealth, type PricedModel } from "../llm/health.ts";
import { healthMsMax } from "../llm/limits.ts";
import type { KnownPrice } from "../llm/prices.ts";
import { controlLimits } from "./limits.ts";
import type {
  EntryBreaker,
  LlmHealthReport,
  LlmModelsReport,
  LlmOrder,
  LlmOrdered,
  LlmUsageReport,
  ShownPrice,
} from "./llm-shapes.ts";

type Ask = Verbs["call"];
type EntryModels = LlmModelsReport["entries"][number];

/** What is asked about is not there; `code` says what. */
class NoEntry extends AiexError {
  readonly code: string;
  constructor({ code, message }: { readonly code: string; readonly message: string }) {
    super(message);
    this.code = code;
  }
}

/** @throws what calls throw */
export async function breakersOf(ask: Ask): Promise<{ readonly breakers: EntryBreaker[] }> {
  const { entries } = await ask(coordinator, "status", undefined, { timeoutMs });
  const known = entries.flatMap(({ breaker }) => (breaker === undefined ? [] : [breaker as BreakerStatus]));
  return { breakers: known.map(shownBreaker) };
}

/** Where it is kept cannot be read now. */
class UsageUnavailable extends AiexError {
  readonly code = "usage_unavailable";
}

/**
 * Each provider is asked for its models, which costs nothing, where that was not done a moment ago.
 * @param ask the verb `call`: a process's own, or a node's
 * @throws {NoEntry} `no_provider`, `unknown_provider`; what calls throw
 */
export async function healthOf(ask: Ask, { entry }: Meant): Promise<LlmHealthReport> {
  const [looks, status, figures] = await Promise.all([
    looksOf(ask, entry),
    ask(coordinator, "status", undefined, { timeoutMs }),
    ask(coordinator, "figures", undefined, { timeoutMs }),
  ]);
  return {
    entries: looks.map(({ entry: name, kind, look }) => {
      const now = status.entries.find((one) => one.name === name);
      const breaker = now?.breaker as BreakerStatus | undefined;
      return {
        entry: name,
        kind,
        reachable: look === undefined ? null : look.models !== undefined,
        tookMs: look?.models === undefined ? null : look.tookMs,
        problem: problemOf(look),
        running: now?.running ?? 0,
        waiting: now?.waiting ?? 0,
        breaker: breaker === undefined ? null : shownBreaker(breaker),
        figures: figures
          .filter((one) => one.entry === name)
          .map(({ entry: _, errorsByCode, ...one }) => ({ ...one, errorsByCode: { ...errorsByCode } })),
      };
    }),
    elsewhere: figures.flatMap(({ node, errorsByCode, ...one }) =>
      node === null || looks.some((look) => look.entry === one.entry) || (entry ?? one.entry) !== one.entry
        ? []
        : [{ node, ...one, errorsByCode: { ...errorsByCode } }],
    ),
  };
}

/** As `healthOf`. */
export async function modelsOf(ask: Ask, { entry }: Meant): Promise<LlmModelsReport> {
  const entries = (await looksOf(ask, entry)).map(({ entry: name, kind, look }): EntryModels => {
    return { entry: name, kind, models: look?.models?.map(shownModel) ?? null, problem: problemOf(look) };
  });
  return { entries, cut: 0 };
}

/** The first `modelsMax` models of each entry; `cut` counts the others. */
export function withFewerModels({ entries }: LlmModelsReport, modelsMax: number): LlmModelsReport {
  const all = entries.reduce((sum, { models }) => sum + (models?.length ?? 0), 0);
  const shown = entries.map((entry) => ({ ...entry, models: entry.models?.slice(0, modelsMax) ?? null }));
  const left = shown.reduce((sum, { models }) => sum + (models?.length ?? 0), 0);
  return { entries: shown, cut: all - left };
}

/** @throws {UsageUnavailable}; what calls throw */
export async function usageOf(
  ask: Ask,
  { days }: { readonly days?: number | undefined },
): Promise<LlmUsageReport> {
  const answer = await ask(budgetAt, "usage", { days: days ?? usageDaysDefault }, { timeoutMs });
  if (!answer.ok) throw new UsageUnavailable(answer.message, { retryable: true });
  return {
    days: answer.days.map(({ models, ...day }) => ({
      ...day,
      models: models.map((model) => ({ ...model })),
    })),
  };
}

/** @throws {NoEntry}; what calls throw */
export async function orderLlm(ask: Ask, { entry, order, model }: LlmOrder): Promise<LlmOrdered> {
  const { entries } = await ask(coordinator, "status", undefined, { timeoutMs });
  refuseUnknown(
    entry,
    entries.map(({ name }) => name),
  );
  const asked = { order, ...(model === undefined ? {} : { model }) };
  return { breaker: shownBreaker(await ask(breakerOf(entry), "order", asked, { timeoutMs })) };
}

interface Meant {
  readonly entry?: string | undefined;
}

async function looksOf(ask: Ask, entry: string | undefined): Promise<readonly EntryHealth[]> {
  const asked = entry === undefined ? {} : { entry };
  const looks = await ask(llmHealth, "look", asked, { timeoutMs: healthMsMax + timeoutMs });
  if (looks.length > 0 || entry === undefined) return looks;
  const { entries } = await ask(coordinator, "status", undefined, { timeoutMs });
  refuseUnknown(
    entry,
    entries.map(({ name }) => name),
  );
  return looks;
}

/** @throws {NoEntry} there is none of that name */
function refuseUnknown(entry: string, entries: readonly string[]): void {
  if (entries.includes(entry)) return;
  if (entries.length > 0) throw new NoEntry(unknownProvider(entry, entries));
  const { code, message } = noProvider();
  const elsewhere = `Where ${JSON.stringify(entry)} is in a cluster, \`aiex llm health --on cluster\` shows: ask that node.`;
  throw new NoEntry({ code, message: `${message} ${elsewhere}` });
}

function problemOf(look: EntryHealth["look"]): { readonly code: string; readonly message: string } | null {
  if (look?.failure === undefined) return null;
  const { code, message } = look.failure;
  return { code, message };
}

function shownModel(model: PricedModel): NonNullable<EntryModels["models"]>[number] {
  const { name, contextTokens, outputTokensMax, tools, structured, embeds, price } = model;
  return {
    name,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(outputTokensMax === undefined ? {} : { outputTokensMax }),
    ...(tools === undefined ? {} : { tools }),
    ...(structured === undefined ? {} : { structured }),
    ...(embeds === undefined ? {} : { embeds }),
    price: price === null ? null : shownPrice(price),
  };
}

function shownPrice(price: KnownPrice): ShownPrice {
  const { inputPerMillion, cachedPerMillion, cacheWritePerMillion, outputPerMillion, source } = price;
  return {
    input_usd_per_million_tokens: inputPerMillion,
    cached_input_usd_per_million_tokens: cachedPerMillion ?? inputPerMillion,
    cache_write_usd_per_million_tokens: cacheWritePerMillion ?? inputPerMillion,
    output_usd_per_million_tokens: outputPerMillion,
    source,
  };
}

function shownBreaker({ entry, state, held, failures, retryInMs, models }: BreakerStatus): EntryBreaker {
  return {
    ...{ entry, state, held, failures, retryInMs },
    models: models.map((one) => ({
      model: one.model,
      state: one.state,
      held: one.held,
      failures: one.failures,
      retryInMs: one.retryInMs,
    })),
  };
}

const timeoutMs = controlLimits.requestTimeoutMs;

/** A week is what people remember. */
const usageDaysDefault = 7;
