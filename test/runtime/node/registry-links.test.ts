// Conformance: registrants and their registry fall together (OTP behaviour I15).
import { describe, expect, test } from "vitest";
import {
  call,
  child,
  exit,
  keysOf,
  link,
  lookup,
  monitor,
  ok,
  type Pid,
  processInfo,
  receive,
  registerKey,
  registry,
  replyWith,
  self,
  send,
  server,
  sleep,
  spawn,
  spawnMonitor,
  supervisor,
  trapExit,
  unlink,
  unregisterKey,
  via,
  whichChildren,
} from "../../../runtime/index.ts";
import { startKernelNode } from "../../../runtime/node/node.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { bench, idle, ofType, reasonOf, waiting } from "../process/bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });
const unique = registry("names", { keys: "unique" });

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

describe("registering", () => {
  test("I15 links to the registry, and giving up the last key unlinks", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(unique);
      registerKey("names", "a");
      registerKey("names", "b");
      expect(processInfo(self())?.links).toEqual([pid]);
      unregisterKey("names", "a");
      expect(processInfo(self())?.links).toEqual([pid]);
      unregisterKey("names", "b");
      expect(processInfo(self())?.links).toEqual([]);
      expect(processInfo(pid)?.links).toEqual([]);
    });
  });

  test("I15 leaves a link alone that was there before", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(unique, { link: true });
      registerKey("names", "a");
      unregisterKey("names", "a");
      expect(processInfo(self())?.links).toEqual([pid]);
      unlink(pid);
      registerKey("names", "a");
      unregisterKey("names", "a");
      expect(processInfo(self())?.links).toEqual([]);
    });
  });

  test("I15 takes the process down with the registry, so that no stale name survives", async () => {
    await bench().inProcess(async () => {
      const registryPid = await spawn(unique);
      const registered = await holding("names", "a");
      const named = await spawn(idle, { name: via("names", "b") });
      const bystander = await holding("names", "c");
      send(bystander, { type: "nothing" });
      const refs = [registered, named, bystander].map((pid) => monitor(pid));
      exit(registryPid, "kill");
      const reasons = [];
      for (const ref of refs) reasons.push(await reasonOf(ref));
      expect(reasons).toEqual(["killed", "killed", "killed"]);
      expect(() => lookup("names", "a")).toThrow(misuse);
    });
  });

  test("I15 spares a process that has given its keys up, and tells one that traps exits", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const registryPid = await spawn(unique);
      const free = await spawn(async () => {
        registerKey("names", "a");
        unregisterKey("names", "a");
        send(tester, { type: "free" });
        await idle();
      });
      await receive(ofType("free"));
      trapExit(true);
      registerKey("names", "mine");
      exit(registryPid, "kill");
      expect(await receive(ofType("sys.exit"))).toMatchObject({ from: registryPid, reason: "killed" });
      expect(processInfo(free)).toBeDefined();
      await spawn(unique);
      registerKey("names", "mine");
      expect(keysOf("names", self())).toEqual(["mine"]);
    });
  });

  test("I15 does not take the registry down with the process", async () => {
    await bench().inProcess(async () => {
      const registryPid = await spawn(unique);
      for (const reason of ["kill", "broken", "shutdown"]) {
        const pid = await holding("names", "a");
        const ref = monitor(pid);
        exit(pid, reason);
        await reasonOf(ref);
      }
      link(registryPid);
      const { ref, ready } = spawnMonitor(async () => {
        link(registryPid);
        registerKey("names", "a");
        exit("broken");
      });
      await ready;
      expect(await reasonOf(ref)).toBe("broken");
      await sleep(1);
      expect(lookup("names", "a")).toEqual([]);
      expect(processInfo(registryPid)).toMatchObject({ queueLength: 0, links: [self()] });
    });
  });

  test("leaves nothing behind when keys are taken and given up again and again", async () => {
    const world = simulatedWorld();
    const { node, kernel } = startKernelNode({ world, boundary: "freeze" });
    const done = new Promise<Pid>((resolve) => {
      const run = async () => {
        await spawn(unique);
        for (let round = 0; round < 100; round += 1) {
          registerKey("names", "a");
          unregisterKey("names", "a");
        }
        resolve(self());
        await idle();
      };
      void node.spawn(run);
    });
    expect(kernel.find(await world.until(done))?.releases?.size).toBe(0);
  });
});

describe("a supervised registry", () => {
  test("starts again empty, and those who are named by it start again behind it", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const tree = supervisor("tree", {
        strategy: "rest_for_one",
        children: [
          child(unique, { id: "names" }),
          child(counter, { id: "counter", name: via("names", "counter") }),
        ],
      });
      const pid = await spawn(tree);
      const before = await whichChildren(pid);
      const old = lookup("names", "counter")[0]?.pid;
      const registryPid = before.find((entry) => entry.id === "names")?.pid as Pid;
      const ref = monitor(registryPid);
      exit(registryPid, "kill");
      await reasonOf(ref);
      await sleep(10);
      expect(await call(via("names", "counter"), "get")).toBe(0);
      expect(lookup("names", "counter")[0]?.pid).not.toEqual(old);
      expect(old !== undefined && node.isAlive(old)).toBe(false);
      expect(await waiting()).toEqual([]);
    });
  });
});
