// What reaches a machine from outside: calls, casts and the runtime's own signals, all as events.
import { describe, expect, test } from "vitest";
import { assign, setup } from "xstate";
import {
  call,
  cast,
  type DownEvent,
  type ExitEvent,
  exit,
  isAlive,
  monitor,
  named,
  type Pid,
  type Ref,
  receive,
  receiveTimeout,
  reply,
  self,
  send,
  sleep,
  spawn,
  spawnMonitor,
  startTimer,
  stop,
  type TimeoutEvent,
  tryReceive,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

type Asked =
  | { type: "deposit"; replyTo: Ref; amount: number }
  | { type: "balance"; replyTo: Ref }
  | { type: "name"; payload: string }
  | { type: "leave"; replyTo: Ref };

const account = setup({
  types: { context: {} as { balance: number; owner: string }, events: {} as Asked },
}).createMachine({
  context: { balance: 0, owner: "nobody" },
  initial: "open",
  states: {
    open: {
      on: {
        deposit: {
          actions: [
            assign({ balance: ({ context, event }) => context.balance + event.amount }),
            ({ context, event }) => reply(event.replyTo, context.balance),
          ],
        },
        balance: { actions: ({ context, event }) => reply(event.replyTo, context.balance) },
        name: { actions: assign({ owner: ({ event }) => event.payload }) },
        leave: "closed",
      },
    },
    closed: { type: "final" },
  },
});

type Signal = ExitEvent | DownEvent | TimeoutEvent | { type: "news" };

/** A machine that sends whatever it sees to `input`. */
const witness = setup({
  types: { context: {} as { to: Pid }, events: {} as Signal, input: {} as Pid },
}).createMachine({
  context: ({ input }) => ({ to: input }),
  on: {
    "sys.exit": {
      actions: ({ context, event }) =>
        send(context.to, { type: "saw_exit", from: event.from, reason: event.reason }),
    },
    "sys.down": {
      actions: ({ context, event }) =>
        send(context.to, { type: "saw_down", reason: event.reason, ref: event.ref }),
    },
    "sys.timeout": {
      actions: ({ context, event }) =>
        send(context.to, { type: "saw_timeout", payload: event.payload, ref: event.ref }),
    },
    news: { actions: ({ context }) => send(context.to, { type: "saw_news" }) },
  },
});

describe("a machine", () => {
  test("answers calls by the replyTo of the event", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(account);
      expect(await call(pid, "deposit", { amount: 5 })).toBe(5);
      expect(await call(pid, "deposit", { amount: 2 })).toBe(7);
      expect(await call(pid, "balance")).toBe(7);
    });
  });

  test("may answer later, and whoever calls a machine that ends instead is told", async () => {
    const { inProcess } = simulation();
    const slow = setup({
      types: { context: {} as { waiting: Ref | undefined }, events: {} as { type: "ask"; replyTo: Ref } },
    }).createMachine({
      context: { waiting: undefined },
      initial: "idle",
      states: {
        idle: { on: { ask: { target: "busy", actions: assign({ waiting: ({ event }) => event.replyTo }) } } },
        busy: {
          after: { 300: "idle" },
          exit: ({ context }) => context.waiting && reply(context.waiting, "done"),
        },
      },
    });
    await inProcess(async () => {
      expect(await call(await spawn(slow), "ask")).toBe("done");
      expect(await failureOf(call(await spawn(account), "leave"))).toMatchObject({
        code: "callee_exited",
        reason: "normal",
      });
    });
  });

  test("that does not understand a call lets its caller time out, and lives on", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid: Pid = await spawn(account);
      expect(await failureOf(call(pid, "unknown", {}, { timeoutMs: 10 }))).toMatchObject({ code: "timeout" });
      expect(isAlive(pid)).toBe(true);
    });
  });

  test("gets a cast's payload as fields, or as payload where it is no object", async () => {
    const { inProcess, stateOf } = simulation();
    const seen: unknown[] = [];
    const machine = setup({}).createMachine({ on: { "*": { actions: ({ event }) => seen.push(event) } } });
    await inProcess(async () => {
      const pid: Pid = await spawn(machine);
      cast(pid, "object", { a: 1, type: "forged" });
      cast(pid, "text", "plain");
      cast(pid, "list", [1, 2]);
      cast(pid, "nothing");
      cast(pid, "bytes", new Uint8Array([7]));
      const named: Pid = await spawn(account);
      cast(named, "name", "Ada");
      await sleep(0);
      expect(stateOf(named)).toMatchObject({ context: { owner: "Ada" } });
    });
    expect(seen).toEqual([
      { type: "object", a: 1 },
      { type: "text", payload: "plain" },
      { type: "list", payload: [1, 2] },
      { type: "nothing" },
      { type: "bytes", payload: new Uint8Array([7]) },
    ]);
  });

  test("sees the exits that it traps as sys.exit", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(witness, { input: self(), trapExit: true });
      exit(pid, "news");
      expect(await receive()).toEqual({ type: "saw_exit", from: self(), reason: "news" });
      expect(isAlive(pid)).toBe(true);
    });
  });

  test("sees the ends that it watches as sys.down", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      const watched = await spawn(async () => {
        await receive();
        exit("over");
      });
      const watching = setup({}).createMachine({
        entry: () => void monitor(watched),
        on: {
          "sys.down": {
            actions: ({ event }) =>
              send(tester, { type: "saw_down", reason: (event as unknown as DownEvent).reason }),
          },
        },
      });
      await spawn(watching);
      send(watched, { type: "end" });
      expect(await receive()).toEqual({ type: "saw_down", reason: "over" });
    });
  });

  test("sees its timers as sys.timeout with their reference", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(witness, { input: self() });
      const ref = startTimer(pid, { step: 1 }, 50);
      expect(await receive()).toEqual({ type: "saw_timeout", payload: { step: 1 }, ref });
    });
  });

  test.each(["normal", "shutdown", "failed"])("that traps obeys its parent's exit: %s", async (reason) => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      await spawn(
        async () => {
          const pid = await spawn(witness, { input: tester, link: true, trapExit: true });
          send(tester, { type: "started", pid });
          await receive();
          exit(reason);
        },
        { name: "parent" },
      );
      const { pid } = await receive();
      monitor(pid as Pid);
      exit(pid as Pid, "from somebody else");
      expect(await receive()).toMatchObject({ type: "saw_exit" });
      cast(named("parent"), "end");
      expect(await receive()).toMatchObject({ type: "sys.down", reason });
      expect(await tryReceive(undefined, { timeoutMs: 10 })).toBe(receiveTimeout);
    });
  });

  test("that does not trap falls with whom it is linked to", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      await spawn(async () => {
        const { pid } = spawnMonitor(witness, { input: tester, link: true });
        send(tester, { type: "started", pid });
        await sleep(5);
        exit("failed");
      });
      const { pid } = await receive();
      monitor(pid as Pid);
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "failed" });
    });
  });

  test("is stopped in order by stop, after what was sent before", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(witness, { input: self() });
      send(pid, { type: "news" });
      await stop(pid, "shutdown");
      expect(await receive(undefined, { timeoutMs: 0 })).toEqual({ type: "saw_news" });
    });
  });

  test("sends to itself through its mailbox, behind what waits there", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const machine = setup({ types: { events: {} as { type: "first" | "second" | "own" } } }).createMachine({
      on: {
        first: {
          actions: [
            ({ self: own }) => own.send({ type: "own" }),
            () => send(self(), { type: "own" }),
            () => seen.push("first"),
          ],
        },
        second: { actions: () => seen.push("second") },
        own: { actions: () => seen.push("own") },
      },
    });
    await inProcess(async () => {
      const pid = await spawn(machine);
      send(pid, { type: "first" });
      send(pid, { type: "second" });
      await sleep(0);
    });
    expect(seen).toEqual(["first", "second", "own", "own"]);
  });
});
