import { describe, expect, test, vi } from "vitest";
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import { configuredProviders } from "../../../../actors/llm/providers/configured.ts";
import { llmSupervisor } from "../../../../supervisors/trees/llm.ts";
import { ask, talk } from "./adapters.ts";

const loaded = vi.hoisted((): string[] => []);

vi.mock("openai", (original) => {
  loaded.push("openai");
  return original();
});
vi.mock("@anthropic-ai/sdk", (original) => {
  loaded.push("anthropic");
  return original();
});
vi.mock("ollama", (original) => {
  loaded.push("ollama");
  return original();
});

const llm = {
  providers: {
    openai: { api_key: "k" },
    anthropic: { api_key: "k" },
    ollama: {},
    lm_studio: { base_url: "http://127.0.0.1:1234" },
    other: { kind: "openai", base_url: "http://127.0.0.1:1/v1/" },
    compatible: { kind: "openai_compatible", base_url: "http://127.0.0.1:1/v1" },
    play: { kind: "scripted", script: "answers.yaml" },
  },
};

describe("configuredProviders()", () => {
  test("gives each entry the adapter of its kind, and loads an SDK with the first request and not before", async () => {
    const providers = configuredProviders(llmConfiguration.parse(llm));
    expect([...providers].map(([name, { kind }]) => [name, kind])).toEqual([
      ["openai", "openai"],
      ["anthropic", "anthropic"],
      ["ollama", "ollama"],
      ["lm_studio", "lm_studio"],
      ["other", "openai"],
      ["compatible", "openai_compatible"],
      ["play", "scripted"],
    ]);
    expect(() => llmSupervisor(llmConfiguration.parse(llm), providers)).not.toThrow();
    expect(loaded).toEqual([]);
    const { provider } = await talk("ollama", { say: "Hi" });
    expect(loaded).toEqual([]);
    expect(await ask(provider)).toMatchObject({ text: "Hi" });
    expect(loaded).toEqual(["ollama"]);
  });
});
