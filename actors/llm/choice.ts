// Which entries may answer an order, and in which order they are asked. Pure: what is known of them comes in.
import type { CheckedOrder, CompletionRequest } from "./completion.ts";
import type { Place } from "./entries.ts";
import { type Failure, noneFits, noProvider, tooDear, unknownProvider } from "./failure.ts";
import { estimateErrorMax } from "./limits.ts";
import { costMaxOf } from "./prices.ts";
import { estimateTokens } from "./tokens.ts";

export type Chosen =
  | { readonly ok: true; readonly places: readonly Place[] }
  | { readonly ok: false; readonly failure: Failure };

/** Those of `places` that may be asked: the one that is named, or all that have the labels and can do what is asked for. */
export function choose({ provider, labels = [], request }: CheckedOrder, places: readonly Place[]): Chosen {
  if (places.length === 0) return { ok: false, failure: noProvider() };
  const names = [...new Set(places.map(({ name }) => name))];
  // Who names a provider has decided where the text may go: no other one gets to see it.
  const named = provider === undefined ? places : places.filter(({ name }) => name === provider);
  if (named.length === 0) return { ok: false, failure: unknownProvider(provider ?? "", names) };
  const labelled = named.filter((place) => labels.every((label) => place.labels.includes(label)));
  if (labelled.length === 0) {
    return { ok: false, failure: noneFits(`the labels ${labels.join(", ")}`, names) };
  }
  // Who names a provider gets its own words about what it cannot do.
  const able = provider === undefined ? labelled.filter((place) => can(place, request)) : labelled;
  if (able.length > 0) return { ok: true, places: able };
  const wanted = request.tools === undefined ? "answers of a given form" : "tools";
  return { ok: false, failure: noneFits(`a model that offers ${wanted}`, names) };
}

export interface Need {
  /** Tokens of the request, estimated. */
  readonly inputTokens: number;
  /** Those of the answer that the order asks for at most; undefined where it does not say. */
  readonly outputTokens: number | undefined;
}

export function needOf(request: CompletionRequest): Need {
  const { messages, tools, answer_schema } = request;
  const beside = [
    ...messages.flatMap((message) => ("tool_calls" in message ? [message.tool_calls] : [])),
    tools,
    answer_schema,
  ];
  const inputTokens = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  const more = beside.reduce(
    (sum, part) => sum + (part === undefined ? 0 : estimateTokens(JSON.stringify(part))),
    0,
  );
  return { inputTokens: inputTokens + more, outputTokens: request.max_output_tokens };
}

/** What an attempt at `place` takes at most, by estimate. */
export function mostOf(
  { inputTokens, outputTokens }: Need,
  place: Pick<Place, "outputTokens" | "price">,
): { readonly tokens: number; readonly costMaxUsd: number | null } {
  const output = outputTokens ?? place.outputTokens;
  const input = Math.ceil(inputTokens * (1 + estimateErrorMax));
  const costMaxUsd = costMaxOf({ input_tokens: input, output_tokens: output }, place.price);
  return { tokens: inputTokens + output, costMaxUsd };
}

/**
 * Those of `places` whose model can read it all, and which cost no more than `leftUsd` at most (no bound where it is
 * undefined). Where no model is long enough the first ones say so themselves: the tokens are an estimate.
 */
export function affordable(places: readonly Place[], need: Need, leftUsd: number | undefined): Chosen {
  const long = places.filter(
    ({ contextTokens }) =>
      contextTokens === null || need.inputTokens <= contextTokens * (1 + estimateErrorMax),
  );
  const readable = long.length > 0 ? long : places;
  if (leftUsd === undefined) return { ok: true, places: readable };
  const paid = readable.filter((place) => {
    const { costMaxUsd } = mostOf(need, place);
    return costMaxUsd !== null && costMaxUsd <= leftUsd;
  });
  if (paid.length > 0) return { ok: true, places: paid };
  return {
    ok: false,
    failure: tooDear(
      leftUsd,
      readable.map(({ name }) => name),
    ),
  };
}

function can({ tools, structured }: Place, request: CompletionRequest): boolean {
  if (request.tools !== undefined && tools === false) return false;
  return request.answer_schema === undefined || structured !== false;
}
