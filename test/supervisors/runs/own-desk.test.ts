// The desk alone over a user's folder: what a whole program left is found, looked at, ended and taken away, and nothing else runs.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { realWorld } from "../../../runtime/index.ts";
import { startAiex } from "../../../supervisors/aiex.ts";
import { type Configuration, loadConfiguration } from "../../../supervisors/config.ts";
import { analysisOrder } from "../../../supervisors/runs/analysis.ts";
import { type OwnDesk, startOwnDesk } from "../../../supervisors/runs/own-desk.ts";

const world = realWorld();

async function configured(env: Readonly<Record<string, string>> = {}): Promise<Configuration> {
  const home = await mkdtemp(join(tmpdir(), "aiex-desk-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return loadConfiguration({ world, env, home });
}

async function deskOf(configuration: Configuration): Promise<OwnDesk> {
  const failures: unknown[] = [];
  const desk = await startOwnDesk({ world, configuration, onFailure: (thrown) => failures.push(thrown) });
  let hasStopped = false;
  const stop = async (): Promise<void> => {
    if (hasStopped) return;
    hasStopped = true;
    await desk.stop();
    expect(failures).toEqual([]);
  };
  onTestFinished(stop);
  return { ...desk, stop };
}

/** The id of a run that was done, and that of one that was left. */
async function leftRuns(configuration: Configuration): Promise<readonly [done: string, left: string]> {
  const aiex = await startAiex({ world, configuration });
  const place = { files: world.files, configuration, directory: "/" };
  const input = { kind: "text", name: "a.py", bytes: new TextEncoder().encode("x = 1\n") } as const;
  const order = await analysisOrder(place, { input, type: "all" });
  const done = await aiex.runs.submit(order);
  await aiex.runs.follow(done);
  // It asks before it sends anything, and so cannot be done.
  const left = await aiex.runs.submit(await analysisOrder(place, { input, type: "all", review: {} }));
  await aiex.runs.leave(left, "nobody followed it any more");
  await aiex.stop();
  return [done, left];
}

describe("startOwnDesk()", () => {
  test("lists, finds, shows, follows, cancels and takes away what a whole program left", async () => {
    const configuration = await configured({ OPENAI_API_KEY: "sk-nothing" });
    const [done, left] = await leftRuns(configuration);
    const { runs, notice, stop } = await deskOf(configuration);
    expect(notice).toBeUndefined();
    expect((await runs.list()).map(({ id, phase }) => [id, phase]).toSorted()).toEqual(
      [
        [done, "done"],
        [left, "interrupted"],
      ].toSorted(),
    );
    expect((await runs.find(done.slice(0, 10))).id).toBe(done);
    expect((await runs.show(done)).entries.at(-1)?.type).toBe("done");
    expect((await runs.follow(done)).output).toMatchObject({ ok: true });
    expect((await runs.cancel(left)).phase).toBe("cancelled");
    await runs.remove(left);
    await stop();
    const next = await deskOf(configuration);
    expect((await next.runs.list()).map(({ id }) => id)).toEqual([done]);
  });

  test("makes no run, as nothing would work on it", async () => {
    const configuration = await configured();
    const { runs } = await deskOf(configuration);
    const order = await analysisOrder(
      { files: world.files, configuration, directory: "/" },
      { input: { kind: "path", path: "a.py" }, type: "all" },
    );
    await expect(runs.submit(order)).rejects.toMatchObject({ code: "bad_run" });
    expect(await runs.list()).toEqual([]);
  });

  test("says where runs cannot be kept, and has none then", async () => {
    const blocked = join(await mkdtemp(join(tmpdir(), "aiex-desk-")), "file");
    onTestFinished(() => rm(join(blocked, ".."), { recursive: true, force: true }));
    await writeFile(blocked, "");
    const { runs, notice } = await deskOf(await configured({ XDG_DATA_HOME: blocked }));
    expect(notice).toContain("Runs cannot be kept");
    expect(await runs.list()).toEqual([]);
  });
});
