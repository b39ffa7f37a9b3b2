// How a run stands, made from its entries one after the other. Nothing else is needed to go on with it.
import { isRecord } from "../../runtime/wire/shape.ts";
import { restartedAnswer } from "./answer-news.ts";
import { runLimits } from "./limits.ts";
import type { EffectChoice, Kept, KeptSpec, RunEntry } from "./run-entry.ts";
import type { RunPhase, RunSummary } from "./run-summary.ts";

export interface StepRecord {
  readonly id: string;
  /** The last that was made; 0 where none was recorded. */
  attempt: number;
  /** Owners that were lost while it was under way, one after the other. */
  losses: number;
  isUnderWay: boolean;
  /** Once it is finished. */
  output: Kept | undefined;
  added: Kept | undefined;
}

export interface EffectRecord {
  readonly step: string;
  readonly kind: string;
  readonly about: unknown;
  /** `intent`: it was about to happen, and nobody has said yet whether it did. */
  fate: "intent" | "done" | "not_done" | "failed";
  value: Kept | undefined;
}

export interface QuestionRecord {
  readonly id: string;
  readonly step: string;
  readonly text: string;
  readonly choices: readonly string[];
  readonly about: unknown;
  choice: string | undefined;
}

/** Changed in place by `apply`. */
export class RunState {
  spec: KeptSpec | undefined;
  /** The last entry; 0 before the first. */
  n = 0;
  phase: RunPhase = "queued";
  node: string | undefined;
  epoch = 0;
  /** Times that a person had it go on. */
  resumes = 0;
  updatedAt = 0;
  waiting: RunSummary["waiting"];
  problem: { readonly code: string; readonly message: string; readonly step: string | undefined } | undefined;
  output: Kept | undefined;
  /** What it may cost; undefined where that is not bound. */
  costUsdMax: number | undefined;
  /** In the order in which they were begun first. */
  readonly steps = new Map<string, StepRecord>();
  /** Finished steps, in the order in which that was written. */
  readonly finished: StepRecord[] = [];
  readonly effects = new Map<string, EffectRecord>();
  readonly questions = new Map<string, QuestionRecord>();
  /** Steps of which a person has heard enough. */
  readonly cutShort = new Set<string>();
  /** By step and key; what all steps share is under the step "". */
  readonly #notes = new Map<string, Kept>();
  /** By step and answer: what was written of it so far. */
  readonly #written = new Map<string, Map<string, string>>();
  #planned = 0;
  #spentUsd = 0;
  #isCostKnown = true;
  #tokens = 0;
  #interruptedCalls = 0;

  note(step: string, key: string): Kept | undefined {
    return this.#notes.get(JSON.stringify([step, key]));
  }

  /** What was written of an answer of a step that is not finished, since it began anew. */
  written(step: string, answer: string): string {
    return this.#written.get(step)?.get(answer) ?? "";
  }

  /** US dollars, as far as prices are known. */
  get spentUsd(): number {
    return this.#spentUsd;
  }

  /** Null where the price of something is not known. */
  get costUsd(): number | null {
    return this.#isCostKnown ? this.#spentUsd : null;
  }

  /** A step in the middle of which one owner after the other was lost. */
  get poison(): StepRecord | undefined {
    return [...this.steps.values()].find(({ losses }) => losses > runLimits.stepLossesMax);
  }

  get openQuestions(): readonly QuestionRecord[] {
    return [...this.questions.values()].filter(({ choice }) => choice === undefined);
  }

  /** @returns false for an entry that does not follow the last one: it changes nothing */
  apply(entry: RunEntry): boolean {
    if (entry.n !== this.n + 1) return false;
    this.n = entry.n;
    this.updatedAt = entry.at;
    this.#apply(entry);
    return true;
  }

