import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ContextStore } from "../../../actors/context/store.ts";

const limits = { bytesMax: 100, sessionsMax: 3, sessionTimeoutMs: 1_000 };

describe("ContextStore", () => {
  test("gives back what was put, by session and key", () => {
    const store = new ContextStore(limits);
    store.put("a", "x", 1, 10, 0);
    store.put("b", "x", 2, 10, 0);
    expect([
      store.get("a", "x", 0),
      store.get("b", "x", 0),
      store.get("a", "y", 0),
      store.get("c", "x", 0),
    ]).toEqual([1, 2, undefined, undefined]);
  });

  test("replaces a value and counts its bytes once", () => {
    const store = new ContextStore(limits);
    store.put("a", "x", 1, 60, 0);
    store.put("a", "x", 2, 70, 0);
    expect(store.get("a", "x", 0)).toBe(2);
    expect(store.status()).toMatchObject({ entries: 1, bytes: 70 });
  });

  test("refuses a value that is larger than all the room there is, and keeps the rest", () => {
    const store = new ContextStore(limits);
    store.put("a", "x", 1, 60, 0);
    expect(store.put("a", "y", 2, 101, 0)).toBe(false);
    expect(store.get("a", "x", 0)).toBe(1);
  });

  test("lets the least recently used session go first when the bytes run out", () => {
    const store = new ContextStore(limits);
    store.put("a", "x", 1, 40, 0);
    store.put("b", "x", 2, 40, 1);
    store.get("a", "x", 2);
    store.put("c", "x", 3, 40, 3);
    expect([store.get("a", "x", 4), store.get("b", "x", 4), store.get("c", "x", 4)]).toEqual([
      1,
      undefined,
      3,
    ]);
    expect(store.status().evicted).toBe(1);
  });

  test("lets the oldest entries of the only session go when it alone is too large", () => {
    const store = new ContextStore(limits);
    for (const key of ["x", "y", "z"]) store.put("a", key, key, 40, 0);
    expect([store.get("a", "x", 0), store.get("a", "y", 0), store.get("a", "z", 0)]).toEqual([
      undefined,
      "y",
      "z",
    ]);
  });

  test("holds at most as many sessions as it may", () => {
    const store = new ContextStore(limits);
    for (const id of ["a", "b", "c", "d"]) store.put(id, "x", id, 1, 0);
    expect(store.status().sessions).toBe(3);
    expect(store.get("a", "x", 0)).toBeUndefined();
  });

  test("forgets sessions that nobody has used for their timeout, and no others", () => {
    const store = new ContextStore(limits);
    store.put("old", "x", 1, 1, 0);
    store.put("used", "x", 2, 1, 0);
    store.get("used", "x", 500);
    expect(store.expire(1_000)).toBe(1);
    expect([store.get("old", "x", 1_000), store.get("used", "x", 1_000)]).toEqual([undefined, 2]);
  });

  test("forgets one session when told, and says whether it was there", () => {
    const store = new ContextStore(limits);
    store.put("a", "x", 1, 10, 0);
    expect([store.forget("a"), store.forget("a")]).toEqual([true, false]);
    expect(store.status()).toMatchObject({ sessions: 0, entries: 0, bytes: 0 });
  });

  test("never holds more than its limits, and counts its bytes exactly, whatever comes", () => {
    const put = fc.record({ session: fc.nat(5), key: fc.nat(5), bytes: fc.nat(120), at: fc.nat(2_000) });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 60 }), (puts) => {
        const store = new ContextStore(limits);
        const sizes = new Map<string, number>();
        for (const { session, key, bytes, at } of puts) {
          const kept = store.put(`s${session}`, `k${key}`, bytes, bytes, at);
          if (kept) sizes.set(`s${session} k${key}`, bytes);
          const status = store.status();
          expect(status.bytes).toBeLessThanOrEqual(limits.bytesMax);
          expect(status.sessions).toBeLessThanOrEqual(limits.sessionsMax);
          let held = 0;
          for (const [place] of sizes) {
            const [id = "", name = ""] = place.split(" ");
            held += (store.get(id, name, at) as number | undefined) ?? 0;
          }
          expect(held).toBe(status.bytes);
        }
      }),
    );
  });
});
