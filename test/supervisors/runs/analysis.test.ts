// What the run of an analysis came to, where it came to no report: refused, out of time, cancelled, or lost.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realWorld } from "../../../runtime/index.ts";
import {
  type Aiex,
  AnalysisFailed,
  InputRefused,
  loadConfiguration,
  startAiex,
} from "../../../supervisors/aiex.ts";
import { analysisOrder, analysisReport, isOneFile } from "../../../supervisors/runs/analysis.ts";

const world = realWorld();
const { files } = world;
let home = "";
let aiex: Aiex;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "aiex-analysis-"));
  writeFileSync(join(home, "a.py"), "x = 1\n");
  const configuration = await loadConfiguration({ world, env: { OPENAI_API_KEY: "sk-nothing" }, home });
  aiex = await startAiex({ world, configuration });
});

afterEach(async () => {
  await aiex.stop();
  rmSync(home, { recursive: true, force: true });
});

async function submitted(
  terms: Partial<Parameters<typeof analysisOrder>[1]>,
  path = "a.py",
): Promise<string> {
  const configuration = await loadConfiguration({ world, env: { OPENAI_API_KEY: "sk-nothing" }, home });
  const place = { files, configuration, directory: home };
  const input = { kind: "path", path: join(home, path) } as const;
  return aiex.runs.submit(await analysisOrder(place, { input, type: "all", ...terms }));
}

const reportOf = async (id: string) => analysisReport(aiex.runs, await aiex.runs.follow(id));

describe("The report of an analysis", () => {
  test("is refused in words where its file is not there", async () => {
    const refused = reportOf(await submitted({}, "gone.py"));
    await expect(refused).rejects.toBeInstanceOf(InputRefused);
    await expect(refused).rejects.toMatchObject({ code: "file_not_found" });
  });

  test("is missing under the code of what bounds it, where its time was over", async () => {
    // It asks before it sends anything, and nobody answers.
    const failed = reportOf(await submitted({ review: {}, deadlineMs: 300 }));
    await expect(failed).rejects.toBeInstanceOf(AnalysisFailed);
    await expect(failed).rejects.toMatchObject({ code: "deadline" });
  });

  test("is missing where its run was cancelled, which it names", async () => {
    const id = await submitted({ review: {} });
    await aiex.runs.cancel(id);
    const failed = reportOf(id);
    await expect(failed).rejects.toBeInstanceOf(AnalysisFailed);
    await expect(failed).rejects.toMatchObject({
      code: "analysis_failed",
      message: expect.stringContaining(`Its run ${id} is cancelled.`),
    });
  });
});

describe("isOneFile()", () => {
  const place = () => ({ files, directory: home });

  test("is true of a file, of a text, and of what is not there, which is refused in words later", async () => {
    expect(await isOneFile(place(), "a.py", undefined)).toBe(true);
    expect(await isOneFile(place(), undefined, undefined)).toBe(true);
    expect(await isOneFile(place(), "gone.py", undefined)).toBe(true);
  });

  test("is false of a directory, and of what only a node can look at", async () => {
    expect(await isOneFile(place(), ".", undefined)).toBe(false);
    expect(await isOneFile(place(), "a.py", { id: "node:beta", label: "beta" })).toBe(false);
  });

  test("hides no fault of the program", async () => {
    const status = () => Promise.reject(new TypeError("a fault of the program"));
    await expect(
      isOneFile({ files: { ...files, status }, directory: home }, "a.py", undefined),
    ).rejects.toThrow(TypeError);
  });
});
