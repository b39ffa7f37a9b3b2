// The tree of sessions: where a node's are, alone, on the way into a cluster, in one, and where the nodes share none.
import { describe, expect, it } from "vitest";
import { contextConfiguration } from "../../../actors/context/config.ts";
import { sessionManager } from "../../../actors/context/sessions/manager.ts";
import { memorySessionStore } from "../../../actors/context/sessions/stores/memory.ts";
import { simulatedWorld, startNode, supervisor } from "../../../runtime/index.ts";
import { sessionsChildren } from "../../../supervisors/trees/sessions.ts";
import { entry, ref } from "../../actors/context/sessions/session-stage.ts";
import { type Owner, owners } from "../../runtime/ownership/owners.ts";

type Given = Parameters<typeof sessionsChildren>[0];

const tree = (given: Given) =>
  supervisor("tree", { children: [...sessionsChildren(given)], maxRestarts: 100, withinMs: 1_000 });

/** A node of a cluster with a manager of sessions in front of a store of its own. */
async function owning(settings: Readonly<Record<string, unknown>> = {}) {
  const { world, start } = owners();
  const owner: Owner = await start("alpha", { supervisors: {} });
  const own = memorySessionStore();
  const state = { owns: false };
  const ownership = () => (state.owns ? owner.ownership : undefined);
  const configuration = contextConfiguration.parse(settings);
  const { node } = owner;
  await world.until(
    node.spawn(tree({ world, node: "alpha", configuration, own, ownership }), { name: "tree" }),
  );
  const add = (id: string) => {
    const session = { ...ref, id };
    const entries = [entry(id, world.clock.wallTime())];
    return world.until(node.call(sessionManager, "add", { session, entries }));
  };
  const place = async () => (await world.until(node.call(sessionManager, "status"))).place;
  return { ...owner, world, own, state, add, place };
}

describe("sessionsChildren()", () => {
  it("has no more than the manager in a program that knows no other", async () => {
    const world = simulatedWorld();
    const node = startNode({ world, name: "aiex" });
    const own = memorySessionStore();
    const configuration = contextConfiguration.parse({});
    await world.until(node.spawn(tree({ world, node: "aiex", configuration, own }), { name: "tree" }));
    expect(node.registered()).toEqual(["context.manager", "tree"]);
    await world.until(node.halt());
  });

  it("has the supervisor of a cluster's sessions, and shares them from when the node owns things", async () => {
    const { node, own, world, state, add, place } = await owning();
    expect(node.registered()).toContain("context");
    expect(await place()).toBe("memory");
    expect(await add("before")).toEqual({ ok: true, value: null });
    state.owns = true;
    expect(await place()).not.toBe("memory");
    expect(await add("since")).toEqual({ ok: true, value: null });
    const owned = node.ownership?.placement.table.children().map(({ supervisor: by, id }) => `${by}/${id}`);
    expect(owned).toContain("context/since");
    await world.until(node.call(sessionManager, "clear", { id: "none" }));
    expect((await own.list()).map(({ id }) => id)).not.toContain("since");
  });

  it("writes what was added before it owned things to where they are shared, and loses none of it", async () => {
    const { node, world, state, add } = await owning();
    await add("before");
    state.owns = true;
    const listed = await world.until(node.call(sessionManager, "list", undefined, { timeoutMs: 20_000 }));
    expect(listed).toMatchObject({ ok: true, value: [{ id: "before", entries: 1 }] });
    await world.advance(contextConfiguration.parse({}).persistence_interval_ms + 1_000);
    const owned = node.ownership?.placement.table.children().map(({ id }) => id);
    expect(owned).toContain("before");
  });

  it("M-OPS-3 has each node keep its own where distributed_sync is off", async () => {
    const { node, own, world, state, add, place } = await owning({ distributed_sync: false });
    state.owns = true;
    expect(node.registered()).not.toContain("context");
    expect(await place()).toBe("memory");
    await add("mine");
    await world.advance(contextConfiguration.parse({}).persistence_interval_ms + 1_000);
    expect((await own.list()).map(({ id }) => id)).toEqual(["mine"]);
  });
});
