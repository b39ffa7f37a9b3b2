// Once the faults have stopped every run that was accepted comes to its end, for a reason that it was given, and all who follow it see it.
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { entriesOfLogs, indexOfLog, plansOf } from "../entries-of-logs.ts";
import type { Checker, PromisedRun, Violation } from "../ledger.ts";

export const ends: Checker = (entries) => {
  const found: Violation[] = [];
  const plans = plansOf(entries);
  const logs = entriesOfLogs(entries);
  for (const [index, entry] of entries.entries()) {
    if (entry.type === "accepted" && logs.has(entry.run) && logs.get(entry.run)?.length === 0)
      found.push({
        check: "ends",
        problem: `${entry.run} was accepted, and nothing is written of it`,
        index,
      });
    if (entry.type !== "stands") continue;
    const add = (problem: string): void => void found.push({ check: "ends", problem, index });
    const log = logs.get(entry.run) ?? [];
    const plan = plans.get(entry.run);
    const why = plan && problemOf(plan, log, entry.phase);
    if (why !== undefined) add(`${entry.run} ${why}`);
    for (const [reader, next] of Object.entries(entry.readers))
      if (next !== log.length + 1)
        add(`${reader} waits for ${next} of ${entry.run}, which has ${log.length}`);
  }
  for (const [run, log] of logs) {
    const index = indexOfLog(entries, run);
    for (const [place, entry] of log.entries()) {
      const next = log[place + 1];
      if (!isEnd(entry) || next === undefined) continue;
      const isResumed = entry.type === "failed" && next.type === "owned" && next.reason === "resume";
      if (!isResumed)
        found.push({ check: "ends", problem: `${run} goes on after its end at ${entry.n}`, index });
    }
  }
  return found;
};

function problemOf(
  { steps, onUnknown, result }: PromisedRun,
  log: readonly RunEntry[],
  phase: string,
): string | undefined {
  const end = log.at(-1);
  if (end === undefined || !isEnd(end)) return `is ${phase} at ${log.length}, and not over`;
  if (end.type === "cancelled") return undefined;
  if (end.type === "failed") {
    const isDecided =
      end.code === "effect_unknown" &&
      (onUnknown === "fail" || log.some((entry) => entry.type === "answered" && entry.choice === "fail"));
    return isDecided ? undefined : `failed with ${end.code}: ${end.message}`;
  }
  const outputs = new Map(
    log.flatMap((entry) => (entry.type === "step_finished" ? [[entry.step, entry.output]] : [])),
  );
  const missing = steps.filter((step) => !outputs.has(step));
  if (missing.length > 0) return `is done without ${missing.join(", ")}`;
  const isResult = JSON.stringify(outputs.get(result)) === JSON.stringify(end.output);
  return isResult ? undefined : `is done, and gives another output than ${result}`;
}

function isEnd(
  entry: RunEntry,
): entry is Extract<RunEntry, { readonly type: "done" | "failed" | "cancelled" }> {
  return entry.type === "done" || entry.type === "failed" || entry.type === "cancelled";
}
