// Conformance: locks by key (OTP behaviour I18).
import { describe, expect, test } from "vitest";
import {
  exit,
  lockKey,
  named,
  registry,
  simulatedWorld,
  sleep,
  spawn,
  spawnMonitor,
  startNode,
  stop,
} from "../../../runtime/index.ts";

/** Runs `work` as a process of a node that has the registry `keys`. */
async function withRegistry(work: () => Promise<void>): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world, boundary: "freeze" });
  let failure: unknown;
  await world.until(
    (async () => {
      await node.spawn(registry("keys", { keys: "unique" }), { name: "keys" });
      const ended = new Promise<void>((resolve) => {
        node
          .spawn(async () => {
            try {
              await work();
            } catch (error) {
              failure = error;
            }
          })
          .then((pid) => node.monitor(pid, () => resolve()));
      });
      await ended;
    })(),
  );
  if (failure !== undefined) throw failure;
}

/** A process that holds `key` for `holdMs` and writes down when it came in and went out. */
function holder(log: string[], name: string, key: string, holdMs: number): () => Promise<void> {
  return () =>
    lockKey("keys", key, async () => {
      log.push(`${name} in`);
      await sleep(holdMs);
      log.push(`${name} out`);
    });
}

describe("lockKey()", () => {
  test("I18 lets one in at a time, in the order of asking", () =>
    withRegistry(async () => {
      const log: string[] = [];
      for (const name of ["a", "b", "c"]) await spawn(holder(log, name, "key", 10));
      await sleep(100);
      expect(log).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
    }));

  test("I18 keeps nobody out of another key", () =>
    withRegistry(async () => {
      const log: string[] = [];
      await spawn(holder(log, "a", "one", 10));
      await spawn(holder(log, "b", "two", 10));
      await sleep(5);
      expect(log).toEqual(["a in", "b in"]);
    }));

  test("I18 gives what the work gives, and lets the next in when it throws", () =>
    withRegistry(async () => {
      expect(await lockKey("keys", "key", () => 42)).toBe(42);
      await expect(lockKey("keys", "key", () => Promise.reject(new Error("odd")))).rejects.toThrow("odd");
      expect(await lockKey("keys", "key", () => 43)).toBe(43);
    }));

  test("I18 lets the next in when the holder is killed, and passes over one who died waiting", () =>
    withRegistry(async () => {
      const log: string[] = [];
      const first = await spawn(holder(log, "a", "key", 1_000));
      const second = await spawn(holder(log, "b", "key", 10));
      await spawn(holder(log, "c", "key", 10));
      await sleep(5);
      exit(second, "kill");
      await sleep(5);
      expect(log).toEqual(["a in"]);
      exit(first, "kill");
      await sleep(100);
      expect(log).toEqual(["a in", "c in", "c out"]);
    }));

  test("I18 turns those away who wait when the registry ends", () =>
    withRegistry(async () => {
      const log: string[] = [];
      const refused: string[] = [];
      await spawn(registry("short", { keys: "duplicate" }), { name: "short" });
      await spawn(() => lockKey("short", "key", () => sleep(1_000)));
      spawnMonitor(() =>
        lockKey("short", "key", () => log.push("in")).catch((error: Error) => refused.push(error.message)),
      );
      await sleep(5);
      await stop(named("short"));
      await sleep(5);
      expect(log).toEqual([]);
      expect(refused).toEqual([expect.stringContaining('registry "short"')]);
    }));

  test("I18 refuses a key that is no string, and a registry that is not there", () =>
    withRegistry(async () => {
      await expect(lockKey("keys", 1 as never, () => 1)).rejects.toMatchObject({ code: "misuse" });
      await expect(lockKey("nowhere", "key", () => 1)).rejects.toMatchObject({ code: "misuse" });
    }));
});
