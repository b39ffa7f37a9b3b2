// Ollama's chat through its SDK.
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
import { Answer } from "./answer.ts";
import { checkTexts, ollamaEmbeddings } from "./embeddings.ts";
import { type Exchange, exchange } from "./exchange.ts";
import { embeddingsBytesMax, listBytesMax, shownModelsMax } from "./limits.ts";
import { ModelChoice } from "./model-choice.ts";
import { ollamaModel, ollamaNames } from "./model-list.ts";
import { OllamaReading } from "./ollama-reading.ts";
import { ollamaRequest } from "./ollama-request.ts";
import type { Peer } from "./peer.ts";

export class OllamaProvider implements Provider {
  readonly kind = "ollama";
  readonly secrets: readonly Secret[];
  readonly #peer: Peer;
  readonly #model: ModelChoice;
  readonly #embeddingModel: ModelChoice;

  constructor(peer: Peer) {
    this.secrets = peer.secrets;
    this.#peer = peer;
    const list = (context: ProviderContext) => this.#names(context);
    this.#model = new ModelChoice(peer, peer.model, list);
    this.#embeddingModel = new ModelChoice(peer, undefined, list, "embeds");
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    const model = await this.#model.of(request, context);
    const connect = await this.#connector();
    const bySchema = request.answer_schema !== undefined;
    return exchange(this.#peer, context, this.#options("lines", bySchema), async (watched) => {
      await connect(watched).chat(ollamaRequest(request, model, this.#peer));
      const reading = new OllamaReading(new Answer(watched, this.#peer, request, model), this.#peer);
      await watched.read((line) => reading.take(line));
      return reading.completion();
    });
  }

  async models(context: ProviderContext): Promise<readonly Model[]> {
    const names = await this.#names(context);
    const shown: Model[] = [];
    for (const name of names.slice(0, shownModelsMax)) shown.push(await this.#shown(name, context));
    return [...shown, ...names.slice(shownModelsMax).map((name) => ollamaModel(name, undefined))];
  }

  async embed({ texts, model: named }: EmbeddingRequest, context: ProviderContext): Promise<Embeddings> {
    checkTexts(texts);
    const model = await this.#embeddingModel.of({ model: named }, context);
    const connect = await this.#connector();
    return exchange(
      this.#peer,
      context,
      this.#options("json", false, embeddingsBytesMax),
      async (watched) => {
        // What is cut off without a word is not what was asked for.
        const body = { model, input: [...texts], truncate: false };
        return ollamaEmbeddings(await connect(watched).embed(body), texts.length, model, this.#peer);
      },
    );
  }

  async #names(context: ProviderContext): Promise<readonly string[]> {
    const connect = await this.#connector();
    return exchange(this.#peer, context, this.#options("json"), async (watched) =>
      ollamaNames(await connect(watched).list(), this.#peer),
    );
  }

  /** What it can do; its name alone where the server does not say. */
  async #shown(name: string, context: ProviderContext): Promise<Model> {
    const connect = await this.#connector();
    try {
      return await exchange(this.#peer, context, this.#options("json"), async (watched) =>
        ollamaModel(name, await connect(watched).show({ model: name })),
      );
    } catch (thrown) {
      if (thrown instanceof ProviderError && !context.signal.aborted) return ollamaModel(name, undefined);
      throw thrown;
    }
  }

  /** The SDK is loaded with the first request. */
  async #connector() {
    const { Ollama } = await import("ollama");
    return ({ fetch }: Exchange) => new Ollama({ host: this.#peer.baseUrl, fetch });
  }

  #options(form: "lines" | "json", bySchema = false, bytesMax = listBytesMax) {
    const key = this.#peer.apiKey;
    const headers = {
      accept: "application/json, application/x-ndjson",
      "content-type": "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key.reveal()}` }),
    };
    return { form, headers, bySchema, bytesMax } as const;
  }
}
