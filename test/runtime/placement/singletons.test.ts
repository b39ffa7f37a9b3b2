// Conformance: a child that runs on the first node of its list that is there, as distributed applications do (OTP behaviours L15 to
// L20).
import { describe, expect, test } from "vitest";
import {
  clusterNamed,
  durable,
  NodesMissing,
  noReply,
  ok,
  type Place,
  placedChild,
  replyWith,
  type StartKind,
  saveCheckpoint,
  self,
  sendAfter,
  server,
  startKind,
} from "../../../runtime/index.ts";
import { type OwnedCluster, ownedCluster, ownedClusterKinds, placeOf } from "../ownership/owned-cluster.ts";
import { type Owner, type OwnerOptions, owners } from "../ownership/owners.ts";

const name = "work/single";
const address = clusterNamed(name);
const tickMs = 20;

/** Supervisors that have one child, which counts, and notes the node of each of its turns. */
function single(place: Partial<Place & { strategy: "priority" }> = {}, notes: string[] = []) {
  const tick = (): void => {
    notes.push(self().node);
    sendAfter(self(), { type: "tick" }, tickMs);
  };
  const logic = durable(
    server("single", {
      init: () => {
        tick();
        return ok(0);
      },
      calls: {
        add: async (count: number, more: number) => {
          await saveCheckpoint(count + more);
          return replyWith(count + more, count + more);
        },
        bump: (count: number) => replyWith(count + 1, count + 1),
        kind: (count: number) => replyWith(startKind(), count),
      },
      info: (count: number) => {
        tick();
        return noReply(count);
      },
    }),
    { key: "single", version: 1, onRestored: { type: "tick" } },
  );
  const child = placedChild(logic, {
    place: { strategy: "priority", nodes: ["alpha", "beta"], ...place },
  });
  return { supervisors: { work: { children: [child] } } };
}

/** Two nodes, the first of which has the child. */
async function pair(cluster: OwnedCluster, options: OwnerOptions) {
  const alpha = await cluster.start("alpha", options);
  await cluster.eventually(() => placeOf(name, alpha) === "alpha");
  const beta = await cluster.start("beta", options);
  await cluster.eventually(() => placeOf(name, beta) === "alpha");
  return { alpha, beta };
}

function kindOf(cluster: Pick<OwnedCluster, "when">, { node }: Owner): Promise<StartKind> {
  return cluster.when(node.call(address, "kind") as Promise<StartKind>);
}

