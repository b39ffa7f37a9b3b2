// Machines under load: no machine may take the node from the others, whatever it does to itself.
import { describe, expect, test } from "vitest";
import { fromTransition, raise, setup } from "xstate";
import {
  isAlive,
  type Pid,
  receive,
  self,
  send,
  sleep,
  spawn,
  spawnMonitor,
  startNode,
} from "../../../runtime/index.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { failureOf, simulation } from "./simulation.ts";

type Hop = { type: "hop"; at: number };

const chainLength = 100_000;
/** Starting so many processes takes seconds, and many more on a machine that is busy with other things. */
const chainTimeoutMs = 180_000;

describe("a chain of 100,000 processes", () => {
  test(
    "of machines forwards one event without overflowing the stack",
    async () => {
      const { inProcess } = simulation();
      const link = setup({
        types: { context: {} as { next: Pid }, events: {} as Hop, input: {} as Pid },
      }).createMachine({
        context: ({ input }) => ({ next: input }),
        on: {
          hop: { actions: ({ context, event }) => send(context.next, { type: "hop", at: event.at + 1 }) },
        },
      });
      await inProcess(async () => {
        let next: Pid = self();
        for (let i = 0; i < chainLength; i += 1) next = spawnMonitor(link, { input: next }).pid;
        send(next, { type: "hop", at: 0 });
        expect(await receive((message) => message.type === "hop")).toEqual({ type: "hop", at: chainLength });
      });
    },
    chainTimeoutMs,
  );

  test(
    "of transitions forwards one event without overflowing the stack",
    async () => {
      const { inProcess } = simulation();
      const link = fromTransition(
        (next: Pid, event: Hop) => {
          if (event.type === "hop") send(next, { type: "hop", at: event.at + 1 });
          return next;
        },
        ({ input }: { input: Pid }) => input,
      );
      await inProcess(async () => {
        let next: Pid = self();
        for (let i = 0; i < chainLength; i += 1) next = spawnMonitor(link, { input: next }).pid;
        send(next, { type: "hop", at: 0 });
        expect(await receive((message) => message.type === "hop")).toEqual({ type: "hop", at: chainLength });
      });
    },
    chainTimeoutMs,
  );
});

describe("a machine that floods itself", () => {
  const flooding = setup({ types: { events: {} as { type: "again" } } }).createMachine({
    entry: ({ self: own }) => own.send({ type: "again" }),
    on: {
      again: {
        actions: [
          ({ self: own }) => own.send({ type: "again" }),
          ({ self: own }) => own.send({ type: "again" }),
        ],
      },
    },
  });

  test("starves neither other processes nor timers, and can be killed", async () => {
    const node = startNode({ world: realWorld(), boundary: "freeze" });
    try {
      const flood = await node.spawn(flooding);
      const echo = await node.spawn(async () => {
        for (;;) {
          const { from } = await receive();
          send(from as Pid, { type: "echo" });
        }
      });
      const asked = await new Promise<number>((resolve, reject) => {
        node
          .spawn(async () => {
            let echoes = 0;
            for (; echoes < 20; echoes += 1) {
              send(echo, { type: "ask", from: self() });
              await receive(undefined, { timeoutMs: 5_000 });
              await sleep(1);
            }
            resolve(echoes);
          })
          .catch(reject);
      });
      expect(asked).toBe(20);
      node.exit(flood, "kill");
      await node.sleep(5);
      expect(node.isAlive(flood)).toBe(false);
    } finally {
      await node.halt();
    }
  });
});

describe("a machine that never comes to rest", () => {
  const spinning = setup({ types: { events: {} as { type: "go" } } }).createMachine({
    initial: "calm",
    states: { calm: { on: { go: "a" } }, a: { always: "b" }, b: { always: "a" } },
  });

  test("is ended with an error instead of freezing the node", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(spinning);
      await ready;
      send(pid, { type: "go" });
      expect(await receive()).toMatchObject({
        reason: { error: { message: expect.stringContaining("Infinite loop") } },
      });
    });
  });

  test("from its first state on is not started", async () => {
    const { inProcess } = simulation();
    const raising = setup({ types: { events: {} as { type: "go" } } }).createMachine({
      entry: raise({ type: "go" }),
      on: { go: { actions: raise({ type: "go" }) } },
    });
    await inProcess(async () => {
      expect(await failureOf(spawn(raising))).toMatchObject({ code: "start_failed" });
    });
  });

  test("inside another machine ends that one's process", async () => {
    const { inProcess } = simulation();
    const inner = setup({}).createMachine({
      initial: "a",
      states: { a: { always: "b" }, b: { always: "a" } },
    });
    const outer = setup({ actors: { inner } }).createMachine({ invoke: { src: "inner" } });
    await inProcess(async () => {
      spawnMonitor(outer);
      expect(await receive()).toMatchObject({
        reason: { error: { message: expect.stringContaining("Infinite loop") } },
      });
    });
  });

  test("keeps a limit of its own where it sets one", async () => {
    const { inProcess } = simulation();
    const patient = setup({ types: { context: {} as { n: number } } }).createMachine({
      context: { n: 0 },
      initial: "a",
      states: {
        a: { always: [{ guard: ({ context }) => context.n > 0, target: "b" }, { target: "c" }] },
        b: {},
        c: { always: "d" },
        d: {},
      },
      options: { maxIterations: 1 },
    });
    await inProcess(async () => {
      expect(await failureOf(spawn(patient))).toMatchObject({
        reason: { error: { message: expect.stringContaining("more than 1 microsteps") } },
      });
      expect(isAlive(self())).toBe(true);
    });
  });
});
