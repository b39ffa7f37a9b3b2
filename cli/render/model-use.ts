// What an operation took of a model, in one line for people.
import type { ModelFacts } from "../../actors/operations/model-facts.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { costText } from "./run-words.ts";

export function modelUseText(facts: unknown): string {
  const { provider, model, rounds, masked, input_tokens, output_tokens, cost_usd } = facts as ModelFacts;
  const tokens =
    input_tokens === null || output_tokens === null
      ? ""
      : `, ${input_tokens} tokens to it, ${output_tokens} from it`;
  const again = rounds > 1 ? `, asked ${rounds} times` : "";
  const secrets = masked > 0 ? `, ${plural(masked, "secret")} masked` : "";
  return `By ${provider}, ${model}${again}${tokens}${secrets}, ${costText(cost_usd)}.`;
}
