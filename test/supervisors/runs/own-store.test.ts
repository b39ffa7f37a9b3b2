import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { realWorld } from "../../../runtime/index.ts";
import { loadConfiguration, startAiex } from "../../../supervisors/aiex.ts";
import { openOwnStore } from "../../../supervisors/runs/own-store.ts";

const world = realWorld();

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "aiex-store-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

test("Runs are kept in the user's folder, and nothing else is left there", async () => {
  const data = join(await folder(), "data");
  const { store, notice } = await openOwnStore(world, data);
  expect([store.place, notice]).toEqual([join(data, "runs"), undefined]);
  expect(await readdir(store.place)).toEqual([]);
});

test("Where the folder takes nothing an analysis goes on in memory, and a sentence says so", async () => {
  const home = await folder();
  await writeFile(join(home, "data"), "no folder");
  const env = { XDG_DATA_HOME: join(home, "data") };
  const configuration = await loadConfiguration({ world, env, home });
  const notices: string[] = [];
  const aiex = await startAiex({ world, configuration, onNotice: (words) => notices.push(words) });
  onTestFinished(() => aiex.stop());
  const input = { kind: "text", name: "a.js", bytes: new TextEncoder().encode("eval(x)\n") } as const;
  const ids: string[] = [];
  const report = await aiex.analyze({ input, type: "all", shown: "so", onRun: (id) => ids.push(id) });
  expect(report.complete).toBe(true);
  expect(notices).toEqual([expect.stringMatching(/^Runs cannot be kept in .*runs: .*XDG_DATA_HOME/)]);
  expect(await aiex.runs.list()).toMatchObject([{ id: ids[0], kind: "analysis", phase: "done" }]);
});
