// What holds of every store of sessions.
import { expect, test } from "vitest";
import { cleared, newSession, type Session, withEntry } from "../../../../actors/context/sessions/session.ts";
import type { SessionStore } from "../../../../actors/context/sessions/session-store.ts";
import { entry, ref, settings } from "./session-stage.ts";

const { room } = settings;

export function session(id: string, ...entries: readonly (readonly [string, number])[]): Session {
  const empty = newSession({ ...ref, id }, 100);
  return entries.reduce((all, [name, at]) => withEntry(all, entry(name, at), at), empty);
}

export function storeConformance(open: () => SessionStore): void {
  test("knows nothing at first", async () => {
    const store = open();
    expect([await store.read("a"), await store.list(), await store.forget(() => ["a"])]).toEqual([
      undefined,
      [],
      0,
    ]);
  });

  test("gives back what it was given, and lists it", async () => {
    const store = open();
    const one = session("a", ["x", 200]);
    await store.merge([one, session("b", ["y", 300])], room);
    expect(await store.read("a")).toEqual(one);
    expect((await store.list()).map(({ id, usedAt, entries }) => [id, usedAt, entries]).toSorted()).toEqual([
      ["a", 200, 1],
      ["b", 300, 1],
    ]);
  });

  test("merges what comes with what is there, and gives the whole", async () => {
    const store = open();
    await store.merge([session("a", ["x", 200])], room);
    const [whole] = await store.merge([session("a", ["y", 150])], room);
    expect(whole?.entries.map(({ id }) => id)).toEqual(["y", "x"]);
    expect(await store.read("a")).toEqual(whole);
  });

  test("lets nobody bring back what was cleared", async () => {
    const store = open();
    const before = session("a", ["x", 200]);
    await store.merge([before], room);
    await store.merge([cleared(before, 300)], room);
    expect((await store.merge([before], room))[0]?.entries).toEqual([]);
  });

  test("forgets those that are chosen from all that there are", async () => {
    const store = open();
    await store.merge([session("a", ["x", 200]), session("b", ["y", 300])], room);
    expect(await store.forget((all) => all.filter(({ usedAt }) => usedAt < 250).map(({ id }) => id))).toBe(1);
    expect(await store.read("a")).toBeUndefined();
    expect((await store.list()).map(({ id }) => id)).toEqual(["b"]);
  });
}
