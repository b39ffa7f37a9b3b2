import { describe, expect, test } from "vitest";
import { llmConfiguration } from "../../../../actors/llm/config.ts";
import { firstByteMsDefault, silenceMsDefault } from "../../../../actors/llm/limits.ts";
import { peerOf, shownUrl } from "../../../../actors/llm/providers/peer.ts";

function peer(name: string, entry: Readonly<Record<string, unknown>>, rest: object = {}) {
  const llm = llmConfiguration.parse({ providers: { [name]: entry }, ...rest });
  const configuration = llm.providers[name];
  if (configuration === undefined) throw new Error("There is no entry.");
  return peerOf(name, configuration, llm);
}

describe("peerOf()", () => {
  test.each([
    ["openai", "https://api.openai.com/v1", true],
    ["anthropic", "https://api.anthropic.com", true],
    ["ollama", "http://127.0.0.1:11434", false],
    ["lm_studio", "http://localhost:1234/v1", false],
  ])("knows where %s is, and whether it needs a key there", (kind, baseUrl, needsKey) => {
    expect(peer(kind, {})).toMatchObject({ entry: kind, kind, baseUrl, needsKey, secrets: [] });
    const elsewhere = peer(kind, { base_url: "http://10.0.0.1:8080/x/" });
    expect(elsewhere).toMatchObject({ baseUrl: "http://10.0.0.1:8080/x", needsKey: false });
  });

  test("takes the time limits of the entry before those for all, and those before the defaults", () => {
    const own = { first_byte_timeout_ms: 100, silence_timeout_ms: 200 };
    const all = { first_byte_timeout_ms: 300, silence_timeout_ms: 400 };
    expect(peer("ollama", own, all)).toMatchObject({ firstByteMs: 100, silenceMs: 200 });
    expect(peer("ollama", {}, all)).toMatchObject({ firstByteMs: 300, silenceMs: 400 });
    const defaults = { firstByteMs: firstByteMsDefault, silenceMs: silenceMsDefault };
    expect(peer("ollama", {})).toMatchObject(defaults);
  });

  test("says where a person sets the key", () => {
    expect(peer("anthropic", {}).keyPlace).toMatch(/ANTHROPIC_API_KEY.*llm\.providers\.anthropic\.api_key/);
    expect(peer("work", { kind: "openai" }).keyPlace).toBe("llm.providers.work.api_key");
    expect(peer("work", { kind: "openai", api_key_env: "WORK" }).keyPlace).toMatch(/WORK.*providers\.work/);
  });
});

describe("shownUrl()", () => {
  test("leaves out what may be a key", () => {
    const base_url = "https://models.example.com/v1?key=sk-canary#x";
    expect(shownUrl(peer("work", { kind: "openai", base_url }))).toBe("https://models.example.com/v1");
  });
});
