// Partition supervisors: a load shared by key among equal children (OTP behaviours I07 and I08).
import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import {
  call,
  cast,
  child,
  childOf,
  countChildren,
  countEntries,
  countPartitions,
  dynamicSupervisor,
  exit,
  lookup,
  named,
  noReply,
  ok,
  type PartitionSupervisorOptions,
  type Pid,
  partitionFor,
  partitionSupervisor,
  realWorld,
  registerKey,
  registry,
  replyWith,
  resizePartitions,
  type Supervisor,
  self,
  sendAfter,
  server,
  sleep,
  spawn,
  startChild,
  startNode,
  stop,
  supervisor,
  tryCall,
  via,
  whichChildren,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "../logic/simulation.ts";

/** Knows the number that it was started with, and counts. */
const counter = server("counter", {
  init: (partition: number) => ok({ partition, count: 0 }),
  calls: {
    who: (state) => replyWith(state.partition, state),
    count: (state) => replyWith(state.count, state),
    slowly: async (state) => {
      await sleep(500);
      return replyWith("done", state);
    },
  },
  casts: { add: (state, by: number) => noReply({ ...state, count: state.count + by }) },
  info: (state) => noReply({ ...state, count: state.count + 1 }),
});

function counters(options: Partial<PartitionSupervisorOptions> = {}) {
  return partitionSupervisor("counters", {
    child: (partition) => child(counter, { input: partition }),
    partitions: 3,
    ...options,
  });
}

/** Runs `body` beside a partition supervisor "counters". */
async function withCounters(
  options: Partial<PartitionSupervisorOptions>,
  body: (top: Supervisor) => Promise<void>,
): Promise<void> {
  await simulation().inProcess(async () => body(await spawn(counters(options))));
}

const who = (key: string | number): Promise<unknown> => call(partitionFor("counters", key), "who");
const pidOf = (partition: number): Pid | undefined => lookup("counters", `${partition}`)[0]?.pid;

describe("partitionSupervisor()", () => {
  test("I07 starts as many partitions as it is told, in order, with their numbers for ids", async () => {
    await withCounters({}, async (top) => {
      expect((await whichChildren(top)).map(({ id }) => id)).toEqual(["2", "1", "0"]);
      expect(await countChildren(top)).toEqual({ specs: 3, active: 3, supervisors: 0, workers: 3 });
      expect(countPartitions("counters")).toBe(3);
      expect(countEntries("counters")).toBe(3);
    });
  });

  test("I07 starts as many as the world can do at once when it is not told", async () => {
    const { world, inProcess } = simulation();
    await inProcess(async () => {
      const each = (partition: number) => child(counter, { input: partition });
      await spawn(partitionSupervisor("counters", { child: each }));
      expect(countPartitions("counters")).toBe(world.parallelism);
      expect(world.parallelism).toBeGreaterThan(1);
    });
  });

  test("I07 starts one for each core that the program may use, in the real world", async () => {
    const node = startNode({ world: realWorld(), name: "real" });
    const logic = partitionSupervisor("counters", {
      child: (partition) => child(counter, { input: partition }),
    });
    const counted = await node.countChildren(await node.spawn(logic));
    expect(counted.active).toBe(availableParallelism());
    await node.halt();
  });

  test("I07 starts one that is asked for, whatever it is, and each may have children of its own", async () => {
    await simulation().inProcess(async () => {
      const pool = partitionSupervisor("pool", {
        child: (partition) => child(dynamicSupervisor(`pool ${partition}`)),
        partitions: 2,
      });
      const top = await spawn(pool);
      expect(await countChildren(top)).toMatchObject({ supervisors: 2 });
      for (const key of ["a", "b", "c", "d"])
        expect(await startChild(partitionFor("pool", key), child(counter, { input: 7 }))).toMatchObject({
          ok: true,
        });
      const counts = [0, 1].map((key) => countChildren(partitionFor("pool", key)));
      expect((await Promise.all(counts)).map(({ active }) => active)).toEqual([2, 2]);
    });
  });

  test("refuses a number of partitions that is none", () => {
    for (const partitions of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "3" as never])
      expect(() => counters({ partitions })).toThrow(/whole number of partitions from 1; given was/);
  });

  test("exists once under its name, which no registry has either", async () => {
    await simulation().inProcess(async () => {
      const first = await spawn(counters());
      expect(await failureOf(spawn(counters()))).toMatchObject({
        code: "start_failed",
        reason: { error: { message: expect.stringContaining('"counters" on this node already') } },
      });
      expect(await failureOf(spawn(registry("counters", { keys: "unique" })))).toMatchObject({
        code: "start_failed",
      });
      expect(await who(0)).toBe(0);
      await stop(first);
      await spawn(counters());
      expect(await who(1)).toBe(1);
    });
  });

  test("takes its name with it, however it ends", async () => {
    await simulation().inProcess(async () => {
      const top = await spawn(counters());
      const address = partitionFor("counters", "a");
      exit(top, "kill");
      await sleep(1);
      expect(await tryCall(address, "who")).toMatchObject({ ok: false, error: { code: "noproc" } });
      expect(() => partitionFor("counters", "a")).toThrow(expect.objectContaining({ code: "noproc" }));
      expect(() => countPartitions("counters")).toThrow(/no process of partition supervisor "counters"/);
    });
  });

  test("leaves nothing behind when a partition does not start", async () => {
    await simulation().inProcess(async () => {
      const broken = childOf({ id: "broken", start: () => Promise.reject(new Error("broken")) });
      const failing = counters({
        child: (partition) => (partition === 2 ? broken : child(counter, { input: 1 })),
      });
      expect(await failureOf(spawn(failing))).toMatchObject({
        reason: { shutdown: { failed_to_start_child: { id: "2" } } },
      });
      await spawn(counters());
      expect(await who(2)).toBe(2);
    });
  });

  test("is a child like any supervisor, and a partition that ends is there again under its number", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      await spawn(supervisor("top", { children: [child(counters(), { name: "counters" })] }));
      const before = pidOf(1) as Pid;
      cast(partitionFor("counters", 1), "add", 5);
      expect(await call(partitionFor("counters", 1), "count")).toBe(5);
      exit(before, "kill");
      await sleep(1);
      expect(pidOf(1)).not.toEqual(before);
      expect(await call(partitionFor("counters", 1), "count")).toBe(0);
      expect(await who(1)).toBe(1);
      exit((await whichChildren(named("counters")))[0]?.pid as Pid, "broken");
    });
    expect(told("supervisor_child_restarted")[0]).toMatchObject({ supervisor: "counters", child: "1" });
  });

  test("follows the strategy and the budget that it is given", async () => {
    await withCounters({ strategy: "one_for_all" }, async () => {
      const before = [0, 1, 2].map(pidOf);
      exit(before[2] as Pid, "kill");
      await sleep(1);
      for (const partition of [0, 1, 2]) expect(pidOf(partition)).not.toEqual(before[partition]);
    });
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      await spawn(counters({ maxRestarts: 0 }));
      exit(pidOf(0) as Pid, "kill");
      await sleep(1);
    });
    expect(told("supervisor_gave_up")).toMatchObject([{ supervisor: "counters", child: "0" }]);
  });

  test("has no partition for a child that declines, and its keys are noproc", async () => {
    const declining = childOf({ id: "declining", start: () => undefined });
    await withCounters({ child: (n) => (n === 1 ? declining : child(counter, { input: n })) }, async () => {
      expect(await failureOf(who(1))).toMatchObject({ code: "noproc" });
      expect(await who(2)).toBe(2);
    });
  });
});

