// What a step came to stays what it came to, whoever asks for it; and no step that is done begins again.
import type { Kept } from "../../../actors/runs/run-entry.ts";
import { entriesOfLogs, indexOfLog } from "../entries-of-logs.ts";
import type { Checker, Entry, Violation } from "../ledger.ts";

export const steps: Checker = (entries) => [
  ...[...entriesOfLogs(entries).keys()].flatMap((run) => inLog(entries, run)),
  ...atWork(entries),
];

function inLog(entries: readonly Entry[], run: string): readonly Violation[] {
  const found: Violation[] = [];
  const index = indexOfLog(entries, run);
  const done = new Set<string>();
  for (const entry of entriesOfLogs(entries).get(run) ?? []) {
    if (entry.type !== "step_finished" && entry.type !== "step_started" && entry.type !== "step_failed")
      continue;
    const { step, type, n } = entry;
    if (done.has(step))
      found.push({
        check: "steps",
        problem: `${step} of ${run} has ${type} at ${n} after it was done`,
        index,
      });
    if (type === "step_finished") done.add(step);
  }
  return found;
}

/** An owner of an earlier epoch may not know yet what a later one has done; nobody else begins it again. */
function atWork(entries: readonly Entry[]): readonly Violation[] {
  const found: Violation[] = [];
  const done = new Map<string, { readonly epoch: number; readonly by: unknown }>();
  for (const [index, entry] of entries.entries()) {
    const add = (problem: string): void => void found.push({ check: "steps", problem, index });
    if (entry.type === "wrote")
      for (const each of entry.entries)
        if (each.type === "step_finished")
          done.set(`${entry.run} ${each.step}`, { epoch: entry.epoch, by: authorOf(each.output) });
    if (entry.type !== "worked") continue;
    const { run, step, node, epoch, saw } = entry;
    const before = done.get(`${run} ${step}`);
    if (before !== undefined && before.epoch <= epoch)
      add(`${node} begins ${step} of ${run} again, which is done`);
    for (const [other, by] of Object.entries(saw)) {
      const known = done.get(`${run} ${other}`)?.by;
      if (known !== undefined && known !== by)
        add(`${step} of ${run} is given "${String(by)}" of ${other}, which came to "${String(known)}"`);
    }
  }
  return found;
}

/** Undefined where the output is kept elsewhere. */
function authorOf(output: Kept): unknown {
  return "value" in output ? (output.value as { readonly by: unknown }).by : undefined;
}
