// Runs of a cluster: taken on by any node, kept by one, read from each, and gone on with when a node is gone.
import { describe, expect, it } from "vitest";
import { deskLimits } from "../../../actors/runs/desk-limits.ts";
import { acceptAside } from "../../../actors/runs/desk-writes.ts";
import type { RunAnswer } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { clusterRunStore } from "../../../actors/runs/stores/cluster.ts";
import { clusterWith } from "./cluster-stage.ts";
import { planOf, specOf, types } from "./desk-stage.ts";

const codeOf = (answer: RunAnswer<unknown>): string => (answer.ok ? "ok" : answer.code);

const cluster = (...names: readonly string[]) => clusterWith({}, ...names);

const numbers = (entries: readonly RunEntry[]): readonly number[] => entries.map(({ n }) => n);
const inOrder = (entries: readonly RunEntry[]): readonly number[] => entries.map((_, index) => index + 1);

describe("Runs of a cluster", () => {
  it("run on the node that was asked for, and are read from every other", async () => {
    const { at, gates, runsOn } = await cluster("alpha", "beta", "gamma");
    const id = await at("alpha").desk.submit(specOf(planOf("gate", "g")), "beta");
    await runsOn(id, "beta");
    const next = at("gamma").desk.get("read", { id, from: 4, waitMs: 60_000, bytesMax: 10_000 });
    gates.open("g");
    expect((await next).entries[0]).toMatchObject({ n: 4, node: "beta" });
    for (const name of ["alpha", "beta", "gamma"]) {
      const { entries, summary } = await at(name).desk.follow(id);
      expect(numbers(entries)).toEqual(inOrder(entries));
      expect(summary).toMatchObject({ phase: "done", node: "beta" });
      expect((await at(name).desk.get("list", undefined)).map((run) => run.id)).toEqual([id]);
    }
  });

  it("go where their files are unless somebody wants them elsewhere", async () => {
    const { at, runsOn } = await cluster("alpha", "beta");
    const workspace = { id: "node:beta", label: "beta" };
    const id = await at("alpha").desk.submit(specOf(planOf("gate", "g"), { workspace }));
    await runsOn(id, "beta");
    const other = await at("alpha").desk.submit(specOf(planOf("gate", "g"), { workspace }), "alpha");
    await runsOn(other, "alpha");
  });

  it("refuse a node that is not there", async () => {
    const { at } = await cluster("alpha");
    const answer = await at("alpha").desk.ask("submit", { spec: specOf(planOf("echo")), on: "omega" });
    expect(answer).toMatchObject({ ok: false, code: "bad_run", message: expect.stringContaining("alpha") });
    expect(await at("alpha").desk.get("list", undefined)).toEqual([]);
  });

  it("go on elsewhere when their node dies, and who reads sees each entry once", async () => {
    const { at, gates, kill, runsOn } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(planOf("gate", "g")), "beta");
    await runsOn(id, "beta");
    await at("alpha").desk.get("read", { id, from: 3, waitMs: 10_000, bytesMax: 10_000 });
    kill(at("beta").owner);
    await runsOn(id, "alpha");
    gates.open("g");
    const { entries, summary } = await at("alpha").desk.follow(id);
    expect(numbers(entries)).toEqual(inOrder(entries));
    expect(summary).toMatchObject({ phase: "done", node: "alpha" });
    const owned = entries.filter(({ type }) => type === "owned");
    expect(owned).toMatchObject([
      { reason: "start", node: "beta" },
      { reason: "node_down", node: "alpha", from: "beta", tookMs: expect.any(Number) },
    ]);
  });

  it("are let go and handed over when their node drains, which takes nothing new", async () => {
    const { at, gates, runsOn, world } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(planOf("gate", "g")), "beta");
    await runsOn(id, "beta");
    const drained = await world.until(at("beta").owner.ownership.drain({ deadlineMs: 20_000 }));
    expect(drained).toMatchObject({ isDone: true, isCut: false });
    await runsOn(id, "alpha");
    expect(codeOf(await at("alpha").desk.ask("submit", { spec: specOf(planOf("echo")), on: "beta" }))).toBe(
      "draining",
    );
    gates.open("g");
    const { entries } = await at("alpha").desk.follow(id);
    expect(types(entries)).toContain("released");
    expect(entries.filter(({ type }) => type === "owned").at(-1)).toMatchObject({
      reason: "drain",
      from: "beta",
    });
  });

  it("are begun by another node where the one that had accepted them died before it placed them", async () => {
    const { at, gates, runsOn, world } = await cluster("alpha", "beta");
    const store = at("beta").owner.ownership.store;
    if (store === undefined) throw new Error("There is no store.");
    const spec = specOf(planOf("gate", "g"));
    const { id } = spec;
    const writing = { world, node: "beta", store: clusterRunStore(store), id };
    await world.until(acceptAside(writing, spec));
    expect((await at("alpha").desk.get("find", { prefix: id })).phase).toBe("queued");
    await world.advance(deskLimits.orphanAfterMs + 2 * deskLimits.sweepEveryMs);
    await runsOn(id, "alpha");
    gates.open("g");
    expect((await at("alpha").desk.follow(id)).summary).toMatchObject({ phase: "done" });
  });

  it("are taken out where nobody had come to the end of forking them, and are not begun", async () => {
    const { at, world, phaseOf } = await cluster("alpha");
    const store = at("alpha").owner.ownership.store;
    if (store === undefined) throw new Error("There is no store.");
    const spec = { ...specOf(planOf("gate", "half")), forkedFrom: { id: "aaaaaaaaaaaaaaaa", at: 5 } };
    const writing = { world, node: "beta", store: clusterRunStore(store), id: spec.id };
    await world.until(acceptAside(writing, spec));
    expect(await at("alpha").desk.get("list", undefined)).toHaveLength(1);
    await world.advance(deskLimits.orphanAfterMs + 2 * deskLimits.sweepEveryMs);
    expect(await at("alpha").desk.get("list", undefined)).toEqual([]);
    expect(phaseOf(spec.id)).toBeUndefined();
  });

  it("go to a node that came later when all are gone that were there before", async () => {
    const { at, gates, join, kill, eventually, runsOn } = await cluster("alpha");
    const id = await at("alpha").desk.submit(specOf(planOf("gate", "g")));
    await runsOn(id, "alpha");
    const { owner, desk } = await join("beta");
    await eventually(() => owner.ownership.placement.table.member("runs", "beta") !== undefined);
    await desk.get("read", { id, from: 3, waitMs: 10_000, bytesMax: 10_000 });
    kill(at("alpha").owner);
    await desk.world.advance(deskLimits.orphanAfterMs + 3 * deskLimits.sweepEveryMs);
    await runsOn(id, "beta", owner);
    gates.open("g");
    expect((await desk.follow(id)).summary).toMatchObject({ phase: "done", node: "beta" });
  });

  it("are told and ended from any node", async () => {
    const { at, phaseOf, runsOn, eventually } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(planOf("ask", "Go on?")), "beta");
    await runsOn(id, "beta");
    await at("alpha").desk.get("read", { id, from: 5, waitMs: 10_000, bytesMax: 10_000 });
    expect(codeOf(await at("alpha").desk.ask("remove", { id }))).toBe("run_not_over");
    expect(await at("alpha").desk.get("cancel", { id, by: "ann" })).toMatchObject({ phase: "cancelled" });
    await eventually(() => phaseOf(id) === "finished");
    await at("beta").desk.get("remove", { id });
    await eventually(() => phaseOf(id) === undefined);
    expect(codeOf(await at("alpha").desk.ask("find", { prefix: id }))).toBe("unknown_run");
  });

  it("go on when somebody wants that, once they have failed", async () => {
    const { at } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(planOf("fail")), "beta");
    expect((await at("alpha").desk.follow(id)).summary.phase).toBe("failed");
    const resumed = await at("alpha").desk.get("resume", { id, by: "me", onUnknown: undefined });
    expect(resumed.epoch).toBeGreaterThan(2);
    const { entries } = await at("alpha").desk.follow(id);
    expect(entries.filter(({ type }) => type === "owned")).toMatchObject([
      { reason: "start" },
      { reason: "resume" },
    ]);
    expect(types(entries).filter((type) => type === "failed")).toHaveLength(2);
  });

  it("are forked on any node, and run beside their origin", async () => {
    const { at, gates, runsOn } = await cluster("alpha", "beta");
    const id = await at("alpha").desk.submit(specOf(planOf("gate", "g")), "beta");
    await runsOn(id, "beta");
    await at("beta").desk.get("read", { id, from: 3, waitMs: 10_000, bytesMax: 10_000 });
    const fork = await at("alpha").desk.get("fork", { id, at: 1, by: "me" });
    gates.open("g");
    expect((await at("beta").desk.follow(fork.id)).summary.phase).toBe("done");
    expect((await at("beta").desk.follow(id)).summary.phase).toBe("done");
  });
});
