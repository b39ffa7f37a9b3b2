// An answer in OpenAI's form: whole, or as the last chunks of a stream.
import type { Answered } from "../../actors/llm/complete.ts";
import type { Completion } from "../../actors/llm/completion.ts";
import type { ToolCall } from "../../actors/llm/model-event.ts";

/** What every part of one answer says of it. */
export interface AnswerFrame {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** As it was asked for. */
  readonly model: string;
}

/** Of an answer that is whole: `finish` is anything but "partial". */
export function chatCompletion({ id, created }: AnswerFrame, answered: Answered): string {
  const { completion } = answered;
  const { text, tool_calls: calls, usage } = completion;
  const message = {
    role: "assistant",
    content: calls !== undefined && text === "" ? null : text,
    refusal: null,
    ...(calls === undefined ? {} : { tool_calls: calls.map(shownCall) }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason(completion) };
  return JSON.stringify({
    id,
    object: "chat.completion",
    created,
    model: completion.model,
    choices: [choice],
    ...(usage === undefined ? {} : { usage: shownUsage(usage) }),
    aiex: about(answered),
  });
}

/** What OpenAI's form has no word for. Its SDKs leave it out. */
export function about({ entry, parts, costUsd, completion }: Answered): object {
  const written = parts.map(({ entry: by, node, model, characters }) => ({
    entry: by,
    node,
    model,
    characters,
  }));
  return {
    ...{ entry, model: completion.model, parts: written, cost_usd: costUsd },
    request_id: completion.request_id ?? null,
  };
}

/** The parts of a stream name the place of each call; a whole answer has them in order. */
export function shownCall({ id, name, arguments: given }: ToolCall): object {
  return { id, type: "function", function: { name, arguments: JSON.stringify(given) } };
}

export function finishReason({ finish }: Completion): string {
  return finish === "refused" ? "content_filter" : finish;
}

export function shownUsage({
  input_tokens: read,
  output_tokens: written,
  cached_tokens: cached,
  cache_write_tokens: kept,
}: NonNullable<Completion["usage"]>): object {
  const details = {
    ...(cached === undefined ? {} : { cached_tokens: cached }),
    ...(kept === undefined ? {} : { cache_write_tokens: kept }),
  };
  return {
    prompt_tokens: read,
    completion_tokens: written,
    total_tokens: read + written,
    ...(cached === undefined && kept === undefined ? {} : { prompt_tokens_details: details }),
  };
}
