// The provider of an entry whose kind this installation has no adapter for: it refuses every request at once, in words.
import { type Provider, ProviderError } from "../provider.ts";

export function absentProvider(entry: string, kind: string): Provider {
  return {
    kind,
    secrets: [],
    complete: async () => {
      throw new ProviderError(
        "unreachable",
        `This version of aiex has no adapter for "${kind}", the kind of llm.providers.${entry}. Its static analysis needs none.`,
      );
    },
  };
}
