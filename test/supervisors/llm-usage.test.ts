// What models were asked is known to the next program, however soon the one that asked has ended.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planOfSaying } from "../../actors/operations/model.ts";
import { realWorld } from "../../runtime/index.ts";
import { loadConfiguration, startAiex } from "../../supervisors/aiex.ts";

test("A program that ends as soon as it has its answer leaves behind what it used", async () => {
  const home = await mkdtemp(join(tmpdir(), "aiex-usage-"));
  try {
    const script = join(home, "play.yaml");
    await writeFile(script, "answers:\n  - say: Hello.\n");
    await mkdir(join(home, ".config", "aiex"), { recursive: true });
    await writeFile(
      join(home, ".config", "aiex", "config.yaml"),
      `llm:\n  providers:\n    play:\n      kind: scripted\n      script: ${script}\n`,
    );
    const world = realWorld();
    const started = async () =>
      startAiex({ world, configuration: await loadConfiguration({ world, env: {}, home }) });
    const first = await started();
    const plan = planOfSaying({ provider: "play", request: { messages: [{ role: "user", content: "Hi" }] } });
    const id = await first.runs.submit({ kind: "answer", title: "A question", plan });
    expect((await first.runs.follow(id)).summary.phase).toBe("done");
    await first.stop();
    const second = await started();
    const report = await second.llm.usage({ days: 1 });
    await second.stop();
    expect(report.days.flatMap(({ models }) => models)).toMatchObject([
      { entry: "play", model: "scripted", requests: 1, unknown: 0 },
    ]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
