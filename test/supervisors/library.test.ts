// The library's short way: calls that are awaited and iterated, conversations with their consent, and what closing leaves behind.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type App, aiex } from "../../supervisors/aiex.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../actors/llm/scripted-server.ts";

let home = "";
let server: ScriptedServer;
let app: App;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "aiex-library-"));
  writeFileSync(join(home, "a.py"), "x = eval(input())\n");
});

afterEach(async () => {
  await app.close();
  await server.stop();
  rmSync(home, { recursive: true, force: true });
});

async function opened(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const openai = { api_key: "sk-test", base_url: server.baseUrl("openai") };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify({ llm: { providers: { openai } } }), {
    mode: 0o600,
  });
  app = await aiex.open({ home, directory: home, env: {} });
}

const look = { say: "I look.", calls: [{ name: "read_file", json: '{"path":"a.py"}' }] };

describe("A call", () => {
  it("gives its result, and its events from the first on, however often it is iterated", async () => {
    await opened({ say: "?" });
    const call = app.analyze("a.py");
    const report = await call;
    expect(report.files.map(({ path }) => path)).toEqual(["a.py"]);
    for (let round = 0; round < 2; round += 1) {
      const types: string[] = [];
      for await (const { type } of call) types.push(type);
      expect([types[0], types.at(-1)]).toEqual(["accepted", "done"]);
    }
    const [first] = await app.runs.list();
    expect(first?.id).toBe(await call.run);
    expect(server.requests).toEqual([]);
  }, 60_000);

  it("rejects with a code where it cannot be, was cancelled, or was not begun", async () => {
    await opened({ say: "?", stallAfter: "request" });
    await expect(app.analyze("gone.py")).rejects.toMatchObject({ code: "file_not_found" });
    await expect(app.explain({ file: "a.py", provider: "none" })).rejects.toMatchObject({
      code: "unknown_provider",
    });
    const none = { provider: "none" };
    const requirements = "Adds two numbers.";
    for (const refused of [
      app.refactor({ file: "a.py", ...none }),
      app.generate({ type: "function", requirements, context: "a.py", ...none }),
      app.testGenerate({ file: "a.py", ...none }),
      app.document({ file: "a.py", ...none }),
      app.documentComments({ file: "a.py", ...none }),
    ])
      await expect(refused).rejects.toMatchObject({ code: "unknown_provider" });
    const call = app.explain({ file: "a.py", provider: "openai" });
    await server.request(0);
    await call.cancel();
    await expect(call).rejects.toMatchObject({ code: "run_cancelled" });
    const signal = AbortSignal.abort(new Error("No."));
    await expect(app.analyze("a.py", { signal })).rejects.toThrow("No.");
  }, 60_000);

  it("lets its run go where it is aborted, to be gone on with", async () => {
    await opened({ say: "?", stallAfter: "request" });
    const abort = new AbortController();
    const call = app.explain({ file: "a.py", provider: "openai", signal: abort.signal });
    await server.request(0);
    abort.abort(new Error("Enough."));
    await expect(call).rejects.toThrow("Enough.");
    expect((await app.runs.find(await call.run)).phase).toBe("interrupted");
  }, 60_000);
});

