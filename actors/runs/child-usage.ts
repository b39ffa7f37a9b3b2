// What a part of a run cost, as its own run counts it: one sum for each model, and each request whose answer was lost by itself. Pure.
import type { RunEntry } from "./run-entry.ts";
import type { StepUsage } from "./step-context.ts";

export class ChildUsage {
  readonly #sums = new Map<string, StepUsage>();
  readonly #lost: StepUsage[] = [];

  take(entry: RunEntry): void {
    if (entry.type !== "usage") return;
    const { provider, model, inputTokens, outputTokens, costUsd, interrupted } = entry;
    const usage = { provider, model, inputTokens, outputTokens, costUsd };
    if (interrupted) {
      this.#lost.push({ ...usage, interrupted });
      return;
    }
    // What is not known of one is not known of their sum: those are summed by themselves.
    const key = JSON.stringify([
      provider,
      model,
      inputTokens === null,
      outputTokens === null,
      costUsd === null,
    ]);
    const sum = this.#sums.get(key);
    this.#sums.set(
      key,
      sum === undefined
        ? usage
        : {
            ...usage,
            inputTokens: added(sum.inputTokens, inputTokens),
            outputTokens: added(sum.outputTokens, outputTokens),
            costUsd: added(sum.costUsd, costUsd),
          },
    );
  }

  get all(): readonly StepUsage[] {
    return [...this.#sums.values(), ...this.#lost];
  }
}

function added(sum: number | null, more: number | null): number | null {
  return sum === null || more === null ? null : sum + more;
}
