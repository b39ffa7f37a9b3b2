// Who reviews: nobody unasked, and never another than the one that was meant.
import { describe, expect, test } from "vitest";
import { simulatedWorld } from "../../runtime/worlds/simulated.ts";
import { loadConfiguration } from "../../supervisors/config.ts";
// Loaded before: nothing is loaded in simulated time.
import "../../supervisors/config/yaml-settings.ts";
import { chooseReviewer, type ReviewerChoice, UnknownProvider } from "../../supervisors/reviewer.ts";

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly yaml?: string;
  readonly choice?: Partial<ReviewerChoice>;
}

async function chosen({ env = {}, yaml, choice = {} }: Given) {
  const world = simulatedWorld();
  if (yaml !== undefined) {
    const files = world.files as unknown as { putFile(path: string, text: string): void };
    files.putFile("/home/ada/.config/aiex/config.yaml", yaml);
  }
  const configuration = await world.until(loadConfiguration({ world, env, home: "/home/ada" }));
  return chooseReviewer(configuration, { isOneFile: false, ...choice });
}

const key = { OPENAI_API_KEY: "sk-x" };
const inFile =
  "llm:\n  providers:\n    work: { kind: openai, model: m, api_key: k, base_url: 'http://gate.example:8443/v1' }\n";

describe("chooseReviewer()", () => {
  test.each<[string, Given, string | undefined]>([
    ["nobody where nothing is set up", { choice: { isOneFile: true } }, undefined],
    ["the key in the environment for one file", { env: key, choice: { isOneFile: true } }, "openai"],
    ["nobody for a directory by a key alone", { env: key }, undefined],
    ["nobody by a key in the file alone", { yaml: inFile, choice: { isOneFile: true } }, undefined],
    ["the configured default for a directory", { yaml: `${inFile}  default_provider: work\n` }, "work"],
    [
      "the default of the environment for a directory",
      { env: { ...key, AIEX_DEFAULT_PROVIDER: "openai" } },
      "openai",
    ],
    ["the one that is named", { yaml: inFile, choice: { provider: "work" } }, "work"],
    [
      "the one that is named before the default",
      { env: { ...key, AIEX_DEFAULT_PROVIDER: "openai" }, yaml: inFile, choice: { provider: "work" } },
      "work",
    ],
    [
      "a local server that the environment names",
      { env: { AIEX_OLLAMA_HOST: "http://localhost:11434" }, choice: { isOneFile: true } },
      "ollama",
    ],
    [
      "the first in the order of failover",
      { env: { ...key, ANTHROPIC_API_KEY: "k" }, choice: { isOneFile: true } },
      "anthropic",
    ],
    [
      "the one with the smallest priority",
      {
        env: { ...key, ANTHROPIC_API_KEY: "k" },
        yaml: "llm: { providers: { openai: { priority: 1 } } }",
        choice: { isOneFile: true },
      },
      "openai",
    ],
  ])("is %s", async (_, given, provider) => {
    expect((await chosen(given))?.provider).toBe(provider);
  });

  test("knows host, model, price and place", async () => {
    expect(await chosen({ env: key, choice: { provider: "openai" } })).toMatchObject({
      kind: "openai",
      host: "api.openai.com",
      place: "network",
      model: expect.stringContaining("gpt"),
      price: { inputPerMillion: expect.any(Number) },
    });
    const work = { yaml: inFile, choice: { provider: "work" } };
    expect(await chosen(work)).toMatchObject({ host: "gate.example:8443", model: "m", price: null });
    const other = { ...work, choice: { provider: "work", model: "gpt-4o" } };
    expect(await chosen(other)).toMatchObject({ model: "gpt-4o", price: { inputPerMillion: 2.5 } });
    const local = { env: { AIEX_OLLAMA_HOST: "http://localhost:11434" }, choice: { isOneFile: true } };
    expect(await chosen(local)).toMatchObject({
      model: null,
      place: "machine",
      price: { inputPerMillion: 0, outputPerMillion: 0 },
    });
  });

  test.each([
    ["nobody", {}, "no_provider", /"nobody".*There are none yet.*OPENAI_API_KEY/],
    ["opneai", key, "unknown_provider", /"opneai".*The entries are: openai\./],
    ["__proto__", key, "unknown_provider", /__proto__/],
  ] as const)("refuses the unknown name %s in words", async (provider, env, code, message) => {
    const refused = chosen({ env, choice: { provider } });
    await expect(refused).rejects.toThrow(UnknownProvider);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each([
    ["nothing is set up", {}, "no_provider", /The model "m".*--provider.*There are none yet/],
    ["only a key is there and a directory is named", key, "unknown_provider", /The entries are: openai\./],
  ] as const)("refuses a model where %s", async (_, env, code, message) => {
    const refused = chosen({ env, choice: { model: "m" } });
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
