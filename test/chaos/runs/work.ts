// What the runs of the chaos room do: a plan with every kind of effect, a step that is found on the way, and a value that is large.
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { Effect, StepContext } from "../../../actors/runs/step-context.ts";
import { sleep } from "../../../runtime/index.ts";
import type { Outside } from "./outside.ts";
import type { Stops } from "./stops.ts";

/** The effects of each run by their steps: what becomes of one of which nobody knows whether it happened. */
const effectSteps = {
  /** Done again, and counted. */
  model: "model_call",
  /** Looked after. */
  file: "file_write",
  /** Asked about. */
  order: "order",
} as const;

type EffectStep = keyof typeof effectSteps;

/** @param everyMs what its steps dawdle */
export function planOfRun(everyMs = 0): Plan {
  const acts = (Object.keys(effectSteps) as EffectStep[]).map((id) => ({
    id,
    operation: "act",
    input: { step: id, everyMs },
    after: ["gather"],
  }));
  return {
    steps: [
      { id: "gather", operation: "gather", input: { everyMs } },
      ...acts,
      { id: "finish", operation: "finish", input: null, after: "rest" },
    ],
    result: "finish",
  };
}

/** Written beside the log. */
const largeBytes = 40_000;
const pieces = 3;

/** @param node `name#incarnation`, in whose name they write outside */
export function operationsOfRun(outside: Outside, stops: Stops, node: string): Operations {
  const begin = async ({ run, step, attempt }: StepContext): Promise<void> => {
    outside.write(node, { type: "began", run, step, attempt, atMs: Date.now() });
    await stops.at(run, `in ${step}`);
  };
  let marks = 0;
  const perform = async ({ run, step }: StepContext, kind: string): Promise<string> => {
    await stops.at(run, `before ${step}`);
    marks += 1;
    const mark = `${node}/${marks}`;
    outside.write(node, { type: "effect", run, step, kind, mark, atMs: Date.now() });
    await stops.at(run, `after ${step}`);
    return mark;
  };
  return {
    gather: async ({ everyMs }: { readonly everyMs: number }, context) => {
      await begin(context);
      await context.note("large", "x".repeat(largeBytes));
      for (let piece = 1; piece <= pieces; piece += 1) {
        await context.write(`piece ${piece}`);
        await sleep(everyMs);
      }
      const noted = await context.recall("large");
      const added = { id: "added", operation: "plain", input: null };
      return { output: noted, steps: [added] };
    },
    plain: async (_, context) => {
      await begin(context);
      return { output: context.output("gather") };
    },
    act: async ({ step, everyMs }: { readonly step: EffectStep; readonly everyMs: number }, context) => {
      await begin(context);
      await sleep(everyMs);
      const kind = effectSteps[step];
      const effect: Effect<string> = {
        key: "act",
        kind,
        about: { provider: "room", model: step },
        perform: () => perform(context, kind),
        ...(step === "model" ? { unknown: "repeat" } : {}),
        ...(step === "file"
          ? { verify: async () => (happened(outside, context) ? "done" : "not_done") }
          : {}),
      };
      const mark = await context.effect(effect);
      if (step === "model") await context.used(usage);
      return { output: mark };
    },
    finish: async (_, context) => {
      await begin(context);
      const marks = Object.keys(effectSteps).map((step) => [step, context.output(step)]);
      return { output: Object.fromEntries(marks) };
    },
  };
}

/** True where the effect of a step can be seen outside. */
export function happened(outside: Outside, { run, step }: Pick<StepContext, "run" | "step">): boolean {
  return outside.deeds().some((deed) => deed.type === "effect" && deed.run === run && deed.step === step);
}

const usage = { provider: "room", model: "model", inputTokens: 3, outputTokens: 5, costUsd: 0.001 };

/** Every point where an owner of such a run can be killed, in about the order in which it comes to them. */
export function pointsOfRun(): readonly string[] {
  const written = (...names: readonly string[]): string[] =>
    names.flatMap((name) => [`before ${name}`, `after ${name}`]);
  return [
    ...written("claim 2", "owned", "step_started gather"),
    "in gather",
    ...written("blob", "noted gather", "text gather", "step_finished gather"),
    ...written("step_started added"),
    "in added",
    ...written("step_finished added"),
    ...Object.keys(effectSteps).flatMap((step) => [
      ...written(`step_started ${step}`),
      `in ${step}`,
      ...written(`intent ${step}`, step, `outcome ${step}`, `step_finished ${step}`),
    ]),
    ...written("usage model", "step_started finish"),
    "in finish",
    ...written("step_finished finish", "done"),
  ];
}

/** Points that come before a run is acknowledged. */
export const pointsOfSubmission = ["claim 1", "accepted", "listed"].flatMap((name) => [
  `before ${name}`,
  `after ${name}`,
]);

/** Points that a run comes to only where nobody knows whether its order happened, and those where that comes about. */
export const pointsOfAsking = {
  first: ["before order", "after order", "before outcome order", "after intent order"],
  next: ["before asked", "after asked", "before answered", "after answered"],
};
