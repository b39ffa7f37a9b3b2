import { describe, expect, test } from "vitest";
import { type ContextManager, contextManager } from "../../../actors/context/manager.ts";
import { child, named, simulatedWorld, startNode, supervisor } from "../../../runtime/index.ts";

const manager = named<ContextManager>("context.manager");

async function withManager(work: (node: ReturnType<typeof startNode>) => Promise<void>): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world });
  await world.until(
    (async () => {
      const limits = { bytesMax: 1_000, sessionsMax: 10, sessionTimeoutMs: 60_000 };
      await node.spawn(contextManager(world.clock), { name: "context.manager", input: { limits } });
      await work(node);
    })(),
  );
}

describe("contextManager", () => {
  test("keeps and gives values by call", () =>
    withManager(async (node) => {
      expect(await node.call(manager, "put", { session: "s", key: "k", value: { a: 1 }, bytes: 7 })).toBe(
        true,
      );
      expect(await node.call(manager, "get", { session: "s", key: "k" })).toEqual({ a: 1 });
      expect(await node.call(manager, "get", { session: "s", key: "other" })).toBeUndefined();
    }));

  test("takes values by cast, too", () =>
    withManager(async (node) => {
      node.cast(manager, "put", { session: "s", key: "k", value: 1, bytes: 1 });
      expect(await node.call(manager, "get", { session: "s", key: "k" })).toBe(1);
      node.cast(manager, "forget", { session: "s" });
      expect(await node.call(manager, "status")).toMatchObject({ sessions: 0, bytes: 0 });
    }));

  test("forgets a session by itself when nobody has used it for its timeout", () =>
    withManager(async (node) => {
      await node.call(manager, "put", { session: "s", key: "k", value: 1, bytes: 1 });
      await node.sleep(59_000);
      expect(await node.call(manager, "status")).toMatchObject({ sessions: 1 });
      await node.sleep(15_000);
      expect(await node.call(manager, "status")).toMatchObject({ sessions: 0 });
    }));

  test("starts empty when its supervisor starts it again: what it held is not what anybody relies on", async () => {
    const world = simulatedWorld();
    const node = startNode({ world });
    const limits = { bytesMax: 1_000, sessionsMax: 10, sessionTimeoutMs: 60_000 };
    const spec = child(contextManager(world.clock), { name: "context.manager", input: { limits } });
    await world.until(
      (async () => {
        await node.spawn(supervisor("s", { children: [spec] }));
        await node.call(manager, "put", { session: "s", key: "k", value: 1, bytes: 1 });
        const before = node.whereis("context.manager");
        if (before !== undefined) node.exit(before, "kill");
        await node.sleep(1);
        expect(node.whereis("context.manager")).not.toEqual(before);
        expect(await node.call(manager, "status")).toMatchObject({ sessions: 0, entries: 0, bytes: 0 });
      })(),
    );
  });
});
