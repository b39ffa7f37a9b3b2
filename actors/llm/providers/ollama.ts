// Ollama's chat through its SDK.
import { z } from "zod";
import type { Secret } from "../../../runtime/secret.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import { contextTokensMin, estimateErrorMax, localOutputTokensDefault } from "../limits.ts";
import { type Provider, type ProviderContext, ProviderError } from "../provider.ts";
import { estimateTokens } from "../tokens.ts";
import { Answer } from "./answer.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { ModelChoice } from "./model-choice.ts";
import type { Peer } from "./peer.ts";
import { eventOf } from "./shape.ts";

/** One line of the stream, as far as it matters here. */
const lineShape = z.object({
  model: z.string().nullish(),
  message: z.object({ content: z.string().nullish(), thinking: z.string().nullish() }).nullish(),
  done: z.boolean().nullish(),
  done_reason: z.string().nullish(),
  prompt_eval_count: z.int().min(0).nullish(),
  eval_count: z.int().min(0).nullish(),
});

/** A model with a `remote_host` is another one's name for a model elsewhere. */
const listShape = z.object({
  models: z.array(z.object({ name: z.string(), remote_host: z.string().nullish() })),
});

export class OllamaProvider implements Provider {
  readonly kind = "ollama";
  readonly secrets: readonly Secret[];
  readonly #peer: Peer;
  readonly #model: ModelChoice;

  constructor(peer: Peer) {
    this.secrets = peer.secrets;
    this.#peer = peer;
    this.#model = new ModelChoice(peer, peer.model, (context) => this.#listModels(context));
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    const model = await this.#model.of(request, context);
    const connect = await this.#connector();
    const options = {
      form: "lines",
      headers: this.#headers(),
      bySchema: request.answer_schema !== undefined,
    } as const;
    return exchange(this.#peer, context, options, async (watched) => {
      const stream = await connect(watched).chat({
        model,
        messages: request.messages.map(({ role, content }) => ({ role, content })),
        stream: true,
        ...(request.answer_schema === undefined ? {} : { format: request.answer_schema.schema }),
        options: {
          num_ctx: contextTokens(request),
          ...(request.max_output_tokens === undefined ? {} : { num_predict: request.max_output_tokens }),
          ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
        },
      });
      return read(stream, new Answer(watched, model), watched, this.#peer);
    });
  }

  async #listModels(context: ProviderContext): Promise<readonly string[]> {
    const connect = await this.#connector();
    const options = { form: "json", headers: this.#headers(), bySchema: false } as const;
    return exchange(this.#peer, context, options, async (watched) => {
      const list = eventOf(listShape, await connect(watched).list(), this.#peer);
      return list.models.flatMap(({ name, remote_host }) => (remote_host ? [] : [name]));
    });
  }

  /** The SDK is loaded with the first request. */
  async #connector() {
    const { Ollama } = await import("ollama");
    return ({ fetch }: Exchange) => new Ollama({ host: this.#peer.baseUrl, fetch });
  }

  #headers(): Readonly<Record<string, string>> {
    const key = this.#peer.apiKey;
    return {
      accept: "application/json, application/x-ndjson",
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }),
    };
  }
}

/**
 * The context that a request needs. Ollama does not refuse what is longer than its context: it leaves the beginning out and
 * says nothing. In powers of two, because it loads the model again for each other size.
 */
function contextTokens({
  messages,
  max_output_tokens = localOutputTokensDefault,
}: CompletionRequest): number {
  const read = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  const needed = read * (1 + estimateErrorMax) + max_output_tokens;
  return Math.max(contextTokensMin, 2 ** Math.ceil(Math.log2(needed)));
}

async function read(
  stream: AsyncIterable<unknown>,
  answer: Answer,
  watched: Exchange,
  peer: Peer,
): Promise<Completion> {
  let model: string | undefined;
  try {
    for await (const given of stream) {
      const line = eventOf(lineShape, given, peer);
      const added = line.message?.content ?? "";
      watched.heard(added.length + (line.message?.thinking?.length ?? 0));
      answer.add(added);
      model ??= line.model ?? undefined;
      if (line.prompt_eval_count || line.eval_count) {
        answer.count(line.prompt_eval_count ?? undefined, line.eval_count ?? undefined);
      }
      if (line.done) answer.end(line.done_reason === "length" ? "length" : "stop");
    }
  } catch (thrown) {
    // All that the SDK itself throws here is that the last line is missing, in an error without a name.
    throw thrown instanceof ProviderError ? thrown : watched.cutOff();
  }
  return answer.completion(model);
}
