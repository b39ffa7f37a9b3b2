// What is known of one run in the end, and what is wrong with it. Knows nothing of how runs are made.
import { isDeepStrictEqual } from "node:util";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { Violation } from "../ledger.ts";
import type { Deed } from "./outside.ts";

export interface Evidence {
  readonly run: string;
  /** As it is written, read at the end from a node that had no part in it. */
  readonly log: readonly RunEntry[];
  /** What those who followed it were given, one after the other: each went on where the one before was lost. */
  readonly read: readonly RunEntry[];
  /** Of this run. */
  readonly deeds: readonly Deed[];
}

type Find = (evidence: Evidence) => readonly string[];

/** Everything that is wrong. `repeats`: the kinds of effects that may happen again, and are counted. */
export function judgeRun(
  evidence: Evidence,
  repeats: readonly string[] = ["model_call"],
): readonly Violation[] {
  return found(evidence, { ...ofEveryRun, effect: (given) => effects(given, repeats), output });
}

/** What is wrong with a run, whatever its work is: as far as what is written of it tells. */
export function judgeLog(evidence: Evidence): readonly Violation[] {
  return found(evidence, ofEveryRun);
}

function found(evidence: Evidence, checks: Readonly<Record<string, Find>>): readonly Violation[] {
  return Object.entries(checks).flatMap(([check, find]) =>
    find(evidence).map((problem) => ({ check, node: `run ${evidence.run}`, problem })),
  );
}

/** It ends well, once, and nothing comes after. */
function endings({ log }: Evidence): readonly string[] {
  const ends = log.filter(({ type }) => type === "done" || type === "failed" || type === "cancelled");
  if (ends.length !== 1) return [`has ${ends.length} ends`];
  if (log.at(-1) !== ends[0]) return [`goes on after it is ${ends[0]?.type}`];
  return ends[0]?.type === "done" ? [] : [`ends with ${JSON.stringify(ends[0])}`];
}

function numbers({ log, read }: Evidence): readonly string[] {
  return [
    ...gaps(log).map((words) => `is written ${words}`),
    ...gaps(read).map((words) => `is read ${words}`),
    ...(read.length === log.length ? [] : [`is read up to ${read.length}, and has ${log.length} entries`]),
  ];
}

function gaps(entries: readonly RunEntry[]): readonly string[] {
  return entries.flatMap(({ n }, index) => {
    const before = entries[index - 1]?.n ?? 0;
    return n === before + 1 ? [] : [`with ${n} after ${before}`];
  });
}

/** What somebody has seen is what is written. */
function reader({ log, read }: Evidence): readonly string[] {
  const written = new Map(log.map((entry) => [entry.n, entry]));
  return read.flatMap((entry) =>
    isDeepStrictEqual(entry, written.get(entry.n))
      ? []
      : [`was read as ${JSON.stringify(entry)} and is ${JSON.stringify(written.get(entry.n))}`],
  );
}

/**
 * Between two owners nothing of the first is written any more: each entry is that of the last `owned`. Where that one cannot be
 * reached, an answer is written by whoever was given it, and ends it.
 */
function owners({ log }: Evidence): readonly string[] {
  const problems: string[] = [];
  let epoch = 0;
  let node: string | undefined;
  for (const entry of log) {
    if (entry.type === "owned") {
      if (entry.epoch <= epoch) problems.push(`has epoch ${entry.epoch} after ${epoch}`);
      epoch = entry.epoch;
      node = entry.node;
    } else if (node !== undefined && entry.node !== node) {
      if (entry.type !== "answered")
        problems.push(`has an entry of ${entry.node}, number ${entry.n}, while ${node || "nobody"} owns it`);
      node = "";
    }
  }
  return problems;
}

/** A step that is finished is not begun again, and is finished once. */
function steps({ log, deeds }: Evidence): readonly string[] {
  const problems: string[] = [];
  const finished = new Map<string, RunEntry>();
  for (const entry of log) {
    if (entry.type !== "step_started" && entry.type !== "step_finished") continue;
    if (finished.has(entry.step)) problems.push(`has ${entry.type} of ${entry.step} after it was finished`);
    if (entry.type === "step_finished") finished.set(entry.step, entry);
  }
  for (const deed of deeds) {
    const end = finished.get(deed.step);
    if (end === undefined) problems.push(`did something for ${deed.step}, which is not finished`);
    else if (deed.atMs > end.at) problems.push(`has ${deed.type} of ${deed.step} after it was finished`);
  }
  return problems;
}

/** Each effect happened once; one that may be repeated, no more often than that is counted. */
function effects({ log, deeds }: Evidence, repeats: readonly string[]): readonly string[] {
  const problems: string[] = [];
  const done = new Map<string, number>();
  const kinds = new Map<string, string>();
  for (const deed of deeds) {
    if (deed.type !== "effect") continue;
    done.set(deed.step, (done.get(deed.step) ?? 0) + 1);
    kinds.set(deed.step, deed.kind);
  }
  for (const entry of log) if (entry.type === "intent") kinds.set(entry.step, entry.kind);
  for (const [step, kind] of kinds) {
    const times = done.get(step) ?? 0;
    const counted = log.filter((entry) => entry.type === "usage" && entry.step === step && entry.interrupted);
    const most = repeats.includes(kind) ? 1 + counted.length : 1;
    if (times < 1 || times > most)
      problems.push(`has ${times} of ${kind} by ${step}; ${most} are accounted for`);
    problems.push(...intents(log, step, kind));
  }
  return problems;
}

const ofEveryRun = { ending: endings, numbers, reader, owner: owners, step: steps } as const;

/** A second intent has a reason: the first one came to nothing, or somebody was asked, or looked, or it is counted. */
function intents(log: readonly RunEntry[], step: string, kind: string): readonly string[] {
  const problems: string[] = [];
  let isOpen = false;
  let isExcused = true;
  for (const entry of log) {
    if (entry.type === "intent" && entry.step === step) {
      if (isOpen && !isExcused) problems.push(`begins ${kind} of ${step} again, and nobody was asked`);
      [isOpen, isExcused] = [true, kind === "file_write"];
    }
    if (entry.type === "outcome" && entry.effect.startsWith(`${step}/`)) isOpen = false;
    if (entry.type === "usage" && entry.step === step && entry.interrupted) isExcused = true;
    if (entry.type === "answered" && entry.question.includes(`${step}/`)) isExcused = true;
  }
  return problems;
}

/** What it gives is what happened, or that somebody has said that it did. */
function output({ log, deeds }: Evidence): readonly string[] {
  const end = log.at(-1);
  if (end?.type !== "done" || !("value" in end.output)) return [];
  return Object.entries(end.output.value as Readonly<Record<string, unknown>>).flatMap(([step, mark]) => {
    if (!log.some((entry) => entry.type === "intent" && entry.step === step)) return [];
    const isTrue = deeds.some((deed) => deed.type === "effect" && deed.step === step && deed.mark === mark);
    const isFound = log.some(
      (entry) => entry.type === "outcome" && entry.found && entry.effect.startsWith(`${step}/`),
    );
    return isTrue || (mark === "done" && isFound) ? [] : [`gives ${JSON.stringify(mark)} for ${step}`];
  });
}
