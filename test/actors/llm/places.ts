// An entry on a node, for the tests of what is pure.
import type { Place } from "../../../actors/llm/entries.ts";

export function place(name: string, over: Partial<Place> = {}): Place {
  return {
    name,
    node: undefined,
    kind: "memory",
    rank: 100,
    model: "model-1",
    labels: [],
    isLocal: false,
    contextTokens: null,
    outputTokens: 1_000,
    price: { inputPerMillion: 10, outputPerMillion: 10 },
    tools: null,
    structured: null,
    ...over,
  };
}
