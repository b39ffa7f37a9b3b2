// `aiex pipeline` as the built command with a model that is played: from a pipe, on a terminal, failed and gone on with.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Reply, type ScriptedServer, startScriptedServer } from "../../actors/llm/scripted-server.ts";
import { type Ended, startBeside } from "../beside.ts";
import { hasPseudoTerminal, inTerminal } from "../pseudo-terminal.ts";

let home = "";
let server: ScriptedServer | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "aiex-pipeline-"));
  await mkdir(join(home, "src"));
  await writeFile(join(home, "src", "mean.py"), "def mean(xs):\n    return sum(xs) / len(xs)\n");
  await writeFile(join(home, "src", "run.py"), "def run(text):\n    return eval(text)\n");
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true });
});

const explanation: Reply = {
  say: JSON.stringify({
    summary: "Computes the mean.",
    claims: [{ title: "The mean", text: "It divides.", from_line: 1, to_line: 2 }],
  }),
};

async function played(...replies: readonly [Reply, ...Reply[]]): Promise<void> {
  server = await startScriptedServer({ replies });
}

function environment(): Record<string, string> {
  return server === undefined ? { HOME: home } : { HOME: home, AIEX_OLLAMA_HOST: server.baseUrl("ollama") };
}

function aiex(...words: readonly string[]): Promise<Ended> {
  return startBeside(words, { cwd: home, env: environment() }).ended;
}

describe("aiex pipeline as a program", () => {
  it("hands on from step to step, and gives programs all of it (M-PIPE-1)", async () => {
    await played(explanation);
    const spec = "analyze | if:quality<=1 explain level:basic | unless:quality<=1 refactor";
    const { code, stdout, stderr } = await aiex("pipeline", "--spec", spec, "--input", "src/mean.py");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ schema: "aiex.pipeline/1", status: "completed", quality_score: 10 });
    expect(result.steps.map(({ status }: { status: string }) => status)).toEqual(["done", "done", "skipped"]);
    expect(result.result).toMatchObject({ schema: "aiex.explanation/1", summary: "Computes the mean." });
    expect(stderr).toContain("A model on this machine");
    expect(stderr).toContain("skipped  step 3 of 3");
  });

  it("is a gate for CI over a folder (M-PIPE-6)", async () => {
    const words = ["pipeline", "--spec", "analyze type:security | analyze type:quality", "--input", "src/"];
    const { code, stderr } = await aiex(...words, "--output", "quality_report.md");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await readFile(join(home, "quality_report.md"), "utf8")).toContain("## Step 1: analyze");
    expect((await aiex("pipeline", "--spec", "analyze", "--input", "src", "--fail-under", "9")).code).toBe(4);
  });

  it("keeps what was done where a step fails, and goes on with it when the way is free (M-PIPE-7)", async () => {
    await writeFile(join(home, "out.md"), "mine");
    const failed = await aiex("pipeline", "--spec", "analyze | save file:out.md", "--input", "src");
    expect(failed.code).toBe(1);
    const document = JSON.parse(failed.stdout);
    expect(document.steps.map(({ status }: { status: string }) => status)).toEqual(["done", "failed"]);
    expect(await readFile(join(home, "out.md"), "utf8")).toBe("mine");
    await rm(join(home, "out.md"));
    const [, id = ""] = /aiex runs resume (\w+)/.exec(failed.stderr) ?? [];
    const resumed = await aiex("runs", "resume", id);
    expect(resumed).toMatchObject({ code: 0 });
    expect(JSON.parse(resumed.stdout)).toMatchObject({ status: "completed", run: document.run });
    expect(await readFile(join(home, "out.md"), "utf8")).toContain("# Code Analysis Results");
    expect(JSON.parse((await aiex("runs", "follow", id, "--format", "json")).stdout)).toMatchObject({
      status: "completed",
    });
  });

  it("goes on behind a step that failed where that is wanted, and ends with 3", async () => {
    await writeFile(join(home, "out.md"), "mine");
    const words = [
      "pipeline",
      "--spec",
      "save file:out.md | analyze",
      "--input",
      "src",
      "--continue-on-error",
    ];
    const { code, stdout, stderr } = await aiex(...words);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: "partial", quality_score: expect.any(Number) });
    expect(stderr).toContain("Failed: step 1.");
  });

  it("does what a step does for each file of a folder, and shows each as it comes (M-PIPE-4)", async () => {
    const words = ["pipeline", "--spec", "analyze type:security | format_markdown", "--input", "src"];
    const { code, stdout } = await aiex(...words, "--mode", "streaming", "--format", "text");
    expect(code).toBe(0);
    expect(stdout).toContain("src/mean.py");
    expect(stdout).toContain("src/run.py");
    expect(stdout).toContain("All of it was done");
  });

  it.runIf(hasPseudoTerminal)(
    "shows what is written, and each result before the next step has one, where one file is streamed (M-PIPE-4)",
    async () => {
      await played(explanation, { ...explanation, stallAfter: 1 });
      const spec = "explain level:basic | explain focus:patterns";
      const { code, screen } = await inTerminal(
        [
          ...["pipeline", "--spec", spec, "--input", "src/mean.py", "--provider", "ollama"],
          ...["--mode", "streaming"],
        ],
        { cwd: home, env: environment(), typing: [{ after: "working  2 explain", keys: "\x03" }] },
      );
      expect(code).toBe(130);
      expect(screen.indexOf("Computes the mean.")).toBeGreaterThan(-1);
      expect(screen.indexOf("Computes the mean.")).toBeLessThan(screen.indexOf("working  2 explain"));
    },
  );

  it("asks nobody with --no-model", async () => {
    await played(explanation);
    const { code, stderr } = await aiex(
      "pipeline",
      "--spec",
      "explain",
      "--input",
      "src/mean.py",
      "--no-model",
    );
    expect(code).toBe(2);
    expect(stderr).toContain("--no-model");
    expect(server?.requests).toEqual([]);
  });

  it.runIf(hasPseudoTerminal)(
    "shows its steps on a terminal, and keeps its run when it is interrupted",
    async () => {
      await played({ say: "", stallAfter: "request" });
      const { code, screen } = await inTerminal(
        [
          "pipeline",
          "--spec",
          "load file:src/mean.py | explain | document",
          "--input",
          "src/mean.py",
          "--provider",
          "ollama",
        ],
        {
          cwd: home,
          columns: 60,
          env: environment(),
          typing: [{ after: "working  2 explain", keys: "\x03" }],
        },
      );
      expect(code).toBe(130);
      expect(screen).toContain("Pipeline: 1 of 3 steps");
      expect(screen).toMatch(/ {2}done {5}1 load/);
      expect(screen).toContain("  waiting  3 document");
      // The block is taken away before anything else is said.
      expect(screen.slice(screen.lastIndexOf("\u001b[J"))).toMatch(/^.{3}Run \w+ is kept\./);
    },
  );
});
