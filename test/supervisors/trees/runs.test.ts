import { describe, expect, it } from "vitest";
import { runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import { runsNames } from "../../../supervisors/trees/runs.ts";
import { DeskStage, Gates, planOf, specOf } from "../../actors/runs/desk-stage.ts";
import { owners } from "../../runtime/ownership/owners.ts";

describe("runsTree()", () => {
  it("names a desk, and who has the runs and their readers", async () => {
    const { node } = await DeskStage.start();
    expect(node.registered()).toEqual(["runs.desk", "runs.local", "runs.readers", "runs.tree"]);
    expect(runsNames.desk).toBe(runDeskName);
  });

  it("has the supervisor of a cluster's runs where the node owns things, and no runs of the program's own", async () => {
    const { world, start } = owners();
    const { node } = await start("alpha", { supervisors: {} });
    let owns = false;
    const gates = new Gates();
    const stage = await DeskStage.start({
      world,
      node,
      gates,
      ownership: () => (owns ? node.ownership : undefined),
    });
    expect(node.registered()).toContain("runs");
    const spec = specOf(planOf("echo"));
    expect(await stage.ask("submit", { spec, on: undefined })).toMatchObject({ code: "store_unavailable" });
    expect(await stage.store.list()).toEqual([]);
    owns = true;
    expect(await stage.submit(spec)).toBe(spec.id);
    expect((await stage.follow(spec.id)).summary).toMatchObject({ phase: "done", node: "alpha" });
    expect(await stage.store.list()).toEqual([]);
  });

  it("loses no run with its desk or its readers", async () => {
    const stage = await DeskStage.start();
    const id = await stage.submit(specOf(planOf("gate", "g")));
    await stage.get("read", { id, from: 3, waitMs: 10_000, bytesMax: 10_000 });
    for (const name of [runsNames.desk, runsNames.readers]) {
      const pid = stage.node.whereis(name);
      if (pid !== undefined) stage.node.exit(pid, "kill");
      await stage.world.advance(100);
    }
    stage.gates.open("g");
    expect((await stage.follow(id)).summary).toMatchObject({ phase: "done", epoch: 2 });
  });
});
