// Has a model review one file: asks, checks the answer, asks once more where it is not in the form asked for.
import { CalleeExited, call, NoProcess, sleep } from "../../runtime/index.ts";
import { complete } from "../llm/complete.ts";
import type { Completion, CompletionRequest } from "../llm/completion.ts";
import { CompletionFailed, type FailureCode } from "../llm/failure.ts";
import type { StepContext, StepOutcome } from "../pipeline/plan.ts";
import { retryDelayMs } from "../pipeline/run-steps.ts";
import { type ReadAnswer, readAnswer } from "../review/answer.ts";
import { reviewOf } from "../review/evidence.ts";
import { answerMsMax, coordinatorLossesMax } from "../review/limits.ts";
import type { Material } from "../review/material.ts";
import type { Asked, FileOutcome } from "../review/merge.ts";
import { repairRequest, reviewRequest } from "../review/prompt.ts";
import { recall, remember } from "./services.ts";

export interface ReviewFileInput {
  readonly material: Material;
  /** The entry of llm.providers that answers, and no other. */
  readonly provider: string;
  /** The entry's own where it is left out. */
  readonly model?: string;
}

type Answered =
  | { readonly ok: true; readonly completion: Completion }
  | { readonly ok: false; readonly reason: string; readonly wasAsked: boolean };

/** What no other file of the review would fare better with; a person has to act first. */
const hopeless: ReadonlySet<FailureCode> = new Set(["denied", "no_model", "no_provider", "unknown_provider"]);
const hopelessKey = "review failed for good";

/**
 * An answer that came is kept at once, so that a step that is tried again, or a run that is started again, asks for none
 * that was paid for already. What goes wrong at the provider is an outcome like any other.
 */
export async function reviewFile(input: ReviewFileInput, { run }: StepContext): Promise<StepOutcome> {
  const { material, model } = input;
  const first = await ask(run, "first", input, reviewRequest(material, model));
  if (!first.ok) return missing(material, [], first.wasAsked ? 1 : 0, first.reason);
  const read = checked(first.completion, material);
  if (read === "refused") return missing(material, [first.completion], 1, refusal);
  if (read.ok) return reviewed(material, [first.completion], read);
  const refused = { answer: first.completion.text, problem: read.problem };
  const second = await ask(run, "second", input, repairRequest(material, model, refused));
  if (!second.ok) return missing(material, [first.completion], second.wasAsked ? 2 : 1, second.reason);
  const answers = [first.completion, second.completion];
  const repaired = checked(second.completion, material);
  if (repaired === "refused") return missing(material, answers, 2, refusal);
  if (repaired.ok) return reviewed(material, answers, repaired);
  return missing(material, answers, 2, `It answered twice with what is no review. ${repaired.problem}`);
}

const refusal = "The provider held its answer back.";

function checked({ text, finish }: Completion, { type }: Material): ReadAnswer | "refused" {
  if (finish === "refused") return "refused";
  const read = readAnswer(text, type);
  if (read.ok || finish !== "length") return read;
  return { ok: false, problem: "It was cut off at its greatest length. Be brief: at most ten findings." };
}

async function ask(
  run: string,
  round: "first" | "second",
  { material, provider }: ReviewFileInput,
  request: CompletionRequest,
): Promise<Answered> {
  const key = `${round} answer: ${material.path}`;
  const kept = await recall(run, key);
  if (kept !== undefined) return { ok: true, completion: kept as Completion };
  const known = await recall(run, hopelessKey);
  if (known !== undefined) return known as Answered;
  for (let losses = 0; ; losses += 1) {
    try {
      const { completion } = await complete(call, { provider, request, deadline_ms: answerMsMax });
      await remember(run, key, completion);
      return { ok: true, completion };
    } catch (error) {
      if (error instanceof CompletionFailed) {
        const { code, message: reason } = error;
        if (hopeless.has(code)) await remember(run, hopelessKey, { ok: false, reason, wasAsked: false });
        return { ok: false, reason, wasAsked: true };
      }
      if (!(error instanceof NoProcess) && !(error instanceof CalleeExited)) throw error;
      if (losses >= coordinatorLossesMax) return { ok: false, reason: error.message, wasAsked: true };
      await sleep(retryDelayMs(losses + 1));
    }
  }
}

function reviewed(
  material: Material,
  answers: readonly Completion[],
  { answer }: Extract<ReadAnswer, { readonly ok: true }>,
): StepOutcome {
  const outcome: FileOutcome = {
    ...asked(material, answers, answers.length),
    ok: true,
    review: reviewOf(answer, material),
    repaired: answers.length > 1,
  };
  return { output: outcome };
}

function missing(
  material: Material,
  answers: readonly Completion[],
  requests: number,
  reason: string,
): StepOutcome {
  const outcome: FileOutcome = { ...asked(material, answers, requests), ok: false, reason };
  return { output: outcome };
}

function asked({ path }: Material, answers: readonly Completion[], requests: number): Asked {
  const usages = answers.flatMap(({ usage }) => usage ?? []);
  const total = (count: (usage: (typeof usages)[number]) => number): number =>
    usages.reduce((sum, usage) => sum + count(usage), 0);
  const usage =
    usages.length < answers.length
      ? null
      : {
          input_tokens: total(({ input_tokens }) => input_tokens),
          output_tokens: total(({ output_tokens }) => output_tokens),
        };
  return { path, requests, usage, model: answers.at(-1)?.model ?? null };
}
