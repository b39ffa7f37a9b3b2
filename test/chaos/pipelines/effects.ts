// Judges the effects of one run by what is written of them.
import type { RunEntry } from "../../../actors/runs/run-entry.ts";

/**
 * Each effect comes to its end once, in the step that began it, and is begun a second time only where that is accounted for: a request
 * right behind the count of the one that was lost, what can be looked at always.
 */
export function judgeEffects(log: readonly RunEntry[]): readonly string[] {
  const problems: string[] = [];
  const open = new Set<string>();
  const done = new Set<string>();
  for (const [index, entry] of log.entries()) {
    if (entry.type === "intent") {
      const { effect, kind } = entry;
      if (done.has(effect)) problems.push(`begins ${effect} again, which was done`);
      if (open.has(effect) && kind === "model_call" && !isCountOfLost(log[index - 1], entry.step))
        problems.push(`begins ${effect} again, and nobody has counted what was lost`);
      open.add(effect);
    }
    if (entry.type === "outcome") {
      // What the files show may have been begun and be written down by one who did not begin it.
      if (!open.has(entry.effect) && !entry.found)
        problems.push(`says what became of ${entry.effect}, which was not begun`);
      if (done.has(entry.effect)) problems.push(`says twice that ${entry.effect} was done`);
      open.delete(entry.effect);
      if (entry.fate === "done") done.add(entry.effect);
    }
    if (entry.type === "step_finished")
      for (const effect of open)
        if (effect.startsWith(`${entry.step}/`))
          problems.push(`finishes step ${entry.step} and knows nothing of ${effect}`);
    if (entry.type === "asked") problems.push(`asks a person: ${entry.text}`);
  }
  for (const effect of open) problems.push(`never says what became of ${effect}`);
  return problems;
}

function isCountOfLost(before: RunEntry | undefined, step: string): boolean {
  return before?.type === "usage" && before.interrupted && before.step === step;
}
