// The node of a test: what it starts, what it waits for, and that nothing is left behind.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type AnyProtocol,
  child,
  exit,
  ignore,
  named,
  ok,
  type Pid,
  receive,
  refuse,
  replyWith,
  self,
  server,
  sleep,
} from "../../../runtime/index.ts";
import { type TestNode, testNode } from "../../../runtime/testing/index.ts";
import { counter } from "./actors.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

/** Says in `deeds` when it starts and when it is told to stop. */
const noting = (deeds: string[]) =>
  server("noting", {
    init: (name: string) => {
      deeds.push(`+${name}`);
      return ok(name);
    },
    terminate: (name, reason) => {
      deeds.push(`-${name} ${String(reason)}`);
    },
  });

describe("testNode()", () => {
  test("gives a node in a simulated world, by the same seed the same", () => {
    expect(room.node.name).toBe("test");
    const draws = [testNode({ seed: 7 }), testNode({ seed: 7 }), testNode({ seed: 8 })].map(({ world }) =>
      world.random.next(),
    );
    expect(draws[0]).toBe(draws[1]);
    expect(draws[0]).not.toBe(draws[2]);
    expect(testNode({ name: "alpha", wallTime: 5 }).node).toMatchObject({ name: "alpha" });
  });

  test("freezes what is sent, so that a test finds who changes it afterwards", async () => {
    const probe = await room.probe();
    const message = { type: "list", items: [1] };
    room.node.send(probe.pid, message);
    expect(Object.isFrozen(message.items)).toBe(true);
  });
});

describe("start()", () => {
  test("gives the pid of a process that is ready", async () => {
    const pid = await room.start(counter, { input: 3 });
    expect(await room.call(pid, "bump", 4)).toBe(7);
  });

  test("passes on what a child is started with", async () => {
    const pid = await room.start(counter, { input: 1, name: "counter", id: "mine" });
    expect(room.node.whereis("counter")).toEqual(pid);
    await expect(room.start(counter, { id: "mine" })).rejects.toMatchObject({ code: "misuse" });
  });

  test("does not start a logic again that has ended, unless it is told to", async () => {
    const pid = await room.start(counter, { input: 0 });
    room.node.exit(pid, "kill");
    await room.settle();
    expect(room.node.isAlive(pid)).toBe(false);
    await room.start(counter, { input: 0, name: "again", restart: "permanent" });
    const before = room.node.whereis("again") as Pid;
    room.node.exit(before, "kill");
    await room.settle();
    expect(room.node.whereis("again")).not.toEqual(before);
    expect(await room.call(named<AnyProtocol>("again"), "get")).toBe(0);
  });

  test("keeps to a child spec, and starts its child as often as that crashes", async () => {
    const spec = child(counter, { id: "spec", input: 0, name: "spec" });
    const first = await room.start(spec);
    for (let crash = 0; crash < 50; crash += 1) {
      room.node.exit(room.node.whereis("spec") as Pid, "kill");
      await room.settle();
    }
    expect(room.node.whereis("spec")).toBeDefined();
    expect(room.node.isAlive(first)).toBe(false);
  });

  test("throws what a start comes to that is no process", async () => {
    const refusing = server("refusing", { init: () => refuse("not today") });
    const declining = server("declining", { init: () => ignore() });
    await expect(room.start(refusing)).rejects.toMatchObject({ code: "start_failed", reason: "not today" });
    await expect(room.start(declining)).rejects.toMatchObject({ code: "ignore" });
    await expect(room.start({ given: [], shutdownMs: 0 } as never)).rejects.toMatchObject({ code: "misuse" });
  });
});

describe("stop()", () => {
  test("stops what was started in good order, the latest first, and ends the rest", async () => {
    const deeds: string[] = [];
    const logic = noting(deeds);
    for (const name of ["a", "b", "c"]) await room.start(logic, { input: name, trapExit: true });
    await room.until(room.node.spawn(logic, { input: "free" }));
    await room.stop();
    expect(deeds).toEqual(["+a", "+b", "+c", "+free", "-c shutdown", "-b shutdown", "-a shutdown"]);
    expect(room.node.processes()).toEqual([]);
  });

  test("may be called twice, and after the test has ended everything itself", async () => {
    await room.start(counter, { input: 0 });
    await room.until(room.node.halt());
    await Promise.all([room.stop(), room.stop()]);
    expect(room.node.processes()).toEqual([]);
  });

  test("happens at the end of a block that says `await using`", async () => {
    const deeds: string[] = [];
    const other = testNode();
    await other.start(noting(deeds), { input: "a", trapExit: true });
    await other[Symbol.asyncDispose]();
    expect(deeds).toEqual(["+a", "-a shutdown"]);
  });

  test("tells of a child that would never stop, and ends it all the same", async () => {
    const stubborn = server("stubborn", {
      init: () => ok(0),
      terminate: () => new Promise<void>(() => {}),
    });
    const other = testNode();
    await other.start(stubborn, { trapExit: true, shutdownMs: Number.POSITIVE_INFINITY });
    await expect(other.stop()).rejects.toThrow("stands still");
    expect(other.node.processes()).toEqual([]);
  });
});

describe("exitOf()", () => {
  test("gives the reason of an end that comes, and of one that has come", async () => {
    const leaving = server("leaving", { init: () => ok(0), info: () => exit("bored") });
    const pid = await room.start(leaving);
    expect(await room.exitOf(await room.start(() => "done"))).toBe("normal");
    room.node.sendAfter(pid, { type: "go" }, 500);
    expect(await room.exitOf(pid)).toBe("bored");
    expect(await room.exitOf(pid)).toBe("bored");
    expect(room.world.elapsedMs).toBe(500);
  });

  test("knows no reason of one that has ended and was not started here", async () => {
    const pid = await room.until(room.node.spawn(() => "done"));
    await room.settle();
    expect(await room.exitOf(pid)).toBe("noproc");
  });

  test("fails where it lives on", async () => {
    const pid = await room.start(counter, { input: 0 });
    const asked = room.exitOf(pid, { withinMs: 250 });
    await expect(asked).rejects.toMatchObject({ code: "expectation_failed", message: /within 250 ms/ });
    expect(room.world.elapsedMs).toBe(250);
    expect(room.node.processInfo(pid)?.monitoredBy).toEqual([]);
  });
});

describe("run()", () => {
  test("runs code as a process that may receive", async () => {
    const answer = await room.run(async () => {
      room.node.sendAfter(self(), { type: "later" }, 1_000);
      return (await receive()).type;
    });
    expect(answer).toBe("later");
  });

  test("throws what the code throws", async () => {
    await expect(room.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  test("fails where nothing is left that the code could wait for", async () => {
    await expect(room.run(async () => receive())).rejects.toThrow("stands still");
  });
});

describe("virtual time", () => {
  test("goes on by as much as a test says, and no more", async () => {
    const pid = await room.start(counter, { input: 0 });
    room.node.sendAfter(pid, { type: "tick" }, 60_000);
    await room.advance(59_999);
    expect(room.node.processInfo(pid)?.messagesHandled).toBe(0);
    await room.advance(1);
    expect(room.node.processInfo(pid)?.messagesHandled).toBe(1);
  });

  test("passes for as long as a call needs", async () => {
    const slow = server("slow", {
      init: () => ok(0),
      calls: {
        ask: async (state) => {
          await sleep(4_000);
          return replyWith("here", state);
        },
      },
    });
    expect(await room.call(await room.start(slow), "ask")).toBe("here");
    expect(room.world.elapsedMs).toBe(4_000);
  });
});
