// Sessions that the nodes of a cluster share: one owner each, nothing lost when it goes, one rule where two sides meet again.
import { describe, expect, test } from "vitest";
import { ownedCluster, ownedClusterKinds } from "../../../runtime/ownership/owned-cluster.ts";
import type { Owner } from "../../../runtime/ownership/owners.ts";
import { SharedSessions } from "./shared-cluster.ts";

describe.each(ownedClusterKinds)("sessions of a cluster, over %s", (kind) => {
  async function three(settings: Readonly<Record<string, unknown>> = {}) {
    const shared = new SharedSessions(await ownedCluster(kind), settings);
    const nodes: Owner[] = [];
    for (const name of ["alpha", "beta", "gamma"]) nodes.push(await shared.start(name));
    const [alpha, beta, gamma] = nodes as [Owner, Owner, Owner];
    const others = (name: string | undefined) => nodes.filter(({ node }) => node.name !== name);
    return { shared, nodes, alpha, beta, gamma, others };
  }

  test("are known to every node as soon as one has added to them", async () => {
    const { shared, nodes, alpha, beta } = await three();
    expect(await shared.add(alpha, "a", "x")).toEqual({ ok: true, value: null });
    await shared.cluster.eventually(() => nodes.every((by) => shared.ownerOf("a", by) !== undefined));
    expect(await shared.add(beta, "a", "y")).toEqual({ ok: true, value: null });
    for (const by of nodes) {
      expect(await shared.list(by)).toEqual([["a", 2, shared.ownerOf("a", by)]]);
    }
    expect(await shared.entries(nodes[2] as Owner, "a")).toEqual(["x", "y"]);
  });

  test("go on with all that was acknowledged when their owner is cut off, under another one", async () => {
    const { shared, nodes, alpha, others } = await three();
    for (const name of ["x", "y", "z"])
      expect(await shared.add(alpha, "a", name)).toMatchObject({ ok: true });
    await shared.cluster.eventually(() => nodes.every((by) => shared.ownerOf("a", by) !== undefined));
    const first = shared.ownerOf("a", alpha);
    const lost = nodes.find(({ node }) => node.name === first) as Owner;
    const [left, right] = others(first) as [Owner, Owner];
    shared.cluster.cutOff(lost);
    await shared.cluster.eventually(() => {
      const now = shared.ownerOf("a", left);
      return now !== undefined && now !== first;
    });
    expect(await shared.entries(left, "a")).toEqual(["x", "y", "z"]);
    expect(await shared.add(right, "a", "w")).toMatchObject({ ok: true });
    expect(await shared.entries(right, "a")).toEqual(["w", "x", "y", "z"]);
  });

  test("keep what both sides of a cut have added, and take out what was cleared", async () => {
    const { shared, nodes, alpha, others } = await three();
    await shared.add(alpha, "a", "before");
    await shared.cluster.eventually(() => nodes.every((by) => shared.ownerOf("a", by) !== undefined));
    const [cut, other] = others(shared.ownerOf("a", alpha)) as [Owner, Owner];
    expect(await shared.entries(cut, "a")).toEqual(["before"]);
    shared.cluster.cutOff(cut);
    // It is not kept yet, and the one who added it is told so.
    expect(await shared.add(cut, "a", "alone")).toMatchObject({ ok: false });
    expect(await shared.status(cut)).toMatchObject({ unwritten: 1 });
    expect(await shared.add(other, "a", "meanwhile")).toMatchObject({ ok: true });
    expect(await shared.entries(cut, "a")).toEqual(["alone", "before"]);
    shared.cluster.heal(cut);
    let seen: readonly string[] | undefined;
    for (let tries = 0; tries < 60 && seen?.length !== 3; tries += 1) {
      await shared.cluster.when(other.node.sleep(500));
      seen = await shared.entries(other, "a");
    }
    expect(seen).toEqual(["alone", "before", "meanwhile"]);
    expect(await shared.clear(other, "a")).toEqual({ ok: true, value: true });
    expect(await shared.list(cut)).toEqual([]);
  });
});

describe("sessions of a cluster", () => {
  async function one(settings: Readonly<Record<string, unknown>> = {}) {
    const shared = new SharedSessions(await ownedCluster("memory"), settings);
    return { shared, alpha: await shared.start("alpha"), beta: await shared.start("beta") };
  }

  test("are forgotten with their owner and its log when nobody uses them for session_timeout_ms", async () => {
    const { shared, alpha, beta } = await one({ session_timeout_ms: 60_000, gc_interval_ms: 10_000 });
    await shared.add(alpha, "a", "x");
    await shared.cluster.when(alpha.node.sleep(90_000));
    expect(await shared.list(beta)).toEqual([]);
    expect(await shared.entries(beta, "a")).toBeUndefined();
    await shared.add(beta, "a", "y");
    expect(await shared.entries(alpha, "a")).toEqual(["y"]);
  });

  test("are no more than max_sessions", async () => {
    const { shared, alpha } = await one({ max_sessions: 2, gc_interval_ms: 10_000 });
    for (const id of ["a", "b", "c"]) {
      await shared.add(alpha, id, "x");
      await shared.cluster.when(alpha.node.sleep(10));
    }
    await shared.cluster.when(alpha.node.sleep(25_000));
    expect((await shared.list(alpha)).map(([id]) => id)).toEqual(["b", "c"]);
  });

  test("are written as one after many changes, and are whole for the next owner", async () => {
    const { shared, alpha, beta } = await one();
    const names = Array.from({ length: 150 }, (_, index) => `e${String(index).padStart(3, "0")}`);
    for (const name of names) await shared.add(alpha, "a", name);
    const first = shared.ownerOf("a", alpha);
    const [lost, left] = first === "alpha" ? [alpha, beta] : [beta, alpha];
    shared.cluster.cutOff(lost);
    await shared.cluster.eventually(() => shared.ownerOf("a", left) === left.node.name);
    expect(await shared.entries(left, "a")).toEqual(names);
  });

  test("are each node's own where distributed_sync is off", async () => {
    const { shared, alpha, beta } = await one({ distributed_sync: false });
    await shared.add(alpha, "a", "x");
    expect(await shared.entries(alpha, "a")).toEqual(["x"]);
    expect(await shared.entries(beta, "a")).toBeUndefined();
  });
});
