// Parts of a run of a cluster: spread over its nodes, and followed through the deaths of those.
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../actors/pipeline/plan.ts";
import { deskLimits } from "../../../actors/runs/desk-limits.ts";
import { endAside } from "../../../actors/runs/desk-writes.ts";
import { runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { clusterRunStore } from "../../../actors/runs/stores/cluster.ts";
import { partOperations, partsOf, partsPlan } from "./child-stage.ts";
import { clusterWith } from "./cluster-stage.ts";
import { type DeskStage, planOf, specOf } from "./desk-stage.ts";

const cluster = (...names: readonly string[]) => clusterWith(partOperations, ...names);

const gated = (names: readonly string[]): Plan =>
  partsPlan({ plans: Object.fromEntries(names.map((name) => [name, planOf("gate", name)])), among: 8 });

/** Of parts that work: which node has each. */
async function nodesOf(
  desk: DeskStage,
  id: string,
  count: number,
): Promise<Readonly<Record<string, string>>> {
  for (let looks = 0; ; looks += 1) {
    const parts = [...(await partsOf(desk, id))];
    const running = parts.filter(([, { phase, node }]) => phase === "running" && node !== undefined);
    if (running.length === count)
      return Object.fromEntries(running.map(([name, { node = "" }]) => [name, node]));
    if (looks > 300) throw new Error(`${JSON.stringify(parts)}`);
    await desk.world.advance(100);
  }
}

async function phasesAre(desk: DeskStage, id: string, phases: Readonly<Record<string, string>>) {
  for (let looks = 0; ; looks += 1) {
    const found = [...(await partsOf(desk, id))].map(([name, { phase }]) => [name, phase] as const);
    const isSo = Object.entries(phases).every(([name, phase]) =>
      found.some(([n, p]) => n === name && p === phase),
    );
    if (isSo) return;
    if (looks > 600) expect(Object.fromEntries(found)).toEqual(phases);
    await desk.world.advance(100);
  }
}

const nodesTold = (entries: readonly RunEntry[], part: string) =>
  entries.flatMap((entry) => {
    if (entry.type !== "told" || entry.name !== "part") return [];
    const about = entry.about as { readonly part: string; readonly phase: string; readonly node: string };
    return about.part === part ? [`${about.phase} on ${about.node}`] : [];
  });

describe("The parts of a run of a cluster", () => {
  it("are spread over its nodes, wherever its files are", async () => {
    const { at, gates } = await cluster("alpha", "beta", "gamma");
    const names = ["a", "b", "c", "d", "e", "f"];
    const workspace = { id: "node:beta", label: "beta" };
    const id = await at("alpha").desk.submit(specOf(gated(names), { workspace }));
    const nodes = Object.values(await nodesOf(at("alpha").desk, id, 6)).toSorted();
    for (const name of ["alpha", "beta", "gamma"]) {
      const count = nodes.filter((node) => node === name).length;
      expect(count).toBeGreaterThanOrEqual(1);
      expect(count).toBeLessThanOrEqual(3);
    }
    for (const name of names) gates.open(name);
    expect((await at("gamma").desk.follow(id)).summary.phase).toBe("done");
  });

  it("go on elsewhere when their node dies, and the readers of the run hear of it", async () => {
    const { at, gates, kill, runsOn } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(gated(["a", "b"])), "alpha");
    await runsOn(id, "alpha");
    const nodes = await nodesOf(at("alpha").desk, id, 2);
    const [there = ""] = Object.keys(nodes).filter((name) => nodes[name] === "beta");
    kill(at("beta").owner);
    const part = (await partsOf(at("alpha").desk, id)).get(there)?.id ?? "";
    await runsOn(part, "alpha");
    await at("alpha").desk.world.advance(12_000);
    for (const name of ["a", "b"]) gates.open(name);
    const { entries, summary } = await at("alpha").desk.follow(id);
    expect(summary.phase).toBe("done");
    expect(nodesTold(entries, `${there}.ts`)).toEqual([
      "running on beta",
      "running on alpha",
      "done on alpha",
    ]);
  });

  it("are followed on from another node when that of their run dies, each begun once", async () => {
    const { at, gates, kill, runsOn } = await cluster("alpha", "beta", "gamma");
    const id = await at("gamma").desk.submit(specOf(gated(["a", "b", "c", "d"])), "alpha");
    await runsOn(id, "alpha", at("gamma").owner);
    const nodes = await nodesOf(at("gamma").desk, id, 4);
    const before = await partsOf(at("gamma").desk, id);
    kill(at("alpha").owner);
    await at("gamma").desk.world.advance(12_000);
    for (const name of Object.keys(nodes)) gates.open(name);
    const { summary } = await at("gamma").desk.follow(id);
    expect(summary.phase).toBe("done");
    const after = await partsOf(at("gamma").desk, id);
    expect([...after.values()].map(({ id: part }) => part)).toEqual(
      [...before.values()].map(({ id: part }) => part),
    );
    for (const [name, node] of Object.entries(nodes))
      expect(gates.begun.filter((begun) => begun === name)).toHaveLength(node === "alpha" ? 2 : 1);
  });

  it("are cancelled with it from any node", async () => {
    const { at, runsOn } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(gated(["a", "b"])), "alpha");
    await runsOn(id, "alpha");
    await nodesOf(at("beta").desk, id, 2);
    await at("beta").desk.get("cancel", { id, by: "ann" });
    await phasesAre(at("beta").desk, id, { a: "cancelled", b: "cancelled" });
  });

  it("end with it where its node died in the moment in which it ended", async () => {
    const { at, kill, runsOn, world } = await cluster("alpha", "beta");
    const id = await at("beta").desk.submit(specOf(gated(["a", "b"])), "alpha");
    await runsOn(id, "alpha", at("beta").owner);
    await nodesOf(at("beta").desk, id, 2);
    const store = at("beta").owner.ownership.store;
    if (store === undefined) throw new Error("There is no store.");
    kill(at("alpha").owner);
    const cancel = { type: "cancel", by: "ann" } as const;
    await world.until(endAside({ world, node: "alpha", store: clusterRunStore(store), id }, cancel));
    await world.advance(6 * deskLimits.sweepEveryMs);
    await phasesAre(at("beta").desk, id, { a: "cancelled", b: "cancelled" });
  });

  it("end with it where the desk that was to end them is away", async () => {
    const { at, runsOn } = await cluster("alpha", "beta");
    const plan: Plan = {
      steps: [
        { id: "all", operation: "parts", input: { plans: { a: planOf("gate", "g") } } },
        { id: "wait", operation: "gate", input: "now" },
        { id: "fail", operation: "fail", input: null, after: ["wait"] },
      ],
      result: "all",
    };
    const { desk, owner } = at("alpha");
    const id = await desk.submit(specOf(plan), "alpha");
    await runsOn(id, "alpha");
    await nodesOf(desk, id, 1);
    const process = owner.node.whereis(runDeskName);
    at("alpha").desk.gates.open("now");
    if (process !== undefined) owner.node.exit(process, "kill");
    await phasesAre(at("beta").desk, id, { a: "failed" });
    expect((await desk.get("find", { prefix: id })).phase).toBe("failed");
  });
});
