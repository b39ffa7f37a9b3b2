// What is known of one pipeline in the end, with the runs of its parts, and what is wrong with it.
import type { PipelineOutcome } from "../../../actors/pipeline/outcome.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { childRunKind } from "../../../actors/runs/step-context.ts";
import { isRecord } from "../../../runtime/wire/shape.ts";
import type { Violation } from "../ledger.ts";
import { judgeLog } from "../runs/evidence.ts";
import { judgeEffects } from "./effects.ts";
import type { Asked, QuestionKind } from "./models.ts";
import type { Written } from "./written.ts";

/** What a pipeline is to do outside, each of it once. */
export interface Expected {
  readonly asked: readonly Question[];
  /** Every time that it writes a file, in order; `hash` is left out where what is in it tells of the runs by name. */
  readonly written: readonly { readonly path: string; readonly hash?: string | undefined }[];
  /** The names of its parts, each of which has one run. */
  readonly parts: readonly string[];
}

export interface Question {
  readonly kind: QuestionKind;
  readonly marker: string;
  /** The part whose run asks; undefined for the pipeline itself. */
  readonly part?: string | undefined;
  /** The step of that run. */
  readonly step: string;
}

export interface PipelineEvidence {
  readonly run: string;
  /** What those who followed it were given. */
  readonly read: readonly RunEntry[];
  /** As they are written: its own, and those of its parts. */
  readonly logs: ReadonlyMap<string, readonly RunEntry[]>;
  /** What it came to; undefined where it came to nothing. */
  readonly outcome: PipelineOutcome | undefined;
  /** Of its files alone. */
  readonly asked: readonly Asked[];
  readonly written: readonly Written[];
  /** SHA-256 of what is in its files in the end, by their paths. */
  readonly files: ReadonlyMap<string, string>;
  readonly expected: Expected;
}

export function judgePipeline(evidence: PipelineEvidence): readonly Violation[] {
  const { run, read, logs } = evidence;
  const ofLogs = [...logs].flatMap(([id, log]) => [
    ...judgeLog({ run: id, log, read: id === run ? read : log, deeds: [] }),
    ...judgeEffects(log).map((problem) => ({ check: "effect", node: `run ${id}`, problem })),
  ]);
  const checks = {
    ledger: [questions, writes],
    part: [parts],
    usage: [paid, lost],
    output: [output],
  } as const;
  const ofAll = Object.entries(checks).flatMap(([check, finders]) =>
    finders.flatMap((find) => find(evidence).map((problem) => ({ check, node: `pipeline ${run}`, problem }))),
  );
  return [...ofLogs, ...ofAll];
}

/** Every question was asked; more often than once as often as requests of its own step are counted of which nobody knows the end, and no more. */
function questions({ asked, logs, run, expected }: PipelineEvidence): readonly string[] {
  const problems: string[] = [];
  const timesOf = ({ kind, marker }: Asked | Question): number =>
    asked.filter((each) => each.kind === kind && each.marker === marker).length;
  for (const question of expected.asked)
    if (timesOf(question) === 0) problems.push(`never asked for ${question.kind} of ${question.marker}`);
  for (const each of asked)
    if (!expected.asked.some(({ kind, marker }) => each.kind === kind && each.marker === marker))
      problems.push(`asked for ${each.kind} of ${each.marker}, which no step of it wants`);
  for (const { part, step } of expected.asked.filter(isFirstOfStep)) {
    const own = expected.asked.filter((other) => other.part === part && other.step === step);
    const most = own.length + uncountedOf(logOf(logs, run, part), step).length;
    const times = own.reduce((sum, question) => sum + timesOf(question), 0);
    if (times > most)
      problems.push(
        `asked its model ${times} times for step ${step}${ofPart(part)}; ${most} are accounted for`,
      );
  }
  return problems;
}

function isFirstOfStep({ part, step }: Question, index: number, all: readonly Question[]): boolean {
  return all.findIndex((other) => other.part === part && other.step === step) === index;
}

function ofPart(part: string | undefined): string {
  return part === undefined ? "" : ` of ${part}`;
}

/** Every file was written as often as it was to be, in order, nothing else was, and what is there in the end was written so. */
function writes({ written, files, expected }: PipelineEvidence): readonly string[] {
  const problems: string[] = [];
  for (const path of new Set(expected.written.map((each) => each.path))) {
    const wanted = expected.written.filter((each) => each.path === path);
    const times = written.filter((each) => each.path === path);
    if (times.length !== wanted.length)
      problems.push(
        `wrote ${path} ${times.length} times${wanted.length === 1 ? "" : `, not ${wanted.length}`}`,
      );
    else if (wanted.some(({ hash }, index) => hash !== undefined && times[index]?.hash !== hash))
      problems.push(`wrote something else to ${path}`);
    if (files.get(path) !== times.at(-1)?.hash)
      problems.push(`has something else in ${path} than was written`);
  }
  for (const { path } of written)
    if (!expected.written.some((each) => each.path === path))
      problems.push(`wrote ${path}, which it was not to`);
  return problems;
}

