// Every effect happens once, or its repetition was counted, was decided about, or follows a failure that was no happening; and none
// happens of which nothing was written down before.
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { entriesOfLogs, indexOfLog, plansOf } from "../entries-of-logs.ts";
import type { Checker, Entry, PromisedRun, Violation } from "../ledger.ts";

export const effects: Checker = (entries) => {
  const found: Violation[] = [];
  const plans = plansOf(entries);
  for (const [run, log] of entriesOfLogs(entries)) {
    const plan = plans.get(run);
    if (plan === undefined) continue;
    const add = (problem: string): void =>
      void found.push({ check: "effects", problem, index: indexOfLog(entries, run) });
    for (const effect of Object.keys(plan.effects))
      judgeOne(add, { run, plan, log, effect, happened: happenings(entries, run, effect) });
    judgeCounts(add, run, plan, log, entries);
  }
  return [...found, ...unannounced(entries)];
};

type Happened = Extract<Entry, { readonly type: "happened" }>;

interface Case {
  readonly run: string;
  readonly plan: PromisedRun;
  readonly log: readonly RunEntry[];
  readonly effect: string;
  readonly happened: readonly Happened[];
}

function judgeOne(add: (problem: string) => void, { run, plan, log, effect, happened }: Case): void {
  const count = happened.length;
  const kind = plan.effects[effect];
  const decided = retriesOf(log, effect, plan.onUnknown);
  // Counted below, all of a step together.
  if (kind !== "model_call" && count > 1 + decided)
    add(`${effect} of ${run} (${kind}) happened ${count} times, and ${decided} were decided about`);
  const wasDone = log.some(
    (entry) => entry.type === "outcome" && entry.effect === effect && entry.fate === "done",
  );
  const wasSaid = log.some(
    (entry) => entry.type === "answered" && entry.question === `effect:${effect}` && entry.choice === "done",
  );
  if (wasDone && !wasSaid && count === 0) add(`${effect} of ${run} counts as done, and did not happen`);
  const [step = ""] = effect.split("/");
  const isFinished = log.some((entry) => entry.type === "step_finished" && entry.step === step);
  if (isFinished && !wasDone) add(`${step} of ${run} is done, and nothing says so of ${effect}`);
}

/** How often somebody, or the run's own rule, had it happen once more. */
function retriesOf(log: readonly RunEntry[], effect: string, onUnknown: string): number {
  const answers = log.filter(
    (entry) => entry.type === "answered" && entry.question === `effect:${effect}` && entry.choice === "retry",
  ).length;
  const intents = log.filter((entry) => entry.type === "intent" && entry.effect === effect).length;
  return onUnknown === "retry" ? Math.max(0, intents - 1) : answers;
}

function judgeCounts(
  add: (problem: string) => void,
  run: string,
  plan: PromisedRun,
  log: readonly RunEntry[],
  entries: readonly Entry[],
): void {
  for (const step of plan.steps) {
    const calls = Object.entries(plan.effects).filter(
      ([effect, kind]) => kind === "model_call" && effect.startsWith(`${step}/`),
    );
    const again = calls.reduce(
      (sum, [effect]) => sum + Math.max(0, happenings(entries, run, effect).length - 1),
      0,
    );
    const counted = log.filter(
      (entry) => entry.type === "usage" && entry.step === step && entry.interrupted,
    ).length;
    if (again > counted)
      add(`${step} of ${run} called a model ${again} times again, and ${counted} were counted`);
  }
}

/** Whoever has something happen has its intent in the log, as he was told, since he has the run. */
function unannounced(entries: readonly Entry[]): readonly Violation[] {
  const found: Violation[] = [];
  const intents = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "wrote")
      for (const each of entry.entries)
        if (each.type === "intent") {
          const name = `${entry.run} ${each.effect} ${entry.epoch}`;
          intents.set(name, (intents.get(name) ?? 0) + 1);
        }
    if (entry.type !== "happened") continue;
    const name = `${entry.run} ${entry.effect} ${entry.epoch}`;
    const left = (intents.get(name) ?? 0) - 1;
    intents.set(name, left);
    if (left < 0)
      found.push({
        check: "effects",
        problem: `${entry.node} has ${entry.effect} of ${entry.run} happen, and had not written that in epoch ${entry.epoch}`,
        index,
      });
  }
  return found;
}

function happenings(entries: readonly Entry[], run: string, effect: string): readonly Happened[] {
  return entries.flatMap((entry) =>
    entry.type === "happened" && entry.run === run && entry.effect === effect ? [entry] : [],
  );
}
