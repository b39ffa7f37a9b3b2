// Progress on stderr, in virtual time: on a terminal, and where lines stay.
import { describe, expect, it } from "vitest";
import { progressAfterMs, progressLineEveryMs, progressLogEveryMs } from "../../cli/limits.ts";
import { filesText, type Progress, startProgress } from "../../cli/progress.ts";
import { terminalOf } from "../../cli/terminal.ts";
import { type SimulatedWorld, simulatedWorld } from "../../runtime/worlds/simulated.ts";
import type { AnalyzeProgress } from "../../supervisors/aiex.ts";

interface Scene {
  readonly world: SimulatedWorld;
  readonly progress: Progress<AnalyzeProgress>;
  readonly written: string[];
}

function scene(isTTY: boolean, env: Record<string, string> = {}, columns = 40): Scene {
  const world = simulatedWorld();
  const written: string[] = [];
  const output = { isTTY, columns, write: async (text: string) => void written.push(text) };
  const terminal = terminalOf(output, { LANG: "C.UTF-8", ...env }, "linux");
  return {
    world,
    written,
    progress: startProgress({ world, output, terminal, text: filesText("Analyzing") }),
  };
}

describe("startProgress()", () => {
  it("writes nothing where all is done within a second", async () => {
    const { world, progress, written } = scene(true);
    progress.report({ done: 1, total: 2, path: "a" });
    await world.advance(progressAfterMs - 1);
    await progress.end();
    await world.advance(progressAfterMs * 10);
    expect(written).toEqual([]);
  });

  it("shows that something goes on where nothing is known yet", async () => {
    const { world, written } = scene(true);
    await world.advance(progressAfterMs);
    expect(written).toEqual(["\r\x1b[2KAnalyzing..."]);
  });

  it("redraws one line on a terminal, not too often, and takes it away", async () => {
    const { world, progress, written } = scene(true);
    progress.report({ done: 1, total: 20, path: "a.ts" });
    await world.advance(progressAfterMs);
    progress.report({ done: 2, total: 20, path: "b.ts" });
    await world.advance(progressLineEveryMs);
    progress.report({ done: 3, total: 20, path: "c.ts" });
    await progress.end();
    progress.report({ done: 4, total: 20, path: "d.ts" });
    expect(written).toEqual([
      "\r\x1b[2KAnalyzing: 1 of 20 files  a.ts",
      "\r\x1b[2KAnalyzing: 3 of 20 files  c.ts",
      "\r\x1b[2K",
    ]);
  });

  it.each([
    ["a pipe", false, {}],
    ["a dumb terminal", true, { TERM: "dumb" }],
  ])("writes few whole lines without escape sequences to %s", async (_name, isTTY, env) => {
    const { world, progress, written } = scene(isTTY, env);
    progress.report({ done: 1, total: undefined, path: "a.ts" });
    await world.advance(progressAfterMs);
    for (let step = 0; step < 20; step += 1) {
      await world.advance(progressLogEveryMs / 10);
      progress.report({ done: step + 2, total: undefined, path: "b.ts" });
    }
    await progress.end();
    expect(written).toEqual([
      "Analyzing: 1 file  a.ts\n",
      "Analyzing: 11 files  b.ts\n",
      "Analyzing: 21 files  b.ts\n",
    ]);
  });

  it("shows a hostile path harmlessly and on one line", async () => {
    const { world, progress, written } = scene(true);
    progress.report({ done: 1, total: 2, path: `\x1b]0;x\x07\n\u202e${"a".repeat(200)}` });
    await world.advance(progressAfterMs);
    const line = (written[0] ?? "").replace("\r\x1b[2K", "");
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(line.length).toBeLessThan(40);
  });
});
