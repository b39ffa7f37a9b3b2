// A run's progress, made anew from what earlier owners of it have written.
import { type Plan, problemOfSteps, type Step } from "../pipeline/plan.ts";
import { Progress } from "../pipeline/progress.ts";
import { unkeep } from "./kept.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunProcessOptions } from "./run-options.ts";

/** @throws {KeptMissing}; {TypeError} the plan cannot be carried out here */
export async function rebuilt(
  { state, place }: RunJournal,
  { operations, limits }: RunProcessOptions,
): Promise<{ readonly progress: Progress; readonly plan: Plan }> {
  const { spec, finished } = state;
  if (spec === undefined) return { progress: new Progress(noPlan, limits), plan: noPlan };
  const plan = (await unkeep(place.blobs, spec.plan)) as Plan;
  const problem = problemOfSteps(plan.steps, new Set(), operations);
  if (problem !== undefined) throw new TypeError(problem);
  const progress = new Progress(plan, limits);
  // All at once: most of them stand in the log itself.
  const outputs = await Promise.all(
    finished.map(async ({ id, output, added }) => ({
      id,
      output: output === undefined ? undefined : await unkeep(place.blobs, output),
      steps: added === undefined ? [] : ((await unkeep(place.blobs, added)) as readonly Step[]),
    })),
  );
  for (const { id, output, steps } of outputs) progress.recall(id, output, steps);
  return { progress, plan };
}

const noPlan: Plan = { steps: [], result: "" };
