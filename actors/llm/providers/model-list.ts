// The lists of models as servers give them, with what they say of each.
import type { Model } from "../provider.ts";
import { countIn, identifierIn, isObject, listIn, misshapen, objectIn } from "./fields.ts";
import type { Peer } from "./peer.ts";
import type { JsonObject } from "./wire.ts";

/** OpenAI's list says nothing but names; other servers that speak alike say more, each in its own words. @throws {ProviderError} */
export function openaiModels(given: unknown, peer: Peer): readonly Model[] {
  return rowsOf(given, "data", peer).map((row, at) => {
    const name = nameIn(row.id, `data.${at}.id`, peer);
    const provider = isObject(row.top_provider) ? row.top_provider : {};
    const abilities = Array.isArray(row.supported_parameters) ? row.supported_parameters : undefined;
    return modelOf(name, {
      contextTokens: firstCount(row, [
        "context_length",
        "context_window",
        "max_model_len",
        "max_context_length",
      ]),
      outputTokensMax: countIn(provider.max_completion_tokens) ?? countIn(row.max_completion_tokens),
      tools: abilities?.includes("tools"),
      structured: abilities?.includes("structured_outputs"),
      embeds: isEmbedding(name) ? true : undefined,
    });
  });
}

/** @throws {ProviderError} */
export function anthropicModels(given: unknown, peer: Peer): readonly Model[] {
  const rows = rowsOf(given, "data", peer).filter(({ lifecycle }) => lifecycle !== "retired");
  return rows.map((row, at) => {
    const abilities = isObject(row.capabilities) ? row.capabilities : {};
    const structured = isObject(abilities.structured_outputs)
      ? abilities.structured_outputs.supported
      : undefined;
    return modelOf(nameIn(row.id, `data.${at}.id`, peer), {
      contextTokens: countIn(row.max_input_tokens),
      outputTokensMax: countIn(row.max_tokens),
      tools: true,
      structured: typeof structured === "boolean" ? structured : undefined,
    });
  });
}

/** Names without those that are another one's name for a model elsewhere. @throws {ProviderError} */
export function ollamaNames(given: unknown, peer: Peer): readonly string[] {
  return rowsOf(given, "models", peer).flatMap(({ name, remote_host }, at) =>
    remote_host ? [] : [nameIn(name, `models.${at}.name`, peer)],
  );
}

/** What Ollama shows of one model; nothing but its name where that makes no sense. */
export function ollamaModel(name: string, given: unknown): Model {
  const shown: JsonObject = isObject(given) ? given : {};
  const abilities = Array.isArray(shown.capabilities) ? shown.capabilities : undefined;
  const facts = isObject(shown.model_info) ? shown.model_info : {};
  const key = Object.keys(facts).find((fact) => fact.endsWith(".context_length"));
  const embeds = abilities === undefined ? isEmbedding(name) : abilities.includes("embedding");
  return modelOf(name, {
    contextTokens: key === undefined ? undefined : countIn(facts[key]),
    tools: abilities?.includes("tools"),
    // It makes every model that writes keep to a form.
    structured: embeds ? undefined : true,
    embeds: embeds ? true : undefined,
  });
}

/** Models that turn text into numbers have it in their name, with all servers. */
export function isEmbedding(name: string): boolean {
  return /embed|\bbge\b|minilm/i.test(name);
}

type Facts = { readonly [K in keyof Omit<Model, "name">]: Model[K] | undefined };

/** With what is known, and with nothing for what is not. */
function modelOf(name: string, facts: Facts): Model {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return { name, ...Object.fromEntries(known) };
}

function rowsOf(given: unknown, key: string, peer: Peer): readonly JsonObject[] {
  const list = objectIn(given, "all of it", peer)?.[key];
  if (list === undefined || list === null) throw misshapen(peer, key, "a list");
  return listIn(list, key, peer).map((row, at) => objectIn(row, `${key}.${at}`, peer) ?? {});
}

function nameIn(given: unknown, place: string, peer: Peer): string {
  const name = identifierIn(given);
  if (name === undefined) throw misshapen(peer, place, "a name");
  return name;
}

function firstCount(row: JsonObject, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const count = countIn(row[key]);
    if (count !== undefined && count > 0) return count;
  }
  return undefined;
}
