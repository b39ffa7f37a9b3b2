// `aiex workflow run` and `aiex ai workflow`: what is asked for, with runs that are played.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realWorld } from "../../runtime/worlds/real.ts";
import { trustBook } from "../../supervisors/config/project-file.ts";
import { workflowBook } from "../../supervisors/workflows.ts";
import { chunks, runOn, type StageOptions, stage } from "./fixtures.ts";
import { done, grow, ScriptedRuns } from "./runs-stage.ts";

const { files } = realWorld();
let home = "";

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "aiex-workflow-run-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const trust = () => trustBook({ files, home, dataFolder: join(home, "data") });

function put(folder: string, name: string, spec: string, more = ""): void {
  mkdirSync(join(home, folder), { recursive: true });
  const head = `schema: aiex.workflow/1\nname: ${name}\nversion: 1\n${more}`;
  writeFileSync(join(home, folder, `${name}.yaml`), `${head}spec: |-\n  ${spec}\n`);
}

const users = "config/workflows";
const projects = "project/.aiex/workflows";

const played = () =>
  new ScriptedRuns([], {
    onRead: (run) => {
      const document = {
        ...{
          schema: "aiex.pipeline/1",
          spec: "analyze",
          mode: "sequential",
          input: "src",
          status: "completed",
        },
        ...{
          quality: null,
          quality_score: null,
          complete: true,
          steps: [],
          result: null,
          warnings: [],
          run: run.id,
        },
      };
      grow(run, done({ document, flow: null }));
    },
  });

async function ran(words: readonly string[], options: StageOptions = {}) {
  mkdirSync(join(home, "project"), { recursive: true });
  const place = { files, home, directory: join(home, "project"), userFolder: join(home, "config") };
  const workflows = workflowBook({ ...place, trust: trust() });
  const scene = stage({ runs: played(), workflows, ...options });
  const code = await runOn(scene, words);
  return { code, out: scene.stdout(), err: scene.stderr(), orders: scene.pipelineOrders };
}

