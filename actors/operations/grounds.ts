// What goes to a model with what a person named, where somebody was chosen to be asked: what earlier operations found about it.
import { estimateTokens } from "../llm/tokens.ts";
import type { PromptValues } from "../prompts/render.ts";
import { placesIn, type Template } from "../prompts/template.ts";
import type { Disclosure } from "../review/disclosure.ts";
import type { StepContext } from "../runs/step-context.ts";
import { sessionReference } from "./session.ts";

export interface Grounds {
  /** For the variables of the template that it has places for. */
  readonly values: PromptValues;
  /** What a person is told of it. */
  readonly told: Pick<Disclosure, "earlierTokens">;
}

export interface GroundsAsked {
  readonly context: StepContext;
  /** Files and folders that it is about, as the run names them; with none of them there are no grounds. */
  readonly paths: readonly string[];
}

export const noGrounds: Grounds = { values: {}, told: {} };

/** What has no place in the template is not gathered, and not told: a person's own template may leave it out. */
export async function groundsOf(template: Template, { context, paths }: GroundsAsked): Promise<Grounds> {
  if (paths.length === 0 || !placesIn(template).has("earlier")) return noGrounds;
  const earlier = await sessionReference(context, { paths });
  return { values: { earlier }, told: { earlierTokens: estimateTokens(earlier) } };
}
