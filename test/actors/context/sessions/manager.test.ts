// The manager of sessions: what is in memory, what is written when, what is forgotten. Each setting does what it says.
import { describe, expect, test } from "vitest";
import { sessionManager, sessionManagerLogic } from "../../../../actors/context/sessions/manager.ts";
import type { SessionStore } from "../../../../actors/context/sessions/session-store.ts";
import type { SessionSettings } from "../../../../actors/context/sessions/settings.ts";
import { memorySessionStore } from "../../../../actors/context/sessions/stores/memory.ts";
import { child, type Node, named, simulatedWorld, startNode, supervisor } from "../../../../runtime/index.ts";
import { StoreUnavailable } from "../../../../runtime/store/failures.ts";
import { entry, ref, settings } from "./session-stage.ts";
import { session } from "./session-store-conformance.ts";

interface Stage {
  readonly node: Node;
  readonly store: SessionStore;
  add(id: string, ...names: readonly string[]): Promise<unknown>;
  entriesOf(id: string): Promise<readonly string[] | undefined>;
}

async function withManager(
  given: Partial<SessionSettings>,
  work: (stage: Stage) => Promise<void>,
  store: SessionStore = memorySessionStore(),
): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world });
  const logic = sessionManagerLogic({ settings: { ...settings, ...given }, store: () => store });
  await world.until(
    (async () => {
      const tree = supervisor("context", {
        children: [child(logic, { id: "manager", name: "context.manager", trapExit: true })],
      });
      await node.spawn(tree, { name: "context" });
      await work({
        node,
        store,
        add: (id, ...names) =>
          node.call(sessionManager, "add", {
            session: { ...ref, id },
            entries: names.map((name) => entry(name, world.clock.wallTime())),
          }),
        entriesOf: async (id) => {
          const answer = await node.call(sessionManager, "read", { id });
          return answer.ok ? answer.value?.entries.map((one) => one.id) : undefined;
        },
      });
      await node.halt();
    })(),
  );
}

