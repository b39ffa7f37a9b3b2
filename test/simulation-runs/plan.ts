// What one play is about: how many nodes, which runs with which steps, and who follows them.
import type { Plan as RunSteps, Step } from "../../actors/pipeline/plan.ts";
import type { EffectChoice } from "../../actors/runs/run-entry.ts";
import type { OnUnknown } from "../../actors/runs/run-spec.ts";
import type { Draw } from "../simulation/draw.ts";
import type { EffectKind, PromisedRun } from "./ledger.ts";

/** What a step does, one after the other. Plain data: it is part of the plan that is written down. */
export type Act =
  | { readonly do: "note"; readonly key: string }
  | { readonly do: "text"; readonly pieces: number }
  | { readonly do: "sleep"; readonly ms: number }
  /** Waits once for a limit that renews itself. */
  | { readonly do: "wait"; readonly key: string; readonly ms: number }
  | { readonly do: "ask"; readonly key: string }
  /** `isBlind`: looking at it does not tell. `fails`: so many times, before anything has happened. */
  | {
      readonly do: "effect";
      readonly key: string;
      readonly kind: EffectKind;
      readonly takesMs: number;
      readonly isBlind: boolean;
      readonly fails: number;
    }
  /** Follows parts of the run, as many at the same time. */
  | { readonly do: "parts"; readonly key: string; readonly acts: readonly (readonly Act[])[] }
  /** Fails the first time. */
  | { readonly do: "fail"; readonly key: string };

export interface StepInput {
  readonly acts: readonly Act[];
  readonly adds: readonly Step[];
  /** Bytes of its output, beside what it says. */
  readonly bytes: number;
}

export interface RunPlan {
  /** `r1`. */
  readonly name: string;
  readonly id: string;
  readonly steps: RunSteps;
  readonly onUnknown: OnUnknown;
  readonly asks: boolean;
  /** The round in which it is asked for, and the one in which a person wants it to be cancelled. */
  readonly round: number;
  readonly cancelRound: number | undefined;
  /** What a person says once who has it go on when it has failed. */
  readonly resume: EffectChoice | undefined;
  /** All that it waits for by its plan, in milliseconds. */
  readonly plannedMs: number;
  readonly promised: PromisedRun;
  /** The bytes of a page, for each reader. */
  readonly readers: readonly number[];
}

export interface Plan {
  readonly names: readonly string[];
  readonly runs: readonly RunPlan[];
}

/** @param hasParts whether the first step of the first run follows parts of the run */
export function drawPlan(draw: Draw, rounds: number, hasParts: boolean): Plan {
  const names = Array.from({ length: draw.one([3, 3, 3, 3, 4, 5]) }, (_, index) => `n${index + 1}`);
  const count = draw.one([1, 2, 2, 3]);
  const runs = Array.from({ length: count }, (_, index) => drawRun(draw, index + 1, rounds));
  return { names, runs: runs.map((run, index) => (hasParts && index === 0 ? withParts(run) : run)) };
}

/** What the parts do is the same in every play: what happens to them is not. */
function withParts(run: RunPlan): RunPlan {
  const call = (takesMs: number): Act => ({
    ...{ do: "effect", key: "k", kind: "model_call", isBlind: false, fails: 0 },
    takesMs,
  });
  const acts: readonly (readonly Act[])[] = [
    [call(900), { do: "note", key: "n" }],
    [{ do: "fail", key: "f" }, call(300)],
    [{ do: "text", pieces: 3 }, { do: "sleep", ms: 700 }, call(40)],
    [{ do: "wait", key: "w", ms: 600 }, { ...call(300), fails: 1 } as Act],
  ];
  const [first, ...rest] = run.steps.steps;
  if (first === undefined) return run;
  const input = first.input as StepInput;
  const more: StepInput = { ...input, acts: [...input.acts, { do: "parts", key: "p", acts }] };
  return {
    ...run,
    steps: { ...run.steps, steps: [{ ...first, input: more }, ...rest] },
    plannedMs: run.plannedMs + partsMs,
  };
}

/** Longer than any of them plans to take. */
const partsMs = 5_000;

