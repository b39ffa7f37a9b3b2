// Runs with parts: an operation that follows parts, and what was written of all of them.
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import { type ChildOrder, followChild } from "../../../actors/runs/child.ts";
import type { ChildEnd } from "../../../actors/runs/child-following.ts";
import type { RunSummary } from "../../../actors/runs/run-summary.ts";
import type { StepContext, StepUsage } from "../../../actors/runs/step-context.ts";
import { type DeskStage, planOf } from "./desk-stage.ts";

/** Which parts a step has, each with its plan, and how many of them at a time. */
export interface Parts {
  readonly plans: Readonly<Record<string, Plan>>;
  readonly among?: number;
  /** Whether one that fails has the whole fail. */
  readonly isStrict?: boolean;
}

/** `parts` follows its parts and gives what each came to; `pay` is paid what it is given; `terms` tells what it is under. */
export const partOperations: Operations = {
  parts: async ({ plans, among = 4, isStrict = false }: Parts, context) => {
    const names = Object.keys(plans);
    const ends: Record<string, ChildEnd> = {};
    const follow = async (): Promise<void> => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const plan = plans[name] as Plan;
        ends[name] = await followChild(context, orderOf(name, plan, among));
      }
    };
    await Promise.all(Array.from({ length: among }, follow));
    const failed = Object.values(ends).find(({ ok }) => !ok);
    if (isStrict && failed?.ok === false)
      return { output: null, failure: { code: failed.code, message: failed.message } };
    return { output: ends };
  },
  pay: async ({ costUsd }: { costUsd: number }, context) => {
    const paid = await context
      .effect({
        ...{ key: "bill", kind: "model_call", about: {}, costMaxUsd: costUsd },
        perform: async (mayCost = costUsd) => (mayCost < costUsd ? Promise.reject(tooDear) : costUsd),
        usage: () => [usageOf(costUsd)],
      })
      .catch(() => undefined);
    if (paid === undefined)
      return { output: null, failure: { code: "budget", message: "It costs too much." } };
    return { output: costUsd };
  },
  terms: async (_, { run, changesRun, user, session, terms }: StepContext) => ({
    output: { run, changesRun, user, session, terms },
  }),
};

const tooDear = new Error("It costs too much.");

function usageOf(costUsd: number | null): StepUsage {
  return { provider: "p", model: "m", inputTokens: 3, outputTokens: 4, costUsd };
}

function orderOf(name: string, plan: Plan, among: number): ChildOrder {
  return { key: name, part: `${name}.ts`, kind: "test", title: `Part ${name}`, plan, among };
}

export function partsPlan(parts: Parts): Plan {
  return planOf("parts", parts);
}

/** The parts of a run, by the names that they have in their step. */
export async function partsOf(desk: DeskStage, id: string): Promise<ReadonlyMap<string, RunSummary>> {
  const runs = await desk.get("list", undefined);
  return new Map(
    runs
      .filter(({ parent }) => parent === id)
      .map((run) => [run.title.replace("Part ", ""), run] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
