// OpenAI's chat completions through its SDK: for OpenAI itself, for LM Studio, and for every server that speaks the same.
import type OpenAI from "openai";
import type { Secret } from "../../../runtime/secret.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import {
  type EmbeddingRequest,
  type Embeddings,
  type Model,
  type Provider,
  type ProviderContext,
  ProviderError,
} from "../provider.ts";
import type { ProviderKind } from "../provider-config.ts";
import { Answer } from "./answer.ts";
import { checkTexts, embeddingsOf } from "./embeddings.ts";
import { exchange } from "./exchange.ts";
import { noKey } from "./fault.ts";
import { embeddingsBytesMax, listBytesMax } from "./limits.ts";
import { ModelChoice } from "./model-choice.ts";
import { openaiModels } from "./model-list.ts";
import { OpenAiReading } from "./openai-reading.ts";
import { openaiRequest } from "./openai-request.ts";
import type { Peer } from "./peer.ts";

/** The model where none is configured: of the newest family in the SDK's list the middle one, meant for everyday code. */
export const openaiModelDefault = "gpt-5.6-terra";

/** The model that turns text into numbers where none is named: the one that OpenAI gives as its everyday one. */
const embeddingModelDefault = "text-embedding-3-small";

export class OpenAiProvider implements Provider {
  readonly kind: ProviderKind;
  readonly secrets: readonly Secret[];
  readonly #peer: Peer;
  readonly #model: ModelChoice;
  readonly #embeddingModel: ModelChoice;
  #client: Promise<OpenAI> | undefined;
  #countsTokens = true;

  constructor(peer: Peer) {
    this.kind = peer.kind;
    this.secrets = peer.secrets;
    this.#peer = peer;
    const isOpenAi = peer.kind === "openai";
    const list = (context: ProviderContext) => this.models(context);
    this.#model = new ModelChoice(peer, peer.model ?? (isOpenAi ? openaiModelDefault : undefined), list);
    this.#embeddingModel = new ModelChoice(
      peer,
      isOpenAi ? embeddingModelDefault : undefined,
      list,
      "embeds",
    );
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    this.#checkKey();
    const model = await this.#model.of(request, context);
    const counts = this.#countsTokens;
    try {
      return await this.#ask(request, model, context, counts);
    } catch (thrown) {
      if (!counts || !isAboutCounting(thrown)) throw thrown;
      // It has refused the wish and not the request, which it is asked again without, once and for all.
      this.#countsTokens = false;
      return this.#ask(request, model, context, false);
    }
  }

  async models(context: ProviderContext): Promise<readonly Model[]> {
    this.#checkKey();
    const client = await this.#connect();
    return exchange(this.#peer, context, this.#options("json"), async ({ fetchOptions }) =>
      openaiModels(await client.get("/models", { fetchOptions }), this.#peer),
    );
  }

  async embed({ texts, model: named }: EmbeddingRequest, context: ProviderContext): Promise<Embeddings> {
    this.#checkKey();
    checkTexts(texts);
    const model = await this.#embeddingModel.of({ model: named }, context);
    const client = await this.#connect();
    const options = this.#options("json", false, embeddingsBytesMax);
    return exchange(this.#peer, context, options, async ({ fetchOptions }) => {
      // Numbers as text, because not every server knows the other form, which the SDK would ask for and believe in.
      const body = { model, input: [...texts], encoding_format: "float" as const };
      const given = await client.embeddings.create(body, { fetchOptions });
      return embeddingsOf(given, texts.length, model, this.#peer);
    });
  }

  async #ask(
    request: CompletionRequest,
    model: string,
    context: ProviderContext,
    countsTokens: boolean,
  ): Promise<Completion> {
    const client = await this.#connect();
    const bySchema = request.answer_schema !== undefined;
    return exchange(this.#peer, context, this.#options("events", bySchema), async (watched) => {
      const body = openaiRequest(request, model, this.#peer, countsTokens);
      await client.chat.completions.create(body, { fetchOptions: watched.fetchOptions }).asResponse();
      const reading = new OpenAiReading(new Answer(watched, this.#peer, request, model), this.#peer);
      try {
        await watched.read((event) => reading.take(event));
      } catch (thrown) {
        // What is missing after the reason of its end is the count of tokens at most.
        if (!reading.hasEnded) throw thrown;
      }
      return reading.completion();
    });
  }

  #connect(): Promise<OpenAI> {
    this.#client ??= import("./openai-client.ts").then(({ openaiClient }) => openaiClient(this.#peer));
    return this.#client;
  }

  #checkKey(): void {
    if (this.#peer.needsKey && this.#peer.apiKey === undefined) throw noKey(this.#peer);
  }

  #options(form: "events" | "json", bySchema = false, bytesMax = listBytesMax) {
    const key = this.#peer.apiKey;
    const headers = {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }),
    };
    return { form, headers, bySchema, bytesMax } as const;
  }
}

/** Servers that take nothing but what they know name what they do not. */
function isAboutCounting(thrown: unknown): boolean {
  return (
    thrown instanceof ProviderError &&
    thrown.code === "invalid_request" &&
    /stream_options|include_usage/.test(thrown.message)
  );
}
