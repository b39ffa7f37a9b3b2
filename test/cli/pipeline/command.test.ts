// `aiex pipeline --spec`: what is asked for, what is printed and written, and how it ends, with runs that are played.
import { describe, expect, it } from "vitest";
import { pipelineNews } from "../../../actors/pipeline/news.ts";
import type { PipelineDocument } from "../../../actors/pipeline/outcome.ts";
import type { Kept, RunFact } from "../../../actors/runs/run-entry.ts";
import { PipelineView } from "../../../cli/followed-pipeline.ts";
import { report, runOn, type StageOptions, stage } from "../fixtures.ts";
import { done, grow, ScriptedRuns, scriptedRun } from "../runs-stage.ts";

type Step = PipelineDocument["steps"][number];

function step(number: number, operation: string, over: Partial<Step> = {}): Step {
  return {
    step: number,
    operation,
    status: "done",
    reason: null,
    rounds: 1,
    parts: [],
    result: null,
    ...over,
  };
}

const analysis = report({ quality: 0.65, quality_score: 6.5 }) as unknown as Record<string, unknown>;
const explanation: Record<string, unknown> = {
  ...{ schema: "aiex.explanation/1", file: "src/app.py", language: "python", lines: 3, level: "basic" },
  ...{ focus: "comprehensive", summary: "Adds numbers.", claims: [], dropped: 0, complete: true },
};

function document(over: Partial<PipelineDocument> = {}): PipelineDocument {
  return {
    ...{ schema: "aiex.pipeline/1", spec: "analyze | explain", mode: "sequential", input: "src" },
    ...{ status: "completed", quality: 0.65, quality_score: 6.5, complete: true },
    steps: [step(1, "analyze", { result: analysis }), step(2, "explain", { result: explanation })],
    ...{ result: explanation, warnings: [], run: "newrunbaaaaaaaaa" },
    ...over,
  };
}

/** A pipeline that comes to a document, after what else its run says. */
function played(over: Partial<PipelineDocument> = {}, facts: readonly RunFact[] = []): ScriptedRuns {
  return new ScriptedRuns([], {
    onRead: (run) => {
      for (const fact of facts) grow(run, fact);
      grow(run, done({ document: document(over), flow: null }));
    },
  });
}

async function ran(line: readonly string[], options: StageOptions = {}) {
  const scene = stage({ runs: played(), ...options });
  const code = await runOn(scene, ["pipeline", "--spec", "analyze | explain", ...line]);
  const { pipelineOrders, world } = scene;
  return { code, out: scene.stdout(), err: scene.stderr(), orders: pipelineOrders, world, scene };
}

const terminal: StageOptions = { isTTY: true, columns: 80, env: { NO_COLOR: "1" } };

