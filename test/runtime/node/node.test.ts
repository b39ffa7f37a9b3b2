// A node: its name, what it lists, code outside of processes, and its end.

import { describe, expect, test } from "vitest";
import { fromCallback } from "xstate";
import {
  exit,
  groupLeader,
  named,
  ok,
  type Pid,
  processInfo,
  type RuntimeEvent,
  realWorld,
  receive,
  replyWith,
  self,
  send,
  server,
  simulatedWorld,
  sleep,
  spawn,
  startNode,
  stop,
  tryCall,
} from "../../../runtime/index.ts";
import { startKernelNode } from "../../../runtime/node/node.ts";
import { idle } from "../process/bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });
const answering = server("answering", {
  init: () => ok(0),
  calls: { ask: (state) => replyWith("here", state) },
});

function simulated() {
  const world = simulatedWorld();
  return { world, node: startNode({ world, boundary: "freeze" }) };
}

describe("startNode()", () => {
  test("gives a node the name it is told, or `local`", () => {
    const world = simulatedWorld();
    expect(startNode({ world }).name).toBe("local");
    expect(startNode({ world, name: "alpha-1_b" }).name).toBe("alpha-1_b");
    expect(startNode({ world, name: "x".repeat(64) }).self()).toMatchObject({ node: "x".repeat(64) });
  });

  test("refuses a name that no subject could carry", () => {
    const world = simulatedWorld();
    for (const name of ["", "a b", "a.b", "ä", "x".repeat(65), "a\n", 7, {}] as string[]) {
      expect(() => startNode({ world, name })).toThrow(misuse);
    }
  });

  test("gives each incarnation pids of its own", async () => {
    const world = simulatedWorld();
    const first = startNode({ world, name: "alpha" });
    const pid = await world.until(first.spawn(idle));
    await world.advance(1);
    const second = startNode({ world, name: "alpha" });
    const other = await world.until(second.spawn(idle));
    expect(other.id).toBe(pid.id);
    expect(other.incarnation).not.toBe(pid.incarnation);
    expect(second.isAlive(pid)).toBe(false);
    await expect(world.until(second.call(pid, "ask"))).rejects.toMatchObject({ code: "noproc" });
  });

  test("freezes what is sent unless it is told to trust, or runs in production", async () => {
    const given = process.env.NODE_ENV;
    const sends = async (boundary?: "freeze" | "trust") => {
      const world = simulatedWorld();
      const node = startNode(boundary === undefined ? { world } : { world, boundary });
      const message = { type: "hello", list: [] };
      node.send(await world.until(node.spawn(idle)), message);
      return Object.isFrozen(message.list) ? "freeze" : "trust";
    };
    try {
      process.env.NODE_ENV = "production";
      expect([await sends(), await sends("freeze")]).toEqual(["trust", "freeze"]);
      process.env.NODE_ENV = "development";
      expect([await sends(), await sends("trust")]).toEqual(["freeze", "trust"]);
    } finally {
      process.env.NODE_ENV = given;
    }
  });
});

describe("a node", () => {
  test("lists its live processes in the order of their starts, and not whoever has ended", async () => {
    const { world, node } = simulated();
    expect(node.processes()).toEqual([]);
    const a = await world.until(node.spawn(idle));
    const b = await world.until(node.spawn(idle));
    const c = await world.until(node.spawn(idle));
    expect(node.processes()).toEqual([a, b, c]);
    node.exit(b, "kill");
    expect(node.processes()).toEqual([a, c]);
    await world.settle();
    expect(node.processes()).toEqual([a, c]);
  });

  test("lists the names that are held, sorted", async () => {
    const { world, node } = simulated();
    for (const name of ["b", "a", "c"]) await world.until(node.spawn(idle, { name }));
    expect(node.registered()).toEqual(["a", "b", "c"]);
    node.unregister("b");
    const c = node.whereis("c");
    if (c !== undefined) node.exit(c, "kill");
    await world.settle();
    expect(node.registered()).toEqual(["a"]);
  });

  test("tells events of an application to those who subscribed, until they stop that", () => {
    const { node } = simulated();
    const heard: RuntimeEvent[] = [];
    const leave = node.subscribe((event) => heard.push(event));
    node.emit("application_started", { application: "one" });
    leave();
    node.emit("application_started", { application: "two" });
    expect(heard).toEqual([{ name: "application_started", data: { application: "one" } }]);
  });

  test("acts outside of processes as one that nobody sees and that traps exits", async () => {
    const { world, node } = simulated();
    const pid = await world.until(node.spawn(idle, { link: true }));
    node.exit(pid, "broken");
    await world.settle();
    const next = await world.until(node.spawn(answering));
    expect(await world.until(node.call(next, "ask"))).toBe("here");
    expect(node.processes()).toEqual([next]);
  });
});

