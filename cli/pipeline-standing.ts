// How far a pipeline is, step by step, out of the entries of its run. Pure: no clock, no terminal.
import { operationNews } from "../actors/operations/ask-model.ts";
import { type PipelineParts, type PipelineProgress, pipelineNews } from "../actors/pipeline/news.ts";
import { newsOf } from "../actors/runs/answer-news.ts";
import type { Kept, RunEntry } from "../actors/runs/run-entry.ts";
import { isRecord } from "../runtime/wire/shape.ts";

export type StepState = "waiting" | "working" | "done" | "skipped" | "failed";

export interface StepStanding {
  /** As the run calls it. */
  readonly id: string;
  /** As it was written. */
  readonly text: string;
  readonly state: StepState;
  /** The split that does it for each part, where one does. */
  readonly within: string | undefined;
  /** By the wall clock of its owner, in milliseconds. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly tokens: number;
  /** Null where a price is not known. */
  readonly costUsd: number | null;
  /** What it does now, such as "asking". */
  readonly doing: string | undefined;
  /** The end of what is written now. */
  readonly tail: string;
  /** Of a step that is done for several files: those that are over are done, or have failed. */
  readonly parts: PartsStanding | undefined;
  /** Files of a long analysis. */
  readonly files: { readonly done: number; readonly total: number } | undefined;
  readonly reason: string | undefined;
}

