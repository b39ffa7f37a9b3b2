import { describe, expect, test } from "vitest";
import { llmConfiguration } from "../../../actors/llm/config.ts";
import { priceOf } from "../../../actors/llm/prices.ts";
import { anthropicModelDefault } from "../../../actors/llm/providers/anthropic.ts";
import { openaiModelDefault } from "../../../actors/llm/providers/openai.ts";

function entry(settings: Readonly<Record<string, unknown>>) {
  const { one } = llmConfiguration.parse({ providers: { one: settings } }).providers;
  if (one === undefined) throw new Error("There is no entry.");
  return one;
}

describe("priceOf()", () => {
  test("is not known for a model that Ollama passes on to its cloud", () => {
    expect(priceOf(entry({ kind: "ollama" }), "gpt-oss:120b-cloud")).toBeNull();
  });

  test.each(["ollama", "lm_studio"])("is nothing for %s, whatever the model is called", (kind) => {
    expect(priceOf(entry({ kind }), "gpt-4o")).toEqual({ inputPerMillion: 0, outputPerMillion: 0 });
  });

  test("knows the models that are asked where none is configured", () => {
    expect(priceOf(entry({ kind: "openai" }), openaiModelDefault)).toEqual({
      inputPerMillion: 2,
      outputPerMillion: 12,
    });
    expect(priceOf(entry({ kind: "anthropic" }), anthropicModelDefault)).toEqual({
      inputPerMillion: 2,
      outputPerMillion: 10,
    });
  });

  test.each(["claude-haiku-4-5-20251001", "claude-haiku-4-5"])(
    "knows %s by its name without a date",
    (model) => {
      expect(priceOf(entry({ kind: "anthropic" }), model)).toEqual({
        inputPerMillion: 1,
        outputPerMillion: 5,
      });
    },
  );

  test.each(["gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"])("takes %s for no other model", (model) => {
    expect(priceOf(entry({ kind: "openai" }), model)).toEqual({
      inputPerMillion: 0.75,
      outputPerMillion: 4.5,
    });
  });

  test.each(["gpt-99", "", "toString", "__proto__", "my-gpt-5.4", "gpt-5.4-mini-audio"])(
    "is unknown for %j",
    (model) => {
      expect(priceOf(entry({ kind: "openai" }), model)).toBeNull();
    },
  );

  test("takes what is configured before its list, each part for itself", () => {
    const input = { input_usd_per_million_tokens: 0.5 };
    const output = { output_usd_per_million_tokens: 0 };
    expect(priceOf(entry({ kind: "openai", ...input, ...output }), "gpt-99")).toEqual({
      inputPerMillion: 0.5,
      outputPerMillion: 0,
    });
    expect(priceOf(entry({ kind: "openai", ...input }), "gpt-4o")).toEqual({
      inputPerMillion: 0.5,
      outputPerMillion: 10,
    });
    expect(priceOf(entry({ kind: "openai", ...input }), "gpt-99")).toBeNull();
    expect(priceOf(entry({ kind: "ollama", ...output, ...input }), "llama")).toEqual({
      inputPerMillion: 0.5,
      outputPerMillion: 0,
    });
  });
});
