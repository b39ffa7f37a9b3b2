// Conformance: what a registry holds (OTP behaviours I09 and I11 to I13).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  call,
  countEntries,
  dispatch,
  exit,
  keysOf,
  lookup,
  monitor,
  named,
  ok,
  type Pid,
  processInfo,
  type RegistryEntry,
  receive,
  registerKey,
  registry,
  reply,
  replyWith,
  self,
  send,
  server,
  spawn,
  unregisterKey,
  updateValue,
  via,
} from "../../../runtime/index.ts";
import { startKernelNode } from "../../../runtime/node/node.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { bench, idle, numbered, ofType, reasonOf } from "../process/bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });
const unique = registry("names", { keys: "unique" });
const duplicate = registry("topics", { keys: "duplicate" });

const counter = server("counter", {
  init: () => ok(0),
  calls: { get: (total) => replyWith(total, total) },
});

/** A process that registers itself under `keys`, tells `tester`, and then waits. */
function holder(registryName: string, keys: readonly string[], tester: Pid) {
  return async () => {
    for (const key of keys) registerKey(registryName, key, `value of ${key}`);
    send(tester, { type: "holds" });
    await idle();
  };
}

async function holding(registryName: string, ...keys: readonly string[]): Promise<Pid> {
  const pid = await spawn(holder(registryName, keys, self()));
  await receive(ofType("holds"));
  return pid;
}

describe("a unique registry", () => {
  test("I09 gives a key to one process: the second is told who holds it", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const pid = await holding("names", "a");
      expect(() => registerKey("names", "a")).toThrow(
        expect.objectContaining({ code: "already_started", pid }),
      );
      expect(() => registerKey("names", "a")).toThrow(/"a" of registry "names" is held by/);
      expect(lookup("names", "a")).toEqual([{ pid, value: "value of a" }]);
    });
  });

  test("I09 refuses a key twice even to the process that holds it, and keeps the first value", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      registerKey("names", "a", 1);
      expect(() => registerKey("names", "a", 2)).toThrow(
        expect.objectContaining({ code: "already_started", pid: self() }),
      );
      expect(lookup("names", "a")).toEqual([{ pid: self(), value: 1 }]);
      expect(countEntries("names")).toBe(1);
    });
  });

  test("I09 gives a key that was given up, or whose holder has ended, to the next", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      registerKey("names", "a");
      unregisterKey("names", "a");
      const pid = await holding("names", "a");
      const ref = monitor(pid);
      exit(pid, "kill");
      await reasonOf(ref);
      registerKey("names", "a", 3);
      expect(lookup("names", "a")).toEqual([{ pid: self(), value: 3 }]);
    });
  });

  test("I11 knows under a key only the process that registered itself", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const pid = await holding("names", "a", "b");
      registerKey("names", "c");
      expect(keysOf("names", pid)).toEqual(["a", "b"]);
      expect(keysOf("names", self())).toEqual(["c"]);
      expect(countEntries("names")).toBe(3);
    });
  });

  test("I11 lets nobody give up the key of another", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const pid = await holding("names", "a");
      unregisterKey("names", "a");
      expect(lookup("names", "a")).toEqual([{ pid, value: "value of a" }]);
      expect(updateValue("names", "a", () => "mine now")).toBeUndefined();
      expect(lookup("names", "a")).toEqual([{ pid, value: "value of a" }]);
    });
  });

  test("tells the values of an update, new and old, and undefined for a key that is not held", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      registerKey("names", "a", { count: 1 });
      const add = (value: unknown) => ({ count: (value as { count: number }).count + 1 });
      expect(updateValue("names", "a", add)).toEqual({ value: { count: 2 }, before: { count: 1 } });
      expect(updateValue("names", "a", add)).toEqual({ value: { count: 3 }, before: { count: 2 } });
      expect(lookup("names", "a")).toEqual([{ pid: self(), value: { count: 3 } }]);
      expect(updateValue("names", "b", add)).toBeUndefined();
    });
  });

  test("keeps the value of before when an update throws, or gives what is no data", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      registerKey("names", "a", 1);
      const broken = () => {
        throw new RangeError("no more");
      };
      expect(() => updateValue("names", "a", broken)).toThrow("no more");
      expect(() => updateValue("names", "a", () => new Map())).toThrow(misuse);
      expect(lookup("names", "a")).toEqual([{ pid: self(), value: 1 }]);
    });
  });

  test("keeps what a value was when it was registered", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      const value = { list: [1] };
      registerKey("names", "a", value);
      expect(() => value.list.push(2)).toThrow(TypeError);
      expect(() => registerKey("names", "b", () => 1)).toThrow(misuse);
      expect(lookup("names", "b")).toEqual([]);
    });
  });

  test("takes for a key any string, and nothing else", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      for (const key of ["", "__proto__", "constructor", "\u0000", "a\nb"]) {
        expect(lookup("names", key)).toEqual([]);
        registerKey("names", key, key);
        expect(lookup("names", key)).toEqual([{ pid: self(), value: key }]);
      }
      for (const key of [undefined, null, 7, {}, ["a"]] as unknown as string[]) {
        expect(() => registerKey("names", key)).toThrow(misuse);
        await expect(spawn(idle, { name: via("names", key) })).rejects.toMatchObject({ code: "misuse" });
        await expect(call(via("names", key), "get")).rejects.toMatchObject({ code: "misuse" });
      }
      expect(countEntries("names")).toBe(5);
    });
  });
});

