// Files of scripted answers: the forms that they may have, and what is said of those that are wrong.
import { describe, expect, it } from "vitest";
import { ProviderError } from "../../../../actors/llm/provider.ts";
import { ScriptedProvider } from "../../../../actors/llm/providers/scripted.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../../runtime/index.ts";

async function worldWith(content: string | Uint8Array, path = "/script"): Promise<SimulatedWorld> {
  const world = simulatedWorld({ seed: 1 });
  await world.files.writeFile(path, Buffer.from(content as string), { mode: 0o600 });
  return world;
}

/** What is answered to a message, by a provider with this script. Its parser is loaded for real, so nobody simulates time. */
async function said(content: string | Uint8Array, message = "Hello?"): Promise<string | ProviderError> {
  const world = await worldWith(content);
  const provider = new ScriptedProvider({ script: "/script" });
  const { signal } = new AbortController();
  try {
    const request = { messages: [{ role: "user" as const, content: message }] };
    return (await provider.complete(request, { signal, world })).text;
  } catch (thrown) {
    if (thrown instanceof ProviderError) return thrown;
    throw thrown;
  }
}

describe("A file of scripted answers", () => {
  it.each([
    ["YAML", "answers:\n  - when: Hello\n    say: Hi!\n  - say: [What, '?']\n"],
    ["JSON", JSON.stringify({ answers: [{ when: "Hello", say: "Hi!" }, { say: ["What", "?"] }] }, null, 2)],
    [
      "JSON in one line",
      JSON.stringify({ answers: [{ when: "Hello", say: "Hi!" }, { say: ["What", "?"] }] }),
    ],
    ["a line for each answer", '{"when":"Hello","say":"Hi!"}\n\n{"say":["What","?"]}\n'],
  ])("may be %s", async (_, content) => {
    expect(await said(content)).toBe("Hi!");
    expect(await said(content, "Good day")).toBe("What?");
  });

  it("is read although its last line was cut off", async () => {
    expect(await said('{"say":"Hi!"}\n{"say":"Hi ag')).toBe("Hi!");
  });

  it.each<readonly [string, string | Uint8Array, ...string[]]>([
    ["is empty", "", "all of it"],
    ["is no script", "hello", "all of it"],
    ["has no answers", "answers: []", "answers"],
    ["has a word too many", "answers: [{ say: Hi, than: k }]", "answers.0", "than"],
    ["has a number for a text", "answers: [{ when: 5, say: Hi }]", "answers.0.when"],
    ["ends in two ways", "answers: [{ cut: true, hang: true }]", "can end in one way"],
    ["has an unknown failure", "answers: [{ fail: { code: tired } }]", "answers.0.fail.code"],
    ["is no YAML", "answers: [{", "line 1"],
    ["has a broken line", '{"say":"a"}\n{"say"\n{"say":"b"}\n', "line 2 is no JSON object"],
    ["is nested without end", `answers: ${"[".repeat(100_000)}`, "cannot be played"],
    ["is binary", new Uint8Array(2_000).fill(200), "cannot be played"],
    ["is YAML without end", `answers:\n${"  - say: Hello\n".repeat(100_000)}`, "YAML of more than"],
    ["multiplies itself", `a: &a [x,x,x,x,x,x,x,x]\n${bombLines()}answers: *i\n`, "cannot be played"],
  ])("is refused where it %s, and says where", async (_, content, ...words) => {
    const failure = await said(content);
    expect(failure).toMatchObject({ code: "invalid_request", retryable: false });
    for (const word of words) expect((failure as Error).message).toContain(word);
    expect((failure as Error).message.length).toBeLessThan(1_000);
  });

  it("is looked for again with the next request where it was not there", async () => {
    const world = await worldWith("", "/other");
    const provider = new ScriptedProvider({ script: "/script" });
    const context = { signal: new AbortController().signal, world };
    await expect(provider.models(context)).rejects.toThrow("there is nothing at this path");
    const bytes = new TextEncoder().encode("answers: [{ say: Hi }]");
    await world.files.writeFile("/script", bytes, { mode: 0o600 });
    expect(await provider.models(context)).toHaveLength(1);
  });
});

/** Aliases of aliases: eight to the ninth values. */
function bombLines(): string {
  return [..."bcdefghi"]
    .map((name, index) => `${name}: &${name} [${Array(8).fill(`*${"abcdefgh"[index]}`)}]\n`)
    .join("");
}
