// What is known of one pipeline in the end, with the runs of its parts, and what is wrong with it.
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { Violation } from "../ledger.ts";
import { judgeLog } from "../runs/evidence.ts";
import type { Asked, QuestionKind } from "./models.ts";
import type { Written } from "./written.ts";

/** What a pipeline is to do outside, each of it once. */
export interface Expected {
  readonly asked: readonly { readonly kind: QuestionKind; readonly marker: string }[];
  /** Every file that it writes; `hash` is left out where what is in it tells of the runs by name. */
  readonly written: readonly { readonly path: string; readonly hash?: string | undefined }[];
}

export interface PipelineEvidence {
  readonly run: string;
  /** What those who followed it were given. */
  readonly read: readonly RunEntry[];
  /** As they are written: its own, and those of its parts. */
  readonly logs: ReadonlyMap<string, readonly RunEntry[]>;
  /** Of its files alone. */
  readonly asked: readonly Asked[];
  readonly written: readonly Written[];
  readonly expected: Expected;
}

export function judgePipeline(evidence: PipelineEvidence): readonly Violation[] {
  const { run, read, logs } = evidence;
  const ofLogs = [...logs].flatMap(([id, log]) => [
    ...judgeLog({ run: id, log, read: id === run ? read : log, deeds: [] }),
    ...effects(log).map((problem) => ({ check: "effect", node: `run ${id}`, problem })),
  ]);
  const ofAll = [...questions(evidence), ...writes(evidence)];
  return [...ofLogs, ...ofAll.map((problem) => ({ check: "ledger", node: `pipeline ${run}`, problem }))];
}

/** Each effect comes to its end once, and is begun a second time only where that is accounted for. */
function effects(log: readonly RunEntry[]): readonly string[] {
  const problems: string[] = [];
  const open = new Map<string, { isExcused: boolean }>();
  const done = new Set<string>();
  for (const entry of log) {
    if (entry.type === "intent") {
      const { effect, kind } = entry;
      if (done.has(effect)) problems.push(`begins ${effect} again, which was done`);
      if (open.get(effect)?.isExcused === false)
        problems.push(`begins ${effect} again, and nobody was asked`);
      // Whether a file was written, or a run was submitted, can be looked at.
      open.set(effect, { isExcused: kind !== "model_call" });
    }
    if (entry.type === "outcome") {
      open.delete(entry.effect);
      if (entry.fate === "done") done.add(entry.effect);
    }
    if (entry.type === "usage" && entry.interrupted)
      for (const [effect, state] of open) if (effect.startsWith(`${entry.step}/`)) state.isExcused = true;
  }
  for (const effect of open.keys()) problems.push(`never says what became of ${effect}`);
  return problems;
}

/** Every question was asked; more often than once as often as requests are counted that were interrupted, and no more. */
function questions({ run: own, asked, logs, expected }: PipelineEvidence): readonly string[] {
  const all = [...logs.values()].flat();
  // What a part was asked stands with its own run, and once more with the step that it is a part of.
  const ofParts = new Set(
    all.flatMap((entry) => (entry.type === "accepted" && entry.spec.parent ? [entry.spec.parent.step] : [])),
  );
  const isOfPart = (entry: RunEntry, run: string): boolean =>
    run === own && entry.type === "usage" && ofParts.has(entry.step);
  const interrupted = [...logs].flatMap(([run, log]) =>
    log.filter((entry) => entry.type === "usage" && entry.interrupted && !isOfPart(entry, run)),
  ).length;
  const problems: string[] = [];
  const most = expected.asked.length + interrupted;
  if (asked.length > most) problems.push(`asked its model ${asked.length} times; ${most} are accounted for`);
  for (const { kind, marker } of expected.asked)
    if (!asked.some((each) => each.kind === kind && each.marker === marker))
      problems.push(`never asked for ${kind} of ${marker}`);
  for (const each of asked)
    if (!expected.asked.some(({ kind, marker }) => each.kind === kind && each.marker === marker))
      problems.push(`asked for ${each.kind} of ${each.marker}, which no step of it wants`);
  return problems;
}

/** Every file was written once, and nothing else was. */
function writes({ written, expected }: PipelineEvidence): readonly string[] {
  const problems: string[] = [];
  for (const { path, hash } of expected.written) {
    const times = written.filter((each) => each.path === path);
    if (times.length !== 1) problems.push(`wrote ${path} ${times.length} times`);
    else if (hash !== undefined && times[0]?.hash !== hash) problems.push(`wrote something else to ${path}`);
  }
  for (const { path } of written)
    if (!expected.written.some((each) => each.path === path))
      problems.push(`wrote ${path}, which it was not to`);
  return problems;
}
