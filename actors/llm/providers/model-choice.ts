// Which model an entry is asked for: the one of the request, the configured one, or the first that a local server has.
import { type Model, type ProviderContext, ProviderError } from "../provider.ts";
import { isEmbedding } from "./model-list.ts";
import type { Peer } from "./peer.ts";

export class ModelChoice {
  readonly #peer: Peer;
  readonly #list: (context: ProviderContext) => Promise<readonly (Model | string)[]>;
  readonly #embeds: boolean;
  #model: string | undefined;

  /** `list` gives the models of the server; it is asked where no model is given, once. `does`: what the model is to do. */
  constructor(
    peer: Peer,
    model: string | undefined,
    list: (context: ProviderContext) => Promise<readonly (Model | string)[]>,
    does: "writes" | "embeds" = "writes",
  ) {
    this.#peer = peer;
    this.#model = model;
    this.#list = list;
    this.#embeds = does === "embeds";
  }

  /** @throws {ProviderError} the server has no such model; or it does not answer */
  async of(request: { readonly model?: string | undefined }, context: ProviderContext): Promise<string> {
    const known = request.model ?? this.#model;
    if (known !== undefined) return known;
    const names = (await this.#list(context)).map((model) =>
      typeof model === "string" ? model : model.name,
    );
    const [first] = names
      .filter((name) => isEmbedding(name) === this.#embeds && !isCloudModel(name))
      .toSorted();
    if (first === undefined) throw noModel(this.#peer, this.#embeds);
    this.#model = first;
    return first;
  }
}

/** Ollama passes requests for such models on to its own cloud: nobody gets one who did not ask for it by its name. */
export function isCloudModel(name: string): boolean {
  return /[:-]cloud$/i.test(name);
}

function noModel({ kind, entry }: Peer, embeds: boolean): ProviderError {
  const what = embeds ? "turns text into numbers" : "writes text";
  const commands: Partial<Readonly<Record<string, string>>> = {
    ollama: "ollama pull NAME",
    lm_studio: "lms get NAME",
  };
  const command = commands[kind];
  const get = command === undefined ? "" : ` Get one with: ${command}. Or`;
  const name = embeds ? "name one in the request" : `set llm.providers.${entry}.model`;
  const advice = command === undefined ? `${name[0]?.toUpperCase()}${name.slice(1)}` : name;
  return new ProviderError("no_model", `It has no model that ${what}.${get} ${advice}.`);
}
