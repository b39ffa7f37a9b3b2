// A turn of a conversation as a machine: listen, put together what is sent, ask the model, use the tools that it wants, ask again.
import { assign, setup } from "xstate";

export type TurnEvent =
  /** The person said something. */
  | { readonly type: "said" }
  /** There is nothing to be answered: the person changed what holds, or is gone for good. */
  | { readonly type: "settled" }
  | { readonly type: "prepared" }
  /** The model wants tools used. */
  | { readonly type: "called" }
  | { readonly type: "used" }
  /** The model has answered, or nobody could. */
  | { readonly type: "answered" }
  /** The person has heard enough. */
  | { readonly type: "cut_short" };

interface TurnInput {
  /** Times that the model is asked before it has to answer without tools. */
  readonly roundsMax: number;
}

interface TurnContext extends TurnInput {
  readonly rounds: number;
}

export type TurnState = "listening" | "preparing" | "asking" | "using" | "concluding" | "over";

export const turnMachine = setup({
  types: { context: {} as TurnContext, events: {} as TurnEvent, input: {} as TurnInput },
  guards: {
    mayUseMore: ({ context: { rounds, roundsMax } }) => rounds < roundsMax,
  },
  actions: {
    count: assign({ rounds: ({ context: { rounds } }) => rounds + 1 }),
  },
}).createMachine({
  id: "chat.turn",
  context: ({ input }) => ({ ...input, rounds: 0 }),
  initial: "listening",
  on: { cut_short: ".over" },
  states: {
    listening: { on: { said: "preparing", settled: "over" } },
    preparing: { on: { prepared: "asking", settled: "over" } },
    asking: { entry: "count", on: { called: "using", answered: "over" } },
    using: { on: { used: [{ guard: "mayUseMore", target: "asking" }, { target: "concluding" }] } },
    /** It has looked long enough, and answers with what it knows. */
    concluding: { on: { called: "over", answered: "over" } },
    over: { type: "final" },
  },
});
