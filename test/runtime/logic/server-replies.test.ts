import { describe, expect, test } from "vitest";
import {
  CallTimeout,
  call,
  cast,
  named,
  noReply,
  ok,
  type Pid,
  type Ref,
  receive,
  receiveTimeout,
  reply,
  replyWith,
  send,
  sendRequest,
  server,
  sleep,
  spawn,
  stop,
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
    crash: (): never => {
      throw new Error("broken");
    },
  },
});

describe("a deferred reply", () => {
  const clerk = server("clerk", {
    init: () => ok([] as Ref[]),
    calls: {
      wait: (waiting, _payload: undefined, from) => noReply([...waiting, from]),
      delegate: async (waiting, to: Pid, from) => {
        send(to, { type: "answer", from });
        return noReply(waiting);
      },
    },
    casts: {
      release: (waiting, value: string) => {
        for (const from of waiting) reply(from, value);
        return noReply([]);
      },
    },
  });

  test("E21 may come later, while the server does other things", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(clerk);
      const waits = [call(pid, "wait"), call(pid, "wait")];
      await sleep(100);
      cast(pid, "release", "now");
      expect(await Promise.all(waits)).toEqual(["now", "now"]);
    });
  });

  test("E21 may come from another process", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const assistant = await spawn(async () => {
        const { from } = await receive();
        await sleep(20);
        reply(from as Ref, "from the assistant");
      });
      expect(await call(await spawn(clerk), "delegate", assistant)).toBe("from the assistant");
    });
  });

  test("E21 counts once: a second reply to the same call is dropped", async () => {
    const { inProcess, told } = simulation();
    const eager = server("eager", {
      init: () => ok(0),
      calls: {
        ask: (state, _payload: undefined, from) => {
          reply(from, "first");
          return replyWith("second", state);
        },
      },
    });
    await inProcess(async () => {
      expect(await call(await spawn(eager), "ask")).toBe("first");
      expect(await tryReceive(undefined, { timeoutMs: 10 })).toBe(receiveTimeout);
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });

  test("fails with the server's exit reason when the server ends without it", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(clerk);
      const waits = failureOf(call(pid, "wait"));
      await sleep(1);
      await stop(pid, "shutdown");
      expect(await waits).toMatchObject({ reason: "shutdown" });
    });
  });
});

describe("a request id", () => {
  test("E39 is checked, waited for and received later", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const request = sendRequest(await spawn(worker), "work", { forMs: 100 });
      expect(request.check()).toBeUndefined();
      await sleep(200);
      expect(request.check()).toEqual({ ok: true, value: "worked" });
      expect(await request.wait(0)).toBe("worked");
      expect(await request.receive(0)).toBe("worked");
      expect(world.elapsedMs).toBe(200);
    });
  });

  test("E39 stays good when wait runs out of time", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const request = sendRequest(await spawn(worker), "work", { forMs: 100 });
      expect(await failureOf(request.wait(10))).toBeInstanceOf(CallTimeout);
      expect(await request.wait(Number.POSITIVE_INFINITY)).toBe("worked");
    });
  });

  test("E39 is given up when receive runs out of time, and stays given up", async () => {
    const { inProcess, told, world } = simulation();
    await inProcess(async () => {
      const request = sendRequest(await spawn(worker), "work", { forMs: 100 });
      expect(await failureOf(request.receive(10))).toBeInstanceOf(CallTimeout);
      expect(await failureOf(request.wait(Number.POSITIVE_INFINITY))).toMatchObject({ code: "timeout" });
      expect(world.elapsedMs).toBe(10);
      await sleep(200);
      expect(request.check()).toMatchObject({ ok: false, error: { code: "timeout" } });
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });

  test("E39 given up by hand drops the reply, and whoever waits is told", async () => {
    const { inProcess, told } = simulation();
    await inProcess(async () => {
      const request = sendRequest(await spawn(worker), "work", { forMs: 100 });
      const waits = failureOf(request.wait(Number.POSITIVE_INFINITY));
      request.abandon();
      expect(await waits).toMatchObject({ code: "misuse" });
      await sleep(200);
    });
    expect(told("reply_dropped")).toHaveLength(1);
  });

  test("E39 tells of failures as a call does", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      expect(sendRequest(named("nobody"), "done").check()).toMatchObject({
        ok: false,
        error: { code: "noproc" },
      });
      const crashing = sendRequest(await spawn(worker), "crash");
      expect(await failureOf(crashing.receive(10))).toMatchObject({
        reason: { error: { message: "broken" } },
      });
    });
  });

  test("E39 collects many replies in the order of their requests", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const requests = [];
      for (const forMs of [30, 10, 20]) requests.push(sendRequest(await spawn(worker), "work", { forMs }));
      await Promise.all(requests.map((request) => request.receive(100)));
      expect(world.elapsedMs).toBe(30);
    });
  });

  test("E39 that fails while nobody waits harms nobody", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      sendRequest(await spawn(worker), "crash");
      await sleep(10);
    });
  });
});
