// The operations of a conversation: each turn is a step that listens, answers, and has the next one follow; so all of it is its run.
import { initialTransition, transition } from "xstate";
import type { AnswerCache } from "../analysis/answer-cache.ts";
import { type ChatTerms, type Turn, turnStep } from "../chat/conversation.ts";
import { chatLimits } from "../chat/limits.ts";
import type { Operations, Plan, Step, StepContext, StepOutcome } from "../pipeline/plan.ts";
import type { SourceTextLimits } from "../workspace/source-text.ts";
import { rememberTurn } from "./chat-grounds.ts";
import { type TurnEvent, type TurnState, turnMachine } from "./chat-machine.ts";
import { ChatTurn } from "./chat-turn.ts";

export interface TurnInput {
  readonly turn: number;
  readonly terms: ChatTerms;
}

export interface ChatOptions {
  readonly cache: AnswerCache;
  /** What of a text is analyzed. */
  readonly limits: SourceTextLimits;
}

/** Plans a conversation; its output, once it is over, is a `ChatOver`. */
export function planOfChat(terms: ChatTerms): Plan {
  const end: Step = { id: overStep, operation: "chat.over", input: null, after: "rest" };
  return { steps: [stepOf({ turn: 1, terms }), end], result: overStep };
}

/** The operations by name. */
export function chatOperations(options: ChatOptions): Operations {
  return {
    "chat.turn": (input: TurnInput, context) => chatTurn(input, context, options),
    "chat.over": async (_: null, context) => ({ output: { turns: context.outputs().size } }),
  };
}

const overStep = "over";

function stepOf(input: TurnInput): Step {
  return { id: turnStep(input.turn), operation: "chat.turn", input };
}

/** Whatever the machine comes to waits for next is done, and what came of it is told to the machine. */
async function chatTurn(input: TurnInput, context: StepContext, options: ChatOptions): Promise<StepOutcome> {
  const turn = new ChatTurn(input, context, options);
  const deeds: Readonly<Record<Exclude<TurnState, "over">, () => Promise<TurnEvent>>> = {
    listening: () => turn.listen(),
    preparing: () => turn.prepare(),
    asking: () => turn.ask(true),
    using: () => turn.use(),
    concluding: () => turn.ask(false),
  };
  let [snapshot] = initialTransition(turnMachine, { roundsMax: chatLimits.roundsMax });
  while (snapshot.value !== "over") {
    const event = await deeds[snapshot.value]();
    [snapshot] = transition(turnMachine, snapshot, event);
  }
  const output: Turn = turn.outcome();
  if (output.kind === "over") return { output };
  await rememberTurn(context, turn.terms, output);
  return { output, steps: [stepOf({ turn: input.turn + 1, terms: turn.terms })] };
}