  summary(bytes: number): RunSummary | undefined {
    const { spec } = this;
    if (spec === undefined) return undefined;
    const { id, kind, title, by, createdAt, parent } = spec;
    return {
      ...{ id, kind, title, by, createdAt },
      ...(parent === undefined ? {} : { parent: parent.run }),
      phase: this.phase,
      waiting: this.phase === "waiting" ? this.waiting : undefined,
      problem: this.problem?.message,
      node: this.node,
      epoch: this.epoch,
      updatedAt: this.updatedAt,
      n: this.n,
      steps: { done: this.finished.length, total: this.#planned },
      costUsd: this.costUsd,
      tokens: this.#tokens,
      interruptedCalls: this.#interruptedCalls,
      questions: this.openQuestions.length,
      bytes,
    };
  }

  #apply(entry: RunEntry): void {
    switch (entry.type) {
      case "accepted":
        this.spec = entry.spec;
        this.costUsdMax = entry.spec.costUsdMax;
        this.#planned = entry.steps;
        return;
      case "owned":
        this.#owned(entry);
        return;
      case "released":
        for (const step of this.steps.values()) step.isUnderWay = false;
        this.phase = "interrupted";
        return;
      case "waiting":
        this.phase = "waiting";
        this.waiting = { for: entry.for, why: entry.why, until: entry.until };
        return;
      case "going_on":
        this.phase = "running";
        this.waiting = undefined;
        return;
      case "allowed":
        this.costUsdMax = entry.costUsdMax;
        return;
      case "usage":
        this.#spentUsd += entry.costUsd ?? 0;
        if (entry.costUsd === null) this.#isCostKnown = false;
        this.#tokens += (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0);
        if (entry.interrupted) this.#interruptedCalls += 1;
        return;
      case "done":
        this.phase = "done";
        this.output = entry.output;
        this.problem = refusalIn("value" in entry.output ? entry.output.value : undefined);
        return;
      case "failed":
        this.phase = "failed";
        this.problem = { code: entry.code, message: entry.message, step: entry.step };
        return;
      case "cancelled":
        this.phase = "cancelled";
        return;
      case "text":
        if (entry.answer !== undefined) this.#wrote(entry.step, entry.answer, entry.text);
        return;
      case "cut_short":
        this.cutShort.add(entry.step);
        return;
      case "told": {
        const answer = restartedAnswer(entry);
        if (answer !== undefined) this.#written.get(entry.step)?.delete(answer);
        return;
      }
      default:
        this.#applyToStep(entry);
    }
  }

  #owned({ node, epoch, reason }: Extract<RunEntry, { readonly type: "owned" }>): void {
    this.node = node;
    this.epoch = epoch;
    this.phase = "running";
    this.waiting = undefined;
    this.problem = undefined;
    if (reason === "resume") this.resumes += 1;
    for (const step of this.steps.values()) {
      if (reason === "resume") step.losses = 0;
      else if (step.isUnderWay) step.losses += 1;
      step.isUnderWay = false;
    }
  }

  #applyToStep(
    entry: Extract<
      RunEntry,
      {
        readonly type: `step_${string}` | "noted" | "intent" | "outcome" | "asked" | "answered";
      }
    >,
  ): void {
    switch (entry.type) {
      case "step_started": {
        const step = this.#step(entry.step);
        step.attempt = entry.attempt;
        step.isUnderWay = true;
        return;
      }
      case "step_finished": {
        const step = this.#step(entry.step);
        step.isUnderWay = false;
        step.output = entry.output;
        step.added = entry.steps;
        this.finished.push(step);
        this.#written.delete(entry.step);
        this.#planned += entry.added;
        return;
      }
      case "step_failed":
        this.#step(entry.step).isUnderWay = false;
        return;
      case "noted":
        this.#notes.set(JSON.stringify([entry.step, entry.key]), entry.value);
        return;
      case "intent": {
        const { step, kind, about } = entry;
        this.effects.set(entry.effect, { step, kind, about, fate: "intent", value: undefined });
        // What was answered about the attempt before says nothing of this one.
        this.questions.delete(questionAbout(entry.effect));
        return;
      }
      case "outcome": {
        const effect = this.effects.get(entry.effect);
        if (effect === undefined) return;
        effect.fate = entry.fate;
        effect.value = entry.value;
        return;
      }
      case "asked": {
        const { question: id, step, text, choices, about } = entry;
        this.questions.set(id, { id, step, text, choices, about, choice: undefined });
        return;
      }
      case "answered": {
        const question = this.questions.get(entry.question);
        if (question !== undefined) question.choice = entry.choice;
      }
    }
  }

  #wrote(step: string, answer: string, text: string): void {
    const answers = this.#written.get(step) ?? new Map<string, string>();
    this.#written.set(step, answers);
    answers.set(answer, (answers.get(answer) ?? "") + text);
  }

  #step(id: string): StepRecord {
    const known = this.steps.get(id);
    if (known !== undefined) return known;
    const step = { id, attempt: 0, losses: 0, isUnderWay: false, output: undefined, added: undefined };
    this.steps.set(id, step);
    return step;
  }
}

/** Whether a person may answer so. */
export function isAnswerTo({ choices }: Pick<QuestionRecord, "choices">, text: string): boolean {
  if (choices.length > 0) return choices.includes(text);
  return text.trim() !== "" && text.length <= runLimits.answerCharactersMax;
}

/** The choices of a question about an effect of which nobody knows whether it happened. */
export const effectChoices: readonly EffectChoice[] = ["retry", "done", "fail"];

/** The id of the question about an effect. */
export function questionAbout(effect: string): string {
  return `effect:${effect}`;
}

export function isEffectChoice(text: string): text is EffectChoice {
  return effectChoices.some((choice) => choice === text);
}

/** Of a run that was done to its end and came to nothing, such as an operation whose answers were of no use: why. */
function refusalIn(output: unknown): RunState["problem"] {
  if (!isRecord(output) || output.ok !== false) return undefined;
  const { code, message } = output;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return { code, message, step: undefined };
}
