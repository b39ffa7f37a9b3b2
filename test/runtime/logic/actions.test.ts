import { describe, expect, expectTypeOf, test } from "vitest";
import { assign, fromPromise, setup } from "xstate";
import {
  type CallFailedEvent,
  call,
  callProcess,
  castProcess,
  exit,
  isAlive,
  monitorProcess,
  named,
  noReply,
  ok,
  type Pid,
  type ProcessEvent,
  type ProtocolOf,
  receive,
  refuse,
  replyWith,
  self,
  send,
  sendProcess,
  server,
  sleep,
  spawn,
  spawnMonitor,
  spawnProcess,
} from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

const counter = server("counter", {
  init: (start: number) => (start < 0 ? refuse("below_zero") : ok(start)),
  calls: {
    bump: async (total, payload: { readonly by: number; readonly forMs?: number }) => {
      await sleep(payload.forMs ?? 0);
      return replyWith(total + payload.by, total + payload.by);
    },
    get: (total) => replyWith(total, total),
  },
  casts: { set: (_total, to: number) => noReply(to) },
  info: (total, message) => noReply(message.type === "double" ? total * 2 : total),
});
type Counter = ProtocolOf<typeof counter>;

type Asked = { type: "go"; by: number } | { type: "poke" };
interface Seen {
  readonly counter: Pid<Counter>;
  readonly seen: readonly unknown[];
}

const types = { context: {} as Seen, input: {} as Pid<Counter>, events: {} as Asked | ProcessEvent };
const remember = assign<Seen, ProcessEvent, undefined, Asked | ProcessEvent, never>({
  seen: ({ context, event }) => [...context.seen, event],
});
const start = ({ input }: { input: Pid<Counter> }): Seen => ({ counter: input, seen: [] });

describe("spawnProcess", () => {
  const machine = setup({ types }).createMachine({
    context: start,
    on: {
      go: {
        actions: spawnProcess(counter, ({ event }) => ({
          id: "child",
          input: event.by,
          name: "child",
          link: true,
        })),
      },
      "sys.*": { actions: remember },
    },
  });

  test("tells the machine the pid once the process is ready", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const pid = await spawn(machine, { input: await spawn(counter, { input: 0 }) });
      send(pid, { type: "go", by: 7 });
      await sleep(1);
      const child = stateOf(pid) as { context: { seen: [{ pid: Pid }] } };
      expect(child.context.seen).toEqual([{ type: "sys.spawned", id: "child", pid: expect.anything() }]);
      expect(await call(named<Counter>("child"), "get")).toBe(7);
      // The process is the machine's own: linked, and with it as parent.
      exit(pid, "over");
      await sleep(0);
      expect(isAlive(child.context.seen[0].pid)).toBe(false);
    });
  });

  test("tells the machine of a start that failed, and the machine lives on", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const pid = await spawn(machine, { input: await spawn(counter, { input: 0 }), trapExit: true });
      send(pid, { type: "go", by: -1 });
      await sleep(1);
      expect(stateOf(pid)).toMatchObject({
        context: {
          seen: [
            { type: "sys.spawn_failed", id: "child", error: { code: "start_failed", reason: "below_zero" } },
          ],
        },
      });
    });
  });
});

describe("callProcess", () => {
  const machine = setup({ types }).createMachine({
    context: start,
    on: {
      go: {
        actions: [
          callProcess(({ context, event }) => ({
            id: `bump ${event.by}`,
            to: context.counter,
            type: "bump",
            payload: { by: event.by, forMs: event.by * 10 },
            timeoutMs: 50,
          })),
        ],
      },
      "sys.*": { actions: remember },
    },
  });

  test("tells the machine the reply, while the machine goes on", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const pid = await spawn(machine, { input: await spawn(counter, { input: 10 }) });
      send(pid, { type: "go", by: 1 });
      send(pid, { type: "go", by: 2 });
      await sleep(5);
      expect(stateOf(pid)).toMatchObject({ context: { seen: [] } });
      await sleep(100);
      expect(stateOf(pid)).toMatchObject({
        context: {
          seen: [
            { type: "sys.reply", id: "bump 1", value: 11 },
            { type: "sys.reply", id: "bump 2", value: 13 },
          ],
        },
      });
    });
  });

  test("tells the machine of a call that failed, and the machine lives on", async () => {
    const { inProcess, stateOf } = simulation();
    await inProcess(async () => {
      const pid = await spawn(machine, { input: await spawn(counter, { input: 10 }) });
      send(pid, { type: "go", by: 6 });
      await sleep(100);
      expect(stateOf(pid)).toMatchObject({
        context: { seen: [{ type: "sys.call_failed", id: "bump 6", error: { code: "timeout" } }] },
      });
    });
  });

  test("answers to the actor inside the machine whose action it was", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const tester = self();
      const inner = setup({ types }).createMachine({
        context: start,
        entry: callProcess(({ context }) => ({ id: "first", to: context.counter, type: "get" })),
        on: { "sys.reply": { actions: ({ event }) => send(tester, { type: "inner", value: event.value }) } },
      });
      const outer = setup({ types: { input: {} as Pid<Counter> }, actors: { inner } }).createMachine({
        invoke: { src: "inner", input: ({ event }) => (event as unknown as { input: Pid<Counter> }).input },
        on: { "sys.reply": { actions: () => send(tester, { type: "outer" }) } },
      });
      await spawn(outer, { input: await spawn(counter, { input: 3 }) });
      expect(await receive()).toEqual({ type: "inner", value: 3 });
    });
  });

  test("whose reply comes after the end of the machine has no effect", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(machine, { input: await spawn(counter, { input: 10 }) });
      await ready;
      send(pid, { type: "go", by: 3 });
      await sleep(1);
      exit(pid, "kill");
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "killed" });
      await sleep(100);
    });
    expect(told("process_crashed").map(({ reason }) => reason)).toEqual(["killed"]);
  });
});

