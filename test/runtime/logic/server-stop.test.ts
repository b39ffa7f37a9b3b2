import { describe, expect, test } from "vitest";
import {
  CalleeExited,
  CallTimeout,
  call,
  cast,
  type ExitReason,
  exit,
  isAlive,
  named,
  noReply,
  ok,
  receiveTimeout,
  replyWith,
  self,
  sendRequest,
  server,
  sleep,
  spawn,
  stop,
  stopWith,
  tryReceive,
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

describe("stop", () => {
  test("E37 waits for the end and succeeds when the server ended with that reason", async () => {
    const { inProcess } = simulation();
    const { logic, terminated } = terminating();
    await inProcess(async () => {
      const reasons = ["normal", "shutdown", { shutdown: { because: 1n } }, { own: ["reason"] }];
      for (const reason of reasons) {
        const pid = await spawn(logic);
        await stop(pid, reason);
        expect(isAlive(pid)).toBe(false);
      }
      await spawn(logic, { name: "by_name" });
      await stop(named("by_name"));
      expect(terminated.map(({ reason }) => reason)).toEqual([...reasons, "normal"]);
    });
  });

  test("E37 lets what was sent before it be handled first", async () => {
    const { inProcess } = simulation();
    const { logic, terminated } = terminating();
    await inProcess(async () => {
      const pid = await spawn(logic);
      cast(pid, "work", 100);
      cast(pid, "add", 10);
      await stop(pid);
    });
    expect(terminated).toEqual([{ state: 11, reason: "normal" }]);
  });

  test("E37 fails with the actual reason when the server ended with another", async () => {
    const { inProcess } = simulation();
    const { logic } = terminating();
    await inProcess(async () => {
      const pid = await spawn(logic);
      cast(pid, "leave", "sooner");
      const failure = await failureOf(stop(pid));
      expect(failure).toBeInstanceOf(CalleeExited);
      expect(failure).toMatchObject({ reason: "sooner" });
    });
  });

  test("E37 fails with noproc where nobody is there", async () => {
    const { inProcess } = simulation();
    const { logic } = terminating();
    await inProcess(async () => {
      const pid = await spawn(logic);
      await stop(pid);
      expect(await failureOf(stop(pid))).toMatchObject({ code: "noproc" });
      expect(await failureOf(stop(named("nobody")))).toMatchObject({ code: "noproc" });
      expect(await failureOf(stop(self()))).toMatchObject({ code: "calling_self" });
    });
  });

  test("E37 fails when it takes too long, and leaves nothing in the mailbox", async () => {
    const { inProcess, world } = simulation();
    const { logic } = terminating();
    await inProcess(async () => {
      const pid = await spawn(logic);
      cast(pid, "work", 1_000);
      const failure = await failureOf(stop(pid, "normal", { timeoutMs: 100 }));
      expect(failure).toBeInstanceOf(CallTimeout);
      expect(world.elapsedMs).toBe(100);
      expect(await tryReceive(undefined, { timeoutMs: 2_000 })).toBe(receiveTimeout);
      expect(isAlive(pid)).toBe(false);
    });
  });
});

describe("a crash report", () => {
  const secretive = server("secretive", {
    init: (input: { readonly password: string }) => ok({ ...input, opened: 0 }),
    calls: {
      open: (state) => replyWith(state.opened, { ...state, opened: state.opened + 1 }),
      crash: (): never => {
        throw new Error("jammed");
      },
    },
    casts: {
      crash: (): never => {
        throw new Error("jammed");
      },
    },
    formatState: (state) => ({ ...state, password: "***" }),
  });

  test("E40 has name, pid, last message, redacted state, reason with stack, and the caller that waits", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const pid = await spawn(secretive, { input: { password: "hunter2" }, name: "vault" });
      await call(pid, "open");
      await failureOf(call(pid, "crash"));
      expect(told("process_crashed")).toEqual([
        {
          pid,
          name: "vault",
          logic: "secretive",
          reason: {
            error: expect.objectContaining({
              message: "jammed",
              stack: expect.stringContaining("server-stop"),
            }),
          },
          lastMessage: "crash",
          state: { password: "***", opened: 1 },
          client: self(),
        },
      ]);
      expect(JSON.stringify(told("process_crashed"))).not.toContain("hunter2");
    });
  });

  test("E40 names no caller where nobody waits for an answer", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      cast(await spawn(secretive, { input: { password: "hunter2" } }), "crash");
      await sleep(0);
      const late = await spawn(secretive, { input: { password: "hunter2" } });
      sendRequest(late, "crash").abandon();
      await sleep(0);
      expect(told("process_crashed")).toMatchObject([
        { name: undefined, lastMessage: "crash", client: undefined },
        { lastMessage: "crash", client: undefined },
      ]);
    });
  });

  test("E40 survives a formatState that throws", async () => {
    const { inProcess, told } = simulation();
    const clumsy = server("clumsy", {
      init: () => ok(0),
      casts: { crash: (): never => exit("jammed") },
      formatState: (): never => {
        throw new Error("cannot be formatted");
      },
    });
    await inProcess(async () => {
      cast(await spawn(clumsy), "crash");
      await sleep(0);
      expect(told("process_crashed")).toMatchObject([
        { reason: "jammed", state: "(its state could not be shown)" },
      ]);
    });
  });

  test.each<ExitReason>(["normal", "shutdown", { shutdown: "for good" }])(
    "E40 is not made for the orderly end %j",
    async (reason) => {
      const { inProcess, told } = simulation();
      const { logic } = terminating();
      await inProcess(async () => {
        await stop(await spawn(logic), reason);
        expect(told("process_crashed")).toEqual([]);
      });
    },
  );
});
