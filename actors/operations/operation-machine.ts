// The course of an operation that asks a model, as a machine: what follows on what came of each deed. Pure: the deeds are carried out by
// `carry-out.ts`, which feeds what came of them back.
import { assign, setup } from "xstate";

/** What comes of a deed: each belongs to the state of the same line. */
export type OperationEvent =
  | { readonly type: "gathered" }
  | { readonly type: "agreed" }
  | { readonly type: "answered" }
  /** The answer is what was asked for. */
  | { readonly type: "sound" }
  /** It is not, and the model may be told why. */
  | { readonly type: "unsound" }
  | { readonly type: "concluded" }
  /** It cannot be done, at whatever state: the outcome says why. */
  | { readonly type: "refused" };

export interface OperationCourse {
  /** Times that the model is asked at most. */
  readonly roundsMax: number;
}

/** The deeds, which are the states that are not final. */
export const operationDeeds = ["gathering", "disclosing", "asking", "checking", "concluding"] as const;
export type OperationDeed = (typeof operationDeeds)[number];

export const operationMachine = setup({
  types: {
    context: {} as OperationCourse & { readonly round: number },
    input: {} as OperationCourse,
    events: {} as OperationEvent,
  },
  guards: { mayAskAgain: ({ context }) => context.round < context.roundsMax },
  actions: { countRound: assign({ round: ({ context }) => context.round + 1 }) },
}).createMachine({
  id: "operation",
  context: ({ input }) => ({ ...input, round: 0 }),
  initial: "gathering",
  states: {
    gathering: { on: { gathered: "disclosing", refused: "refused" } },
    disclosing: { on: { agreed: "asking", refused: "refused" } },
    asking: { entry: "countRound", on: { answered: "checking", refused: "refused" } },
    checking: {
      on: {
        sound: "concluding",
        unsound: [{ guard: "mayAskAgain", target: "asking" }, { target: "refused" }],
        refused: "refused",
      },
    },
    concluding: {
      on: {
        concluded: "done",
        // What was tried out did not pass.
        unsound: [{ guard: "mayAskAgain", target: "asking" }, { target: "refused" }],
        refused: "refused",
      },
    },
    done: { type: "final" },
    refused: { type: "final" },
  },
});
