// What the parts of an answer took together, as far as that is known of each of them.
import type { AnswerPart, Usage } from "./model-event.ts";

/** Undefined where a part does not say. */
export function usageOf(parts: readonly AnswerPart[]): Usage | undefined {
  const usages = parts.flatMap(({ usage }) => usage ?? []);
  if (usages.length === 0 || usages.length < parts.length) return undefined;
  const total = (count: (usage: Usage) => number): number =>
    usages.reduce((sum, usage) => sum + count(usage), 0);
  const cached = total(({ cached_tokens = 0 }) => cached_tokens);
  const kept = total(({ cache_write_tokens = 0 }) => cache_write_tokens);
  return {
    input_tokens: total(({ input_tokens }) => input_tokens),
    ...(cached === 0 ? {} : { cached_tokens: cached }),
    ...(kept === 0 ? {} : { cache_write_tokens: kept }),
    output_tokens: total(({ output_tokens }) => output_tokens),
  };
}

/** US dollars; null where that of a part is not known. */
export function totalUsd(parts: readonly AnswerPart[]): number | null {
  return parts.reduce<number | null>(
    (sum, { costUsd = null }) => (sum === null || costUsd === null ? null : sum + costUsd),
    0,
  );
}