describe("the other actions", () => {
  test("castProcess and sendProcess reach a process", async () => {
    const { inProcess } = simulation();
    const machine = setup({
      types,
      actions: {
        poke: sendProcess(({ context }: { context: Seen }) => ({
          to: context.counter,
          message: { type: "double" },
        })),
      },
    }).createMachine({
      context: start,
      on: {
        go: {
          actions: castProcess(({ context, event }) => ({
            to: context.counter,
            type: "set",
            payload: event.by,
          })),
        },
        poke: { actions: "poke" },
      },
    });
    await inProcess(async () => {
      const to = await spawn(counter, { input: 0 });
      const pid = await spawn(machine, { input: to });
      send(pid, { type: "go", by: 21 });
      send(pid, { type: "poke" });
      await sleep(0);
      expect(await call(to, "get")).toBe(42);
    });
  });

  test("sendProcess to a local name that nobody holds ends the machine", async () => {
    const { inProcess } = simulation();
    const machine = setup({}).createMachine({
      entry: sendProcess({ to: named("nobody"), message: { type: "hello" } }),
    });
    await inProcess(async () => {
      const { ready } = spawnMonitor(machine);
      await expect(ready).rejects.toMatchObject({
        code: "start_failed",
        reason: { error: { code: "noproc" } },
      });
    });
  });

  test("monitorProcess tells the machine of an end, by its id, with the output if asked", async () => {
    const { inProcess, stateOf } = simulation();
    const machine = setup({ types: { ...types, input: {} as Pid } }).createMachine({
      context: ({ input }) => ({ counter: input as Pid<Counter>, seen: [] }),
      entry: monitorProcess(({ context }) => ({ id: "job", to: context.counter, output: true })),
      on: { "sys.down": { actions: remember } },
    });
    await inProcess(async () => {
      const job: Pid = await spawn(fromPromise(() => sleep(50).then(() => "result")));
      const pid = await spawn(machine, { input: job });
      await sleep(100);
      expect(stateOf(pid)).toMatchObject({
        context: { seen: [{ type: "sys.down", id: "job", object: job, reason: "normal", output: "result" }] },
      });
    });
  });
});

describe("the types of the actions", () => {
  test("refuse what the process would not understand", () => {
    const to = named<Counter>("counter");
    callProcess({ id: "a", to, type: "get" });
    callProcess({ id: "a", to, type: "bump", payload: { by: 1 } });
    // @ts-expect-error no call of that name
    callProcess({ id: "a", to, type: "bumb" });
    // @ts-expect-error the payload is missing
    callProcess({ id: "a", to, type: "bump" });
    // @ts-expect-error the id is missing
    callProcess({ to, type: "get" });
    castProcess({ to, type: "set", payload: 1 });
    // @ts-expect-error the payload is of another type
    castProcess({ to, type: "set", payload: "1" });
    spawnProcess(counter, { id: "a", input: 1 });
    // @ts-expect-error the input is missing
    spawnProcess(counter, { id: "a" });
    // @ts-expect-error no option of that name
    spawnProcess(counter, { id: "a", input: 1, linked: true });
    sendProcess({ to, message: { type: "any", at: 1 } });
    expectTypeOf<CallFailedEvent["error"]>().toEqualTypeOf<Error>();
  });
});