describe.each(ownedClusterKinds)("a child with a list of nodes, over %s,", (kind) => {
  test("L15 runs on the first of them that is there, and stays when a better one comes", async () => {
    const cluster = await ownedCluster(kind);
    const options = single();
    const gamma = await cluster.start("gamma", options);
    await cluster.eventually(() => gamma.ownership.placement.table.find(name)?.record.phase === "waiting");
    const beta = await cluster.start("beta", options);
    await cluster.eventually(() => placeOf(name, gamma) === "beta");
    await cluster.start("alpha", options);
    expect(await kindOf(cluster, gamma)).toEqual({ reason: "start", from: undefined, epoch: 1 });
    expect(placeOf(name, beta)).toBe("beta");
  });

  test("L16 L17 L20 starts on the next one when its node is lost, never runs on both, and goes back with its data", async () => {
    const cluster = await ownedCluster(kind);
    const notes: string[] = [];
    const options = single({ failoverAfterMs: 300, takeover: true }, notes);
    const { alpha, beta } = await pair(cluster, options);
    expect(await cluster.when(beta.node.call(address, "add", 7))).toBe(7);
    cluster.cutOff(alpha);
    await cluster.eventually(() => placeOf(name, beta) === "beta");
    // The side of the minority lives, and runs nothing of it.
    expect(alpha.ownership.state).toBe("suspended");
    expect(alpha.node.whereClusterName(name)).toBeUndefined();
    expect(notes.indexOf("beta")).toBeGreaterThan(notes.lastIndexOf("alpha"));
    expect(await kindOf(cluster, beta)).toEqual({ reason: "node_down", from: "alpha", epoch: 2 });
    expect(await cluster.when(beta.node.call(address, "bump"))).toBe(8);
    const before = notes.length;
    cluster.heal(alpha);
    await cluster.eventually(() => placeOf(name, beta) === "alpha" && placeOf(name, alpha) === "alpha");
    // Ours has stopped on the old node before it starts on the new one: there is one at a time.
    expect(await kindOf(cluster, beta)).toMatchObject({ reason: "takeover", from: "beta" });
    expect(await cluster.when(beta.node.call(address, "add", 0))).toBe(8);
    const since = notes.slice(before);
    expect(since.indexOf("alpha")).toBeGreaterThan(since.lastIndexOf("beta"));
  });

  test("L16 starts on the next one as one that was left where its node leaves in good order", async () => {
    const cluster = await ownedCluster(kind);
    const options = single();
    const { alpha, beta } = await pair(cluster, options);
    await cluster.when(alpha.ownership.leave());
    await cluster.eventually(() => placeOf(name, beta) === "beta");
    expect(await kindOf(cluster, beta)).toMatchObject({ reason: "node_left", from: "alpha" });
  });

  test("L19 moves where it is permitted, and waits where it is permitted nowhere", async () => {
    const cluster = await ownedCluster(kind);
    const options = single();
    const { alpha, beta } = await pair(cluster, options);
    await cluster.when(alpha.node.call(address, "bump"));
    await cluster.when(beta.ownership.permitChild(name, "alpha", false));
    await cluster.eventually(() => placeOf(name, beta) === "beta");
    expect(await kindOf(cluster, beta)).toEqual({ reason: "permission", from: "alpha", epoch: 2 });
    expect(await cluster.when(beta.node.call(address, "bump"))).toBe(2);
    await expect(cluster.when(beta.ownership.move(name, "alpha"))).rejects.toMatchObject({
      code: "unfit_node",
    });
    await cluster.when(beta.ownership.permitChild(name, "beta", false));
    await cluster.eventually(() => beta.ownership.placement.table.find(name)?.record.phase === "waiting");
    await cluster.eventually(() => beta.node.whereClusterName(name) === undefined);
    await cluster.when(beta.ownership.permitChild(name, "alpha", true));
    await cluster.eventually(() => placeOf(name, beta) === "alpha" && placeOf(name, alpha) === "alpha");
    expect(await cluster.when(alpha.node.call(address, "bump"))).toBe(3);
  });

  test("L18 does not begin without nodes that have to be there, and begins when they come", async () => {
    const cluster = await ownedCluster(kind);
    const required = (timeoutMs: number) => ({
      ...single(),
      required: { nodes: ["beta", "alpha"], timeoutMs },
    });
    const alpha = await cluster.start("alpha", single());
    const refused = await cluster.start("delta", required(100)).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(NodesMissing);
    expect(refused).toMatchObject({ code: "nodes_missing", details: { missing: ["beta"] } });
    const waiting = cluster.start("gamma", required(20_000));
    const others = [alpha, await cluster.start("beta", single())];
    expect((await cluster.when(waiting)).ownership.state).toBe("held");
    expect(others.map(({ ownership }) => ownership.state)).toEqual(["held", "held"]);
  });
});

describe("a child with a list of nodes, in time,", () => {
  test("L16 waits as long as it was told before it starts on the next one", async () => {
    const { world, start, eventually, kill } = owners();
    const options = single({ failoverAfterMs: 10_000 });
    const alpha = await start("alpha", options);
    const beta = await start("beta", options);
    await eventually(() => placeOf(name, beta) === "alpha");
    kill(alpha);
    await eventually(() => beta.ownership.keeper?.find("alpha")?.state === "tombstone");
    await world.advance(9_900);
    expect(placeOf(name, beta)).toBe("alpha");
    expect(beta.node.whereClusterName(name)).toBeUndefined();
    await world.advance(300);
    expect(placeOf(name, beta)).toBe("beta");
  });

  test("L16 starts on the better node that has come while it waited for the next one", async () => {
    const { start, eventually, kill, world } = owners();
    const options = single({ nodes: ["alpha", "beta", "gamma"], failoverAfterMs: 10_000 });
    const beta = await start("beta", options);
    await start("gamma", options);
    await eventually(() => placeOf(name, beta) === "beta");
    const watcher = await start("delta", options);
    kill(beta);
    await eventually(() => watcher.ownership.keeper?.find("beta")?.state === "tombstone");
    const lapsedAt = world.clock.now();
    await start("alpha", options);
    await eventually(() => placeOf(name, watcher) !== "beta");
    expect(world.clock.now() - lapsedAt).toBeGreaterThan(9_000);
    await eventually(() => placeOf(name, watcher) === "alpha");
  });

  test("tells code that is no placed child that it is none", async () => {
    const { world, start } = owners();
    const alpha = await start("alpha");
    const asked = world.until(
      new Promise((resolve) => {
        void alpha.node.spawn(() => {
          try {
            resolve(startKind());
          } catch (error) {
            resolve(error);
          }
        });
      }),
    );
    expect(await asked).toMatchObject({ code: "misuse", message: expect.stringContaining("startKind") });
  });
});
