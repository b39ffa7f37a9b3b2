// What an operation may cost at most: every round paid for as often as it may be, each with the answers before it.
import { estimateErrorMax } from "../llm/limits.ts";
import type { Price } from "../llm/prices.ts";
import { costOf } from "../review/cost.ts";
import { paidPerRoundMax } from "./limits.ts";

export interface Rounds {
  /** Of the first request, as estimated. */
  readonly tokens: number;
  readonly outputTokensMax: number;
  readonly roundsMax: number;
  /** What the model is told between two rounds, beside its own answer. */
  readonly toldCharactersMax: number;
}

/** US dollars; null where the price is not known. */
export function costOfRounds(
  { tokens, outputTokensMax, roundsMax, toldCharactersMax }: Rounds,
  price: Price | null,
): number | null {
  const first = Math.ceil(tokens * (1 + estimateErrorMax));
  // A character is a token at worst.
  const again = first + outputTokensMax + toldCharactersMax;
  const sent = paidPerRoundMax * (first + (roundsMax - 1) * again);
  return costOf({ input_tokens: sent, output_tokens: paidPerRoundMax * roundsMax * outputTokensMax }, price);
}
