// How far a followed run is, in virtual time: steps, time, tokens, cost and node.
import { describe, expect, it } from "vitest";
import { runProgress } from "../../cli/followed-progress.ts";
import { progressAfterMs, progressLogEveryMs, runTickEveryMs } from "../../cli/limits.ts";
import { stage } from "./fixtures.ts";
import { grow, scriptedId, scriptedRun } from "./runs-stage.ts";

const clear = "\r\x1b[2K";

function scene(isTTY: boolean) {
  const { host, world, stderr } = stage({ isTTY, columns: 100, env: { NO_COLOR: "1" } });
  const run = scriptedRun({ createdAt: world.clock.wallTime() });
  return { world, run, stderr, view: runProgress(host, scriptedId, false) };
}

describe("runProgress()", () => {
  it("shows steps, time, tokens, cost, node and what it does, and goes on with the time by itself", async () => {
    const { world, run, view, stderr } = scene(true);
    grow(run, { type: "step_started", step: "review:a.ts", operation: "review.file", attempt: 1 });
    const usage = { provider: "openai", model: "m", inputTokens: 900, outputTokens: 100, interrupted: false };
    grow(run, { type: "usage", step: "review:a.ts", ...usage, costUsd: 0.02 });
    for (const entry of run.entries) await view.entry(entry);
    await world.advance(progressAfterMs);
    const line = "0 of 2 steps, 1 s, 1000 tokens, US$ 0.0200, on alpha  review:a.ts";
    expect(stderr()).toBe(`${clear}Run q3jz5k2m: ${line}`);
    await world.advance(3 * runTickEveryMs);
    expect(stderr()).toContain("0 of 2 steps, 4 s,");
    await view.end();
    expect(stderr().endsWith(clear)).toBe(true);
  });

  it("says what it waits for, and that nobody is read from", async () => {
    const { world, run, view, stderr } = scene(true);
    grow(run, { type: "waiting", for: "workspace", why: "nobody has desk:/home/ann/work" });
    for (const entry of run.entries) await view.entry(entry);
    await world.advance(progressAfterMs);
    expect(stderr()).toContain("waits for its files: nobody has desk:/home/ann/work");
    view.lost("node alpha does not answer");
    await world.advance(runTickEveryMs);
    expect(stderr()).toContain("looking for who has it (node alpha does not answer)");
    view.lost(undefined);
    await world.advance(runTickEveryMs);
    expect(stderr().split(clear).at(-1)).toContain("waits for its files");
    await view.end();
  });

  it("writes few whole lines where they stay", async () => {
    const { world, run, view, stderr } = scene(false);
    for (const entry of run.entries) await view.entry(entry);
    await world.advance(progressAfterMs + 2 * progressLogEveryMs);
    await view.end();
    await world.advance(progressLogEveryMs);
    expect(
      stderr()
        .split("\n")
        .map((line) => line.replace(/, \d+ s/, "")),
    ).toEqual([...Array.from({ length: 3 }, () => "Run q3jz5k2m: 0 of 2 steps, on alpha"), ""]);
    expect(stderr()).not.toContain("\x1b");
  });

  it("takes the line away for something else, and puts it back when all of that is over", async () => {
    const { world, run, view, stderr } = scene(true);
    for (const entry of run.entries) await view.entry(entry);
    await world.advance(progressAfterMs);
    let answered: () => void = () => {};
    const asking = view.aside(() => new Promise<void>((resolve) => (answered = resolve)));
    await world.advance(10 * runTickEveryMs);
    expect(stderr().endsWith(clear)).toBe(true);
    answered();
    await asking;
    await world.advance(progressAfterMs + runTickEveryMs);
    expect(stderr().endsWith("on alpha")).toBe(true);
    await view.end();
  });
});
