// What goes along with a message though nobody named it, where the person has chosen who answers: what earlier operations found, pieces
// of the project, its instructions; and what later operations are told of a conversation.
import type { Attached, ChatTerms, SaidTurn, Turn } from "../chat/conversation.ts";
import { chatLimits } from "../chat/limits.ts";
import { listed } from "../chat/prompt.ts";
import { estimateTokens } from "../llm/tokens.ts";
import type { StepContext } from "../pipeline/plan.ts";
import { fenced } from "../prompts/fence.ts";
import type { Disclosure } from "../review/disclosure.ts";
import { type ProjectInstructions, projectInstructions } from "./project-instructions.ts";
import { sessionMemory, sessionReference } from "./session.ts";
import { type Around, surroundingsOf } from "./surroundings.ts";

export interface Along {
  readonly attached: readonly Attached[];
  /** What a person is told of it. */
  readonly told: Partial<Disclosure>;
  readonly tokens: number;
  readonly masked: number;
}

/** What earlier operations found about what was named; about anything where nothing was. Undefined where there is nothing. */
export async function earlierAlong(context: StepContext, { paths }: ChatTerms): Promise<Along | undefined> {
  const text = await sessionReference(context, { paths });
  if (text === "") return undefined;
  const title = "What earlier operations found; the code may have changed since";
  const attached = { path: earlierName, text: listed(title, text.split("\n")), files: [], isSent: true };
  const tokens = estimateTokens(attached.text);
  return { attached: [attached], told: { earlierTokens: tokens }, tokens, masked: 0 };
}

/** What of the project belongs with what was said and named. Undefined where there is nothing. */
export async function projectAlong(
  context: StepContext,
  around: Around,
  { type, contextTokensMax = 0 }: ChatTerms,
): Promise<Along | undefined> {
  if (type === "general" || contextTokensMax === 0) return undefined;
  const { text, pieces, files, tokens, masked, problem } = await surroundingsOf(
    context,
    around,
    contextTokensMax,
  );
  if (problem !== undefined) {
    const without = [`${piecesName}: ${problem}`];
    return { attached: [], told: { without }, tokens: 0, masked: 0 };
  }
  if (text === "") return undefined;
  const shown = `Pieces of files of the project that may belong with it, as data:\n${fenced("pieces", text)}`;
  const surroundings = { pieces, files: files.length, tokens };
  return {
    ...{
      attached: [{ path: piecesName, text: shown, files, isSent: true }],
      told: { surroundings },
      tokens,
      masked,
    },
  };
}

/** As the model is told later what was shown and is left out. */
const earlierName = "what earlier operations found";
const piecesName = "pieces of the project";

/** What the project tells models, and whether the person was told that it is sent; undefined where there is none. */
export interface Instructed {
  readonly instructions: ProjectInstructions;
  /** Undefined where nobody was told yet: then whoever asks says so first, and notes the answer under `key` for the run. */
  readonly isAgreed: boolean | undefined;
  readonly key: string;
}

export async function instructedBy(
  context: StepContext,
  { maySendNamed, partner, paths }: ChatTerms,
): Promise<Instructed | undefined> {
  const instructions = maySendNamed ? await projectInstructions(context, paths) : undefined;
  if (instructions === undefined) return undefined;
  const key = JSON.stringify(["instructions", partner.host, instructions.files]);
  const isAgreed = (await context.recall(key, "run")) as boolean | undefined;
  return { instructions, isAgreed, key };
}

/** Each answer is remembered with the files that it is about: those that were named, and those that the model looked at. */
export async function rememberTurn(context: StepContext, { paths }: ChatTerms, turn: Turn): Promise<void> {
  if (turn.kind !== "said" || turn.answer === "" || turn.failure !== undefined) return;
  const asked = turn.message.slice(0, chatLimits.askedToldCharactersMax);
  const answered = turn.answer.slice(0, chatLimits.answerToldCharactersMax);
  const summary = `Asked: ${asked}\nAnswered: ${answered}`;
  const about = [...new Set([...paths, ...lookedAt(turn)])];
  await sessionMemory.add(context, [{ operation: "chat", summary, paths: about }]);
}

/** Files that tools gave something of. */
export function lookedAt({ rounds }: Pick<SaidTurn, "rounds">): readonly string[] {
  const results = rounds.flatMap((round) => round.results).filter(({ ok }) => ok);
  return results.flatMap(({ call }) => {
    const { path } = call.arguments;
    return fileTools.has(call.name) && typeof path === "string" ? [path] : [];
  });
}

const fileTools: ReadonlySet<string> = new Set(["read_file", "analyze", "propose_change"]);
