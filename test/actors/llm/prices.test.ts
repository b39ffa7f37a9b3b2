import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { llmConfiguration } from "../../../actors/llm/config.ts";
import { costMaxOf, costOf, priceOf } from "../../../actors/llm/prices.ts";
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
    expect(priceOf(entry({ kind }), "gpt-4o")).toEqual({
      ...{ inputPerMillion: 0, outputPerMillion: 0, source: "local" },
    });
  });

  test("is nothing for a script, and not known for a server that offers somebody else's models", () => {
    const nothing = { inputPerMillion: 0, outputPerMillion: 0, source: "local" };
    expect(priceOf(entry({ kind: "scripted", script: "a.yaml" }), "gpt-4o")).toEqual(nothing);
    const server = { kind: "openai_compatible", base_url: "http://127.0.0.1:1/v1" };
    expect(priceOf(entry(server), "gpt-4o")).toBeNull();
    const prices = { input_usd_per_million_tokens: 1, output_usd_per_million_tokens: 2 };
    const known = { inputPerMillion: 1, outputPerMillion: 2, source: "configuration" };
    expect(priceOf(entry({ ...server, ...prices }), "gpt-4o")).toEqual(known);
  });

  test("knows the models that are asked where none is configured", () => {
    expect(priceOf(entry({ kind: "openai" }), openaiModelDefault)).toEqual({
      ...{ inputPerMillion: 2, cachedPerMillion: 0.2, cacheWritePerMillion: 2.5 },
      ...{ outputPerMillion: 12, source: "list" },
    });
    expect(priceOf(entry({ kind: "anthropic" }), anthropicModelDefault)).toEqual({
      ...{ inputPerMillion: 2, cachedPerMillion: 0.2, cacheWritePerMillion: 2.5 },
      ...{ outputPerMillion: 10, source: "list" },
    });
  });

  test.each(["claude-haiku-4-5-20251001", "claude-haiku-4-5"])(
    "knows %s by its name without a date",
    (model) => {
      expect(priceOf(entry({ kind: "anthropic" }), model)).toMatchObject({
        inputPerMillion: 1,
        outputPerMillion: 5,
      });
    },
  );

  test.each(["gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"])("takes %s for no other model", (model) => {
    expect(priceOf(entry({ kind: "openai" }), model)).toMatchObject({
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
    expect(priceOf(entry({ kind: "openai", ...input, ...output }), "gpt-99")).toMatchObject({
      source: "configuration",
      inputPerMillion: 0.5,
      outputPerMillion: 0,
    });
    expect(priceOf(entry({ kind: "openai", ...input }), "gpt-4o")).toMatchObject({
      source: "configuration",
      inputPerMillion: 0.5,
      outputPerMillion: 10,
    });
    expect(priceOf(entry({ kind: "openai", ...input }), "gpt-99")).toBeNull();
    expect(priceOf(entry({ kind: "ollama", ...output, ...input }), "llama")).toMatchObject({
      source: "configuration",
      inputPerMillion: 0.5,
      outputPerMillion: 0,
    });
  });

  test("has the cache of another price at the same share of it, unless that is configured too", () => {
    const input = { input_usd_per_million_tokens: 1 };
    expect(priceOf(entry({ kind: "openai", ...input }), "gpt-4o")).toMatchObject({ cachedPerMillion: 0.5 });
    const cached = { cached_input_usd_per_million_tokens: 0.3, cache_write_usd_per_million_tokens: 2 };
    const price = { cachedPerMillion: 0.3, cacheWritePerMillion: 2, source: "configuration" };
    expect(priceOf(entry({ kind: "openai", ...cached }), "gpt-4o")).toMatchObject(price);
    const output = { output_usd_per_million_tokens: 1 };
    const unknown = priceOf(entry({ kind: "openai", ...input, ...output }), "gpt-99");
    expect(unknown).toEqual({ inputPerMillion: 1, outputPerMillion: 1, source: "configuration" });
  });
});

describe("costOf()", () => {
  const million = 1_000_000;
  const cost = (kind: string, model: string, usage: Omit<Parameters<typeof costOf>[0], "output_tokens">) =>
    costOf({ ...usage, output_tokens: 0 }, priceOf(entry({ kind }), model));

  test.each([
    ["anthropic", "claude-sonnet-4-5", 3, 0.3, 3.75],
    ["openai", "gpt-5.6-terra", 2, 0.2, 2.5],
    ["openai", "gpt-5.4-mini", 0.75, 0.075, 0.75],
    ["openai", "gpt-4o", 2.5, 1.25, 2.5],
  ])("takes what %s has for the cache of %s", (kind, model, plain, cached, kept) => {
    expect(cost(kind, model, { input_tokens: million })).toBeCloseTo(plain, 9);
    expect(cost(kind, model, { input_tokens: million, cached_tokens: million })).toBeCloseTo(cached, 9);
    expect(cost(kind, model, { input_tokens: million, cache_write_tokens: million })).toBeCloseTo(kept, 9);
    const mixed = { input_tokens: 4 * million, cached_tokens: 2 * million, cache_write_tokens: million };
    expect(cost(kind, model, mixed)).toBeCloseTo(plain + 2 * cached + kept, 9);
  });

  test("takes the full price where nobody knows what the cache costs, and nothing for no tokens", () => {
    const price = { inputPerMillion: 1, outputPerMillion: 2 };
    const usage = { input_tokens: million, cached_tokens: million / 2, output_tokens: million };
    expect(costOf(usage, price)).toBe(3);
    expect(
      costOf({ input_tokens: 0, cached_tokens: 5, output_tokens: 0 }, { ...price, cachedPerMillion: 0 }),
    ).toBe(0);
    expect(costOf(usage, null)).toBeNull();
  });
});

describe("costMaxOf()", () => {
  test("is never less than what it costs, whatever comes from the cache and goes there", () => {
    const usd = fc.double({ min: 0, max: 100, noNaN: true });
    const tokens = fc.nat(1_000_000);
    const price = fc.record({
      inputPerMillion: usd,
      cachedPerMillion: usd,
      cacheWritePerMillion: usd,
      outputPerMillion: usd,
    });
    fc.assert(
      fc.property(price, tokens, tokens, tokens, tokens, (known, plain, cached, kept, output) => {
        const usage = { input_tokens: plain + cached + kept, output_tokens: output };
        const cost = costOf({ ...usage, cached_tokens: cached, cache_write_tokens: kept }, known) ?? 0;
        expect(costMaxOf(usage, known)).toBeGreaterThanOrEqual(cost * (1 - 1e-9));
      }),
    );
  });
});