describe("a duplicate registry", () => {
  test("I12 keeps many entries under one key, of one process too", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      const pid = await holding("topics", "news", "news");
      registerKey("topics", "news", "mine");
      const value = "value of news";
      expect(lookup("topics", "news")).toEqual([
        { pid, value },
        { pid, value },
        { pid: self(), value: "mine" },
      ]);
      expect(countEntries("topics")).toBe(3);
      expect(keysOf("topics", pid)).toEqual(["news", "news"]);
    });
  });

  test("I12 dispatches once, with all entries, and not at all where there are none", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      const pid = await holding("topics", "news");
      registerKey("topics", "news", 1);
      const runs: (readonly RegistryEntry[])[] = [];
      dispatch("topics", "news", (entries) => runs.push(entries));
      dispatch("topics", "sports", (entries) => runs.push(entries));
      expect(runs).toEqual([
        [
          { pid, value: "value of news" },
          { pid: self(), value: 1 },
        ],
      ]);
    });
  });

  test("I12 reaches with a dispatch everybody who subscribed", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      const tester = self();
      for (const number of [1, 2, 3]) {
        await spawn(async () => {
          registerKey("topics", "news");
          send(tester, { type: "subscribed" });
          await receive(ofType("headline"));
          send(tester, numbered(number, "read"));
        });
        await receive(ofType("subscribed"));
      }
      dispatch("topics", "news", (entries) => {
        for (const { pid } of entries) send(pid, { type: "headline" });
      });
      const read = [await receive(), await receive(), await receive()];
      expect(read.map((message) => message.number)).toEqual([1, 2, 3]);
    });
  });

  test("I12 drops all own entries under a key at once, and no others", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      const pid = await holding("topics", "news");
      for (const value of [1, 2]) registerKey("topics", "news", value);
      registerKey("topics", "sports", 3);
      unregisterKey("topics", "news");
      expect(lookup("topics", "news")).toEqual([{ pid, value: "value of news" }]);
      expect(keysOf("topics", self())).toEqual(["sports"]);
      unregisterKey("topics", "news");
      unregisterKey("topics", "never held");
      expect(countEntries("topics")).toBe(2);
    });
  });

  test("I12 forgets every entry of a process that has ended", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      const pid = await holding("topics", "news", "news", "sports");
      const ref = monitor(pid);
      exit(pid, "kill");
      await reasonOf(ref);
      expect(lookup("topics", "news")).toEqual([]);
      expect(keysOf("topics", pid)).toEqual([]);
      expect(countEntries("topics")).toBe(0);
    });
  });

  test("I13 names nobody: its keys are no addresses", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      registerKey("topics", "news");
      await expect(spawn(counter, { name: via("topics", "other") })).rejects.toMatchObject({
        code: "misuse",
      });
      await expect(call(via("topics", "news"), "get")).rejects.toThrow(/has duplicate keys/);
      expect(() => send(via("topics", "news"), { type: "hello" })).toThrow(misuse);
      expect(countEntries("topics")).toBe(1);
    });
  });

  test("I13 cannot update a value, since it would not know which", async () => {
    await bench().inProcess(async () => {
      await spawn(duplicate);
      registerKey("topics", "news", 1);
      expect(() => updateValue("topics", "news", () => 2)).toThrow(misuse);
      expect(lookup("topics", "news")).toEqual([{ pid: self(), value: 1 }]);
    });
  });
});

