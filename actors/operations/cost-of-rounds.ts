// What an operation may cost at most: every round paid for as often as it may be, each with the answers before it.
import { estimateErrorMax } from "../llm/limits.ts";
import type { Price } from "../llm/prices.ts";
import { costOf } from "../review/cost.ts";
import type { AnyModelOperation } from "./ask-model.ts";
import { checksToldCharactersMax, paidPerRoundMax, problemCharactersMax, roundsDefault } from "./limits.ts";

/** Times that it asks a model at most, with this input. */
export function roundsMaxOf(operation: AnyModelOperation, input: unknown): number {
  return operation.roundsMax?.(input) ?? roundsDefault;
}

/**
 * US dollars; null where the price is not known.
 * @param sent `tokens`: of the first request, as estimated
 */
export function costOfRounds(
  operation: AnyModelOperation,
  input: unknown,
  { tokens, price }: { readonly tokens: number; readonly price: Price | null },
): number | null {
  const { outputTokensMax } = operation;
  const roundsMax = roundsMaxOf(operation, input);
  const checksCharactersMax = operation.verifies?.(input) === true ? checksToldCharactersMax : 0;
  const first = Math.ceil(tokens * (1 + estimateErrorMax));
  // What it is told between two rounds, beside its own answer: a character is a token at worst.
  const again = first + outputTokensMax + problemCharactersMax + checksCharactersMax;
  const all = paidPerRoundMax * (first + (roundsMax - 1) * again);
  return costOf({ input_tokens: all, output_tokens: paidPerRoundMax * roundsMax * outputTokensMax }, price);
}
