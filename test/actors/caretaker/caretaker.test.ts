// The caretaker: what nodes left that went away for good is taken out, and nothing else.
import { describe, expect, it } from "vitest";
import { housekeeping } from "../../../actors/caretaker/caretaker.ts";
import { caretakerLimits } from "../../../actors/caretaker/limits.ts";
import { clusterNamed } from "../../../runtime/index.ts";
import { owners } from "../../runtime/ownership/owners.ts";

const { awayMs, lookEveryMs } = caretakerLimits;

/** Nodes with the caretaker of their cluster, in virtual time. */
async function cluster(...names: readonly string[]) {
  const stage = owners();
  /** What the wall clock is ahead by: days need not be lived through. */
  const passed = { ms: 0 };
  const { world, start, eventually, placeOf, all } = stage;
  for (const name of names) {
    const owner = await start(name, { supervisors: {} });
    await world.until(owner.node.spawn(housekeeping(() => world.clock.wallTime() + passed.ms)));
  }
  await eventually(() => all.every((owner) => placeOf("cluster/caretaker", owner) !== undefined));
  return { ...stage, passed };
}

const nodesOf = (bucket: readonly { readonly key: string }[]): readonly string[] =>
  bucket.map(({ key }) => key).sort();

describe("The caretaker of a cluster", () => {
  it("takes out the lease of a node that has been away for long, and what it had said, and keeps what is younger", async () => {
    const { world, store, kill, all, eventually, placeOf, passed } = await cluster("alpha", "gamma");
    const [alpha, gamma] = all;
    if (alpha === undefined || gamma === undefined) throw new Error("They have not started.");
    kill(gamma);
    await eventually(() => alpha.ownership.keeper?.find("gamma")?.state === "tombstone");
    await world.advance(lookEveryMs);
    expect(nodesOf(store.entries("leases"))).toEqual(["alpha", "gamma"]);
    passed.ms = awayMs;
    await world.advance(lookEveryMs);
    expect(nodesOf(store.entries("leases"))).toEqual(["alpha"]);
    expect(nodesOf(store.entries("claims"))).toEqual(["m.cluster.alpha"]);
    expect(placeOf("cluster/caretaker", alpha)).toBeDefined();
    const status = await world.until(alpha.node.call(clusterNamed("cluster/caretaker"), "status"));
    expect(status).toMatchObject({ removed: 1, over: {} });
  });
});