describe("M-OPS-3 The manager of sessions", () => {
  test("gives back at once what was added, and writes it after persistence_interval_ms", () =>
    withManager({ persistenceMs: 5_000 }, async ({ node, store, add, entriesOf }) => {
      await add("a", "x", "y");
      expect(await entriesOf("a")).toEqual(["x", "y"]);
      await node.sleep(4_900);
      expect(await store.read("a")).toBeUndefined();
      expect(await node.call(sessionManager, "status")).toMatchObject({
        sessions: 1,
        entries: 2,
        unwritten: 1,
      });
      await node.sleep(200);
      expect((await store.read("a"))?.entries).toHaveLength(2);
      expect(await node.call(sessionManager, "status")).toMatchObject({ unwritten: 0, problem: null });
    }));

  test("writes what is not written yet when it ends", () =>
    withManager({}, async ({ node, store, add }) => {
      await add("a", "x");
      await node.terminateChild(named("context"), "manager");
      expect((await store.read("a"))?.entries).toHaveLength(1);
    }));

  test("sees what another program has written, after persistence_interval_ms at the latest", () =>
    withManager({ persistenceMs: 5_000 }, async ({ node, store, add, entriesOf }) => {
      await add("a", "x");
      await node.sleep(5_100);
      await store.merge([session("a", ["other", 1])], settings.room);
      await node.sleep(5_100);
      expect(await entriesOf("a")).toEqual(["other", "x"]);
    }));

  test("adds an entry once, however often it comes", () =>
    withManager({}, async ({ add, entriesOf }) => {
      await add("a", "x");
      await add("a", "x");
      expect(await entriesOf("a")).toEqual(["x"]);
    }));

  test("refuses what is no entry, and goes on", () =>
    withManager({}, async ({ node, add }) => {
      const bad = { session: ref, entries: [{ ...entry("x", 1), id: "" }] };
      expect(await node.call(sessionManager, "add", bad)).toMatchObject({ ok: false });
      expect(await add("a", "x")).toEqual({ ok: true, value: null });
    }));

  test("holds no more than max_memory_mb: the least recently used leaves, and is read again", () =>
    withManager({ bytesMax: 3_000 }, async ({ node, add, entriesOf }) => {
      for (const id of ["a", "b", "c", "d"]) await add(id, "x", "y");
      await node.sleep(6_000);
      const status = await node.call(sessionManager, "status");
      expect(status.bytes).toBeLessThanOrEqual(3_000);
      expect(status.sessions).toBeLessThan(4);
      expect(status.evicted).toBe(4 - status.sessions);
      expect(await entriesOf("a")).toEqual(["x", "y"]);
    }));

  test("shortens what does not fit by compression_ratio, or drops it where compression_enabled is off", async () => {
    const kept = async (shortenTo: number | undefined) => {
      const store = memorySessionStore();
      const room = { bytesMax: 1_900, shortenTo };
      await withManager(
        { room },
        async ({ node }) => {
          const entries = ["x", "y"].map((name) =>
            entry(name, 1, { summary: `${"word ".repeat(19)}\n`.repeat(6) }),
          );
          await node.call(sessionManager, "add", { session: ref, entries });
          await node.sleep(6_000);
        },
        store,
      );
      return (await store.read(ref.id))?.entries.map(({ id, summary, short }) => [
        id,
        short,
        summary.length < 400,
      ]);
    };
    expect(await kept(0.5)).toEqual([
      ["x", true, true],
      ["y", false, false],
    ]);
    expect(await kept(undefined)).toEqual([["y", false, false]]);
  });

  test("forgets what nobody used for session_timeout_ms, at the next gc_interval_ms", () =>
    withManager({ timeoutMs: 60_000, collectMs: 30_000 }, async ({ node, store, add }) => {
      await add("a", "x");
      await node.sleep(59_000);
      expect(await store.list()).toHaveLength(1);
      await node.sleep(32_000);
      expect(await store.list()).toEqual([]);
      expect(await node.call(sessionManager, "status")).toMatchObject({ sessions: 0, forgotten: 1 });
    }));

  test("keeps what somebody reads", () =>
    withManager({ timeoutMs: 60_000, collectMs: 30_000 }, async ({ node, store, add, entriesOf }) => {
      await add("a", "x");
      await node.sleep(50_000);
      await entriesOf("a");
      await node.sleep(50_000);
      expect(await store.list()).toHaveLength(1);
    }));

  test("keeps max_sessions, those used last", () =>
    withManager({ sessionsMax: 2, collectMs: 30_000 }, async ({ node, store, add }) => {
      for (const id of ["a", "b", "c"]) {
        await add(id, "x");
        await node.sleep(10);
      }
      await node.sleep(31_000);
      expect((await store.list()).map(({ id }) => id).toSorted()).toEqual(["b", "c"]);
    }));

  test("clears a session for everybody", () =>
    withManager({}, async ({ node, store, add, entriesOf }) => {
      await add("a", "x");
      expect(await node.call(sessionManager, "clear", { id: "a" })).toEqual({ ok: true, value: true });
      expect((await store.read("a"))?.entries).toEqual([]);
      expect(await entriesOf("a")).toEqual([]);
      expect(await node.call(sessionManager, "list")).toEqual({ ok: true, value: [] });
      expect(await node.call(sessionManager, "clear", { id: "a" })).toEqual({ ok: true, value: false });
      await add("a", "y");
      expect(await entriesOf("a")).toEqual(["y"]);
    }));

  test("lists what is written and what is not yet, the last used first", () =>
    withManager({}, async ({ node, store, add }) => {
      await store.merge([session("old", ["x", 1])], settings.room);
      await add("new", "x");
      const answer = await node.call(sessionManager, "list");
      expect(answer.ok && answer.value.map(({ id, entries }) => [id, entries])).toEqual([
        ["new", 1],
        ["old", 1],
      ]);
    }));

  test("keeps what cannot be written now, says why, and writes it when it can", () => {
    const store = memorySessionStore();
    let isDown = true;
    const failing: SessionStore = {
      ...store,
      merge: async (...given) => {
        if (isDown) throw new StoreUnavailable("the disk", "it is full");
        return store.merge(...given);
      },
    };
    return withManager(
      {},
      async ({ node, add }) => {
        await add("a", "x");
        await node.sleep(6_000);
        const { unwritten, problem } = await node.call(sessionManager, "status");
        expect([unwritten, problem]).toEqual([1, expect.stringContaining("it is full")]);
        isDown = false;
        await node.sleep(5_000);
        expect((await store.read("a"))?.entries).toHaveLength(1);
        expect(await node.call(sessionManager, "status")).toMatchObject({ unwritten: 0, problem: null });
      },
      failing,
    );
  });
});
