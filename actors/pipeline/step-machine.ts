// The course of one step of a pipeline as a machine: its conditions, its work, and the rounds of a `while`. Pure: what is to be done is
// done by `step.ts`, which feeds what came of it back.
import { assign, setup } from "xstate";

export type StepEvent =
  /** Its conditions hold. */
  | { readonly type: "met" }
  | { readonly type: "unmet" }
  /** Its work is done. */
  | { readonly type: "worked" }
  /** It cannot be done, or its conditions cannot be judged. */
  | { readonly type: "refused" };

export interface StepCourse {
  /** Times that it is done at most. */
  readonly roundsMax: number;
}

export const pipelineStepMachine = setup({
  types: {
    context: {} as StepCourse & { readonly round: number },
    input: {} as StepCourse,
    events: {} as StepEvent,
  },
  guards: {
    hasWorked: ({ context }) => context.round > 0,
    mayRepeat: ({ context }) => context.round < context.roundsMax,
  },
  actions: { countRound: assign({ round: ({ context }) => context.round + 1 }) },
}).createMachine({
  id: "pipeline_step",
  context: ({ input }) => ({ ...input, round: 0 }),
  initial: "judging",
  states: {
    judging: {
      on: {
        met: "working",
        unmet: [{ guard: "hasWorked", target: "done" }, { target: "skipped" }],
        refused: "failed",
      },
    },
    working: {
      entry: "countRound",
      on: {
        worked: [{ guard: "mayRepeat", target: "judging" }, { target: "done" }],
        refused: "failed",
      },
    },
    done: { type: "final" },
    skipped: { type: "final" },
    failed: { type: "final" },
  },
});
