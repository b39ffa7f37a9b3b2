// Anthropic's messages through its SDK.
import { z } from "zod";
import type { Secret } from "../../../runtime/secret.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import { outputTokensDefault, sdkTimeoutMs } from "../limits.ts";
import type { Provider, ProviderContext } from "../provider.ts";
import { Answer } from "./answer.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { noKey } from "./fault.ts";
import type { Peer } from "./peer.ts";
import { eventOf } from "./shape.ts";
import { silentLogger } from "./silent-logger.ts";

/** The model where none is configured: the newest of the middle size in the SDK's list, which Anthropic names for code. */
export const anthropicModelDefault = "claude-sonnet-5-5";

/** The version of the interface that the SDK speaks. */
const interfaceVersion = "2023-06-01";

const tokens = z.int().min(0).nullish();
const usageShape = z
  .object({
    input_tokens: tokens,
    cache_creation_input_tokens: tokens,
    cache_read_input_tokens: tokens,
    output_tokens: tokens,
  })
  .nullish();
const text = z.string().nullish();

/** One event of the stream, as far as it matters here. */
const eventShape = z.object({
  type: z.string(),
  message: z.object({ model: text, usage: usageShape }).nullish(),
  content_block: z.object({ text }).nullish(),
  delta: z.object({ text, thinking: text, partial_json: text, stop_reason: text }).nullish(),
  usage: usageShape,
});

type Event = z.output<typeof eventShape>;

export class AnthropicProvider implements Provider {
  readonly kind = "anthropic";
  readonly secrets: readonly Secret[];
  readonly #peer: Peer;

  constructor(peer: Peer) {
    this.secrets = peer.secrets;
    this.#peer = peer;
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    if (this.#peer.needsKey && this.#peer.apiKey === undefined) throw noKey(this.#peer);
    const model = request.model ?? this.#peer.model ?? anthropicModelDefault;
    const connect = await this.#connector();
    const options = {
      form: "events",
      headers: this.#headers(),
      bySchema: request.answer_schema !== undefined,
    } as const;
    return exchange(this.#peer, context, options, async (watched) => {
      const stream = await connect(watched).messages.create({
        model,
        max_tokens: request.max_output_tokens ?? outputTokensDefault,
        stream: true,
        ...messagesOf(request),
        ...formatOf(request),
      });
      return read(stream, new Answer(watched, model), watched, this.#peer);
    });
  }

  /** The SDK is loaded with the first request. Nothing is left to the environment or to files, which it would read. */
  async #connector() {
    const { default: Anthropic } = await import("@anthropic-ai/sdk");
    return ({ fetch }: Exchange) =>
      new Anthropic({
        baseURL: this.#peer.baseUrl,
        apiKey: this.#peer.apiKey?.reveal() ?? "none",
        authToken: null,
        webhookKey: null,
        fetch,
        maxRetries: 0,
        timeout: sdkTimeoutMs,
        logLevel: "off",
        logger: silentLogger,
        openTelemetry: false,
      });
  }

  #headers(): Readonly<Record<string, string>> {
    const key = this.#peer.apiKey;
    return {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "anthropic-version": interfaceVersion,
      ...(key === undefined ? {} : { "x-api-key": key.reveal() }),
    };
  }
}

/** What a system message says goes before the conversation, where Anthropic has a place for it. */
function messagesOf({ messages }: CompletionRequest) {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  return {
    messages: messages.flatMap(({ role, content }) => (role === "system" ? [] : [{ role, content }])),
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
  };
}

function formatOf({ answer_schema }: CompletionRequest) {
  if (answer_schema === undefined) return {};
  return { output_config: { format: { type: "json_schema" as const, schema: answer_schema.schema } } };
}

async function read(
  stream: AsyncIterable<unknown>,
  answer: Answer,
  watched: Exchange,
  peer: Peer,
): Promise<Completion> {
  let model: string | undefined;
  let finish: Completion["finish"] = "stop";
  for await (const given of stream) {
    const event = eventOf(eventShape, given, peer);
    const { message, content_block, delta } = event;
    const added = content_block?.text ?? delta?.text ?? "";
    watched.heard(added.length + (delta?.thinking?.length ?? 0) + (delta?.partial_json?.length ?? 0));
    answer.add(added);
    model ??= message?.model ?? undefined;
    if (delta?.stop_reason) finish = finishes.get(delta.stop_reason) ?? "stop";
    count(answer, event);
    if (event.type === "message_stop") {
      answer.end(finish);
      break;
    }
  }
  return answer.completion(model);
}

/** The first event counts what was read, from the cache too, and the last ones what was written so far. */
function count(answer: Answer, { message, usage: last }: Event): void {
  const usage = last ?? message?.usage;
  if (!usage) return;
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = usage;
  const read = message?.usage
    ? (input_tokens ?? 0) + (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0)
    : undefined;
  answer.count(read, output_tokens ?? undefined);
}

const finishes: ReadonlyMap<string, Completion["finish"]> = new Map([
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["refusal", "refused"],
]);