describe("code outside of processes", () => {
  test("cannot be ended, stopped or held up by a process", async () => {
    const { world, node } = simulated();
    const ended: (Pid | string)[] = [];
    const watched = await world.until(node.spawn(idle));
    node.monitor(watched, (down) => ended.push(down.reason as string));
    const attacks = new Promise<unknown>((resolve) => {
      const attacker = async () => {
        const outside = groupLeader() as Pid;
        for (const reason of ["kill", "broken", "normal"]) exit(outside, reason);
        const asked = await tryCall(outside, "ask", undefined, { timeoutMs: Number.POSITIVE_INFINITY });
        const stopped = await stop(outside).catch((error: unknown) => error);
        send(outside, { type: "hello" });
        resolve([asked, stopped, processInfo(outside)?.queueLength]);
      };
      void node.spawn(attacker);
    });
    node.trapExit(false);
    node.link(watched);
    expect(await world.until(attacks)).toMatchObject([
      { ok: false, error: { code: "noproc" } },
      { code: "callee_exited", reason: "noproc" },
      0,
    ]);
    node.exit(watched, "broken");
    await world.settle();
    expect(ended).toEqual(["broken"]);
  });

  test("hears of an end even when an earlier listener threw, and that one is nobody's failure", async () => {
    const { world, node } = simulated();
    const pid = await world.until(node.spawn(idle));
    const heard: unknown[] = [];
    node.monitor(pid, () => {
      throw new Error("cannot listen");
    });
    node.monitor(pid, (down) => heard.push(down.reason));
    node.exit(pid, "broken");
    await expect(world.settle()).rejects.toThrow("cannot listen");
    await world.settle();
    const next = await world.until(node.spawn(idle));
    node.monitor(next, (down) => heard.push(down.reason), { tag: "gone" });
    node.exit(next, "enough");
    await world.settle();
    expect(heard).toEqual(["broken", "enough"]);
  });

  test("acts in a listener on behalf of nobody", async () => {
    const { world, node } = simulated();
    const pid = await world.until(node.spawn(idle));
    const inside = new Promise<unknown>((resolve) => {
      node.monitor(pid, () => {
        try {
          resolve(self());
        } catch (error) {
          resolve(error);
        }
      });
    });
    node.exit(pid, "kill");
    expect(await world.until(inside)).toEqual(misuse);
  });

  test("takes the DOWN of a monitor without a listener for nothing", async () => {
    const { world, node } = simulated();
    const pid = await world.until(node.spawn(idle));
    const ref = node.monitor(pid);
    expect(node.demonitor(ref)).toBe(true);
    node.monitor(pid, { tag: "gone" });
    node.exit(pid, "kill");
    await world.settle();
    expect(node.processes()).toEqual([]);
  });
});

