// What a server makes of texts: one vector for each, checked before anybody computes with it.
import { type Embeddings, ProviderError } from "../provider.ts";
import { countIn, identifierIn, isObject, listIn, misshapen, objectIn } from "./fields.ts";
import { embeddedTextsMax } from "./limits.ts";
import type { Peer } from "./peer.ts";

/** As OpenAI gives them: in any order, each with its place. @throws {ProviderError} */
export function embeddingsOf(given: unknown, count: number, model: string, peer: Peer): Embeddings {
  const body = objectIn(given, "all of it", peer) ?? {};
  const rows = listIn(body.data, "data", peer).map((row, at) => objectIn(row, `data.${at}`, peer) ?? {});
  const inOrder = rows.toSorted((left, right) => (countIn(left.index) ?? 0) - (countIn(right.index) ?? 0));
  const usage = isObject(body.usage) ? countIn(body.usage.prompt_tokens) : undefined;
  return checked(
    inOrder.map(({ embedding }) => embedding),
    count,
    body.model,
    usage,
    model,
    peer,
  );
}

/** As Ollama gives them. @throws {ProviderError} */
export function ollamaEmbeddings(given: unknown, count: number, model: string, peer: Peer): Embeddings {
  const body = objectIn(given, "all of it", peer) ?? {};
  const vectors = listIn(body.embeddings, "embeddings", peer);
  return checked(vectors, count, body.model, countIn(body.prompt_eval_count), model, peer);
}

/** @throws {ProviderError} there are more texts than a provider takes at once */
export function checkTexts(texts: readonly string[]): void {
  if (texts.length > 0 && texts.length <= embeddedTextsMax) return;
  throw new ProviderError(
    "invalid_request",
    `It was asked to embed ${texts.length} texts, and 1 to ${embeddedTextsMax} are taken at once. Ask for them in parts.`,
  );
}

function checked(
  vectors: readonly unknown[],
  count: number,
  named: unknown,
  tokens: number | undefined,
  asked: string,
  peer: Peer,
): Embeddings {
  if (vectors.length !== count) throw misshapen(peer, "embeddings", `a list of ${count}`);
  vectors.forEach((vector, at) => {
    const isVector = Array.isArray(vector) && vector.length > 0 && vector.every(Number.isFinite);
    if (!isVector) throw misshapen(peer, `embeddings.${at}`, "a list of numbers");
  });
  return {
    vectors: vectors as readonly (readonly number[])[],
    model: identifierIn(named) ?? asked,
    ...(tokens === undefined ? {} : { usage: { input_tokens: tokens } }),
  };
}
