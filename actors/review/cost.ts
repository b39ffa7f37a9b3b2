// What the review of a file may cost at most: what is sent, what may come back, and all of it once more to repair it.
import { estimateErrorMax } from "../llm/limits.ts";
import type { Price } from "../llm/prices.ts";
import { answersMax, outputTokensMax, repairTokensMax } from "./limits.ts";

export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** US dollars for the most that a file of so many tokens, estimated, may take; null where the price is not known. */
export function costMaxOf(tokens: number, price: Price | null): number | null {
  const sent = Math.ceil(tokens * (1 + estimateErrorMax));
  const repair = sent + outputTokensMax + repairTokensMax;
  return costOf({ input_tokens: sent + repair, output_tokens: answersMax * outputTokensMax }, price);
}

/** US dollars for tokens that were counted; null where the price is not known. */
export function costOf({ input_tokens, output_tokens }: Usage, price: Price | null): number | null {
  if (price === null) return null;
  return (input_tokens * price.inputPerMillion + output_tokens * price.outputPerMillion) / 1_000_000;
}
