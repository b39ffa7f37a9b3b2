// Anthropic's messages through its SDK.
import type Anthropic from "@anthropic-ai/sdk";
import type { Secret } from "../../../runtime/secret.ts";
import type { Completion, CompletionRequest } from "../completion.ts";
import type { Model, Provider, ProviderContext } from "../provider.ts";
import { Answer } from "./answer.ts";
import { AnthropicReading } from "./anthropic-reading.ts";
import { anthropicRequest } from "./anthropic-request.ts";
import { exchange } from "./exchange.ts";
import { noKey } from "./fault.ts";
import { listBytesMax, modelsPerPage } from "./limits.ts";
import { anthropicModels } from "./model-list.ts";
import type { Peer } from "./peer.ts";

/** The model where none is configured: the newest of the middle size in the SDK's list, which Anthropic names for code. */
export const anthropicModelDefault = "claude-sonnet-5-5";

/** The version of the interface that the SDK speaks. */
const interfaceVersion = "2023-06-01";

export class AnthropicProvider implements Provider {
  readonly kind = "anthropic";
  readonly secrets: readonly Secret[];
  readonly #peer: Peer;
  #client: Promise<Anthropic> | undefined;

  constructor(peer: Peer) {
    this.secrets = peer.secrets;
    this.#peer = peer;
  }

  async complete(request: CompletionRequest, context: ProviderContext): Promise<Completion> {
    this.#checkKey();
    const model = request.model ?? this.#peer.model ?? anthropicModelDefault;
    const client = await this.#connect();
    const bySchema = request.answer_schema !== undefined;
    return exchange(this.#peer, context, this.#options("events", bySchema), async (watched) => {
      // Not by the SDK's function for messages, which prints a warning about models that it takes for old.
      const body = anthropicRequest(request, model, this.#peer);
      const { fetchOptions } = watched;
      await client.post("/v1/messages", { body, stream: true, fetchOptions }).asResponse();
      const reading = new AnthropicReading(new Answer(watched, this.#peer, request, model), this.#peer);
      await watched.read((event) => reading.take(event));
      return reading.completion();
    });
  }

  async models(context: ProviderContext): Promise<readonly Model[]> {
    this.#checkKey();
    const client = await this.#connect();
    return exchange(this.#peer, context, this.#options("json"), async ({ fetchOptions }) =>
      anthropicModels(await client.get(`/v1/models?limit=${modelsPerPage}`, { fetchOptions }), this.#peer),
    );
  }

  #connect(): Promise<Anthropic> {
    this.#client ??= import("./anthropic-client.ts").then(({ anthropicClient }) =>
      anthropicClient(this.#peer),
    );
    return this.#client;
  }

  #checkKey(): void {
    if (this.#peer.needsKey && this.#peer.apiKey === undefined) throw noKey(this.#peer);
  }

  #options(form: "events" | "json", bySchema = false) {
    const key = this.#peer.apiKey;
    const headers = {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "anthropic-version": interfaceVersion,
      ...(key === undefined ? {} : { "x-api-key": key.reveal() }),
    };
    return { form, headers, bySchema, bytesMax: listBytesMax } as const;
  }
}
