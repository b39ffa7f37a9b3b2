// What asking a model took, as a run counts it.
import type { Answered } from "../llm/complete.ts";
import type { Tries } from "../llm/failure.ts";
import type { Usage } from "../llm/model-event.ts";
import type { StepUsage } from "../runs/step-context.ts";

/** Those who were asked where nobody knows who answered. */
export interface Whom {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
}

/** Each part of an answer that came, and requests that may have been paid for although nothing came of them. */
export function usageOfAnswer({ completion, entry, costUsd, parts, tries }: Answered): readonly StepUsage[] {
  const { model, usage } = completion;
  const whole: Part = { entry, model, usage, costUsd };
  const counted = (parts.length === 0 ? [whole] : parts).map(counts);
  // A part that was cut off is one of those requests.
  const cutOff = parts.filter((part) => part.usage === undefined).length;
  return [...usageInVain({ inVain: tries.inVain - cutOff }, { provider: entry, model }), ...counted];
}

interface Part {
  readonly entry: string;
  readonly model: string;
  readonly usage?: Pick<Usage, "input_tokens" | "output_tokens"> | undefined;
  readonly costUsd?: number | null;
}

function counts({ entry, model, usage, costUsd = null }: Part): StepUsage {
  return {
    ...{ provider: entry, model, costUsd },
    inputTokens: usage?.input_tokens ?? null,
    outputTokens: usage?.output_tokens ?? null,
  };
}

/** Nobody knows how much they were. */
export function usageInVain({ inVain }: Pick<Tries, "inVain">, whom: Whom): readonly StepUsage[] {
  if (inVain <= 0) return [];
  const { provider = "unknown", model = null } = whom;
  return [{ provider, model, inputTokens: null, outputTokens: null, costUsd: null }];
}
