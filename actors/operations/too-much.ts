// Whether what would be sent is more than the limits of an operation allow.
import type { OperationLimits, Refusal } from "./ask-model.ts";

/** What is sent at first, and US dollars that all rounds cost at most; null where the price is not known. */
export interface Amounts {
  readonly tokens: number;
  readonly costMaxUsd: number | null;
}

/** Undefined where it is not. */
export function tooMuchFor(
  { tokensMax, costUsdMax }: OperationLimits,
  { tokens, costMaxUsd }: Amounts,
): Refusal | undefined {
  if (tokens > tokensMax) {
    const message = `About ${tokens} tokens would be sent, and operations.max_tokens is ${tokensMax}. Name less, or raise it.`;
    return { ok: false, code: "too_large", message };
  }
  if (costMaxUsd === null || costMaxUsd <= costUsdMax) return undefined;
  const message = `It might cost up to US$ ${costMaxUsd.toFixed(2)}, and operations.max_cost_usd is ${costUsdMax}. Name less, ask a cheaper model, or raise it.`;
  return { ok: false, code: "budget", message };
}
