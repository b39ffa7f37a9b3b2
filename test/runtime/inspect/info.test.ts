// What is known about a process without asking it (M09, M10, M12), for every kind of process and every state.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromPromise, setup } from "xstate";
import {
  child,
  dynamicSupervisor,
  eventManager,
  groupScope,
  noReply,
  ok,
  type Pid,
  type ProcessInfo,
  postpone,
  processInfo,
  receive,
  registry,
  self,
  server,
  spawn,
  supervisor,
} from "../../../runtime/index.ts";
import { type TestNode, testNode } from "../../../runtime/testing/index.ts";
import { counter, discreet, keeper, lamp } from "./subjects.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

function info(pid: Pid): ProcessInfo {
  const known = room.node.processInfo(pid);
  if (known === undefined) throw new Error("The process has ended.");
  return known;
}

const reader = async (): Promise<void> => void (await receive(() => false));

describe("processInfo()", () => {
  test("M09 is undefined for a process that has ended", async () => {
    const pid = await room.start(counter);
    room.node.exit(pid, "kill");
    expect(room.node.processInfo(pid)).toBeUndefined();
  });

  test("M09 tells every item of a process", async () => {
    const pid = await room.start(counter, { name: "count", trapExit: true });
    const watcher = await room.probe();
    room.node.register("watcher", watcher.pid);
    await room.call(pid, "add", 3);
    const known = info(pid);
    expect(known).toEqual({
      pid,
      name: "count",
      logic: "counter",
      kind: "server",
      status: "waiting",
      links: [known.parent],
      monitors: [],
      monitoredBy: [],
      parent: known.parent,
      ancestors: [known.parent],
      groupLeader: room.node.self(),
      trapsExits: true,
      queueLength: 0,
      messages: [],
      oldestWaitingMs: undefined,
      postponed: 0,
      messagesHandled: 1,
      turnMs: undefined,
      memoryBytes: known.memoryBytes,
      state: { total: 3 },
      restarts: [],
    });
    expect(known.memoryBytes).toBeGreaterThan(100);
    expect(known.memoryBytes).toBeLessThan(5_000);
  });

  test("M09 tells of every kind of process", async () => {
    const kinds = [
      [counter, "server"],
      [lamp, "machine"],
      [fromPromise(() => new Promise(() => {})), "logic"],
      [reader, "function"],
      [supervisor("empty", {}), "supervisor"],
      [dynamicSupervisor("dynamic"), "supervisor"],
      [eventManager("events"), "server"],
      [registry("keys", { keys: "duplicate" }), "native"],
      [groupScope("scope"), "native"],
    ] as const;
    for (const [logic, kind] of kinds) {
      const pid = await room.start(logic as typeof counter);
      expect(info(pid)).toMatchObject({ kind, status: "waiting" });
    }
  });

  test("M10 sees what the caller sent just before", async () => {
    await room.run(async () => {
      const pid = await spawn(counter);
      for (let n = 0; n < 5; n += 1) room.node.cast(pid, "bump");
      expect(processInfo(pid)).toMatchObject({ queueLength: 5, status: "runnable" });
    });
  });

  test("M12 records the ancestors when a process is started, and they outlive them", async () => {
    const inner = supervisor("inner", { children: [child(counter, { id: "leaf", name: "leaf" })] });
    const outer = supervisor("outer", { children: [child(inner, { name: "inner" })] });
    const top = await room.until(room.node.spawn(outer));
    const leaf = info(room.node.whereis("leaf") as Pid);
    expect(leaf.ancestors).toEqual(["inner", top]);
    expect(leaf.parent).toEqual(room.node.whereis("inner"));

    const [orphan, parent] = await room.run(async () => {
      const logic = async (): Promise<void> => {
        await spawn(reader, { link: true, name: "orphan" });
      };
      const middle = await spawn(logic);
      return [room.node.whereis("orphan") as Pid, middle];
    });
    expect(room.node.isAlive(parent as Pid)).toBe(false);
    expect(info(orphan as Pid).ancestors).toEqual([parent]);
  });

  test("tells that a process is starting, running, working, suspended", async () => {
    const slow = server("slow", {
      init: () => new Promise<never>(() => {}),
    });
    const { pid: starting } = room.node.spawnMonitor(slow);
    const stuck = await room.start(
      server("stuck", { init: () => ok(0), casts: { wait: () => new Promise<never>(() => {}) } }),
    );
    room.node.cast(stuck, "wait");
    await room.settle();
    expect(info(starting).status).toBe("starting");
    expect(info(stuck).status).toBe("working");
    expect(await room.run(() => processInfo(self())?.status)).toBe("running");
    await room.until(room.node.sys.suspend(await room.start(counter, { name: "paused" })));
    expect(info(room.node.whereis("paused") as Pid).status).toBe("suspended");
  });

  test("tells how long the oldest message has waited, behind a handler that is not done", async () => {
    let finish = (): void => {};
    const busy = server("busy", {
      init: () => ok(0),
      casts: {
        work: (handled: number) =>
          new Promise<ReturnType<typeof noReply<number>>>((resolve) => {
            finish = () => resolve(noReply(handled + 1));
          }),
      },
    });
    const pid = await room.start(busy);
    room.node.cast(pid, "work");
    await room.settle();
    expect(info(pid).oldestWaitingMs).toBeUndefined();
    room.node.cast(pid, "work");
    await room.advance(300);
    room.node.cast(pid, "work");
    await room.advance(200);
    expect(info(pid)).toMatchObject({ queueLength: 2, oldestWaitingMs: 500 });
    finish();
    await room.settle();
    // From here on the other one counts, from when it was seen to wait.
    await room.advance(100);
    expect(info(pid)).toMatchObject({ queueLength: 1, oldestWaitingMs: 100 });
    finish();
    await room.settle();
    expect(info(pid)).toMatchObject({ queueLength: 0, oldestWaitingMs: undefined });
  });

  test("tells how long a message has waited that a function does not take", async () => {
    const pid = await room.start(reader);
    room.node.send(pid, { type: "unwanted" });
    await room.advance(400);
    room.node.send(pid, { type: "unwanted" });
    await room.settle();
    expect(info(pid)).toMatchObject({ queueLength: 2, oldestWaitingMs: 400 });
  });

  test("counts the messages that a function takes", async () => {
    const pid = await room.start(async () => {
      for (;;) await receive();
    });
    for (let n = 0; n < 3; n += 1) room.node.send(pid, { type: "one" });
    await room.settle();
    expect(info(pid)).toMatchObject({ messagesHandled: 3, queueLength: 0 });
  });

  test("counts the events that a machine has put aside", async () => {
    const patient = setup({ types: { events: {} as { type: "later" } } }).createMachine({
      initial: "closed",
      states: { closed: { on: { later: { actions: postpone() } } } },
    });
    const pid = await room.start(patient);
    for (let n = 0; n < 3; n += 1) room.node.send(pid, { type: "later" });
    await room.settle();
    expect(info(pid)).toMatchObject({ postponed: 3, queueLength: 0, state: { value: "closed" } });
  });

  test("shows the state of a machine, and no secret of any process", async () => {
    expect(info(await room.start(lamp)).state).toEqual({
      value: "off",
      context: { switched: 0, key: "[secret]", apiKey: "[secret]" },
    });
    const known = info(await room.start(keeper));
    expect(JSON.stringify(known)).not.toContain("hunter2");
    expect(known.state).toMatchObject({ plain: "shown" });
    expect(info(await room.start(discreet)).state).toEqual({ user: "ada" });
  });

  test("shows any state whatever, without running a getter", async () => {
    const loop: Record<string, unknown> = { text: "x".repeat(5_000_000) };
    loop.self = loop;
    Object.defineProperty(loop, "trap", {
      enumerable: true,
      get: () => {
        throw new Error("a getter was run");
      },
    });
    const hostile = server("hostile", {
      init: () =>
        ok({
          loop,
          proxy: new Proxy(
            {},
            {
              ownKeys: () => {
                throw new Error("trapped");
              },
            },
          ),
        }),
    });
    const known = info(await room.start(hostile));
    expect(known.state).toMatchObject({ loop: { self: "[circular]", trap: "[getter]" } });
    expect(JSON.stringify(known).length).toBeLessThan(20_000);
    expect(known.memoryBytes).toBeGreaterThan(5_000_000);
    const failing = server("failing", {
      init: () => ok(0),
      formatState: () => {
        throw new Error("no format");
      },
    });
    expect(info(await room.start(failing)).state).toBe("(its state could not be shown)");
  });

  test("M09 shows the oldest messages that wait, without their secrets", async () => {
    const pid = await room.start(counter);
    await room.until(room.node.sys.suspend(pid));
    room.node.send(pid, { type: "login", password: "hunter2" });
    for (let n = 0; n < 20; n += 1) room.node.cast(pid, "bump");
    const { messages } = info(pid);
    expect(messages).toHaveLength(10);
    expect(messages[0]).toEqual({ kind: "message", type: "login", payload: { password: "[secret]" } });
    expect(messages[1]).toEqual({ kind: "cast", type: "bump", payload: undefined });
  });

  test("estimates what waits in the mailbox", async () => {
    const pid = await room.start(counter);
    const before = info(pid).memoryBytes;
    await room.until(room.node.sys.suspend(pid));
    for (let n = 0; n < 1_000; n += 1) room.node.send(pid, { type: "big", text: "x".repeat(10_000) });
    const waiting = info(pid).memoryBytes - before;
    expect(waiting).toBeGreaterThan(9_000_000);
    expect(waiting).toBeLessThan(12_000_000);
  });
});