describe("halt()", () => {
  test("ends every process, the latest first, whatever it does", async () => {
    const world = simulatedWorld();
    const { node, kernel } = startKernelNode({ world, boundary: "freeze" });
    const ended: string[] = [];
    const noted = (name: string) => fromCallback(() => () => ended.push(name));
    const stubborn = async () => {
      for (;;) await receive();
    };
    await world.until(node.spawn(noted("first")));
    await world.until(node.spawn(stubborn, { trapExit: true, name: "stubborn" }));
    await world.until(node.spawn(async () => sleep(60_000)));
    void node.spawn(server("slow", { init: async () => ok(await sleep(60_000)) })).catch(() => {});
    await world.until(node.spawn(noted("last")));
    void node.sleep(60_000);
    node.startTimer(named("nobody"), 1, 60_000);
    await world.until(node.halt());
    expect(ended).toEqual(["last", "first"]);
    expect(node.processes()).toEqual([]);
    expect(node.registered()).toEqual([]);
    expect(kernel.processes.size).toBe(1);
    await expect(world.until(new Promise(() => {}))).rejects.toThrow(/stands still at 0 ms/);
  });

  test("fails those who wait, and is itself waited for once by all who ask", async () => {
    const { world, node } = simulated();
    const deaf = await world.until(node.spawn(idle));
    const waiting = node.call(deaf, "ask").catch((error: unknown) => error);
    const starting = node
      .spawn(server("slow", { init: async () => ok(await sleep(60_000)) }))
      .catch((error: unknown) => error);
    await world.until(Promise.all([node.halt(), node.halt()]));
    expect(await waiting).toMatchObject({ code: "callee_exited", reason: "killed" });
    expect(await starting).toMatchObject({ code: "start_failed", reason: "killed" });
    await world.until(node.halt());
  });

  test("ends what is started while it waits", async () => {
    const { world, node } = simulated();
    const first = await world.until(node.spawn(idle));
    const more: Promise<unknown>[] = [];
    node.monitor(first, () => {
      for (let index = 0; index < 3; index += 1) more.push(node.spawn(idle));
    });
    await world.until(node.halt());
    await world.settle();
    expect(more).toHaveLength(3);
    expect(node.processes()).toEqual([]);
  });

  test("may be asked for from inside a process, which it ends too", async () => {
    const { world, node } = simulated();
    const reasons: unknown[] = [];
    const halted = new Promise<void>((resolve) => {
      const suicidal = async () => {
        await receive();
        await node.halt();
        resolve();
      };
      void node.spawn(suicidal).then((pid) => {
        node.monitor(pid, (down) => reasons.push(down.reason));
        node.send(pid, { type: "go" });
      });
    });
    await world.until(halted);
    expect(reasons).toEqual(["killed"]);
    expect(node.processes()).toEqual([]);
  });

  test("works the same in the real world, and twice", async () => {
    const node = startNode({ world: realWorld(), boundary: "freeze" });
    const child = server("child", { init: () => ok(0) });
    const parent = async () => {
      await spawn(child, { link: true });
      await idle();
    };
    await node.spawn(parent);
    await node.halt();
    await node.halt();
    expect(node.processes()).toEqual([]);
  });
});

describe("a failure that nobody caught, in the real world,", () => {
  /** A node, and what it has Node do with such a failure. */
  function real(onHalt: (thrown: unknown) => void = () => {}) {
    const before = process.listeners("uncaughtException");
    const node = startNode({ world: realWorld(), boundary: "freeze", onHalt });
    const added = process.listeners("uncaughtException").filter((listener) => !before.includes(listener));
    const [fail] = added as ((thrown: unknown) => void)[];
    if (fail === undefined || added.length !== 1) throw new Error("The node has no last resort of its own.");
    return { node, fail };
  }

  test("ends the process whose code it was", async () => {
    const { node, fail } = real();
    const failing = async () => {
      await receive();
      fail(new Error("mine"));
      await idle();
    };
    const pid = await node.spawn(failing);
    const reason = new Promise<unknown>((resolve) => {
      node.monitor(pid, (down) => resolve(down.reason));
    });
    node.send(pid, { type: "go" });
    expect(await reason).toMatchObject({ error: { message: "mine" } });
    await node.halt();
  });

  test("is let go where the process has ended already", async () => {
    const { node, fail } = real((thrown) => {
      throw thrown;
    });
    const late = new Promise<void>((resolve) => {
      const leaving = () => {
        realWorld().turns.afterIo(() => {
          fail(new Error("from beyond"));
          resolve();
        });
      };
      void node.spawn(leaving);
    });
    await late;
    await node.halt();
  });

  test("and belongs to no process, halts the node and asks its policy once", async () => {
    const asked: unknown[] = [];
    const told: unknown[] = [];
    const { node, fail } = real((thrown) => asked.push(thrown, node.processes().length));
    node.subscribe(({ name }) => name === "unattributed_failure" && told.push(name));
    await node.spawn(idle);
    fail("first");
    fail("second");
    await node.halt();
    await new Promise<void>((resolve) => realWorld().turns.afterIo(resolve));
    expect(asked).toEqual(["first", 0]);
    expect(told).toHaveLength(2);
  });

  test("is Node's own again when the last node has halted", async () => {
    const before = process.listeners("uncaughtException").length;
    const [first, second] = [real().node, startNode({ world: realWorld(), name: "other" })];
    await first.halt();
    expect(process.listeners("uncaughtException")).toHaveLength(before + 1);
    await second.halt();
    await second.halt();
    expect(process.listeners("uncaughtException")).toHaveLength(before);
  });
});
