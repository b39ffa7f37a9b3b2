// Actors inside a machine: they live and die with the process.
import { describe, expect, test } from "vitest";
import {
  type AnyActorRef,
  assign,
  fromCallback,
  fromPromise,
  fromTransition,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from "xstate";
import {
  isAlive,
  type Pid,
  receive,
  self,
  send,
  sleep,
  spawn,
  spawnMonitor,
} from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

type Order =
  | { type: "go" }
  | { type: "leave" }
  | { type: "crash" }
  | { type: "ask" }
  | { type: "told"; what: string };

describe("the actors inside a machine", () => {
  test("send to their parent and get its events, through the mailbox of the process", async () => {
    const { inProcess, stateOf } = simulation();
    const echo = setup({ types: { events: {} as Order } }).createMachine({
      on: { ask: { actions: sendParent({ type: "told", what: "echo" }) } },
    });
    const machine = setup({
      types: { events: {} as Order, context: {} as { told: string[] } },
      actors: { echo, answer: fromCallback(({ sendBack }) => sendBack({ type: "told", what: "callback" })) },
    }).createMachine({
      context: { told: [] },
      invoke: [{ src: "echo", id: "echo" }, { src: "answer" }],
      on: {
        go: { actions: sendTo("echo", { type: "ask" }) },
        told: { actions: assign({ told: ({ context, event }) => [...context.told, event.what] }) },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "go" });
      await sleep(0);
      expect(stateOf(pid)).toMatchObject({ context: { told: ["callback", "echo"] } });
    });
  });

  test("give their output and their errors to the machine that handles them", async () => {
    const { inProcess, stateOf } = simulation();
    const machine = setup({
      types: { context: {} as { got: unknown[] } },
      actors: {
        good: fromPromise(() => sleep(10).then(() => "output")),
        bad: fromPromise((): Promise<void> => Promise.reject(new Error("refused"))),
      },
    }).createMachine({
      context: { got: [] },
      initial: "first",
      states: {
        first: {
          invoke: {
            src: "good",
            onDone: { target: "second", actions: assign({ got: ({ event }) => [event.output] }) },
          },
        },
        second: {
          invoke: {
            src: "bad",
            onError: {
              target: "third",
              actions: assign({
                got: ({ context, event }) => [...context.got, (event.error as Error).message],
              }),
            },
          },
        },
        third: {},
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      await sleep(20);
      expect(stateOf(pid)).toEqual({ value: "third", context: { got: ["output", "refused"] } });
    });
  });

  test("that fail end the process with their error when the machine does not handle it", async () => {
    const { inProcess } = simulation();
    const inner = setup({
      actors: { bad: fromPromise(() => sleep(5).then(() => Promise.reject(new RangeError("deep")))) },
    }).createMachine({
      invoke: { src: "bad" },
    });
    const machine = setup({ actors: { inner } }).createMachine({ invoke: { src: "inner" } });
    await inProcess(async () => {
      spawnMonitor(machine);
      expect(await receive()).toMatchObject({ reason: { error: { name: "RangeError", message: "deep" } } });
    });
  });

  test("find one another by systemId, which is free again in the next process", async () => {
    const { inProcess, stateOf } = simulation();
    const machine = setup({
      types: { events: {} as Order, context: {} as { told: string[] } },
      actors: {
        speaker: fromCallback<Order>(({ sendBack, receive: on }) =>
          on(() => sendBack({ type: "told", what: "speaker" })),
        ),
        asker: fromCallback<Order>(({ system, receive: on }) =>
          on(() => system.get("speaker").send({ type: "ask" })),
        ),
      },
    }).createMachine({
      context: { told: [] },
      invoke: [
        { src: "speaker", systemId: "speaker" },
        { src: "asker", id: "asker" },
      ],
      on: {
        go: { actions: sendTo("asker", { type: "ask" }) },
        told: { actions: assign({ told: ({ context, event }) => [...context.told, event.what] }) },
        crash: { actions: spawnChild("speaker", { systemId: "speaker" }) },
      },
    });
    await inProcess(async () => {
      const first: Pid = await spawn(machine);
      const second: Pid = await spawn(machine);
      for (const pid of [first, second]) send(pid, { type: "go" });
      await sleep(0);
      for (const pid of [first, second])
        expect(stateOf(pid)).toMatchObject({ context: { told: ["speaker"] } });
      send(first, { type: "crash" });
      await sleep(0);
      expect(isAlive(first)).toBe(false);
      expect(isAlive(second)).toBe(true);
    });
  });

  test("keep their own delayed events in the process's time, and lose them when they are stopped", async () => {
    const { inProcess, stateOf } = simulation();
    const clock = setup({ types: { context: {} as { every: number }, input: {} as number } }).createMachine({
      context: ({ input }) => ({ every: input }),
      after: { 100: { actions: sendParent({ type: "told", what: "tick" }) } },
    });
    const machine = setup({
      types: { events: {} as Order, context: {} as { told: string[] } },
      actors: { clock },
    }).createMachine({
      context: { told: [] },
      entry: [spawnChild("clock", { id: "one", input: 1 }), spawnChild("clock", { id: "two", input: 2 })],
      on: {
        leave: { actions: stopChild("two") },
        told: { actions: assign({ told: ({ context, event }) => [...context.told, event.what] }) },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      await sleep(50);
      send(pid, { type: "leave" });
      await sleep(100);
      expect(stateOf(pid)).toMatchObject({ context: { told: ["tick"] } });
    });
  });

  test("act as the process they live in", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      const machine = setup({
        actors: {
          caller: fromPromise(async () => {
            send(tester, { type: "from", pid: self() });
            await sleep(10);
            send(tester, { type: "from", pid: self() });
          }),
        },
      }).createMachine({ invoke: { src: "caller" } });
      const pid = await spawn(machine);
      expect(await receive()).toMatchObject({ pid });
      expect(await receive()).toMatchObject({ pid });
    });
  });

  test("are watched through their references", async () => {
    const { inProcess } = simulation();
    const seen: unknown[] = [];
    const machine = setup({
      types: { context: {} as { counter: AnyActorRef }, events: {} as Order },
      actors: { counter: fromTransition((count: number) => count + 1, 0) },
    }).createMachine({
      context: ({ spawn: start }) => ({ counter: start("counter") }),
      entry: ({ context }) => context.counter.subscribe((snapshot) => seen.push(snapshot.context)),
      on: { go: { actions: ({ context }) => context.counter.send({ type: "go" }) } },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "go" });
      send(pid, { type: "go" });
      await sleep(0);
    });
    expect(seen.slice(-2)).toEqual([1, 2]);
  });
});
