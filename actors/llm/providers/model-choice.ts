// Which model an entry is asked for: the one of the request, the configured one, or the first that a local server has.
import type { CompletionRequest } from "../completion.ts";
import { type ProviderContext, ProviderError } from "../provider.ts";
import type { Peer } from "./peer.ts";

export class ModelChoice {
  readonly #peer: Peer;
  readonly #list: (context: ProviderContext) => Promise<readonly string[]>;
  #model: string | undefined;

  /** `list` names the models of the server; it is asked where no model is given, once. */
  constructor(
    peer: Peer,
    model: string | undefined,
    list: (context: ProviderContext) => Promise<readonly string[]>,
  ) {
    this.#peer = peer;
    this.#model = model;
    this.#list = list;
  }

  /** @throws {ProviderError} the server has no model that writes text; or it does not answer */
  async of(request: CompletionRequest, context: ProviderContext): Promise<string> {
    const known = request.model ?? this.#model;
    if (known !== undefined) return known;
    const [first] = (await this.#list(context))
      .filter((name) => !isEmbedding(name) && !isCloudModel(name))
      .toSorted();
    if (first === undefined) throw noModel(this.#peer);
    this.#model = first;
    return first;
  }
}

/** Ollama passes requests for such models on to its own cloud: nobody gets one who did not ask for it by its name. */
export function isCloudModel(name: string): boolean {
  return /[:-]cloud$/i.test(name);
}

/** Models that turn text into numbers have it in their name, with both servers. */
function isEmbedding(name: string): boolean {
  return /embed|\bbge\b|minilm/i.test(name);
}

function noModel({ kind, entry }: Peer): ProviderError {
  const command = kind === "ollama" ? "ollama pull NAME" : "lms get NAME";
  return new ProviderError(
    "no_model",
    `It has no model that writes text. Get one with: ${command}. Or set llm.providers.${entry}.model.`,
  );
}