describe("partitionFor()", () => {
  test("I07 takes whole numbers by their remainder, whatever their sign, as numbers or as text", async () => {
    await withCounters({}, async () => {
      const keys = [0, 1, 2, 3, -1, -4, 7, "7", "-4", Number.MAX_SAFE_INTEGER];
      const partitions = [0, 1, 2, 0, 1, 1, 1, 1, 1, Number.MAX_SAFE_INTEGER % 3];
      expect(await Promise.all(keys.map(who))).toEqual(partitions);
    });
  });

  test("I07 takes every other key by a hash that is the same every time, and spreads them", async () => {
    await withCounters({}, async () => {
      const keys = ["", "a", "alice", "Ünïcödé", "1.5", "1e3", " 1", "9".repeat(400), "x".repeat(10_000)];
      const first = await Promise.all(keys.map(who));
      expect(await Promise.all(keys.map(who))).toEqual(first);
      // What FNV-1a is published to give for these.
      expect(await who("a")).toBe(0xe40c292c % 3);
      expect(await who("foobar")).toBe(0xbf9cf968 % 3);
      const many = await Promise.all(Array.from({ length: 3_000 }, (_, index) => who(`user-${index}`)));
      for (const partition of [0, 1, 2]) {
        const share = many.filter((other) => other === partition).length;
        expect(share).toBeGreaterThan(850);
        expect(share).toBeLessThan(1_150);
      }
    });
  });

  test("I07 gives an address for calls, casts, messages and timers, also before a partition comes back", async () => {
    await withCounters({ partitions: 1 }, async () => {
      const address = partitionFor("counters", "any");
      expect(address).toEqual(via("counters", "any"));
      sendAfter(address, { type: "later" }, 100);
      exit(pidOf(0) as Pid, "kill");
      cast(address, "add", 1);
      await sleep(200);
      expect(await call(address, "count")).toBe(1);
    });
  });

  test("refuses a key that is neither text nor a whole number, and a name that is not known", async () => {
    await withCounters({}, async () => {
      for (const key of [1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined as never, {} as never])
        expect(() => partitionFor("counters", key)).toThrow(/a string or a whole number; given was/);
      expect(() => partitionFor("nobody", 1)).toThrow(expect.objectContaining({ code: "noproc" }));
    });
  });

  test("leaves no room for names of other processes", async () => {
    await withCounters({}, async () => {
      expect(() => registerKey("counters", "mine")).toThrow(
        /"mine" cannot be registered: "counters" is a part/,
      );
      expect(await failureOf(spawn(counter, { input: 1, name: via("counters", "a") }))).toMatchObject({
        code: "already_started",
      });
    });
  });
});

