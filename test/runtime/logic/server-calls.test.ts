import { describe, expect, test } from "vitest";
import {
  CalleeExited,
  CallingSelf,
  CallTimeout,
  call,
  cast,
  exit,
  NodeDown,
  NoProcess,
  named,
  ok,
  type Pid,
  receive,
  receiveTimeout,
  replyWith,
  self,
  sendRequest,
  server,
  sleep,
  spawn,
  spawnMonitor,
  stop,
  stopWith,
  tryCall,
  tryReceive,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

const worker = server("worker", {
  init: () => ok({ done: 0 }),
  calls: {
    work: async (state, payload: { readonly forMs: number }) => {
      await sleep(payload.forMs);
      return replyWith("worked", { done: state.done + 1 });
    },
    done: (state) => replyWith(state.done, state),
    callSelf: async (state) => replyWith(await call(self(), "done"), state),
    crash: (): never => {
      throw new Error("broken");
    },
    leave: (state) => stopWith("shutdown", state),
  },
});

describe("a call", () => {
  test("E12 to a process that has ended fails with noproc", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(worker);
      await stop(pid);
      const failure = await failureOf(call(pid, "done"));
      expect(failure).toBeInstanceOf(NoProcess);
      expect(failure).toMatchObject({ code: "noproc", details: { request: "done" } });
    });
  });

  test("E12 to a name that nobody holds fails with noproc", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      expect(await failureOf(call(named("nobody"), "done"))).toMatchObject({ code: "noproc" });
    });
  });

  test("E12 that is not caught ends its caller", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      spawnMonitor(() => call(named("nobody"), "done"));
      expect(await receive()).toMatchObject({ type: "sys.down", reason: { error: { code: "noproc" } } });
    });
  });

  test("fails with the exit reason when the server ends before it answers", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const crash = await failureOf(call(await spawn(worker), "crash"));
      expect(crash).toBeInstanceOf(CalleeExited);
      expect(crash).toMatchObject({ code: "callee_exited", reason: { error: { message: "broken" } } });
      expect(await failureOf(call(await spawn(worker), "leave"))).toMatchObject({ reason: "shutdown" });
      const busy = await spawn(worker);
      const waits = sendRequest(busy, "work", { forMs: 1_000 });
      exit(busy, "kill");
      expect(await failureOf(waits.wait(1))).toMatchObject({ reason: "killed" });
    });
  });

  test("E14 times out after 5,000 ms, and the server, which is not told, keeps working", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const pid = await spawn(worker);
      const failure = await failureOf(call(pid, "work", { forMs: 5_001 }));
      expect(failure).toBeInstanceOf(CallTimeout);
      expect(failure).toMatchObject({ code: "timeout", details: { request: "work", timeoutMs: 5_000 } });
      expect(world.elapsedMs).toBe(5_000);
      expect(await call(pid, "done")).toBe(1);
    });
  });

  test("E14 waits as long as its own timeoutMs says, forever with Infinity", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const pid = await spawn(worker);
      await failureOf(call(pid, "work", { forMs: 1_000 }, { timeoutMs: 250 }));
      expect(world.elapsedMs).toBe(250);
      const patient = call(pid, "work", { forMs: 3_000_000 }, { timeoutMs: Number.POSITIVE_INFINITY });
      expect(await patient).toBe("worked");
    });
  });

  test("E15 leaves nothing in its caller's mailbox when the reply comes late", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const pid = await spawn(worker);
      await failureOf(call(pid, "work", { forMs: 50 }, { timeoutMs: 10 }));
      expect(await tryReceive(undefined, { timeoutMs: 1_000 })).toBe(receiveTimeout);
      expect(await call(pid, "done")).toBe(1);
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });

  test("E16 that was answered in time succeeds however late its caller looks", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pending = call(await spawn(worker), "work", { forMs: 99 }, { timeoutMs: 100 });
      await sleep(1_000);
      expect(await pending).toBe("worked");
    });
  });

  test("E17 of a server to itself fails at once instead of waiting forever", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const failure = await failureOf(call(await spawn(worker, { name: "worker" }), "callSelf"));
      expect(failure).toMatchObject({ code: "callee_exited", reason: { error: { code: "calling_self" } } });
      expect(world.elapsedMs).toBe(0);
      expect(await failureOf(call(self(), "anything"))).toBeInstanceOf(CallingSelf);
    });
  });

  test("E18 to a node that is not known fails with nodedown", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const failure = await failureOf(call(named("worker").on("nowhere"), "done"));
      expect(failure).toBeInstanceOf(NodeDown);
      expect(failure).toMatchObject({ code: "nodedown", node: "nowhere" });
    });
  });

  test("gives its failure as a value with tryCall", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(worker);
      expect(await tryCall(pid, "done")).toEqual({ ok: true, value: 0 });
      const failed = await tryCall(pid, "work", { forMs: 100 }, { timeoutMs: 1 });
      expect(failed).toMatchObject({ ok: false, error: { code: "timeout" } });
    });
  });

  test("refuses a payload that could not cross a wire, and the server never sees it", async () => {
    const { inProcess } = simulation();
    const keeper = server("keeper", {
      init: () => ok(0),
      calls: {
        keep: (state, payload: unknown) => replyWith(payload, state + 1),
        count: (state) => replyWith(state, state),
      },
    });
    await inProcess(async () => {
      const pid = await spawn(keeper);
      await expect(async () => call(pid, "keep", (() => {}) as never)).rejects.toMatchObject({
        code: "misuse",
      });
      await expect(async () => call(pid, "keep", { at: new Date(0) } as never)).rejects.toMatchObject({
        code: "misuse",
      });
      expect(await call(pid, "count")).toBe(0);
    });
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "to an inherited name such as %s finds no handler",
    async (name) => {
      const { inProcess } = simulation();
      await inProcess(async () => {
        const pid: Pid = await spawn(worker);
        expect(await failureOf(call(pid, name, {}))).toMatchObject({
          reason: { error: { message: expect.stringContaining(`no call "${name}"`) } },
        });
      });
    },
  );
});

describe("a cast", () => {
  test("E20 succeeds whether or not somebody is there", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const gone: Pid = await spawn(worker);
      await stop(gone);
      for (const to of [
        gone,
        named("nobody"),
        named("nobody").on("nowhere"),
        { registry: "none", key: "k" },
      ]) {
        expect(cast(to, "anything", { n: 1 })).toBeUndefined();
      }
    });
  });
});