describe("a registry", () => {
  test("has a name of its own on the node: a second one does not start, and takes nothing away", async () => {
    await bench().inProcess(async () => {
      await spawn(unique);
      registerKey("names", "a");
      await expect(spawn(unique)).rejects.toMatchObject({ code: "start_failed" });
      await expect(spawn(registry("names", { keys: "duplicate" }))).rejects.toThrow(/already/);
      expect(lookup("names", "a")).toHaveLength(1);
    });
  });

  test("that is not there is a mistake that says how to make one", async () => {
    await bench().inProcess(async () => {
      const uses = [
        () => registerKey("nowhere", "a"),
        () => unregisterKey("nowhere", "a"),
        () => lookup("nowhere", "a"),
        () => keysOf("nowhere", self()),
        () => countEntries("nowhere"),
        () => dispatch("nowhere", "a", () => {}),
        () => updateValue("nowhere", "a", () => 1),
      ];
      for (const use of uses) expect(use).toThrow(/no registry "nowhere".*Start one with registry\(/s);
    });
  });

  test("is unique or duplicate, and nothing else", () => {
    for (const keys of [undefined, "Unique", 7] as unknown as "unique"[]) {
      expect(() => registry("names", { keys })).toThrow(misuse);
    }
  });

  test("is asked from inside a process only", () => {
    expect(() => lookup("names", "a")).toThrow(misuse);
  });

  test("does not mind messages, and shows how many entries it has", async () => {
    const { world, node, kernel } = (() => {
      const world = simulatedWorld();
      return { world, ...startKernelNode({ world, boundary: "freeze" }) };
    })();
    const pid = await world.until(node.spawn(duplicate, { name: "topics.registry" }));
    node.send(pid, { type: "hello" });
    node.cast(named("topics.registry"), "nothing", 1);
    await world.until(node.spawn(() => registerKey("topics", "a")));
    await world.settle();
    expect(kernel.find(pid)?.behaviour.state()).toEqual({ keys: "duplicate", entries: 0 });
    expect(node.isAlive(pid)).toBe(true);
    await world.until(node.stop(pid));
  });

  test("agrees with a plain list of entries for any order of registering, giving up and ending", async () => {
    const step = fc.oneof(
      fc.record({ does: fc.constant("register" as const), who: fc.nat(3), key: fc.constantFrom("a", "b") }),
      fc.record({ does: fc.constant("unregister" as const), who: fc.nat(3), key: fc.constantFrom("a", "b") }),
      fc.record({ does: fc.constant("end" as const), who: fc.nat(3), key: fc.constant("") }),
    );
    const run = fc.record({
      keys: fc.constantFrom("unique" as const, "duplicate" as const),
      steps: fc.array(step),
    });
    await fc.assert(
      fc.asyncProperty(run, ({ keys, steps }) =>
        bench().inProcess(async () => {
          await spawn(registry("r", { keys }));
          const worker = async () => {
            for (;;) {
              const { does, key, replyTo } = await receive();
              if (replyTo === undefined) continue;
              try {
                if (does === "register") registerKey("r", String(key));
                else unregisterKey("r", String(key));
              } catch {
                // The list says whether it should have been refused.
              }
              reply(replyTo, undefined);
            }
          };
          const workers: Pid[] = [];
          for (let index = 0; index < 4; index += 1) workers.push(await spawn(worker));
          let list: { readonly pid: Pid; readonly key: string }[] = [];
          for (const { does, who, key } of steps) {
            const pid = workers[who] ?? self();
            if (does === "end") {
              const ref = monitor(pid);
              exit(pid, "kill");
              await reasonOf(ref);
              list = list.filter((entry) => entry.pid !== pid);
              workers[who] = await spawn(worker);
              continue;
            }
            await call(pid, "do", { does, key });
            const isTaken = keys === "unique" && list.some((entry) => entry.key === key);
            if (does === "register" && !isTaken) list.push({ pid, key });
            if (does === "unregister") list = list.filter((entry) => entry.pid !== pid || entry.key !== key);
          }
          for (const key of ["a", "b"]) {
            const expected = list.filter((entry) => entry.key === key).map((entry) => entry.pid);
            expect(lookup("r", key).map((entry) => entry.pid)).toEqual(expected);
          }
          expect(countEntries("r")).toBe(list.length);
          for (const pid of workers) {
            const own = list.filter((entry) => entry.pid === pid).map((entry) => entry.key);
            expect([...keysOf("r", pid)].sort()).toEqual(own.sort());
            expect(processInfo(pid)?.links).toHaveLength(own.length > 0 ? 1 : 0);
          }
        }),
      ),
      { numRuns: 60 },
    );
  });
});