function drawRun(draw: Draw, number: number, rounds: number): RunPlan {
  const name = `r${number}`;
  const first = Array.from({ length: draw.between(1, 3) }, (_, index) => drawStep(draw, `s${index}`, 2));
  const chained = first.map((step, index) => {
    const before = first[index - 1];
    return before !== undefined && draw.chance(0.5) ? { ...step, after: [before.id] } : step;
  });
  const last: Step = { id: "end", operation: "play", input: drawInput(draw, 1), after: "rest" };
  const steps = [...chained, last];
  const all = steps.flatMap(withAdded);
  const effects = all.flatMap(({ id, input }) => effectsOf(id, input as StepInput));
  const onUnknown = draw.one(["ask", "ask", "retry", "fail"] as const);
  return {
    name,
    id: `runs${"abcdefgh"[number] ?? "z"}`.padEnd(16, "a"),
    steps: { steps, result: "end" },
    onUnknown,
    asks: draw.chance(0.8),
    round: number === 1 ? 0 : draw.between(0, rounds - 2),
    cancelRound: draw.chance(0.08) ? draw.between(0, rounds - 1) : undefined,
    resume: draw.chance(0.5) ? draw.one(["retry", "done"] as const) : undefined,
    plannedMs: all.reduce((sum, { input }) => sum + plannedMsOf(input as StepInput), 0),
    promised: {
      steps: all.map(({ id }) => id),
      result: "end",
      onUnknown,
      effects: Object.fromEntries(effects),
    },
    readers: Array.from({ length: draw.one([1, 1, 2]) }, () => draw.one([300, 3_000, 1_000_000])),
  };
}

/** Steps that a step adds may add some themselves; those of the third kind add none. */
const addedDepthMax = 2;

function drawStep(draw: Draw, id: string, actsMax: number, depth = 0): Step {
  const adds =
    draw.chance(0.25) && depth < addedDepthMax
      ? Array.from({ length: draw.between(1, 2) }, (_, index) =>
          drawStep(draw, `${id}+${index}`, 1, depth + 1),
        )
      : [];
  return { id, operation: "play", input: { ...drawInput(draw, actsMax), adds } };
}

function drawInput(draw: Draw, actsMax: number): StepInput {
  const acts = Array.from({ length: draw.between(1, actsMax) }, (_, index) =>
    drawActs(draw, `k${index}`),
  ).flat();
  return { acts, adds: [], bytes: draw.chance(0.1) ? 20_000 : 0 };
}

/** Mostly an effect, since that is what there is to lose, with something before or behind it. */
function drawActs(draw: Draw, key: string): readonly Act[] {
  const other = drawOther(draw, `${key}o`);
  const act: Act = draw.chance(0.75) ? drawEffect(draw, key) : { do: "note", key };
  return draw.chance(0.5) ? [act, other] : [other, act];
}

function drawEffect(draw: Draw, key: string): Act {
  const kind = draw.one(["model_call", "file_write", "mail"] as const);
  const takesMs = draw.one([1, 40, 300, 900]);
  const isBlind = kind === "mail" || (kind === "file_write" && draw.chance(0.15));
  return { do: "effect", key, kind, takesMs, isBlind, fails: draw.chance(0.1) ? 1 : 0 };
}

function drawOther(draw: Draw, key: string): Act {
  switch (draw.between(0, 5)) {
    case 0:
      return { do: "note", key };
    case 1:
      return { do: "text", pieces: draw.between(1, 5) };
    case 2:
      return { do: "wait", key, ms: draw.one([50, 600, 1_500]) };
    case 3:
      return { do: "ask", key };
    case 4:
      return { do: "fail", key };
    default:
      return { do: "sleep", ms: draw.one([1, 100, 700]) };
  }
}

function withAdded(step: Step): readonly Step[] {
  const { adds } = step.input as StepInput;
  return [step, ...adds.flatMap(withAdded)];
}

function effectsOf(step: string, { acts }: StepInput): readonly (readonly [string, EffectKind])[] {
  return acts.flatMap((act) => (act.do === "effect" ? [[`${step}/${act.key}`, act.kind] as const] : []));
}

function plannedMsOf({ acts }: StepInput): number {
  return acts.reduce((sum, act) => {
    if (act.do === "wait" || act.do === "sleep") return sum + act.ms;
    return act.do === "effect" ? sum + act.takesMs : sum;
  }, 0);
}