describe("topProcesses()", () => {
  test("lists those with the most, the most first", async () => {
    const pids = [await room.start(counter), await room.start(counter), await room.start(counter)];
    for (const [index, pid] of pids.entries()) {
      for (let n = 0; n <= index; n += 1) await room.call(pid, "get");
      await room.until(room.node.sys.suspend(pid));
      for (let n = 0; n < 10 - index; n += 1) room.node.cast(pid, "bump");
    }
    const top = (by: "queueLength" | "messagesHandled") =>
      room.node.topProcesses({ by, limit: 2 }).map(({ pid }) => pid);
    expect(top("queueLength")).toEqual([pids[0], pids[1]]);
    expect(room.node.topProcesses({ by: "messagesHandled" }).map(({ pid }) => pid)).toContainEqual(pids[2]);
    expect(room.node.topProcesses({ by: "queueLength", limit: 1_000 })).toHaveLength(
      room.node.processes().length,
    );
  });

  test("lists those with the largest state first", async () => {
    const hoarder = server("hoarder", { init: (text: string) => ok({ text }) });
    const pid = await room.start(hoarder, { input: "x".repeat(1_000_000) });
    await room.start(hoarder, { input: "x" });
    expect(room.node.topProcesses({ by: "memoryBytes", limit: 1 })).toMatchObject([
      { pid, logic: "hoarder" },
    ]);
  });

  test("refuses what cannot be compared", () => {
    expect(() => room.node.topProcesses({ by: "size" as never })).toThrow("queueLength, messagesHandled");
    expect(() => room.node.topProcesses({ by: "toString" as never })).toThrow("queueLength");
    expect(() => room.node.topProcesses({ by: "queueLength", limit: 0 })).toThrow("a whole number from 1");
  });
});
