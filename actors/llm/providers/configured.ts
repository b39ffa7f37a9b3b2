// The providers that a configuration names: an adapter for each entry, which loads its SDK with its first request.
import type { LlmConfiguration } from "../config.ts";
import type { Provider } from "../provider.ts";
import { AnthropicProvider } from "./anthropic.ts";
import { OllamaProvider } from "./ollama.ts";
import { OpenAiProvider } from "./openai.ts";
import { type Peer, peerOf } from "./peer.ts";
import { recorded } from "./record.ts";
import { ScriptedProvider } from "./scripted.ts";

/** Who answers for each entry, by its name. */
export function configuredProviders(configuration: LlmConfiguration): ReadonlyMap<string, Provider> {
  return new Map(
    Object.entries(configuration.providers).map(([name, entry]) => {
      const provider = providerOf(peerOf(name, entry, configuration), entry.script);
      const { record: file } = configuration;
      return [name, file === undefined ? provider : recorded(provider, { entry: name, file })];
    }),
  );
}

function providerOf(peer: Peer, script: string | undefined): Provider {
  switch (peer.kind) {
    case "scripted":
      return new ScriptedProvider({ ...peer, script: script ?? "" });
    case "openai":
    case "lm_studio":
    case "openai_compatible":
      return new OpenAiProvider(peer);
    case "anthropic":
      return new AnthropicProvider(peer);
    case "ollama":
      return new OllamaProvider(peer);
  }
}
