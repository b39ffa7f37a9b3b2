// Requests to a live process itself, as OTP's sys module makes them (M01 to M08).
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromPromise, fromTransition } from "xstate";
import {
  call,
  child,
  debugDone,
  eventManager,
  noReply,
  ok,
  type Pid,
  receive,
  registry,
  self,
  send,
  server,
  supervisor,
  sys,
  type TraceEvent,
} from "../../../runtime/index.ts";
import { type TestNode, testNode } from "../../../runtime/testing/index.ts";
import { counter, discreet, keeper, lamp } from "./subjects.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

/** What a promise that fails fails with: its code. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return room.until(
    promise.then(
      (value) => ({ value }),
      (error: unknown) => (error as { code?: unknown }).code ?? error,
    ),
  );
}

const dead = async (): Promise<Pid> => {
  const pid = await room.start(counter);
  room.node.exit(pid, "kill");
  await room.settle();
  return pid;
};

describe("sys.getState()", () => {
  test("M01 gives a copy of a server's state", async () => {
    const pid = await room.start(counter, { input: 3 });
    const state = await room.until(room.node.sys.getState(pid));
    expect(state).toEqual({ total: 3 });
    (state as { total: number }).total = 9;
    expect(await room.call(pid, "get")).toBe(3);
  });

  test("M01 gives the value and the context of a machine", async () => {
    const pid = await room.start(lamp);
    room.node.send(pid, { type: "switch" });
    const state = await room.until(room.node.sys.getState(pid));
    expect(state).toEqual({ value: "on", context: { switched: 1, key: "[secret]", apiKey: "hunter2" } });
  });

  test("M01 answers for every kind of process", async () => {
    const reader = async (): Promise<void> => void (await receive(() => false));
    const pids = [
      await room.start(reader),
      await room.start(supervisor("empty", {})),
      await room.start(eventManager("events")),
      await room.start(registry("keys", { keys: "unique" })),
      await room.start(fromTransition((state: number) => state, 4)),
      await room.start(fromPromise(() => new Promise(() => {}))),
    ];
    for (const pid of pids) await room.until(room.node.sys.getState(pid));
    expect(await room.until(room.node.sys.getState(pids[4] as Pid))).toEqual({
      value: undefined,
      context: 4,
    });
  });

  test("M10 sees the effect of what was sent before it", async () => {
    const pid = await room.start(counter);
    room.node.cast(pid, "bump");
    room.node.cast(pid, "bump");
    expect(await room.until(room.node.sys.getState(pid))).toEqual({ total: 2 });
  });

  test("M08 fails with noproc for nobody", async () => {
    expect(await codeOf(room.node.sys.getState(await dead()))).toBe("noproc");
    expect(await codeOf(room.node.sys.suspend({ name: "nobody" } as never))).toBe("noproc");
  });

  test("fails at once for the caller itself, and for another node", async () => {
    expect(await room.run(() => sys.getState(self()).catch((error) => error.code))).toBe("calling_self");
    expect(await codeOf(room.node.sys.getState({ name: "a", node: "far" } as never))).toBe("misuse");
  });

  test("fails with noproc for the process in whose name code outside of processes acts", async () => {
    const told: unknown[] = [];
    const asker = server("asker", {
      init: () => ok(undefined),
      casts: {
        ask: async (state: undefined, outside: Pid) => {
          told.push(await sys.getState(outside).catch((error: { code: string }) => error.code));
          return noReply(state);
        },
      },
    });
    const pid = await room.start(asker);
    room.node.cast(pid, "ask", room.node.self());
    await room.settle();
    expect(told).toEqual(["noproc"]);
  });
});

describe("sys.replaceState()", () => {
  test("M01 puts another state in its place", async () => {
    const pid = await room.start(counter);
    const replaced = room.node.sys.replaceState<{ total: number }>(pid, ({ total }) => ({
      total: total + 40,
    }));
    expect(await room.until(replaced)).toEqual({ total: 40 });
    expect(await room.call(pid, "add", 2)).toBe(42);
  });

  test("M01 leaves the state as it was where the function throws, and fails for the caller", async () => {
    const pid = await room.start(counter, { input: 5 });
    const failing = room.node.sys.replaceState(pid, () => {
      throw new Error("no such state");
    });
    const error = await room.until(failing.catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({
      code: "system_request_failed",
      reason: { error: { name: "Error", message: "no such state" } },
    });
    expect(await room.call(pid, "get")).toBe(5);
  });

  test("is seen by those who trace the state", async () => {
    const pid = await room.start(counter);
    const events = room.node.trace(pid, { events: ["state"] });
    await room.until(room.node.sys.replaceState(pid, () => ({ total: 4 })));
    expect((await events.next()).value).toMatchObject({ is: "state", state: { total: 4 } });
  });

  test("refuses a promise, and a process that has no state", async () => {
    const pid = await room.start(counter, { input: 5 });
    expect(await codeOf(room.node.sys.replaceState(pid, async () => ({ total: 1 })))).toBe(
      "system_request_failed",
    );
    expect(await room.call(pid, "get")).toBe(5);
    const reader = await room.start(async () => void (await receive(() => false)));
    expect(await codeOf(room.node.sys.replaceState(reader, () => 1))).toBe("system_request_failed");
    expect(await codeOf(room.node.sys.replaceState(await dead(), () => 1))).toBe("noproc");
  });

  test("replaces the context of a machine, and its value between plain states", async () => {
    const pid = await room.start(lamp);
    type State = { value: string; context: { switched: number } };
    const state = await room.until(
      room.node.sys.replaceState<State>(pid, ({ context }) => ({
        value: "on",
        context: { ...context, switched: 7 },
      })),
    );
    expect(state).toMatchObject({ value: "on", context: { switched: 7 } });
    room.node.send(pid, { type: "switch" });
    room.node.send(pid, { type: "switch" });
    expect(await room.until(room.node.sys.getState(pid))).toMatchObject({
      value: "on",
      context: { switched: 8 },
    });
  });

  test.each([
    ["that does not exist", "nowhere"],
    ["that is final", "broken"],
    ["that has delayed transitions", "warming"],
  ])("refuses a machine's state %s", async (_, value) => {
    const pid = await room.start(lamp);
    expect(await codeOf(room.node.sys.replaceState(pid, () => ({ value })))).toBe("system_request_failed");
    expect(await room.until(room.node.sys.getState(pid))).toMatchObject({ value: "off" });
    room.node.send(pid, { type: "switch" });
    expect(await room.until(room.node.sys.getState(pid))).toMatchObject({ value: "on" });
  });

  test("replaces the context of a transition", async () => {
    const pid = await room.start(
      fromTransition(
        (state: number, event: { type: "more" }) => (event.type === "more" ? state + 1 : state),
        0,
      ),
    );
    await room.until(room.node.sys.replaceState(pid, () => ({ context: 10 })));
    room.node.send(pid, { type: "more" });
    expect(await room.until(room.node.sys.getState(pid))).toMatchObject({ context: 11 });
  });
});

describe("sys.suspend() and sys.resume()", () => {
  test("M02 keep ordinary messages waiting, answer requests, and handle the queue in order afterwards", async () => {
    const pid = await room.start(counter);
    const { node } = room;
    await room.until(node.sys.suspend(pid));
    node.cast(pid, "bump");
    expect(await codeOf(node.call(pid, "add", 10, { timeoutMs: 50 }))).toBe("timeout");
    const late = node.call(pid, "get");
    expect(await room.until(node.sys.getState(pid))).toEqual({ total: 0 });
    expect(node.processInfo(pid)).toMatchObject({ status: "suspended", queueLength: 3 });
    await room.until(node.sys.resume(pid));
    // The call whose caller has gone is handled all the same, as in OTP.
    expect(await room.until(late)).toBe(11);
  });

  test("M02 a machine waits with its timeouts too, and its postponed events", async () => {
    const pid = await room.start(lamp);
    await room.until(room.node.sys.suspend(pid));
    room.node.send(pid, { type: "switch" });
    await room.advance(1_000);
    expect(await room.until(room.node.sys.getState(pid))).toMatchObject({ value: "off" });
    await room.until(room.node.sys.resume(pid));
    expect(await room.until(room.node.sys.getState(pid))).toMatchObject({ value: "on" });
  });

  test("M02 a function is given no message, and then those that came", async () => {
    const got: string[] = [];
    const pid = await room.start(async () => {
      for (;;) got.push((await receive()).type);
    });
    await room.until(room.node.sys.suspend(pid));
    room.node.send(pid, { type: "one" });
    room.node.send(pid, { type: "two" });
    await room.settle();
    expect(got).toEqual([]);
    await room.until(room.node.sys.resume(pid));
    await room.settle();
    expect(got).toEqual(["one", "two"]);
  });

  test("M02 twice is once, and to resume who runs changes nothing", async () => {
    const pid = await room.start(counter);
    await room.until(room.node.sys.resume(pid));
    await room.until(room.node.sys.suspend(pid));
    await room.until(room.node.sys.suspend(pid));
    await room.until(room.node.sys.resume(pid));
    expect(await room.call(pid, "get")).toBe(0);
  });

  test("M02 requests that stand behind messages in the queue are answered before them", async () => {
    const pid = await room.start(counter);
    const { node } = room;
    const suspended = node.sys.suspend(pid);
    node.cast(pid, "bump");
    const state = node.sys.getState(pid);
    const resumed = node.sys.resume(pid);
    await room.until(suspended);
    expect(await room.until(state)).toEqual({ total: 0 });
    await room.until(resumed);
    expect(await room.call(pid, "get")).toBe(1);
  });

  test("M02 a suspended process ends by a signal, by kill, and by stop", async () => {
    const { node } = room;
    const [signalled, killed, stopped] = [
      await room.start(counter),
      await room.start(counter),
      await room.start(counter),
    ];
    for (const pid of [signalled, killed, stopped]) await room.until(node.sys.suspend(pid));
    node.exit(signalled, "boom");
    node.exit(killed, "kill");
    await room.until(node.stop(stopped, "shutdown"));
    await room.settle();
    expect(await room.exitOf(signalled)).toBe("boom");
    expect(await room.exitOf(killed)).toBe("killed");
    expect(await room.exitOf(stopped)).toBe("shutdown");
  });

  test("M02 a suspended process that traps exits keeps a stranger's waiting, and obeys its parent's", async () => {
    const { node } = room;
    const tree = await room.start(supervisor("tree", { children: [child(counter, { trapExit: true })] }));
    const [pid] = (await room.until(node.whichChildren(tree as never))).map((one) => one.pid as Pid);
    await room.until(node.sys.suspend(pid as Pid));
    node.exit(pid as Pid, "boom");
    await room.settle();
    expect(node.processInfo(pid as Pid)).toMatchObject({ status: "suspended", queueLength: 1 });
    node.exit(tree, "kill");
    await room.settle();
    expect(node.isAlive(pid as Pid)).toBe(false);
  });

  test("callers of one that ends are told", async () => {
    const pid = await room.start(counter);
    await room.until(room.node.sys.suspend(pid));
    const asked = codeOf(room.node.call(pid, "get"));
    room.node.exit(pid, "boom");
    expect(await asked).toBe("callee_exited");
  });

  test("wait for a handler that is not done", async () => {
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const logic = server("slow", {
      init: () => ok(0),
      casts: {
        work: async (state: number) => {
          await done;
          return noReply(state + 1);
        },
      },
    });
    const pid = await room.start(logic);
    room.node.cast(pid, "work");
    expect(await codeOf(room.node.sys.getState(pid, { timeoutMs: 20 }))).toBe("timeout");
    const state = room.node.sys.getState(pid);
    finish();
    expect(await room.until(state)).toBe(1);
  });
});

describe("sys.terminate()", () => {
  test("M04 runs terminate and ends with that reason, suspended or not", async () => {
    for (const suspended of [false, true]) {
      const pid = await room.start(counter);
      if (suspended) await room.until(room.node.sys.suspend(pid));
      await room.until(room.node.sys.terminate(pid, { shutdown: "told" }));
      expect(await room.exitOf(pid)).toEqual({ shutdown: "told" });
    }
    expect(await codeOf(room.node.sys.terminate(await dead(), "normal"))).toBe("noproc");
  });
});

describe("sys.statistics()", () => {
  test("M05 counts turns and messages from when it is turned on", async () => {
    const pid = await room.start(counter);
    const { node } = room;
    expect(await room.until(node.sys.statistics(pid, "get"))).toBeUndefined();
    node.cast(pid, "bump");
    await room.until(node.sys.statistics(pid, "on"));
    node.cast(pid, "bump");
    await room.call(pid, "add", 1);
    node.send(pid, { type: "plain" });
    await room.settle();
    await room.advance(250);
    const counted = await room.until(node.sys.statistics(pid, "get"));
    expect(counted).toMatchObject({ messagesIn: 3, messagesOut: 1 });
    expect(counted?.turns).toBeGreaterThan(1);
    expect((counted?.atMs ?? 0) - (counted?.startedAtMs ?? 0)).toBe(250);
    // Turned on again it goes on counting, as OTP does.
    await room.until(node.sys.statistics(pid, "on"));
    expect(await room.until(node.sys.statistics(pid, "get"))).toMatchObject({ messagesIn: 3 });
    await room.until(node.sys.statistics(pid, "off"));
    expect(await room.until(node.sys.statistics(pid, "get"))).toBeUndefined();
  });

  test("M05 counts what a function takes and sends", async () => {
    const sink = await room.start(counter);
    const pid = await room.start(async () => {
      for (;;) {
        await receive();
        send(sink, { type: "on" });
        await call(sink, "get");
      }
    });
    await room.until(room.node.sys.statistics(pid, "on"));
    room.node.send(pid, { type: "go" });
    await room.settle();
    expect(await room.until(room.node.sys.statistics(pid, "get"))).toMatchObject({
      messagesIn: 1,
      messagesOut: 2,
    });
  });
});

describe("sys.log()", () => {
  test("M06 keeps the last events", async () => {
    const pid = await room.start(counter);
    const { node } = room;
    expect(await room.until(node.sys.log(pid, "get"))).toBeUndefined();
    await room.until(node.sys.log(pid, { eventsMax: 3 }));
    node.cast(pid, "bump");
    await room.call(pid, "add", 1);
    const events = (await room.until(node.sys.log(pid, "get"))) as readonly TraceEvent[];
    expect(events.map(({ is }) => is)).toEqual(["in", "out", "state"]);
    expect(events[0]).toMatchObject({ message: { kind: "call", type: "add", payload: 1 } });
    expect(events[1]).toMatchObject({ message: { kind: "reply", payload: 2 } });
    expect(events[2]).toMatchObject({ state: { total: 2 } });
    await room.until(node.sys.log(pid, "off"));
    expect(await room.until(node.sys.log(pid, "get"))).toBeUndefined();
  });

  test.each([0, 1.5, Number.NaN, 1_001])("refuses to keep %d events", async (eventsMax) => {
    const pid = await room.start(counter);
    expect(await codeOf(room.node.sys.log(pid, { eventsMax }))).toBe("misuse");
  });
});

describe("sys.trace()", () => {
  test("M06 has each event written as a line, without what could harm a terminal", async () => {
    const pid = await room.start(counter);
    const lines: string[] = [];
    await room.until(room.node.sys.trace(pid, (line) => lines.push(line)));
    room.node.send(pid, { type: "\u001b[2Jclear" });
    room.node.cast(pid, "bump");
    await room.settle();
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('got message "\\x1b[2Jclear"');
    expect(lines[1]).toContain('got cast "bump"');
    expect(lines[2]).toContain('became {"total":1}');
    await room.until(room.node.sys.trace(pid, "off"));
    room.node.cast(pid, "bump");
    await room.settle();
    expect(lines).toHaveLength(3);
  });

  test("M06 lets a writer go that throws", async () => {
    const pid = await room.start(counter);
    await room.until(
      room.node.sys.trace(pid, () => {
        throw new Error("disk full");
      }),
    );
    expect(await room.call(pid, "add", 1)).toBe(1);
    expect((await room.until(room.node.sys.getStatus(pid))).debug.trace).toBe(false);
  });
});

describe("sys.install() and sys.remove()", () => {
  const counting = { initial: 0, step: (seen: number): number => seen + 1 };

  test("M06 a function sees each event with its own state", async () => {
    const pid = await room.start(counter);
    const seen: [number, string][] = [];
    const debug = {
      initial: 1,
      step: (number: number, { is }: TraceEvent) => {
        seen.push([number, is]);
        return number + 1;
      },
    };
    await room.until(room.node.sys.install(pid, "mine", debug));
    await room.call(pid, "add", 1);
    expect(seen).toEqual([
      [1, "in"],
      [2, "out"],
      [3, "state"],
    ]);
  });

  test.each([
    [
      "throws",
      (): number => {
        throw new Error("no");
      },
    ],
    ["gives done", (): typeof debugDone => debugDone],
  ] as const)("M06 a function that %s is removed, and the process goes on", async (_, step) => {
    const pid = await room.start(counter);
    await room.until(room.node.sys.install(pid, "short", { initial: 0, step }));
    expect((await room.until(room.node.sys.getStatus(pid))).debug.installed).toEqual(["short"]);
    expect(await room.call(pid, "add", 1)).toBe(1);
    expect((await room.until(room.node.sys.getStatus(pid))).debug.installed).toEqual([]);
  });

  test("M06 a function that acts as a process is removed: it runs on behalf of nobody", async () => {
    const pid = await room.start(counter);
    const step = (seen: number): number => {
      send(pid, { type: "again" });
      return seen + 1;
    };
    await room.until(room.node.sys.install(pid, "loop", { initial: 0, step }));
    expect(await room.call(pid, "add", 1)).toBe(1);
    expect((await room.until(room.node.sys.getStatus(pid))).debug.installed).toEqual([]);
    expect(room.node.processInfo(pid)).toMatchObject({ queueLength: 0 });
  });

  test("M06 a second one of the same id changes nothing, and remove takes it away", async () => {
    const pid = await room.start(counter);
    await room.until(room.node.sys.install(pid, "a", counting));
    await room.until(room.node.sys.install(pid, "a", counting));
    await room.until(room.node.sys.install(pid, "b", counting));
    expect((await room.until(room.node.sys.getStatus(pid))).debug.installed).toEqual(["a", "b"]);
    await room.until(room.node.sys.remove(pid, "a"));
    await room.until(room.node.sys.remove(pid, "unknown"));
    expect((await room.until(room.node.sys.getStatus(pid))).debug.installed).toEqual(["b"]);
    await room.until(room.node.sys.statistics(pid, "on"));
    await room.until(room.node.sys.noDebug(pid));
    expect((await room.until(room.node.sys.getStatus(pid))).debug).toEqual({
      statistics: false,
      logEvents: undefined,
      trace: false,
      installed: [],
      traces: 0,
    });
  });
});

describe("sys.getStatus()", () => {
  test("M07 tells the logic, the parent, the debug options, and whether it is suspended", async () => {
    const pid = await room.start(counter, { name: "count" });
    await room.until(room.node.sys.suspend(pid));
    await room.until(room.node.sys.log(pid, "on"));
    expect(await room.until(room.node.sys.getStatus(pid))).toEqual({
      pid,
      name: "count",
      logic: "counter",
      kind: "server",
      parent: room.node.processInfo(pid)?.parent,
      status: "suspended",
      state: { total: 0 },
      debug: { statistics: false, logEvents: 0, trace: false, installed: [], traces: 0 },
    });
  });

  test("M07 shows the state through formatState, and no secret", async () => {
    const shy = await room.until(room.node.sys.getStatus(await room.start(discreet)));
    expect(shy.state).toEqual({ user: "ada" });
    for (const logic of [keeper, lamp]) {
      const status = await room.until(room.node.sys.getStatus(await room.start(logic as typeof keeper)));
      expect(JSON.stringify(status)).not.toContain("hunter2");
    }
  });
});