describe("aiex pipeline --spec (M-PIPE-1)", () => {
  it("asks for what the options say", async () => {
    const { orders, code } = await ran([
      ...["--input", "lib/module.ex", "--mode", "parallel", "--continue-on-error", "--strict"],
      ...["--provider", "openai", "--model", "m", "--max-cost", "2", "--deadline", "10m", "--session", "s"],
    ]);
    expect(code).toBe(0);
    expect(orders[0]).toMatchObject({
      ...{ spec: "analyze | explain", input: { kind: "path", path: "lib/module.ex" }, mode: "parallel" },
      ...{ continueOnError: true, strict: true, provider: "openai", model: "m" },
      ...{ costUsdMax: 2, deadlineMs: 600_000, session: { name: "s" }, noModel: false },
    });
  });

  it("takes options in snake_case, the folder at hand where no input is named, and code from a pipe", async () => {
    expect((await ran(["--continue_on_error"])).orders[0]).toMatchObject({
      ...{ continueOnError: true, mode: "sequential", input: { kind: "path", path: "." } },
    });
    const stdin = (async function* () {
      yield new TextEncoder().encode("x = 1\n");
    })();
    const { orders } = await ran(["--input", "-", "--stdin-name", "a.py"], { stdin });
    expect(orders[0]?.input).toEqual({ kind: "text", name: "a.py", text: "x = 1\n" });
  });

  it("prints JSON where nobody is at a terminal, so that a program can read a gate (M-PIPE-6)", async () => {
    const { out, code } = await ran([]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(document());
  });

  it("prints a line for each step and the latest result on a terminal", async () => {
    const { out } = await ran([], terminal);
    expect(out).toContain("Pipeline: analyze | explain\n  done     1 analyze\n  done     2 explain\n");
    expect(out).toContain("All of it was done, quality score 6.5/10.");
    expect(out).toContain("Adds numbers.");
  });

  it("tells why steps failed or were skipped, and which parts did", async () => {
    const part = { run: "r", node: "beta", result: null } as const;
    const steps = [
      step(1, "analyze", { status: "skipped", reason: "if:quality<0.8 was not met." }),
      step(2, "explain", {
        rounds: 2,
        parts: [
          { ...part, name: "a.py", status: "done", reason: null },
          { ...part, name: "b.py", status: "failed", reason: "No\u001b[2J answer." },
        ],
      }),
    ];
    const { out, code } = await ran([], { ...terminal, runs: played({ steps, status: "partial" }) });
    expect(code).toBe(3);
    expect(out).toContain("  skipped  1 analyze\n           if:quality<0.8 was not met.\n");
    expect(out).toContain(
      "  done     2 explain, 2 times, 1 of 2 parts\n           b.py: No\\x1b[2J answer.\n",
    );
  });

  it("chooses the format by the extension of --output, or by its word", async () => {
    const markdown = (await ran(["--output", "markdown"])).out;
    expect(markdown).toContain("# Pipeline\n\n`analyze | explain`");
    expect(markdown).toContain("| 2 | explain | done |");
    expect(markdown).toContain("\n## Step 1: analyze\n");
    const { code, out, err, world } = await ran(["--output", "/report.json"]);
    expect([code, out]).toEqual([0, ""]);
    expect(err).toContain("Wrote the result to /report.json.");
    const written = new TextDecoder().decode(
      await world.files.readFile("/report.json", { bytesMax: 100_000 }),
    );
    expect(JSON.parse(written)).toEqual(document());
  });

  it("takes ndjson for a format where --output names it too", async () => {
    const { out, world, code } = await ran(["--output", "ndjson"]);
    expect(code).toBe(0);
    expect(JSON.parse(out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ type: "result" });
    await expect(world.files.status("ndjson")).rejects.toThrow();
    expect((await ran(["--output", "ndjson", "--format", "ndjson"])).out).toBe(out);
    const two = await ran(["--output", "ndjson", "--format", "text"]);
    expect(two.code).toBe(2);
    expect(two.err).toContain("name two formats");
  });

  it("says what to give in place of standard input that cannot be read", async () => {
    // biome-ignore lint/correctness/useYield: an input that fails before it gives anything.
    const stdin = (async function* (): AsyncGenerator<Uint8Array> {
      throw new Error("EISDIR");
    })();
    const { code, err } = await ran(["--input", "-"], { stdin });
    expect(code).toBe(1);
    expect(err).toContain("Give a file or a directory by its path");
    expect(err).not.toContain("--file");
  });

  it("is the page alone as Markdown, where its last step makes one", async () => {
    const page = { schema: "aiex.page/1", title: "T", markdown: "# T\n\nText.\n" };
    const runs = played({ result: page, steps: [step(1, "format_markdown", { result: page })] });
    expect((await ran(["--output", "markdown"], { runs })).out).toBe("# T\n\nText.\n");
  });

  it("prints events for programs, and what it came to as the last line", async () => {
    const { out } = await ran(["--format", "ndjson"], terminal);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const line of lines)
      expect(Object.keys(line).slice(0, 6)).toEqual(["v", "seq", "ts", "run", "node", "type"]);
    expect(lines.map(({ type }) => type)).toEqual(["accepted", "owned", "done", "result"]);
    expect(lines.at(-1).result).toEqual(document());
  });

  it("says on standard error how each step ended, and what the run says where that is wanted", async () => {
    const facts: readonly RunFact[] = [
      { type: "step_started", step: "1", operation: "pipeline.step", attempt: 1 },
      { type: "step_finished", step: "1", output: { value: { status: "done" } }, added: 0 },
    ];
    const plain = await ran([], { runs: played({}, facts) });
    expect(plain.err).toBe("done     step 1 of 2, analyze: 1 s\n");
    const verbose = await ran(["--verbose"], { runs: played({}, facts) });
    expect(verbose.err).toContain("step 1 began\n");
    expect(verbose.err).toContain("step 1 is done\n");
  });

  it("shows results as they come where it is streamed, and each once (M-PIPE-4)", async () => {
    const output = { value: { status: "done", result: explanation } };
    const facts: readonly RunFact[] = [{ type: "step_finished", step: "2", output, added: 0 }];
    const words = ["--mode", "streaming", "--format", "text"];
    const { out } = await ran(words, { runs: played({}, facts) });
    expect(out.split("Adds numbers.")).toHaveLength(2);
    expect(out.indexOf("Adds numbers.")).toBeLessThan(out.indexOf("Pipeline: analyze"));
  });

  it("shows the result of each file of a folder as it comes", async () => {
    const part = (name: string, result: unknown): RunFact => {
      const value = { end: { ok: true, output: { document: { schema: "aiex.pipeline/1", result } } } };
      return { type: "outcome", effect: `0/part ${name}`, fate: "done", found: false, value: { value } };
    };
    const output = { value: { status: "done", result: { schema: "aiex.parts/1", parts: [] } } };
    const facts: readonly RunFact[] = [
      part("src/a.py", explanation),
      part("src/b/part c.py", explanation),
      { type: "step_finished", step: "0", output, added: 0 },
    ];
    const { out } = await ran(["--mode", "streaming", "--format", "text"], { runs: played({}, facts) });
    expect(out).toMatch(
      /^src\/a\.py\n.*Adds numbers\..*\nsrc\/b\/part c\.py\n.*Adds numbers\..*\nPipeline: /s,
    );
    expect(out.split("Adds numbers.")).toHaveLength(3);
  });

  it("shows the results of all steps for each file of a folder", async () => {
    const steps = [step(1, "analyze", { result: analysis }), step(2, "explain", { result: explanation })];
    const whole = { schema: "aiex.pipeline/1", result: explanation, steps };
    const value = { value: { end: { ok: true, output: { document: whole } } } };
    const runs = played({}, [
      { type: "outcome", effect: "0/part src/a.py", fate: "done", found: false, value },
    ]);
    const { out } = await ran(["--mode", "streaming", "--format", "text"], { runs });
    expect(out).toMatch(/^src\/a\.py\n.*Quality Score: 6\.5\/10.*Adds numbers\..*\nPipeline: /s);
  });

  it("names the parts of a result that was merged, and those that have none", async () => {
    const result = {
      schema: "aiex.combined/1",
      results: [{ step: 2, operation: "explain", name: "src/a.py", result: explanation }],
      failed: [{ name: "src/b.py", reason: "No\u001b[2J answer." }],
    };
    const { out } = await ran([], { ...terminal, runs: played({ result }) });
    expect(out).toMatch(/\nsrc\/a\.py\n.*Adds numbers\..*\nsrc\/b\.py\n.*No\\x1b\[2J answer\./s);
  });

  it("tells all that is wrong with a pipeline, and runs nothing", async () => {
    const scene = stage({});
    expect(await runOn(scene, ["pipeline", "--spec", "anlyze | explain levl:x"])).toBe(2);
    expect(scene.stderr()).toContain("  anlyze | explain levl:x\n  ^^^^^^\n");
    expect(scene.stderr()).toContain("2 problems: nothing is run.");
    expect([scene.stdout(), scene.pipelineOrders]).toEqual(["", []]);
  });

  it("checks it alone with --validate", async () => {
    const { out, orders, code } = await ran(["--validate", "--input", "-"], terminal);
    expect([code, orders]).toEqual([0, []]);
    expect(out).toContain("ok  2 steps, 1 of them with a model");
    expect(JSON.parse((await ran(["--validate", "--input", "-"])).out)).toMatchObject({ ok: true });
  });
});

describe("PipelineView", () => {
  it("shows the steps that the run has, where a workflow stood for them", async () => {
    const scene = stage({});
    const steps = [{ id: "1", word: "workflow", text: "workflow template:tidy" }];
    const view = new PipelineView(scene.host, { steps, isVerbose: false, stream: undefined });
    const spec = "analyze type:all | save file:a.md";
    const end = { id: "end", operation: "pipeline.end", input: { spec, steps: [], begin: {} } };
    const run = scriptedRun({ kind: "pipeline", plan: { value: { steps: [end], result: "end" } } });
    grow(run, { type: "step_finished", step: "2", output: { value: { status: "done" } }, added: 0 });
    view.begun(run.id, new ScriptedRuns([run]));
    for (const entry of run.entries) await view.entry(entry);
    expect(scene.stderr()).toBe("done     step 2 of 2, save file:a.md\n");
  });

  it("tells how a step and its parts ended, however large their records are", async () => {
    const part = { end: { ok: true, output: { document: { status: "partial", result: explanation } } } };
    const kept: Readonly<Record<string, unknown>> = {
      record: { status: "failed", reason: "The disk is full.", result: null, parts: [] },
      part,
    };
    const facts: readonly RunFact[] = [
      { type: "step_started", step: "1", operation: "pipeline.step", attempt: 1 },
      { type: "told", step: "1", name: pipelineNews.parts, about: { step: 1, total: 3 } },
      {
        ...{ type: "outcome", effect: "1/part a.py", fate: "done", found: false },
        value: { blob: "part", bytes: 50_000 },
      },
      { type: "step_finished", step: "1", output: { blob: "record", bytes: 50_000 }, added: 0 },
    ];
    class Keeping extends ScriptedRuns {
      override async value(id: string, given: Kept): Promise<unknown> {
        return "blob" in given ? kept[given.blob] : super.value(id, given);
      }
    }
    const runs = new Keeping([], {
      onRead: (run) => {
        for (const fact of facts) grow(run, fact);
        grow(run, done({ document: document({ status: "partial" }), flow: null }));
      },
    });
    const { err, out } = await ran(["--mode", "streaming", "--format", "text"], { runs });
    expect(err).toContain("failed   step 1 of 2, analyze: 3 s, 0 of 3 parts, 1 failed, The disk is full.\n");
    expect(out).toContain("a.py\n");
  });
});

describe("how aiex pipeline ends", () => {
  it.each([
    ["done", {}, [], 0],
    ["with failed steps", { status: "partial" }, [], 3],
    ["with failed steps, whatever the score is", { status: "partial" }, ["--fail-under", "9"], 3],
    ["with a score that is good enough", {}, ["--fail-under", "6"], 0],
    ["with a score that is not", {}, ["--fail-under", "7"], 4],
    ["without a score", { quality_score: null, complete: null }, ["--fail-under", "7"], 4],
    ["with a part of the input missing", { complete: false }, [], 0],
    ["with that, and a gate", { complete: false }, ["--fail-under", "6"], 7],
    ["with that, and a gate that takes it", { complete: false }, ["--fail-under", "6", "--allow-partial"], 0],
    [
      "with a part of an answer",
      { steps: [step(1, "explain", { result: { ...explanation, complete: false } })] },
      [],
      7,
    ],
  ] satisfies readonly (readonly [string, Partial<PipelineDocument>, readonly string[], number])[])(
    "%s",
    async (_, over, words, code) => {
      expect((await ran(words, { runs: played(over) })).code).toBe(code);
    },
  );

  it.each([
    ["step_failed", 1],
    ["declined", 5],
    ["answer_needed", 5],
    ["budget", 6],
    ["no_provider", 69],
    ["all_unavailable", 69],
    ["deadline", 124],
  ])("as %s says where that ended it, with what was done until then", async (code, exit) => {
    const runs = new ScriptedRuns([], {
      onRead: (run) => void grow(run, { type: "failed", code, message: "It is over.", step: "1" }),
    });
    const ended = await ran([], { runs });
    expect(ended.code).toBe(exit);
    expect(JSON.parse(ended.out)).toMatchObject({
      ...{ status: "failed", quality_score: null, result: null },
      steps: [{ step: 1, operation: "analyze", status: "failed", reason: "It is over." }],
    });
    expect(ended.err).toContain("It is over.");
  });

  it("says what ended it: a step, or what bounds all of it", async () => {
    const ended = async (fact: RunFact) => {
      const runs = new ScriptedRuns([], { onRead: (run) => void grow(run, fact) });
      return (await ran([], { ...terminal, runs })).out;
    };
    const failed = { type: "failed", message: "It is over." } as const;
    expect(await ended({ ...failed, code: "step_failed", step: "1" })).toContain(
      "A step failed, and that was the end.",
    );
    expect(await ended({ ...failed, code: "deadline" })).toContain("It ended before all of it was done.");
  });

  it.each([
    [["pipeline", "analyze | explain"], "It is run with aiex pipeline --spec SPEC."],
    [["pipeline", "vlidate", "analyze"], "Did you mean aiex pipeline validate?"],
    [["pipeline"], "--spec is missing"],
    [["pipeline", "--spec", "analyze", "more"], 'Unexpected "more"'],
    [["pipeline", "--spec", "analyze", "--mode", "paralel"], "Did you mean --mode parallel?"],
  ])("with 2 for %j, and says what to write", async (words, said) => {
    const scene = stage({});
    expect(await runOn(scene, words)).toBe(2);
    expect(scene.stderr()).toContain(said);
  });
});
