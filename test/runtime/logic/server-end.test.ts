import { describe, expect, test } from "vitest";
import {
  CalleeExited,
  call,
  cast,
  type ExitReason,
  exit,
  isAlive,
  link,
  noReply,
  ok,
  type Pid,
  receive,
  replyWith,
  self,
  send,
  server,
  sleep,
  spawn,
  spawnMonitor,
  stop,
  stopWith,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

/** A server that writes down how its `terminate` was called. */
function terminating() {
  const terminated: { state: number; reason: ExitReason }[] = [];
  const logic = server("terminating", {
    init: (input: number | undefined) => ok(input ?? 0),
    calls: {
      get: (state) => replyWith(state, state),
      leave: (state, reason: ExitReason) => stopWith(reason, state + 1, { reply: "bye" }),
      crash: (): never => {
        throw new RangeError("out of range");
      },
      fail: async (state) => {
        await sleep(5);
        return state > 0 ? Promise.reject(new RangeError("out of range")) : replyWith(state, state);
      },
    },
    casts: {
      add: (state, by: number) => noReply(state + by),
      leave: (state, reason: ExitReason) => stopWith(reason, state),
      work: async (state, forMs: number) => {
        await sleep(forMs);
        return noReply(state + 1);
      },
    },
    info: (state, message) => (message.type === "sys.exit" ? noReply(state + 100) : noReply(state)),
    terminate: (state, reason) => {
      terminated.push({ state, reason });
    },
  });
  return { logic, terminated };
}

describe("the end of a server", () => {
  test("E24 by stopWith calls terminate and exits with the reason; a caller is answered first", async () => {
    const { inProcess } = simulation();
    const { logic, terminated } = terminating();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(logic, { input: 1 });
      await ready;
      expect(await call(pid, "leave", { shutdown: "done" })).toBe("bye");
      expect(await receive()).toMatchObject({ type: "sys.down", reason: { shutdown: "done" } });
      cast(await spawn(logic, { input: 7 }), "leave", "own_reason");
      await sleep(0);
    });
    expect(terminated).toEqual([
      { state: 2, reason: { shutdown: "done" } },
      { state: 7, reason: "own_reason" },
    ]);
  });

  test("E24 handles nothing that was queued behind it", async () => {
    const { inProcess } = simulation();
    const { logic, terminated } = terminating();
    await inProcess(async () => {
      const pid = await spawn(logic);
      cast(pid, "leave", "normal");
      cast(pid, "add", 10);
      expect(await failureOf(call(pid, "get"))).toBeInstanceOf(CalleeExited);
    });
    expect(terminated).toEqual([{ state: 0, reason: "normal" }]);
  });

  test.each(["crash", "fail"] as const)(
    "E25 by a callback that throws (%s) keeps the state of before it",
    async (how) => {
      const { inProcess } = simulation();
      const { logic, terminated } = terminating();
      await inProcess(async () => {
        const { pid, ready } = spawnMonitor(logic, { input: 40 });
        await ready;
        cast(pid, "add", 2);
        expect(await failureOf(call(pid, how))).toMatchObject({
          reason: { error: { message: "out of range" } },
        });
        const { reason } = await receive();
        expect(reason).toMatchObject({
          error: { name: "RangeError", stack: expect.stringContaining("server-end") },
        });
        expect(terminated).toEqual([{ state: 42, reason }]);
      });
    },
  );

  test("E25 by exit in a callback has exactly that reason", async () => {
    const { inProcess } = simulation();
    const leaving = server("leaving", { init: () => ok(0), casts: { leave: () => exit({ own: "reason" }) } });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(leaving);
      await ready;
      cast(pid, "leave");
      expect(await receive()).toMatchObject({ reason: { own: "reason" } });
    });
  });

  test("E26 with a bad result calls terminate with that reason", async () => {
    const { inProcess } = simulation();
    const terminated: unknown[] = [];
    const wrong = server("wrong", {
      init: () => ok("state"),
      info: () => "garbage" as never,
      terminate: (...given) => {
        terminated.push(given);
      },
    });
    await inProcess(async () => {
      send(await spawn(wrong), { type: "any" });
      await sleep(0);
    });
    expect(terminated).toEqual([["state", { bad_return_value: "garbage" }]]);
  });

  test("E28 by a kill, or by an exit signal that is not trapped, does not call terminate", async () => {
    const { inProcess } = simulation();
    const { logic, terminated } = terminating();
    await inProcess(async () => {
      for (const [reason, trapExit, seen] of [
        ["kill", true, "killed"],
        ["kill", false, "killed"],
        ["other", false, "other"],
        ["shutdown", false, "shutdown"],
      ] as const) {
        const { pid, ready } = spawnMonitor(logic, { trapExit });
        await ready;
        exit(pid, reason);
        expect(await receive()).toMatchObject({ reason: seen });
      }
    });
    expect(terminated).toEqual([]);
  });

  test("E30 does not come from an exit that a trapping server gets from others than its parent", async () => {
    const { inProcess } = simulation();
    const { logic } = terminating();
    await inProcess(async () => {
      const pid = await spawn(logic, { trapExit: true, link: true });
      const peer = await spawn(async () => {
        link(pid);
        await receive();
        exit("peer_failed");
      });
      await sleep(0);
      send(peer, { type: "go" });
      await sleep(0);
      expect(await call(pid, "get")).toBe(100);
      // A signal that is sent, and by nobody it is linked to, is news as well.
      await spawn(async () => exit(pid, "shutdown"));
      await sleep(0);
      expect(await call(pid, "get")).toBe(200);
    });
  });

  test("E30 comes in order from the exit of its parent, with its reason", async () => {
    const { inProcess } = simulation();
    const { logic, terminated } = terminating();
    await inProcess(async () => {
      for (const reason of ["normal", "shutdown", "parent_failed"]) {
        const tester = self();
        await spawn(async () => {
          send(tester, { type: "child", pid: await spawn(logic, { trapExit: true, link: true }) });
          exit(reason);
        });
        const { pid } = await receive((message) => message.type === "child");
        await sleep(0);
        expect(isAlive(pid as Pid)).toBe(false);
      }
    });
    expect(terminated.map(({ reason }) => reason)).toEqual(["normal", "shutdown", "parent_failed"]);
  });

  test("E31 does not come from the normal exit of a parent when the server does not trap", async () => {
    const { inProcess } = simulation();
    const { logic } = terminating();
    await inProcess(async () => {
      const tester = self();
      await spawn(async () => send(tester, { type: "child", pid: await spawn(logic, { link: true }) }));
      const { pid } = await receive();
      await sleep(10);
      expect(await call(pid as Pid, "get")).toBe(0);
    });
  });

  test("has the reason of what terminate throws, where it throws", async () => {
    const { inProcess } = simulation();
    for (const terminate of [
      (): never => {
        throw new Error("cannot close");
      },
      () => Promise.reject(new Error("cannot close")),
    ]) {
      const failing = server("failing", { init: () => ok(0), terminate });
      await inProcess(async () => {
        const { pid, ready } = spawnMonitor(failing);
        await ready;
        expect(await failureOf(stop(pid))).toMatchObject({ reason: { error: { message: "cannot close" } } });
        expect(await receive()).toMatchObject({ reason: { error: { message: "cannot close" } } });
      });
    }
  });

  test("waits for an async terminate, and a kill ends that too", async () => {
    const { inProcess, world } = simulation();
    const closing = server("closing", { init: () => ok(0), terminate: () => sleep(500) });
    await inProcess(async () => {
      await stop(await spawn(closing));
      expect(world.elapsedMs).toBe(500);
      const pid = await spawn(closing);
      const stopped = failureOf(stop(pid));
      await sleep(100);
      exit(pid, "kill");
      expect(await stopped).toMatchObject({ reason: "killed" });
      expect(world.elapsedMs).toBe(600);
    });
  });
});
