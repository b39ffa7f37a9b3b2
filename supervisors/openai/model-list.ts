// The models that can be named at the endpoint, in OpenAI's form.
import { endpointLimits } from "./limits.ts";
import { autoModel } from "./model-word.ts";
import { type Problem, refusal } from "./problem.ts";

/** An entry of llm.providers with what its provider has; no models where it does not tell them now. */
export interface EntryModels {
  readonly entry: string;
  readonly kind: string;
  readonly models: readonly NamedModel[];
}

export interface NamedModel {
  readonly name: string;
  /** It turns text into numbers, and writes none. */
  readonly embeds?: boolean | undefined;
}

interface ShownModel {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
}

/** `auto`, each entry, and each of its models as `entry/model`; those that write nothing are left out. */
export function modelList(entries: readonly EntryModels[]): string {
  return JSON.stringify({ object: "list", data: shown(entries) });
}

/** One of them; undefined where there is none of that name. */
export function modelNamed(entries: readonly EntryModels[], id: string): string | undefined {
  const found = shown(entries).find((model) => model.id === id);
  return found === undefined ? undefined : JSON.stringify(found);
}

export function noModel(id: string): Problem {
  const name = JSON.stringify(id.slice(0, endpointLimits.quotedCharactersMax));
  const words = `There is no model ${name}. GET /v1/models lists those there are: auto, each entry of llm.providers, and entry/model.`;
  return { ...refusal(404, "model_not_found", words), param: "model" };
}

function shown(entries: readonly EntryModels[]): readonly ShownModel[] {
  const own = entries.flatMap(({ entry, kind, models }) => [
    shownModel(entry, kind),
    ...models.filter(({ embeds }) => embeds !== true).map(({ name }) => shownModel(`${entry}/${name}`, kind)),
  ]);
  return [shownModel(autoModel, "aiex"), ...own];
}

/** When a model was made is what no provider says of all of its own. */
function shownModel(id: string, owner: string): ShownModel {
  return { id, object: "model", created: 0, owned_by: owner };
}
