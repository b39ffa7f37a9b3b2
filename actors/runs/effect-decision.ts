// What is to become of an effect that a step wants to happen, by what is written of it. Pure.
import type { EffectChoice, EffectFate, Kept } from "./run-entry.ts";
import type { OnUnknown } from "./run-spec.ts";
import type { EffectRecord, QuestionRecord } from "./run-state.ts";

export type EffectDecision =
  /** It is written down that it is about to happen; then it happens. `interrupted`: it may have happened before. */
  | { readonly kind: "perform"; readonly interrupted: boolean }
  /** It happened already; `value` is undefined where nobody has it. */
  | { readonly kind: "known"; readonly value: Kept | undefined }
  /** The step is to look whether it happened. */
  | { readonly kind: "verify" }
  | { readonly kind: "ask" }
  | { readonly kind: "give_up" };

export interface EffectPolicy {
  /** True where it may happen twice, and is counted. */
  readonly repeats: boolean;
  readonly canVerify: boolean;
  readonly onUnknown: OnUnknown;
}

/** Before the step has looked. */
export function decideEffect(
  effect: EffectRecord | undefined,
  policy: EffectPolicy,
  question: QuestionRecord | undefined,
): EffectDecision {
  switch (effect?.fate) {
    case undefined:
    case "not_done":
    case "failed":
      return { kind: "perform", interrupted: false };
    case "done":
      return { kind: "known", value: effect.value };
    case "intent":
      if (policy.canVerify) return { kind: "verify" };
      return decideUnknown(policy, question);
  }
}

/** Once the step has looked. */
export function decideFound(
  fate: EffectFate,
  policy: EffectPolicy,
  question: QuestionRecord | undefined,
): EffectDecision {
  if (fate === "done") return { kind: "known", value: undefined };
  if (fate === "not_done") return { kind: "perform", interrupted: false };
  return decideUnknown(policy, question);
}

export function decideChoice(choice: EffectChoice): EffectDecision {
  switch (choice) {
    case "retry":
      return { kind: "perform", interrupted: true };
    case "done":
      return { kind: "known", value: undefined };
    case "fail":
      return { kind: "give_up" };
  }
}

function decideUnknown(policy: EffectPolicy, question: QuestionRecord | undefined): EffectDecision {
  if (policy.repeats) return { kind: "perform", interrupted: true };
  // One that was asked about goes on being asked about, wherever the run is; what was answered counts for the next owner as well.
  if (question !== undefined && question.choice === undefined) return { kind: "ask" };
  if (question?.choice === "retry" || question?.choice === "done") return decideChoice(question.choice);
  switch (policy.onUnknown) {
    case "ask":
      return { kind: "ask" };
    case "retry":
      return { kind: "perform", interrupted: true };
    case "fail":
      return { kind: "give_up" };
  }
}