describe("What a model does with code", () => {
  const text = (): string => readFileSync(join(home, "a.py"), "utf8");
  const block = (search: string, replace: string): Reply => ({
    say: `a.py\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`,
  });
  const fenced = (code: string): Reply => ({ say: `Here.\n\`\`\`python\n${code}\`\`\`\n` });
  const by = { provider: "openai" };

  it("comes back as its documents", async () => {
    const claims = [{ title: "Eval", text: "It runs input.", from_line: 1, to_line: 1 }];
    const tests = "def test_a():\n    assert True\n";
    await opened(
      { say: JSON.stringify({ summary: "It evaluates.", claims }) },
      fenced(tests),
      { say: "# A\n\nIt runs.\n\n## `x`\n\nA value.\n" },
      fenced("def add(a, b):\n    return a + b\n"),
    );
    expect(await app.explain({ file: "a.py", ...by })).toMatchObject({ claims, complete: true });
    const coverage = 0.9;
    expect(await app.testGenerate({ file: "a.py", coverage, ...by })).toMatchObject({
      code: tests,
      coverage: { goal: coverage, measured: null },
      path: null,
    });
    expect(await app.document({ file: "a.py", ...by })).toMatchObject({ title: "A", sections: ["x"] });
    const requirements = "Adds two numbers.";
    const made = await app.generate({ type: "function", requirements, output: "b.py", ...by });
    expect(made).toMatchObject({ path: "b.py", language: "python" });
    expect(readFileSync(join(home, "b.py"), "utf8")).toBe(made.code);
  }, 60_000);

  it("changes files where that is asked for, and is taken back", async () => {
    const line = "x = eval(input())";
    await opened(block(line, "x = input()"), block(line, `# What is typed.\n${line}`));
    const seen = await app.refactor({ file: "a.py", ...by });
    expect(seen).toMatchObject({ mode: "preview", run: null, files: [{ added: 1, removed: 1 }] });
    expect(text()).toBe(`${line}\n`);
    const call = app.documentComments({ file: "a.py", mode: "apply", ...by });
    expect(await call).toMatchObject({ schema: "aiex.comments/1", files: [{ applied: true }] });
    expect(text()).toBe(`# What is typed.\n${line}\n`);
    expect(await app.undo()).toEqual({ run: await call.run, paths: ["a.py"] });
    expect(text()).toBe(`${line}\n`);
    await expect(app.undo()).rejects.toMatchObject({ name: "ChangesRefused" });
  }, 60_000);
});

describe("A conversation", () => {
  it("shows the model nothing of the project that is not permitted", async () => {
    await opened(look, { say: "Nothing." }, look, { say: "A call of eval." });
    const talk = await app.chat({ provider: "openai" });
    const denied = await talk.say("What is in it?");
    expect(denied).toMatchObject({ text: "I look.\n\nNothing.", tools: [{ name: "read_file", ok: false }] });
    await talk.close();
    expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain("eval(");
    const asked: string[] = [];
    const open = await app.chat({
      provider: "openai",
      onPermission: ({ tool, path }) => {
        asked.push(`${tool} ${path}`);
        return true;
      },
    });
    const saying = open.say("And now?");
    const types: string[] = [];
    for await (const { type } of saying) if (types.at(-1) !== type) types.push(type);
    expect(types).toEqual(["text", "tool", "text"]);
    expect((await saying).tools).toMatchObject([{ ok: true }]);
    expect(asked).toEqual(["read_file a.py"]);
    await open.close();
  }, 60_000);

  it("has no file changed that is not agreed to", async () => {
    const edits = [{ search: "eval(input())", replace: "input()" }];
    const json = JSON.stringify({ path: "a.py", edits, content: null });
    const change = { say: "So:", calls: [{ name: "propose_change", json }] };
    await opened(change, { say: "No?" }, change, { say: "Done." });
    const careful = await app.chat({ provider: "openai", allow: "read" });
    expect((await careful.say("Mend it.")).tools).toMatchObject([{ name: "propose_change", ok: false }]);
    expect(readFileSync(join(home, "a.py"), "utf8")).toBe("x = eval(input())\n");
    await careful.close();
    const open = await app.chat({
      provider: "openai",
      onChange: ({ path, diff }) => path === "a.py" && diff.includes("+x = input()"),
    });
    expect((await open.say("Mend it.")).tools).toMatchObject([{ ok: true }]);
    expect(readFileSync(join(home, "a.py"), "utf8")).toBe("x = input()\n");
    await open.close();
  }, 60_000);

  it("answers one thing after the other, and is kept when it is left", async () => {
    await opened({ say: "One." }, { say: "Two." });
    const talk = await app.chat({ provider: "openai" });
    const answers = await Promise.all([talk.say("1?"), talk.say("2?")]);
    expect(answers.map(({ text }) => text)).toEqual(["One.", "Two."]);
    await talk.close();
    await expect(talk.say("3?")).rejects.toMatchObject({ code: "left" });
    expect((await app.runs.find(talk.run)).phase).toBe("interrupted");
  }, 60_000);

  it("keeps what there is of an answer that is cut short", async () => {
    await opened({ say: ["Half ", "an "], stallAfter: 2 });
    const talk = await app.chat({ provider: "openai" });
    const saying = talk.say("Well?");
    for await (const { type } of saying) if (type === "text") break;
    await talk.cutShort();
    const { text, failure } = await saying;
    expect([text.startsWith("Half"), failure?.code]).toEqual([true, "interrupted"]);
    await talk.close();
  }, 60_000);
});
