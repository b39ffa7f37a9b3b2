// Pipelines through the library: real files, a real parser, and a model that is a script behind real HTTP.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type App, aiex, PipelineFailed } from "../../../supervisors/aiex.ts";
import { type Reply, type ScriptedServer, startScriptedServer } from "../../actors/llm/scripted-server.ts";

let home = "";
let server: ScriptedServer;
let app: App;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "aiex-pipeline-"));
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

const by = { provider: "openai" };
const edit = (search: string, replace: string): Reply => ({
  say: `a.py\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`,
});
const explained = (file: string): Reply => ({
  say: JSON.stringify({
    summary: `About ${file}.`,
    claims: [{ title: "One", text: "It is so.", from_line: 1, to_line: 1 }],
  }),
});
const sent = (index: number): string => JSON.stringify(server.requests[index]?.body);

describe("A pipeline", () => {
  it("hands on what each step found, and the code as it would be", async () => {
    await opened(edit("x = eval(input())", "x = int(input())"), {
      say: "Here.\n```python\ndef test_x():\n    assert True\n```\n",
    });
    const document = await app.pipeline("analyze | refactor | test_generate coverage:0.9", {
      input: "a.py",
      ...by,
    });
    expect(document).toMatchObject({
      schema: "aiex.pipeline/1",
      spec: "analyze type:all | refactor type:all | test_generate coverage:0.9",
      status: "completed",
      complete: true,
      steps: [
        { step: 1, operation: "analyze", status: "done", result: { schema: "aiex.analysis/1" } },
        {
          step: 2,
          operation: "refactor",
          status: "done",
          result: { schema: "aiex.refactoring/1", run: null },
        },
        { step: 3, operation: "test_generate", status: "done" },
      ],
      result: { schema: "aiex.test_generation/1", file: "a.py" },
    });
    expect(document.quality_score).toBeGreaterThan(0);
    // The model that refactors knows what the analysis found; the one that tests sees what was proposed.
    expect(sent(0)).toContain("eval");
    expect(sent(0)).toContain("analyze of a.py");
    expect(sent(1)).toContain("x = int(input())");
    expect(sent(1)).not.toContain("x = eval(input())");
    expect(readFileSync(join(home, "a.py"), "utf8")).toBe("x = eval(input())\n");
  }, 60_000);

  it("does a step where its conditions hold, and passes over it else", async () => {
    await opened(explained("a.py"));
    const document = await app.pipeline("analyze | if:quality<0.01 refactor | unless:issues<1 explain", {
      ...{ input: "a.py", ...by },
    });
    expect(document.steps).toMatchObject([
      { status: "done" },
      { status: "skipped", reason: "if:quality<0.01 was not met.", result: null },
      { status: "done", result: { schema: "aiex.explanation/1" } },
    ]);
    expect(document.status).toBe("completed");
    expect(server.requests).toHaveLength(1);
  }, 60_000);

  it("repeats a step while its condition holds, measured anew each time", async () => {
    writeFileSync(join(home, "a.py"), "x = eval(input())\ny = eval(input())\n");
    await opened(
      edit("x = eval(input())", "x = int(input())"),
      edit("y = eval(input())", "y = int(input())"),
      { say: "Too often." },
    );
    const document = await app.pipeline("analyze type:security | while:issues>0 refactor max:5", {
      ...{ input: "a.py", ...by },
    });
    expect(document.steps[1]).toMatchObject({ status: "done", rounds: 2 });
    expect(sent(1)).toContain("x = int(input())");
  }, 60_000);

  it("goes through a folder file by file, each as a run of its own", async () => {
    mkdirSync(join(home, "src"));
    for (const name of ["a.py", "b.py", "c.py"]) writeFileSync(join(home, "src", name), `name = "${name}"\n`);
    await opened(explained("it"), explained("it"), explained("it"));
    const call = app.pipeline("analyze | explain | extract_insights", { input: "src", ...by });
    const document = await call;
    expect(document.steps[1]?.parts).toMatchObject(
      ["src/a.py", "src/b.py", "src/c.py"].map((name) => ({
        ...{ name, status: "done", run: expect.stringMatching(/^[a-z2-7]{16}$/) },
      })),
    );
    expect(document.steps[1]?.result).toMatchObject({
      schema: "aiex.parts/1",
      parts: ["src/a.py", "src/b.py", "src/c.py"].map((name) => ({ name, result: { file: name } })),
    });
    expect(server.requests).toHaveLength(3);
    const run = await app.runs.find(await call.run);
    expect(run).toMatchObject({ phase: "done", kind: "pipeline" });
    const { entries } = await app.runs.show(run.id);
    expect(entries.filter(({ type }) => type === "usage")).toHaveLength(3);
  }, 60_000);

  it("hands on what its parts have chosen, beside what was found before them", async () => {
    mkdirSync(join(home, "src"));
    writeFileSync(join(home, "src", "b.py"), "x = eval(input())\ny = eval(input())\n");
    await opened(explained("it"));
    const spec = "analyze | split by:file | analyze | filter_suggestions limit:1 | merge | explain";
    await app.pipeline(spec, { input: "src", ...by });
    expect(server.requests).toHaveLength(1);
    expect(sent(0)).toContain("filter_suggestions of src/b.py");
  }, 60_000);

  it("tells what its parts warn of, and why nothing came of them", async () => {
    mkdirSync(join(home, "src"));
    for (const name of ["a.py", "b.py"]) writeFileSync(join(home, "src", name), "x = 1\n");
    await opened({ say: "?" });
    const document = await app.pipeline("split by:file | if:weather==fine analyze", { input: "src" });
    expect(document.warnings).toEqual([
      expect.stringMatching(/^Step 1: In "src\/a.py" and 1 more of its parts: Step 2: .*weather/),
    ]);
    const parts = ["src/a.py", "src/b.py"].map((name) => {
      return { name, status: "done", reason: "if:weather==fine was not met.", result: null };
    });
    expect(document.result).toMatchObject({ parts });
  }, 60_000);

  it("saves what came before in the form that the name says, and takes it back", async () => {
    await opened({ say: "?" });
    const call = app.pipeline("analyze | save file:report.json | save file:report.md", { input: "a.py" });
    const document = await call;
    expect(document.result).toMatchObject({ schema: "aiex.analysis/1" });
    expect(JSON.parse(readFileSync(join(home, "report.json"), "utf8"))).toMatchObject({
      schema: "aiex.analysis/1",
    });
    expect(readFileSync(join(home, "report.md"), "utf8")).toContain("#");
    await expect(app.pipeline("analyze | save file:report.md", { input: "a.py" })).rejects.toMatchObject({
      code: "file_exists",
    });
    expect(await app.undo(await call.run)).toMatchObject({
      paths: expect.arrayContaining(["report.json", "report.md"]),
    });
  }, 60_000);

  it("fails with what was done until then, and is gone on with at the step that failed", async () => {
    await opened({ say: "No JSON." }, { say: "Nor this." }, explained("a.py"));
    const call = app.pipeline("analyze | explain", { input: "a.py", ...by });
    const failed: unknown = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(PipelineFailed);
    expect(failed).toMatchObject({
      code: "bad_answer",
      document: {
        status: "failed",
        steps: [{ status: "done" }, { status: "failed" }],
        quality_score: expect.any(Number),
      },
    });
    const id = await call.run;
    await app.runs.resume(id);
    const end = await app.runs.follow(id, { onQuestion: async ({ choices: [first] }) => first });
    expect(end.summary.phase).toBe("done");
    expect(end.output).toMatchObject({ document: { status: "completed" } });
    const { entries } = await app.runs.show(id);
    const finished = entries.filter((entry) => entry.type === "step_finished").map(({ step }) => step);
    expect(finished).toEqual(["1", "2", "end"]);
  }, 60_000);

  it("goes on behind a step that failed where it is told to, and says so", async () => {
    await opened({ say: "No JSON." }, { say: "Nor this." }, { say: "# A\n\nIt runs.\n" });
    const document = await app.pipeline("explain | document", {
      input: "a.py",
      continueOnError: true,
      ...by,
    });
    expect(document).toMatchObject({
      status: "partial",
      steps: [{ status: "failed", reason: expect.stringContaining("answered") }, { status: "done" }],
      result: { schema: "aiex.documentation/1" },
    });
  }, 60_000);

  it("works on a text that is no file", async () => {
    await opened({ say: "?" });
    const document = await app.pipeline(["analyze type:security"], {
      input: { name: "a.py", text: "eval(input())\n" },
    });
    expect(document).toMatchObject({ status: "completed", input: "a.py", steps: [{ operation: "analyze" }] });
  }, 60_000);

  it("goes through a file function by function", async () => {
    writeFileSync(join(home, "two.py"), "def one(x):\n    return x\n\ndef two(x):\n    return eval(x)\n");
    await opened({ say: "?" });
    const document = await app.pipeline("split by:function | analyze | merge", { input: "two.py" });
    expect(document.steps[0]?.parts.map(({ name }) => name)).toEqual(["two.py#one", "two.py#two"]);
    const { files } = document.result as { readonly files: readonly { readonly path: string }[] };
    expect(files.map(({ path }) => path)).toEqual(expect.arrayContaining(["two#one.py", "two#two.py"]));
  }, 60_000);

  it("is refused where it is wrong, or nobody could be asked", async () => {
    await opened({ say: "?" });
    await expect(app.pipeline("analyse | refctor", { input: "a.py" })).rejects.toMatchObject({
      ...{ code: "bad_specification", problems: [{ step: 2 }] },
      message: expect.stringContaining("refactor"),
    });
    await expect(app.pipeline("explain", { input: "a.py", provider: "none" })).rejects.toMatchObject({
      code: "unknown_provider",
    });
  }, 60_000);
});
