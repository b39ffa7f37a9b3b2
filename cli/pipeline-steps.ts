// The steps of a pipeline as they were written, for who shows how far it is.
import { parseSpecification } from "../actors/pipeline/language/parse.ts";
import { printSpecification } from "../actors/pipeline/language/print.ts";
import { endWorkOf } from "../actors/pipeline/outcome.ts";
import type { Plan } from "../actors/pipeline/plan.ts";
import { endStep } from "../actors/pipeline/planned.ts";
import type { Runs } from "../supervisors/runs/runs.ts";
import type { WrittenStep } from "./pipeline-standing.ts";

/** @param spec one that is sound */
export function writtenSteps(spec: string): readonly WrittenStep[] {
  return parseSpecification(spec).steps.map((step) => ({
    ...{ id: String(step.number), word: step.word, text: printSpecification([step]) },
  }));
}

/** Those of a run that is there. @throws {RunRefused}; {KeptMissing}; {Misuse} it is no pipeline */
export async function stepsOfRun(runs: Runs, id: string): Promise<readonly WrittenStep[]> {
  const { state } = await runs.show(id, 1);
  const plan = (await runs.value(id, state.spec?.plan ?? { value: null })) as Plan | null;
  return writtenSteps(endWorkOf(plan?.steps.find((step) => step.id === endStep)?.input).spec);
}