/** Each part has one run, and the step that it is a part of followed that one. */
function parts({ run, logs, expected }: PipelineEvidence): readonly string[] {
  const found = [...logs]
    .filter(([id]) => id !== run)
    .map(([id, [first]]) => ({ id, part: (first?.type === "accepted" && first.spec.parent?.part) || "" }));
  const followed = new Set(
    [...logs.values()].flat().flatMap((entry) => {
      const isBegun = entry.type === "intent" && entry.kind === childRunKind && isRecord(entry.about);
      return isBegun ? [String((entry.about as Readonly<Record<string, unknown>>).run)] : [];
    }),
  );
  return [
    ...expected.parts.flatMap((name) => {
      const count = found.filter(({ part }) => part === name).length;
      return count === 1 ? [] : [`has ${count} runs for ${name}`];
    }),
    ...found.flatMap(({ id, part }) =>
      expected.parts.includes(part)
        ? []
        : [`has run ${id} for ${JSON.stringify(part)}, which is no part of it`],
    ),
    ...found.flatMap(({ id }) => (followed.has(id) ? [] : [`has run ${id}, and nobody followed it`])),
  ];
}

/** Each answer is counted once in the run that asked for it, and once more in the one that it is a part of. */
function paid({ run, logs, expected }: PipelineEvidence): readonly string[] {
  const owners = [undefined, ...expected.parts];
  return owners.flatMap((part) => {
    const log = logOf(logs, run, part);
    const wanted = expected.asked.filter((question) => part === undefined || question.part === part).length;
    const counted = log.filter((entry) => entry.type === "usage" && !entry.interrupted);
    const tokens = counted.reduce(
      (sum, entry) => sum + (entry.type === "usage" ? (entry.inputTokens ?? 0) : 0),
      0,
    );
    return tokens === wanted * inputTokensOfQuestion
      ? []
      : [
          `counts ${tokens} tokens${ofPart(part)} that it has sent; they are ${wanted * inputTokensOfQuestion}`,
        ];
  });
}

/** What a model says that each question has. */
export const inputTokensOfQuestion = 100;

/** What was interrupted in a part stands once in the run that it is a part of. */
function lost({ run, logs }: PipelineEvidence): readonly string[] {
  const own = logs.get(run) ?? [];
  const ofParts = new Map<string, number>();
  for (const [id, log] of logs) {
    const [first] = log;
    if (id === run || first?.type !== "accepted" || first.spec.parent === undefined) continue;
    const { step } = first.spec.parent;
    ofParts.set(step, (ofParts.get(step) ?? 0) + interruptedOf(log).length);
  }
  return [...ofParts].flatMap(([step, count]) => {
    const told = interruptedOf(own, step).length;
    return told === count
      ? []
      : [`tells of ${told} interrupted requests in step ${step}; its parts had ${count}`];
  });
}

/** It came to a document of which everything is done. */
function output({ outcome, logs, run, expected }: PipelineEvidence): readonly string[] {
  if (outcome === undefined) return ["has no document"];
  const { status, steps } = outcome.document;
  const problems = status === "completed" ? [] : [`ends as ${status}`];
  for (const { step, status: each } of steps) if (each !== "done") problems.push(`has step ${step} ${each}`);
  const named = steps.flatMap((step) => step.parts.map(({ name }) => name));
  if (named.toSorted().join() !== expected.parts.toSorted().join())
    problems.push(`tells of the parts ${named.join()}; they are ${expected.parts.join()}`);
  const log = logs.get(run) ?? [];
  // One of the run for each, and the end.
  const finished = log.filter(({ type }) => type === "step_finished").length;
  if (finished !== steps.length + 1) problems.push(`finished ${finished} of ${steps.length + 1} steps`);
  return problems;
}

function logOf(logs: PipelineEvidence["logs"], run: string, part: string | undefined): readonly RunEntry[] {
  if (part === undefined) return logs.get(run) ?? [];
  return (
    [...logs.values()].find(([first]) => first?.type === "accepted" && first.spec.parent?.part === part) ?? []
  );
}

/** Requests that may have been paid, of which nobody knows what they took: their owner was lost, or whoever asked for it. */
function uncountedOf(log: readonly RunEntry[], step: string): readonly RunEntry[] {
  return log.filter((entry) => entry.type === "usage" && entry.inputTokens === null && entry.step === step);
}

function interruptedOf(log: readonly RunEntry[], step?: string): readonly RunEntry[] {
  return log.filter(
    (entry) => entry.type === "usage" && entry.interrupted && (step ?? entry.step) === entry.step,
  );
}
