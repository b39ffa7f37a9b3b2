// OpenAI's chat completions through its SDK: for OpenAI itself, for LM Studio, and for every server that speaks the same.
import { z } from "zod";
import type { Secret } from "../../../runtime/secret.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import type { ProviderKind } from "../config.ts";
import { sdkTimeoutMs } from "../limits.ts";
import type { Provider, ProviderContext } from "../provider.ts";
import { Answer } from "./answer.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { noKey } from "./fault.ts";
import { ModelChoice } from "./model-choice.ts";
import type { Peer } from "./peer.ts";
import { eventOf } from "./shape.ts";
import { silentLogger } from "./silent-logger.ts";

/** The model where none is configured: of the newest family in the SDK's list the middle one, meant for everyday code. */
export const openaiModelDefault = "gpt-5.6-terra";

/** One event of the stream, as far as it matters here. Servers that speak alike leave out what they like. */
const chunkShape = z.object({
  model: z.string().nullish(),
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            refusal: z.string().nullish(),
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z
    .object({ prompt_tokens: z.int().min(0).nullish(), completion_tokens: z.int().min(0).nullish() })
    .nullish()
    // A count that is none costs the count and not the answer.
    .catch(undefined),
});

const listShape = z.object({ data: z.array(z.object({ id: z.string() })) });

export class OpenAiProvider implements Provider {
  readonly kind: ProviderKind;
  readonly secrets: readonly Secret[];
  readonly #peer: Peer;
  readonly #model: ModelChoice;

  constructor(peer: Peer) {
    this.kind = peer.kind;
    this.secrets = peer.secrets;
    this.#peer = peer;
    const fixed = peer.model ?? (peer.kind === "openai" ? openaiModelDefault : undefined);
    this.#model = new ModelChoice(peer, fixed, (context) => this.#listModels(context));
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    if (this.#peer.needsKey && this.#peer.apiKey === undefined) throw noKey(this.#peer);
    const model = await this.#model.of(request, context);
    const connect = await this.#connector();
    const options = {
      form: "events",
      headers: this.#headers(),
      bySchema: request.answer_schema !== undefined,
    } as const;
    return exchange(this.#peer, context, options, async (watched) => {
      const client = connect(watched);
      const stream = await client.chat.completions.create({
        model,
        messages: request.messages.map(({ role, content }) => ({ role, content })),
        stream: true,
        stream_options: { include_usage: true },
        ...this.#limits(request),
        ...formatOf(request),
      });
      return read(stream, new Answer(watched, model), watched, this.#peer);
    });
  }

  async #listModels(context: ProviderContext): Promise<readonly string[]> {
    const connect = await this.#connector();
    const options = { form: "json", headers: this.#headers(), bySchema: false } as const;
    return exchange(this.#peer, context, options, async (watched) => {
      const page = await connect(watched).models.list();
      return eventOf(listShape, { data: page.data }, this.#peer).data.map(({ id }) => id);
    });
  }

  /** The SDK is loaded with the first request. Nothing is left to the environment, which it would read on its own. */
  async #connector() {
    const { default: OpenAI } = await import("openai");
    return ({ fetch }: Exchange) =>
      new OpenAI({
        baseURL: this.#peer.baseUrl,
        apiKey: this.#peer.apiKey?.reveal() ?? "none",
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        fetch,
        maxRetries: 0,
        timeout: sdkTimeoutMs,
        logLevel: "off",
        logger: silentLogger,
      });
  }

  #headers(): Readonly<Record<string, string>> {
    const key = this.#peer.apiKey;
    return {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }),
    };
  }

  #limits({ max_output_tokens: tokens, temperature }: CompletionRequest) {
    return {
      // OpenAI's newer models take the new name only; LM Studio's server takes the old one.
      ...(tokens === undefined || this.kind === "lm_studio" ? {} : { max_completion_tokens: tokens }),
      ...(tokens === undefined || this.kind !== "lm_studio" ? {} : { max_tokens: tokens }),
      ...(temperature === undefined || this.#peer.needsKey ? {} : { temperature }),
    };
  }
}

function formatOf({ answer_schema }: CompletionRequest) {
  if (answer_schema === undefined) return {};
  const { name, schema } = answer_schema;
  return { response_format: { type: "json_schema" as const, json_schema: { name, schema, strict: true } } };
}

async function read(
  stream: AsyncIterable<unknown>,
  answer: Answer,
  watched: Exchange,
  peer: Peer,
): Promise<Completion> {
  let model: string | undefined;
  let refusal = "";
  try {
    for await (const given of stream) {
      const chunk = eventOf(chunkShape, given, peer);
      model ??= chunk.model ?? undefined;
      const { delta, finish_reason } = chunk.choices?.[0] ?? {};
      const { content, refusal: refused, reasoning, reasoning_content } = delta ?? {};
      const said = [content, refused, reasoning, reasoning_content].reduce<number>(
        (sum, text) => sum + (text?.length ?? 0),
        0,
      );
      watched.heard(said);
      answer.add(content ?? "");
      refusal += refused ?? "";
      if (finish_reason) answer.end(finishes.get(finish_reason) ?? "stop");
      if (chunk.usage) {
        answer.count(chunk.usage.prompt_tokens ?? undefined, chunk.usage.completion_tokens ?? undefined);
      }
    }
  } catch (thrown) {
    // What is missing after the reason of its end is the count of tokens at most.
    if (!answer.hasEnded) throw thrown;
  }
  if (refusal !== "") {
    answer.add(refusal);
    answer.end("refused");
  }
  return answer.completion(model);
}

const finishes: ReadonlyMap<string, Completion["finish"]> = new Map([
  ["length", "length"],
  ["content_filter", "refused"],
]);
