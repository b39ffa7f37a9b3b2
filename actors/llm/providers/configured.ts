// The providers that a configuration names: an adapter for each entry, which loads its SDK with its first request.
import type { LlmConfiguration } from "../config.ts";
import type { Provider } from "../provider.ts";
import { AnthropicProvider } from "./anthropic.ts";
import { OllamaProvider } from "./ollama.ts";
import { OpenAiProvider } from "./openai.ts";
import { type Peer, peerOf } from "./peer.ts";

/** Who answers for each entry, by its name. */
export function configuredProviders(configuration: LlmConfiguration): ReadonlyMap<string, Provider> {
  return new Map(
    Object.entries(configuration.providers).map(([name, entry]) => [
      name,
      adapterOf(peerOf(name, entry, configuration)),
    ]),
  );
}

function adapterOf(peer: Peer): Provider {
  switch (peer.kind) {
    case "openai":
    case "lm_studio":
      return new OpenAiProvider(peer);
    case "anthropic":
      return new AnthropicProvider(peer);
    case "ollama":
      return new OllamaProvider(peer);
  }
}