describe("aiex workflow run", () => {
  it("asks for the steps of the workflow, in its mode, with the options of a pipeline", async () => {
    put(
      users,
      "mine",
      "analyze type:{{type}} | explain",
      "mode: parallel\nparameters:\n  type: { default: all }\n",
    );
    const { code, orders, err } = await ran([
      ...["workflow", "run", "mine", "--input", "src", "--set", "type=security", "--max-cost", "2"],
      ...["--continue-on-error", "--description", "Look at the parser"],
    ]);
    expect([code, err]).toEqual([0, expect.not.stringContaining("Error")]);
    expect(orders).toMatchObject([
      {
        ...{ spec: "analyze type:security | explain", mode: "parallel", wish: "Look at the parser" },
        ...{ input: { kind: "path", path: "src" }, costUsdMax: 2, continueOnError: true },
      },
    ]);
  });

  it("may be told another mode, and code from a pipe", async () => {
    const { orders } = await ran(
      ["workflow", "run", "--name", "documentation", "--mode", "streaming", "--input", "-"],
      {
        stdin: chunks(["x = 1\n"]),
      },
    );
    expect(orders).toMatchObject([{ mode: "streaming", input: { kind: "text", text: "x = 1\n" } }]);
  });

  it("adds no step for any value", async () => {
    put(users, "mine", "generate requirements:{{what}}", "parameters:\n  what: { required: true }\n");
    const value = 'x" | refactor apply | save file:y force';
    const { orders } = await ran(["workflow", "run", "mine", "--set", `what=${value}`]);
    expect(orders.map(({ spec }) => spec)).toEqual([`generate requirements:${JSON.stringify(value)}`]);
  });

  it.each<[string[], number, string]>([
    [["nothing"], 2, "There is no workflow nothing."],
    [["documentation", "--set", "level"], 2, '--set cannot be "level"; it is PARAMETER=VALUE'],
    [["documentation", "--set", "level=basic", "--set", "level=advanced"], 2, '--set gives "level" twice'],
    [["documentation", "--set", "lvel=basic"], 2, "Did you mean level?"],
    [["documentation", "--set", "__proto__=x"], 2, 'There is no parameter "__proto__".'],
    [["documentation", "--set", "level=basik"], 2, "Did you mean basic?"],
    [["code_review@9"], 2, "There is no version 9"],
    [[], 2, "needs a NAME"],
    [["documentation", "--no-model"], 2, "--no-model leaves out every model"],
  ])("asks for nothing with %j", async (words, expected, sentence) => {
    const { code, err, orders } = await ran(["workflow", "run", ...words]);
    expect([code, err.includes(sentence) ? sentence : err, orders]).toEqual([expected, sentence, []]);
  });

  it("ends with 2 for a value that its step does not take, with the place of that", async () => {
    put(users, "mine", "filter severity:{{s}}", "parameters:\n  s: { required: true }\n");
    const { code, err, orders } = await ran(["workflow", "run", "mine", "--set", "s=hgih | save file:x"]);
    expect([code, orders]).toEqual([2, []]);
    expect(err).toContain('mine.yaml:7:10: severity cannot be "hgih | save file:x".');
    expect(err).toContain("\n      filter severity:{{s}}\n             ^^^^^^^^^^^^^^\n");
  });

  it("runs nothing of a project that is not trusted, and its own where it is", async () => {
    put(projects, "code_review", "refactor apply");
    put(projects, "deploy", "refactor apply");
    expect((await ran(["workflow", "run", "code_review"])).orders[0]?.spec).toContain("analyze type:all");
    const waiting = await ran(["workflow", "run", "deploy"]);
    expect([waiting.code, waiting.orders, waiting.err.includes("aiex trust")]).toEqual([5, [], true]);
    await trust().trust(join(home, "project"), 0);
    expect((await ran(["workflow", "run", "deploy"])).orders[0]?.spec).toBe("refactor apply");
  });

  it("ends with 78 for one that is wrong", async () => {
    put(users, "mine", "analize");
    const { code, err, orders } = await ran(["workflow", "run", "mine"]);
    expect([code, orders, err.includes("Did you mean analyze?")]).toEqual([78, [], true]);
  });

  it("only checks it with --validate", async () => {
    const { code, out, orders } = await ran([
      "workflow",
      "run",
      "documentation",
      "--validate",
      "--input",
      "-",
    ]);
    expect([code, orders]).toEqual([0, []]);
    expect(JSON.parse(out)).toMatchObject({
      ...{ schema: "aiex.pipeline_check/1", ok: true },
      spec: "explain level:intermediate focus:comprehensive | extract_insights | document format:markdown",
    });
  });
});

describe("aiex ai workflow (M-AI-5)", () => {
  it.each<[string, string[], object]>([
    ["code_review", [], { mode: "sequential", input: { path: "lib/my_module.ex" } }],
    [
      "test_generation",
      ["--description", "Generate comprehensive test suite"],
      { wish: "Generate comprehensive test suite" },
    ],
    ["performance_analysis", ["--mode", "parallel"], { mode: "parallel" }],
    ["documentation", [], {}],
    ["security_audit", [], {}],
  ])("runs %s with %j", async (name, words, expected) => {
    const line = ["ai", "workflow", "--template", name, "--context", "lib/my_module.ex", ...words];
    const { code, orders } = await ran(line);
    expect(code).toBe(0);
    expect(orders).toMatchObject([expected]);
  });

  it("runs one's own", async () => {
    put(users, "mine", "workflow template:documentation | format_markdown");
    const { orders } = await ran(["ai", "workflow", "--template", "mine", "--context", "src"]);
    expect(orders[0]?.spec).toMatch(/^explain .* \| document format:markdown \| format_markdown$/);
  });
});

describe("A pipeline that names a workflow", () => {
  it("is carried out with its steps", async () => {
    put(users, "mine", "analyze | filter severity:high");
    const { orders } = await ran(["pipeline", "--spec", "workflow template:mine | explain"]);
    expect(orders[0]?.spec).toBe("analyze | filter severity:high | explain");
  });

  it("is refused with the place of its name where there is none", async () => {
    const { code, err, orders } = await ran(["pipeline", "--spec", "analyze | workflow template:code_revew"]);
    expect([code, orders]).toEqual([2, []]);
    expect(err).toContain("There is no workflow code_revew. Did you mean code_review?");
    expect(err).toContain("^^^^^^^^");
  });
});
