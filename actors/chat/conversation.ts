// A conversation as its run keeps it: what holds for the next turn, what a turn came to, and what of it a model is sent. Pure data.
import type { Message } from "../llm/completion.ts";
import type { Failure } from "../llm/failure.ts";
import type { ToolCall } from "../llm/model-event.ts";
import { estimateTokens } from "../llm/tokens.ts";
import type { Reviewer } from "../review/reviewer.ts";

export const conversationTypes = ["coding", "general", "debug"] as const;
export type ConversationType = (typeof conversationTypes)[number];

/** What a model may do without anybody being asked first: nothing, read the project, or change it too. */
export type Allowed = "ask" | "read" | "change";

/** What holds for a turn. It is handed on from each to the next. */
export interface ChatTerms {
  readonly type: ConversationType;
  /** Who answers: one entry of llm.providers and no other. */
  readonly partner: Reviewer;
  readonly allowed: Allowed;
  /** Files and folders that the person named, as they were named. */
  readonly paths: readonly string[];
  /** True where naming a path is consent to send what is there to this partner. */
  readonly maySendNamed: boolean;
  /** Tokens of pieces of the project that go with the first message and with what is named later; none where it is left out. */
  readonly contextTokensMax?: number;
  /** Milliseconds for one answer, everything included. */
  readonly answerMs: number;
  /** The first turn that is remembered. */
  readonly since: number;
}

/** A file or a list of names that was sent along with a message, since the person named it. */
export interface Attached {
  readonly path: string;
  /** As it was sent: secrets are masked in it. Where it was not, a word about that. */
  readonly text: string;
  /** Files of which something is in it, where those are others than `path`. */
  readonly files?: readonly string[];
  /** False where it could not be sent, or the person did not want it. */
  readonly isSent: boolean;
}

/** One use of a tool, with what the model was told of it. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly text: string;
  /** False where it could not be, or was not allowed. */
  readonly ok: boolean;
}

/** What a model said before it wanted tools used, and what came of them. */
export interface Round {
  readonly text: string;
  readonly results: readonly ToolResult[];
}

/** What a turn came to. */
export type Turn =
  | {
      readonly kind: "said";
      /** What the person said, as it was sent. */
      readonly message: string;
      readonly attached: readonly Attached[];
      readonly rounds: readonly Round[];
      /** The end of the answer; "" where there is none. */
      readonly answer: string;
      /** Why it is none, or only a part of one. */
      readonly failure?: Failure;
      readonly entry: string;
      /** Null where nobody answered. */
      readonly model: string | null;
      /** Null where that is not known. */
      readonly costUsd: number | null;
    }
  /** Nothing was sent: the person changed what holds from now on, took a change back, or wanted nothing sent. */
  | {
      readonly kind: "changed";
      readonly told: string;
      /** What the model is told of it with the next message. */
      readonly noted?: string;
    }
  /** The conversation is over. */
  | { readonly kind: "over" };

export type SaidTurn = Extract<Turn, { readonly kind: "said" }>;

const stepPrefix = "turn:";

export function turnStep(turn: number): string {
  return `${stepPrefix}${turn}`;
}

/** The number of the turn that a step is; undefined for other steps. */
export function turnOf(step: string): number | undefined {
  const turn = step.startsWith(stepPrefix) ? Number(step.slice(stepPrefix.length)) : Number.NaN;
  return Number.isSafeInteger(turn) ? turn : undefined;
}

/** The key of the question that each turn begins with. */
export const sayKey = "say";

/** The turns that have ended, in order, from the outputs of the steps of their run. */
export function turnsIn(outputs: ReadonlyMap<string, unknown>): ReadonlyMap<number, Turn> {
  const turns = new Map<number, Turn>();
  for (const [step, output] of outputs) {
    const turn = turnOf(step);
    if (turn !== undefined) turns.set(turn, output as Turn);
  }
  return turns;
}

/**
 * What of earlier turns is sent again, within so many tokens: the newest first, and of those that do not fit whole what was said
 * without what tools gave.
 */
export function remembered(
  turns: ReadonlyMap<number, Turn>,
  since: number,
  tokensMax: number,
): { readonly messages: readonly Message[]; readonly left: number; readonly notices: readonly string[] } {
  const { said, notices } = withNotices([...turns].filter(([turn]) => turn >= since));
  let messages: readonly Message[] = [];
  let room = tokensMax;
  let left = 0;
  for (const turn of said.toReversed()) {
    const fitting =
      left > 0 ? undefined : [messagesOf(turn), wordsOf(turn)].find((each) => tokensIn(each) <= room);
    if (fitting === undefined) left += 1;
    else {
      room -= tokensIn(fitting);
      messages = [...fitting, ...messages];
    }
  }
  return { messages, left, notices };
}

/** What was noted before a message stands above it; `notices` are those that no message has followed yet. */
function withNotices(turns: readonly (readonly [number, Turn])[]): {
  readonly said: readonly SaidTurn[];
  readonly notices: readonly string[];
} {
  const said: SaidTurn[] = [];
  let notices: string[] = [];
  for (const [, turn] of turns.toSorted(([a], [b]) => a - b)) {
    if (turn.kind === "changed" && turn.noted !== undefined) notices.push(turn.noted);
    if (turn.kind !== "said") continue;
    said.push({ ...turn, message: [...notices, turn.message].join("\n\n") });
    notices = [];
  }
  return { said, notices };
}

/** A turn as it was, for the model. Providers refuse a turn without a text, and a call without its result. */
function messagesOf({ message, attached, rounds, answer, failure }: SaidTurn): readonly Message[] {
  return [
    { role: "user", content: withAttached(message, attached) },
    ...rounds.flatMap(messagesOfRound),
    ...ending(answer, failure !== undefined),
  ];
}

export function messagesOfRound({ text, results }: Round): readonly Message[] {
  return [
    { role: "assistant", content: text, tool_calls: results.map(({ call }) => ({ ...call })) },
    ...results.map(({ call, text: content }): Message => ({ role: "tool", tool_call_id: call.id, content })),
  ];
}

export function withAttached(message: string, attached: readonly Attached[]): string {
  return [...attached.map(({ text }) => text), message].join("\n\n");
}

function tokensIn(messages: readonly Message[]): number {
  return messages.reduce(
    (sum, message) =>
      sum +
      estimateTokens(message.content) +
      ("tool_calls" in message ? estimateTokens(JSON.stringify(message.tool_calls ?? "")) : 0),
    0,
  );
}

function wordsOf({ message, attached, rounds, answer, failure }: SaidTurn): readonly Message[] {
  const names = attached.map(({ path }) => JSON.stringify(path)).join(", ");
  const gone = names === "" ? "" : `(What was shown of ${names} is left out here.)\n\n`;
  const said = [...rounds.map(({ text }) => text), answer].filter((text) => text !== "").join("\n\n");
  return [{ role: "user", content: `${gone}${message}` }, ...ending(said, failure !== undefined)];
}

function ending(answer: string, isPart: boolean): readonly Message[] {
  const end = isPart ? "(The answer ends here: it was cut off.)" : "";
  const content = [answer, end].filter((text) => text !== "").join("\n");
  return [{ role: "assistant", content: content === "" ? "(nothing)" : content }];
}