describe("resizePartitions()", () => {
  test("I08 stops partitions, starts them again, and gives how many there were", async () => {
    await withCounters({ partitions: 4 }, async (top) => {
      expect(await who(3)).toBe(3);
      cast(partitionFor("counters", 3), "add", 1);
      expect(await resizePartitions("counters", 2)).toBe(4);
      expect(countPartitions("counters")).toBe(2);
      expect(await countChildren(top)).toMatchObject({ specs: 4, active: 2 });
      expect(await who(3)).toBe(1);
      expect(await resizePartitions("counters", 2)).toBe(2);
      expect(await resizePartitions("counters", 4)).toBe(2);
      expect(await who(3)).toBe(3);
      expect(await call(partitionFor("counters", 3), "count")).toBe(0);
    });
  });

  test("I08 cannot make more than there were at first, nor fewer than none", async () => {
    await withCounters({}, async () => {
      for (const partitions of [4, -1, 1.5, Number.NaN])
        expect(await failureOf(resizePartitions("counters", partitions))).toMatchObject({
          code: "misuse",
          message: expect.stringContaining(`from 0 to that; given was ${partitions}`),
        });
      expect(countPartitions("counters")).toBe(3);
    });
  });

  test("I08 to zero makes every lookup fail, and what is sent on the way vanish", async () => {
    await withCounters({}, async () => {
      const address = partitionFor("counters", "a");
      expect(await resizePartitions("counters", 0)).toBe(3);
      expect(() => partitionFor("counters", "a")).toThrow(/no partition for "a": it was resized to zero/);
      expect(() => partitionFor("counters", 0)).toThrow(expect.objectContaining({ code: "misuse" }));
      expect(await failureOf(call(address, "who"))).toMatchObject({ code: "noproc" });
      cast(address, "add", 1);
      sendAfter(address, { type: "later" }, 1);
      await sleep(10);
      expect(await resizePartitions("counters", 3)).toBe(0);
      expect(await who(2)).toBe(2);
    });
  });

  test("does one at a time, for all who ask at once", async () => {
    await withCounters({ partitions: 5 }, async (top) => {
      const before = await Promise.all([3, 0, 5, 1].map((count) => resizePartitions("counters", count)));
      expect(before).toEqual([5, 3, 0, 5]);
      expect(await countChildren(top)).toMatchObject({ active: 1 });
    });
  });

  test("fails with the reason of a partition that does not start, and can be asked again", async () => {
    let isBroken = false;
    const flaky = (partition: number) =>
      childOf({
        id: "flaky",
        start: async () => {
          if (isBroken && partition === 2) throw new Error("broken");
          return spawn(counter, { input: partition, link: true });
        },
      });
    await withCounters({ child: flaky }, async () => {
      await resizePartitions("counters", 0);
      isBroken = true;
      expect(await failureOf(resizePartitions("counters", 3))).toMatchObject({
        code: "start_failed",
        reason: { error: { message: "broken" } },
      });
      expect(() => partitionFor("counters", 1)).toThrow(expect.objectContaining({ code: "misuse" }));
      isBroken = false;
      expect(await resizePartitions("counters", 3)).toBe(0);
      expect(await who(2)).toBe(2);
    });
  });

  test("waits for partitions to end in good order, while their keys are elsewhere already", async () => {
    const { world, inProcess } = simulation();
    await inProcess(async () => {
      const slow = server("slow", {
        init: (partition: number) => ok(partition),
        calls: { who: (state) => replyWith(state, state) },
        terminate: () => sleep(400),
      });
      await spawn(counters({ child: (partition) => child(slow, { input: partition, trapExit: true }) }));
      const resizing = resizePartitions("counters", 1);
      await sleep(1);
      expect(await who(2)).toBe(0);
      await resizing;
      expect(world.elapsedMs).toBe(800);
      expect(self()).toBeDefined();
    });
  });
});
