// Kills every part of the application in the middle of an analysis: the report must be what it is without that.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnalysisReport } from "../../actors/analysis/report.ts";
import { type Node, realWorld } from "../../runtime/index.ts";
import { type Aiex, startAiex } from "../../supervisors/aiex.ts";
import { type Configuration, loadConfiguration } from "../../supervisors/config.ts";
import { keepersAtWork, runsAtWork, stepsAtWork } from "./run-processes.ts";

const fileCount = 40;
const world = realWorld();
let directory = "";
let configuration: Configuration;
let expected: AnalysisReport;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "aiex-survival-"));
  await mkdir(join(directory, "lib"));
  for (let index = 0; index < fileCount; index += 1) {
    const [name, text] = sources[index % sources.length] ?? ["empty.ts", ""];
    await writeFile(join(directory, "lib", `${index}-${name}`), text);
  }
  // A key makes an entry, and an entry has a breaker. What the cache knew would leave the parsers nothing to do.
  const env = { OPENAI_API_KEY: "sk-not-a-key", AIEX_CONFIG: join(directory, "config.yaml") };
  await writeFile(env.AIEX_CONFIG, "analysis: { max_parsers: 2, cache_max_mb: 0 }\n", { mode: 0o600 });
  configuration = await loadConfiguration({ world, env, home: directory });
  const aiex = await startAiex({ world, configuration });
  expected = await aiex.analyze({ input: { kind: "path", path: directory }, type: "all" });
  await aiex.stop();
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const sources: readonly (readonly [string, string])[] = [
  ["a.ts", "export function run(text: string): unknown {\n  return eval(text);\n}\n"],
  ["b.py", "import pickle\n\ndef load(data):\n    return pickle.loads(data)\n"],
  ["c.ex", "defmodule C do\n  def atom(text), do: String.to_atom(text)\nend\n"],
  ["d.js", "export const add = (a, b) => a + b;\n"],
];

/** Everything that can be killed by name, once the analysis is under way. */
const victims = [
  "workspace.reader",
  "context.manager",
  "llm.coordinator",
  "llm.requests",
  "llm.breaker.openai",
  "llm.breakers",
  "llm",
  "analysis.parser.0",
  "analysis.parser.1",
  "analysis.parsers",
  "runs.local",
  "runs.readers",
  "runs.desk",
];

describe("an analysis", () => {
  test("finds what the files hold, as a base for the others", () => {
    expect(expected.complete).toBe(true);
    expect(expected.totals.analyzed).toBe(fileCount);
    expect(expected.totals.findings.error + expected.totals.findings.warning).toBeGreaterThan(0);
  });

  test.each(victims)("is complete and right when %s is killed in the middle of it", async (name) => {
    const killed = await analyzeWith((node) => {
      const pid = node.whereis(name);
      if (pid === undefined) return false;
      node.exit(pid, "kill");
      return true;
    });
    expect(killed).toEqual(expected);
  });

  test.skipIf(process.platform === "win32")(
    "is complete and right when a parser program is killed",
    async () => {
      const report = await analyzeWith(() => {
        const [program] = parserPrograms();
        if (program !== undefined) process.kill(program, "SIGKILL");
        return program !== undefined;
      });
      expect(report).toEqual(expected);
      expect(parserPrograms()).toEqual([]);
    },
  );

  test.each([
    ["its own run", runsAtWork],
    ["the keeper of its run", keepersAtWork],
  ])("is complete and right when %s is killed", async (_, victimsOf) => {
    const report = await analyzeWith((node) => {
      const [victim] = victimsOf(node);
      if (victim !== undefined) node.exit(victim, "kill");
      return victim !== undefined;
    });
    expect(report).toEqual(expected);
  });

  test("is complete and right when one step after the other is killed", async () => {
    let killed = 0;
    const report = await analyzeWith((node) => {
      const [step] = stepsAtWork(node);
      if (step !== undefined) {
        node.exit(step, "kill");
        killed += 1;
      }
      return killed >= 5;
    });
    expect(report).toEqual(expected);
  });

  test("is complete and right when all of it is killed, one part after the other", async () => {
    const left = [...victims];
    const report = await analyzeWith((node) => {
      const pid = node.whereis(left[0] ?? "");
      if (pid === undefined) return false;
      node.exit(pid, "kill");
      left.shift();
      return left.length === 0;
    });
    expect(report).toEqual(expected);
  });
});

/** The parser programs that this process has started and that still run. */
function parserPrograms(): number[] {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return listed.split("\n").flatMap((line) => {
    const [pid, parent, state, ...words] = line.trim().split(/\s+/);
    const isOurs = Number(parent) === process.pid && words.join(" ").includes("parser-program.js");
    return isOurs && state?.startsWith("Z") === false ? [Number(pid)] : [];
  });
}

/** Analyzes the directory and calls `strike` at every step from the third one on, until it says that it has struck. */
async function analyzeWith(strike: (node: Node) => boolean): Promise<AnalysisReport> {
  const aiex: Aiex = await startAiex({ world, configuration });
  let steps = 0;
  let hasStruck = false;
  try {
    const report = await aiex.analyze({
      input: { kind: "path", path: directory },
      type: "all",
      onProgress: () => {
        steps += 1;
        if (steps >= 3 && !hasStruck) hasStruck = strike(aiex.node);
      },
    });
    expect(hasStruck).toBe(true);
    return report;
  } finally {
    await aiex.stop();
    expect(aiex.node.processes()).toEqual([]);
  }
}
