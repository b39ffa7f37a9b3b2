import { describe, expect, test } from "vitest";
import { labelsOf, llmConfiguration } from "../../../actors/llm/config.ts";
import { spreadingDefaults } from "../../../actors/llm/spreading.ts";

function problems(given: unknown): readonly string[] {
  const result = llmConfiguration.safeParse(given);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

function entry(given: Readonly<Record<string, unknown>>): readonly string[] {
  return problems({ providers: { one: { kind: "openai", ...given } } });
}

describe("llmConfiguration", () => {
  test("takes all that can be said of a provider", () => {
    const said = {
      labels: "fast, private",
      rate_limit: { requests_per_minute: 60, tokens_per_minute: 100_000, burst_size: 10 },
      max_tokens: 4_000,
      context_tokens: 128_000,
      api_key_file: "/run/secrets/key",
    };
    expect(entry(said)).toEqual([]);
  });

  test("wants an address for the kind openai_compatible and a script for the kind scripted", () => {
    expect(entry({ kind: "openai_compatible" })).toEqual([
      "providers.one.base_url: must be given for the kind openai_compatible",
    ]);
    expect(entry({ kind: "openai_compatible", base_url: "http://localhost:8000/v1" })).toEqual([]);
    expect(entry({ kind: "scripted" })).toEqual([
      "providers.one.script: must be given for the kind scripted",
    ]);
    expect(entry({ kind: "scripted", script: "/demo.yaml" })).toEqual([]);
    expect(entry({ script: "/demo.yaml" })).toEqual(["providers.one.script: is for the kind scripted alone"]);
  });

  test("makes no entry of a name that says too little", () => {
    for (const name of ["openai_compatible", "scripted"])
      expect(problems({ default_provider: name })).toEqual([
        "default_provider: must be an entry of llm.providers or a kind: openai, anthropic, ollama, lm_studio",
      ]);
    expect(llmConfiguration.parse({ default_provider: "ollama" }).providers.ollama?.kind).toBe("ollama");
  });

  test.each([
    { labels: "a b" },
    { labels: "" },
    { labels: "a,,b" },
    { labels: Array.from({ length: 17 }, (_, index) => `l${index}`).join(",") },
    { labels: ["a"] },
    { max_tokens: 0 },
    { context_tokens: 1.5 },
    { api_key_file: "" },
    { rate_limit: { requests_per_minute: 0 } },
    { rate_limit: { per_hour: 1 } },
  ])("refuses %j", (given) => {
    expect(entry(given)).toHaveLength(1);
  });

  test.each([
    { backoff_factor: 0.5 },
    { budgets: { per_day_usd: -1 } },
    { budgets: { per_week_usd: 1 } },
    { circuit_breaker: { failure_rate: 0 } },
    { circuit_breaker: { failure_rate: 1.1 } },
    { circuit_breaker: { window_requests: 1 } },
    { circuit_breaker: { slow_call_ms: 1 } },
  ])("refuses %j of all of them", (given) => {
    expect(problems(given)).toHaveLength(1);
  });

  test("takes a budget of nothing for one", () => {
    expect(llmConfiguration.parse({ budgets: { per_day_usd: 0 } }).budgets).toEqual({ per_day_usd: 0 });
  });
});

test("labelsOf() gives each label once", () => {
  expect(labelsOf({ labels: "a, b,a" })).toEqual(["a", "b"]);
  expect(labelsOf({})).toEqual([]);
});

test("spreadingDefaults prefer what is near", () => {
  expect(spreadingDefaults).toMatchObject({
    load_balance_strategy: "round_robin",
    prefer_local_provider: true,
  });
});
