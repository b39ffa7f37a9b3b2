import { describe, expect, test } from "vitest";
import {
  call,
  cast,
  exit,
  named,
  noReply,
  ok,
  type Pid,
  receive,
  replyWith,
  self,
  send,
  sendAfter,
  sendRequest,
  server,
  sleep,
  spawn,
} from "../../../runtime/index.ts";
import { simulation } from "./simulation.ts";

/** Writes down what it is handed, in order. */
const recorder = server("recorder", {
  init: (options: { readonly timeoutMs?: number } | undefined) => ok([] as string[], options ?? {}),
  calls: {
    read: (seen) => replyWith(seen, seen),
    note: (seen, what: string) => replyWith("noted", [...seen, `call ${what}`]),
  },
  casts: {
    note: (seen, what: string) => noReply([...seen, `cast ${what}`]),
    arm: (seen, timeoutMs: number) => noReply(seen, { timeoutMs }),
  },
  info: (seen, message) => noReply([...seen, `${message.type} ${message.text ?? ""}`.trim()]),
});

describe("an idle timeout", () => {
  test("E33 comes when nothing else has come in time, once", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder, { input: { timeoutMs: 100 } });
      await sleep(99);
      expect(await call(await spawn(recorder), "read")).toEqual([]);
      await sleep(1_000);
      expect(await call(pid, "read")).toEqual(["sys.timeout"]);
    });
  });

  test.each<[string, (pid: Pid) => unknown]>([
    ["a cast", (pid) => cast(pid, "note", "x")],
    ["a call", (pid) => call(pid, "note", "x")],
    ["a message", (pid) => send(pid, { type: "x" })],
    ["a timer's message", (pid) => sendAfter(pid, { type: "x" }, 10)],
  ])("E33 is cancelled by %s, and stays so unless it is asked for again", async (_what, disturb) => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder, { input: { timeoutMs: 100 } });
      await sleep(50);
      disturb(pid);
      await sleep(1_000);
      const seen = await call(pid, "read");
      expect(seen).toHaveLength(1);
      expect(seen).not.toEqual(["sys.timeout"]);
    });
  });

  test("E33 is cancelled by a message that has no handler", async () => {
    const { inProcess } = simulation();
    let timeouts = 0;
    const deaf = server("deaf", {
      init: () => ok(0, { timeoutMs: 100 }),
      info: (state, message) => {
        if (message.type === "sys.timeout") timeouts += 1;
        return noReply(state);
      },
    });
    await inProcess(async () => {
      const pid: Pid = await spawn(deaf);
      await sleep(50);
      cast(pid, "unknown");
      await sleep(1_000);
    });
    expect(timeouts).toBe(0);
  });

  test("E33 is cancelled by a message that comes in the same millisecond, before it", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      sendAfter(named("recorder"), { type: "just", text: "in time" }, 100);
      const pid = await spawn(recorder, { name: "recorder", input: { timeoutMs: 100 } });
      await sleep(1_000);
      expect(await call(pid, "read")).toEqual(["just in time"]);
    });
  });

  test("E33 counts from the end of the callback that asked for it, anew each time", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const tester = self();
      const beating = server("beating", {
        init: () => ok(0, { timeoutMs: 100 }),
        info: async (beats) => {
          await sleep(30);
          send(tester, { type: "beat" });
          return noReply(beats + 1, { timeoutMs: 100 });
        },
      });
      await spawn(beating);
      const at = [];
      for (let beat = 0; beat < 3; beat += 1) {
        await receive();
        at.push(world.elapsedMs);
      }
      expect(at).toEqual([130, 260, 390]);
    });
  });

  test("E34 of 0 comes when the mailbox is empty", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder);
      cast(pid, "arm", 0);
      await sleep(0);
      expect(await call(pid, "read")).toEqual(["sys.timeout"]);
      cast(pid, "arm", 0);
      cast(pid, "note", "queued");
      await sleep(0);
      expect(await call(pid, "read")).toEqual(["sys.timeout", "cast queued"]);
      expect(world.elapsedMs).toBe(0);
    });
  });

  test("E34 of 0 from init comes before anything that is sent later", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder, { input: { timeoutMs: 0 } });
      expect(await call(pid, "read")).toEqual(["sys.timeout"]);
    });
  });

  test("ends with its server", async () => {
    const { inProcess, kernel } = simulation();
    await inProcess(async () => {
      const pid = await spawn(recorder, { input: { timeoutMs: 100 } });
      exit(pid, "kill");
      await sleep(200);
      expect(kernel.find(pid)).toBeUndefined();
    });
  });
});

describe("a hibernating server", () => {
  const sleeper = server("sleeper", {
    init: () => ok({ kept: "all of it" }),
    calls: { read: (state) => replyWith(state.kept, state) },
    casts: {
      work: (state) => noReply(state),
      rest: (state) => noReply(state, { hibernate: true }),
      wake: async (state) => {
        await sleep(1);
        return noReply(state, { hibernate: true });
      },
    },
  });

  test("E36 gives the memory of its mailbox back and wakes with its full state", async () => {
    const { inProcess, kernel } = simulation();
    await inProcess(async () => {
      const pid = await spawn(sleeper);
      for (let i = 0; i < 500; i += 1) cast(pid, "work");
      await sleep(0);
      expect(kernel.find(pid)?.mailbox.capacity).toBeGreaterThanOrEqual(500);
      cast(pid, "rest");
      await sleep(0);
      expect(kernel.find(pid)?.mailbox.capacity).toBe(0);
      expect(await call(pid, "read")).toBe("all of it");
      cast(pid, "wake");
      await sleep(10);
      expect(kernel.find(pid)?.mailbox.capacity).toBe(0);
    });
  });

  test("E36 loses no message that waits already", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(sleeper);
      cast(pid, "rest");
      const replies = [sendRequest(pid, "read"), sendRequest(pid, "read")];
      cast(pid, "rest");
      expect(await Promise.all(replies.map((request) => request.receive(1)))).toEqual([
        "all of it",
        "all of it",
      ]);
    });
  });
});
