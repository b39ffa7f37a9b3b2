// Who is asked by operations, how much of it they may, and with which prompts: what their runs are given.
import type { AskedModel } from "../../actors/operations/ask-model.ts";
import type { TemplateName } from "../../actors/prompts/names.ts";
import type { Template } from "../../actors/prompts/template.ts";
import type { FileSystem } from "../../runtime/file-system.ts";
import type { Configuration } from "../config.ts";
import { promptInEffect } from "../prompts.ts";
import { chooseReviewer, nobodyToAsk, type ReviewerChoice } from "../reviewer.ts";

/**
 * @param verb what is done with the answer, as in "explains"
 * @throws {UnknownProvider} nobody can be asked
 */
export function askedModel(configuration: Configuration, choice: ReviewerChoice, verb: string): AskedModel {
  const who = chooseReviewer(configuration, choice);
  if (who === undefined) throw nobodyToAsk(configuration, verb);
  const { model, provider } = choice;
  const { llm, operations } = configuration.values;
  return {
    who,
    ...(model === undefined ? {} : { model }),
    isChosen: (provider ?? llm.default_provider) !== undefined,
    limits: {
      tokensMax: operations.max_tokens,
      costUsdMax: operations.max_cost_usd,
      contextTokensMax: operations.context_tokens,
    },
  };
}

/** By name, each once. @throws {ConfigurationError} one of the user's is wrong */
export async function promptsNamed(
  { files, configuration }: { readonly files: FileSystem; readonly configuration: Configuration },
  names: Iterable<TemplateName>,
): Promise<Readonly<Record<string, Template>>> {
  const place = { files, userFolder: configuration.folders.user };
  const prompts = await Promise.all([...new Set(names)].map((name) => promptInEffect(place, name)));
  return Object.fromEntries(prompts.map((template) => [template.name, template]));
}
