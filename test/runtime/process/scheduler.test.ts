// Fairness: nobody who has much to do keeps others, timers or I/O waiting.
import { describe, expect, test } from "vitest";
import {
  cast,
  exit,
  noReply,
  ok,
  type Pid,
  realWorld,
  self,
  send,
  server,
  simulatedWorld,
  sleep,
  spawn,
  spawnMonitor,
  startNode,
} from "../../../runtime/index.ts";
import { limits } from "../../../runtime/limits.ts";
import { Scheduler } from "../../../runtime/process/scheduler.ts";
import { bench, numbered, reasonOf } from "./bench.ts";

describe("the scheduler", () => {
  test("lets a timer fire while a million messages go back and forth", async () => {
    const node = startNode({ world: realWorld(), boundary: "trust" });
    const order: string[] = [];
    const finished = new Promise<void>((resolve) => {
      const player = server("player", {
        init: () => ok(0),
        casts: {
          ball: (count: number, to: { readonly pid: Pid; readonly left: number }) => {
            if (to.left > 0) cast(to.pid, "ball", { pid: self(), left: to.left - 1 });
            else resolve();
            return noReply(count + 1);
          },
        },
      });
      void Promise.all([node.spawn(player), node.spawn(player)]).then(([left, right]) => {
        node.spawn(async () => {
          await sleep(1);
          order.push("timer");
        });
        node.cast(left as Pid, "ball", { pid: right, left: 1_000_000 });
      });
    });
    await finished.then(() => order.push("last ball"));
    await node.halt();
    expect(order).toEqual(["timer", "last ball"]);
  });

  test("lets I/O through while a process sends to itself forever", async () => {
    const node = startNode({ world: realWorld(), boundary: "trust" });
    let turns = 0;
    const endless = server("endless", {
      init: () => ok(0),
      info: (state) => {
        turns += 1;
        send(self(), { type: "again" });
        return noReply(state);
      },
    });
    const pid = await node.spawn(endless);
    node.send(pid, { type: "again" });
    const bytes = await node.world.files.readFile("package.json", { bytesMax: 1_000_000 });
    expect(bytes.length).toBeGreaterThan(0);
    expect(turns).toBeGreaterThan(0);
    await node.halt();
  });

  test("gives every process a turn after a bounded number of one's messages", async () => {
    const { inProcess } = bench();
    await inProcess(async () => {
      let handled = 0;
      let handledWhenOtherRan = -1;
      const busy = server("busy", {
        init: () => ok(0),
        info: (state) => {
          handled += 1;
          return noReply(state);
        },
      });
      const other = server("other", {
        init: () => ok(0),
        info: (state) => {
          handledWhenOtherRan = handled;
          return noReply(state);
        },
      });
      const [first, second] = [await spawn(busy), await spawn(other)];
      for (let number = 0; number < 10_000; number += 1) send(first, numbered(number));
      send(second, { type: "one" });
      await sleep(1);
      expect(handled).toBe(10_000);
      expect(handledWhenOtherRan).toBeGreaterThan(0);
      expect(handledWhenOtherRan).toBeLessThanOrEqual(limits.turnMessagesMax);
    });
  });

  test("ends a process before it goes on with those that merely have work", () => {
    const world = simulatedWorld();
    const scheduler = new Scheduler(world);
    const ran: string[] = [];
    for (let number = 0; number < 100; number += 1) {
      scheduler.ready({ turn: () => ran.push(`ready ${number}`) });
    }
    scheduler.urgent({ turn: () => ran.push("urgent") });
    return world.settle().then(() => {
      expect(ran).toHaveLength(101);
      expect(ran[0]).toBe("urgent");
      expect(ran.slice(1)).toEqual(Array.from({ length: 100 }, (_, index) => `ready ${index}`));
    });
  });

  test("ends a killed process before the messages of others that were sent earlier", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      let handled = 0;
      let handledAtTheEnd = -1;
      const busy = server("busy", {
        init: () => ok(0),
        info: (state) => {
          handled += 1;
          return noReply(state);
        },
      });
      const [first, second] = [await spawn(busy), await spawn(busy)];
      node.subscribe((event) => {
        if (event.name === "process_crashed") handledAtTheEnd = handled;
      });
      for (let number = 0; number < 1_000; number += 1) send(first, numbered(number));
      exit(second, "kill");
      await sleep(1);
      expect(handledAtTheEnd).toBe(0);
      expect(handled).toBe(1_000);
    });
  });

  test("goes on when a turn throws", async () => {
    const world = simulatedWorld();
    const scheduler = new Scheduler(world);
    const ran: string[] = [];
    scheduler.ready({
      turn: () => {
        throw new Error("a fault of the runtime itself");
      },
    });
    scheduler.ready({ turn: () => ran.push("next") });
    await expect(world.settle()).rejects.toThrow("a fault of the runtime itself");
    await world.settle();
    scheduler.ready({ turn: () => ran.push("later") });
    await world.settle();
    expect(ran).toEqual(["next", "later"]);
  });

  test("runs processes that all wait for each other's answers to the end", async () => {
    const { inProcess } = bench();
    await inProcess(async () => {
      const chain = async (depth: number): Promise<number> => {
        if (depth === 0) return 0;
        const { ref } = spawnMonitor(async () => {
          await chain(depth - 1);
        });
        expect(await reasonOf(ref)).toBe("normal");
        return depth;
      };
      expect(await chain(300)).toBe(300);
    });
  });
});