export interface PartsStanding {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

export interface PipelineStanding {
  readonly steps: readonly StepStanding[];
  /** The one that has the run. */
  readonly node: string | undefined;
  /** When it was accepted. */
  readonly begunAt: number | undefined;
  /** What all of it waits for. */
  readonly waits: string | undefined;
}

/** A step as it was written, from 1. */
export interface WrittenStep {
  readonly id: string;
  readonly word: string;
  readonly text: string;
}

/** Before anything was heard of it. */
export function standingOf(written: readonly WrittenStep[]): PipelineStanding {
  const steps = written.map((step, index) => waitingStep(step, splitAround(written, index)));
  return { steps, node: undefined, begunAt: undefined, waits: undefined };
}

/** The outermost split that a step stands behind, and whose merge it stands before. */
function splitAround(written: readonly WrittenStep[], index: number): string | undefined {
  const open: string[] = [];
  for (const { id, word } of written.slice(0, index)) {
    if (word === "split") open.push(id);
    if (word === "merge") open.pop();
  }
  const isEnd = written[index]?.word === "merge" && open.length === 1;
  return isEnd ? undefined : open[0];
}

export function standingAfter(standing: PipelineStanding, entry: RunEntry): PipelineStanding {
  switch (entry.type) {
    case "accepted":
      return { ...standing, begunAt: entry.at };
    case "owned":
      return { ...standing, node: entry.node, waits: undefined };
    case "waiting":
      return { ...standing, waits: entry.why === "" ? entry.for : entry.why };
    case "going_on":
      return { ...standing, waits: undefined };
    case "failed":
      return entry.step === undefined
        ? standing
        : withStep(standing, entry.step, (step) => ended(step, "failed", entry.at, whyOf(entry.message)));
    case "outcome":
      return withStep(standing, stepOfEffect(entry.effect), (step) => afterOutcome(step, entry));
    case "step_started":
      return withStep(begun(standing, entry.step), entry.step, (step) => afterEntry(step, entry));
    case "step_finished":
    case "step_failed":
    case "usage":
    case "text":
    case "told":
      return withStep(standing, entry.step, (step) => afterEntry(step, entry));
    default:
      return standing;
  }
}

/** Which step it is stands beside it. */
function whyOf(message: string): string {
  return message.replace(/^Step \d+ of the pipeline, \w+, failed\. /, "");
}

type StepEntry = Extract<
  RunEntry,
  { readonly type: "step_started" | "step_finished" | "step_failed" | "usage" | "text" | "told" }
>;

function afterEntry(step: StepStanding, entry: StepEntry): StepStanding {
  switch (entry.type) {
    case "step_started":
      return {
        ...step,
        state: "working",
        startedAt: step.startedAt ?? entry.at,
        endedAt: undefined,
        tail: "",
      };
    case "step_finished":
      return finished(step, entry.output, entry.at);
    case "step_failed":
      return { ...step, doing: `tries again: ${entry.reason}` };
    case "usage": {
      const { inputTokens, outputTokens, costUsd } = entry;
      const tokens = step.tokens + (inputTokens ?? 0) + (outputTokens ?? 0);
      return {
        ...step,
        tokens,
        costUsd: costUsd === null || step.costUsd === null ? null : step.costUsd + costUsd,
      };
    }
    case "text":
      return { ...step, doing: "writing", tail: `${step.tail}${entry.text}`.slice(-tailCharacters) };
    case "told":
      return afterNews(step, entry);
  }
}

function afterNews(step: StepStanding, entry: Extract<RunEntry, { readonly type: "told" }>): StepStanding {
  const { name, about } = entry;
  if (newsOf(entry)?.name === "restarted") return { ...step, tail: "" };
  if (!isRecord(about)) return step;
  if (name === operationNews && typeof about.doing === "string")
    return { ...step, doing: about.doing, tail: "" };
  const { done, total } = about as Partial<PipelineProgress & PipelineParts>;
  if (typeof total !== "number") return step;
  if (name === pipelineNews.parts) return { ...step, parts: partsToldOf(step.parts, total) };
  if (name === pipelineNews.progress && typeof done === "number") return { ...step, files: { done, total } };
  return step;
}

/** It is told again by whoever goes on with the step, and the parts that are done stay done; all are begun anew in the next round. */
function partsToldOf(known: PartsStanding | undefined, total: number): PartsStanding {
  const isGoneOn = known?.total === total && (known.done < total || known.failed > 0);
  return isGoneOn ? known : { done: 0, failed: 0, total };
}

/** A part is followed as an effect of the step, whose value is what it came to. */
function afterOutcome(
  step: StepStanding,
  { effect, value }: Extract<RunEntry, { readonly type: "outcome" }>,
): StepStanding {
  const { parts } = step;
  if (parts === undefined || partOfEffect(effect) === undefined) return step;
  // One that is tried again had failed.
  const before = / again \d+$/.test(effect) ? Math.max(0, parts.failed - 1) : parts.failed;
  const failed = hasFailed(value) ? before + 1 : before;
  const done = hasFailed(value) ? parts.done : parts.done + 1;
  return { ...step, parts: { ...parts, failed, done: Math.min(parts.total - failed, done) } };
}

function hasFailed(kept: Kept | undefined): boolean {
  const followed = kept !== undefined && "value" in kept ? kept.value : undefined;
  const end = isRecord(followed) && isRecord(followed.end) ? followed.end : {};
  const { document } = isRecord(end.output) ? end.output : {};
  return end.ok === false || (isRecord(document) && document.status !== "completed");
}

/** The record of a step says how it ended; one that is kept elsewhere has to be brought in before. */
function finished(step: StepStanding, output: Kept, at: number): StepStanding {
  const record = "value" in output && isRecord(output.value) ? output.value : {};
  const { status, reason } = record;
  const state = status === "skipped" || status === "failed" ? status : "done";
  const parts = partsIn(record) ?? step.parts;
  return { ...ended(step, state, at, typeof reason === "string" ? reason : undefined), parts };
}

/** Undefined where it does not say. */
function partsIn({ parts }: Readonly<Record<string, unknown>>): PartsStanding | undefined {
  if (!Array.isArray(parts) || parts.length === 0) return undefined;
  const done = parts.filter((part) => isRecord(part) && part.status === "done").length;
  return { done, failed: parts.length - done, total: parts.length };
}

function ended(step: StepStanding, state: StepState, at: number, reason: string | undefined): StepStanding {
  return { ...step, state, endedAt: at, reason, doing: undefined, tail: "" };
}

function withStep(
  standing: PipelineStanding,
  id: string,
  change: (step: StepStanding) => StepStanding,
): PipelineStanding {
  const before = standing.steps.find((step) => step.id === id);
  if (before === undefined) return standing;
  const after = change(before);
  const { state } = after;
  const steps = standing.steps.map((step) => {
    if (step.id === id) return after;
    return step.within === id && step.state !== state ? { ...step, state } : step;
  });
  return { ...standing, steps };
}

/** A folder that is streamed is split by a step that nobody has written, until a step of its own begins behind that. */
function begun(standing: PipelineStanding, id: string): PipelineStanding {
  const { steps } = standing;
  if (id === impliedSplit && steps.every((step) => step.id !== impliedSplit)) {
    const split = waitingStep({ id, text: "split by:file" }, undefined);
    return { ...standing, steps: [split, ...steps.map((step) => ({ ...step, within: step.within ?? id }))] };
  }
  const index = steps.findIndex((step) => step.id === id);
  if (steps[index]?.within !== impliedSplit) return standing;
  const isOut = (at: number): boolean => at >= index;
  return {
    ...standing,
    steps: steps.map((step, at) =>
      isOut(at) && step.within === impliedSplit ? { ...step, within: undefined, state: "waiting" } : step,
    ),
  };
}

const impliedSplit = "0";

/** A part that is followed as an effect of its step; undefined where the effect is none. */
export function partOfEffect(effect: string): { readonly step: string; readonly name: string } | undefined {
  const [, step, name] = /^([^/]+)\/(?:again \d+\/)?(?:round \d+\/)?part (.+)$/s.exec(effect) ?? [];
  return step === undefined || name === undefined ? undefined : { step, name };
}

/** An effect is called by its step, a slash and its key. */
function stepOfEffect(effect: string): string {
  return effect.slice(0, Math.max(0, effect.indexOf("/")));
}

function waitingStep(
  { id, text }: Pick<WrittenStep, "id" | "text">,
  within: string | undefined,
): StepStanding {
  return {
    ...{
      id,
      text,
      within,
      state: "waiting",
      startedAt: undefined,
      endedAt: undefined,
      tokens: 0,
      costUsd: 0,
    },
    ...{ doing: undefined, tail: "", parts: undefined, files: undefined, reason: undefined },
  };
}

/** More than a line of any terminal. */
const tailCharacters = 200;
