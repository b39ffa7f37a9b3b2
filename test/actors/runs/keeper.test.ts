// The keeper of a run: begins it again as long as that can help, and writes down that it has failed where it cannot.
import { describe, expect, it } from "vitest";
import { deskLimits } from "../../../actors/runs/desk-limits.ts";
import { keeperName } from "../../../actors/runs/keeper.ts";
import type { RunStore } from "../../../actors/runs/run-store.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { StoreUnavailable, simulatedWorld } from "../../../runtime/index.ts";
import { DeskStage, planOf, specOf, types } from "./desk-stage.ts";

/** A stage whose store cannot be opened by owners while `isAway`. */
async function stageWithLine() {
  const world = simulatedWorld();
  const inner = memoryRunStore(world.clock);
  const line = { isAway: false, opened: 0 };
  const store: RunStore = {
    place: inner.place,
    open: async (id, access) => {
      if (access === "own") line.opened += 1;
      if (access === "own" && line.isAway) throw new StoreUnavailable("a test", "it is away");
      return inner.open(id, access);
    },
    list: () => inner.list(),
    isListed: (id) => inner.isListed(id),
    note: (summary) => inner.note(summary),
    remove: (id) => inner.remove(id),
    close: () => inner.close(),
  };
  return { stage: await DeskStage.start({ world, store }), line };
}

describe("The keeper of a run", () => {
  it("waits for a store that is away for as long as that takes, ever more seldom", async () => {
    const { stage, line } = await stageWithLine();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await stage.world.advance(1_000);
    line.isAway = true;
    const pid = stage.node.whereis(`run.${id}`);
    if (pid === undefined) throw new Error("It does not run.");
    stage.node.exit(pid, "kill");
    line.opened = 0;
    await stage.world.advance(10 * 60_000);
    expect(stage.node.whereis(keeperName(id))).toBeDefined();
    expect(line.opened).toBeGreaterThan(5);
    expect(line.opened).toBeLessThan((10 * 60_000) / deskLimits.crashRetryMsMin / 10);
    line.isAway = false;
    await stage.world.advance(deskLimits.crashRetryMsMax);
    stage.gates.open("g");
    expect((await stage.follow(id)).summary.phase).toBe("done");
  });

  it("takes its run along where it is killed, so that the next one can begin it under its name", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await stage.world.advance(1_000);
    const before = stage.node.whereis(`run.${id}`);
    const keeper = stage.node.whereis(keeperName(id));
    if (keeper === undefined || before === undefined) throw new Error("It does not run.");
    stage.node.exit(keeper, "kill");
    await stage.world.advance(1_000);
    expect(stage.node.isAlive(before)).toBe(false);
    expect(stage.node.whereis(`run.${id}`)).toBeDefined();
    stage.gates.open("g");
    const { entries, summary } = await stage.follow(id);
    expect(summary.phase).toBe("done");
    expect(types(entries).filter((type) => type === "owned").length).toBe(2);
  });

  it("lets a run go that works when its program ends, and says so in what is written of it", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await stage.world.advance(1_000);
    const tree = stage.node.whereis("runs.tree");
    if (tree !== undefined) await stage.world.until(stage.node.stop(tree));
    const later = await DeskStage.start({ world: stage.world, store: stage.store });
    const { entries, summary } = await later.follow(id);
    expect(types(entries)).toEqual(["accepted", "owned", "step_started", "released"]);
    expect([summary.phase, entries.at(-1)]).toMatchObject([
      "interrupted",
      { why: expect.stringContaining("ended") },
    ]);
  });
});
