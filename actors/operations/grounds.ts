// What goes to a model with what a person named, most of it only where somebody was chosen to be asked: the instructions of the project, what earlier
// operations found about it, and pieces of other files that it belongs with.
import { estimateTokens } from "../llm/tokens.ts";
import type { PromptValues } from "../prompts/render.ts";
import { placesIn, type Template } from "../prompts/template.ts";
import type { Disclosure } from "../review/disclosure.ts";
import type { StepContext } from "../runs/step-context.ts";
import type { OperationLimits } from "./ask-model.ts";
import { projectInstructions } from "./project-instructions.ts";
import { chainReference, sessionReference } from "./session.ts";
import { type Around, surroundingsOf } from "./surroundings.ts";

/** One kind of it. */
export interface Ground {
  /** For a variable of the template. */
  readonly values: PromptValues;
  /** What a person is told of it. */
  readonly told: Partial<Disclosure>;
  /** What a person is told where there is no room for it. */
  readonly name: string;
  /** Files of which something is in it. */
  readonly files: readonly string[];
  readonly masked: number;
}

export interface GroundsAsked {
  readonly context: StepContext;
  /** Files and folders that it is about, as the run names them. */
  readonly paths: readonly string[];
  /** What of the project it belongs with. */
  readonly around: Around | undefined;
  readonly limits: OperationLimits;
  /** False where nobody chose who is asked: then there is only what its own pipeline found, which is about what was named. */
  readonly isChosen: boolean;
}

/**
 * What there is of it, the most needed first. What has no place in the template is neither gathered nor told: a person's own template
 * may leave it out.
 */
export async function groundsOf(
  template: Template,
  { context, paths, around, isChosen, limits: { contextTokensMax = 0 } }: GroundsAsked,
): Promise<readonly Ground[]> {
  const places = placesIn(template);
  const grounds: (Ground | undefined)[] = [];
  if (!isChosen)
    return places.has("earlier") ? [fromChain(context)].filter((ground) => ground !== undefined) : [];
  if (places.has("instructions")) grounds.push(await fromProject(context, paths));
  if (places.has("earlier")) grounds.push(await fromSession(context, paths));
  if (places.has("surroundings") && around !== undefined && contextTokensMax > 0)
    grounds.push(await fromFiles(context, around, contextTokensMax));
  return grounds.filter((ground) => ground !== undefined);
}

/** What a person is told of it. @param without what of it is not sent, since there is no room */
export function toldOf(grounds: readonly Ground[], without: readonly Ground[]): Partial<Disclosure> {
  return {
    ...Object.assign({}, ...grounds.map(({ told }) => told)),
    without: [
      ...grounds.flatMap(({ told }) => told.without ?? []),
      ...without.map(({ name }) => `${name}: with that, too much would be sent`),
    ],
  };
}

async function fromProject(context: StepContext, paths: readonly string[]): Promise<Ground | undefined> {
  const instructions = await projectInstructions(context, paths);
  if (instructions === undefined) return undefined;
  const { text, files, masked } = instructions;
  const name = "the instructions of the project";
  return { values: { instructions: text }, told: { instructions: files }, name, files, masked };
}

async function fromSession(context: StepContext, paths: readonly string[]): Promise<Ground | undefined> {
  const kept = paths.length === 0 ? "" : await sessionReference(context, { paths });
  const own = context.chain === undefined ? "" : chainReference(context.chain);
  return earlierGround([own, kept].filter((text) => text !== "").join("\n"));
}

function fromChain({ chain }: StepContext): Ground | undefined {
  return chain === undefined ? undefined : earlierGround(chainReference(chain));
}

function earlierGround(earlier: string): Ground | undefined {
  if (earlier === "") return undefined;
  const told = { earlierTokens: estimateTokens(earlier) };
  return { values: { earlier }, told, name: "what earlier operations found", files: [], masked: 0 };
}

async function fromFiles(
  context: StepContext,
  around: Around,
  tokensMax: number,
): Promise<Ground | undefined> {
  const { text, pieces, files, tokens, masked, problem } = await surroundingsOf(context, around, tokensMax);
  const name = "pieces of other files of the project";
  // Whoever counts on them is told that there are none.
  if (problem !== undefined)
    return { values: {}, told: { without: [`${name}: ${problem}`] }, name, files: [], masked: 0 };
  if (text === "") return undefined;
  const told = { surroundings: { pieces, files: files.length, tokens } };
  return { values: { surroundings: text }, told, name, files, masked };
}
