import { describe, expect, test } from "vitest";
import {
  AlreadyStarted,
  call,
  type ExitReason,
  ignore,
  isAlive,
  monitor,
  named,
  noReply,
  ok,
  receive,
  receiveTimeout,
  refuse,
  refuseQuietly,
  replyWith,
  StartFailed,
  StartIgnored,
  StartTimeout,
  send,
  server,
  sleep,
  spawn,
  spawnMonitor,
  trapExit,
  tryReceive,
  whereis,
} from "../../../runtime/index.ts";
import { failureOf, simulation } from "./simulation.ts";

const refusing = server("refusing", { init: (reason: ExitReason) => refuse(reason) });
const slow = server("slow", {
  init: async (delayMs: number) => {
    await sleep(delayMs);
    return ok(delayMs);
  },
  calls: { get: (state) => replyWith(state, state) },
});

/** Starts `body` as a process of its own and gives the reason it ends with. */
async function reasonOf(body: () => unknown): Promise<ExitReason> {
  const { ref } = spawnMonitor(body as () => Promise<void>);
  const down = await receive((message) => message.type === "sys.down" && message.ref === ref);
  return down.reason as ExitReason;
}

describe("starting a server", () => {
  test("E01 the start is acknowledged only after init has returned", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      const pid = await spawn(slow, { input: 700, link: true });
      expect(world.elapsedMs).toBe(700);
      expect(await call(pid, "get")).toBe(700);
    });
  });

  test("E02 a started server can be called at once", async () => {
    const { inProcess } = simulation();
    const ready = server("ready", {
      init: () => ok("state"),
      calls: { get: (state) => replyWith(state, state) },
    });
    expect(await inProcess(async () => call(await spawn(ready, { name: "ready" }), "get"))).toBe("state");
    expect(await inProcess(() => call(named("ready"), "get"))).toBe("state");
  });

  test("E03 a refused start fails with the reason, and a linked starter that does not trap falls with it", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const failure = await failureOf(spawn(refusing, { input: "no_database" }));
      expect(failure).toBeInstanceOf(StartFailed);
      expect(failure).toMatchObject({ code: "start_failed", reason: "no_database" });
      const survives = async () => {
        await failureOf(spawn(refusing, { input: "no_database", link: true }));
        await sleep(1);
      };
      expect(await reasonOf(survives)).toBe("no_database");
    });
  });

  test("E03 a linked starter that traps hears of a refused start by the answer alone", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      trapExit(true);
      const failure = await failureOf(spawn(refusing, { input: { because: [1, 2] }, link: true }));
      expect(failure).toMatchObject({ reason: { because: [1, 2] } });
      expect(await tryReceive(undefined, { timeoutMs: 100 })).toBe(receiveTimeout);
    });
  });

  test("E04 the process of a failed start is gone, and its name is free, when the start answers", async () => {
    const { inProcess, node } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(refusing, { input: "no_database", name: "refusing" });
      expect(whereis("refusing")).toEqual(pid);
      await failureOf(ready);
      expect(isAlive(pid)).toBe(false);
      expect(whereis("refusing")).toBeUndefined();
      expect(node.processes()).not.toContainEqual(pid);
      expect(await receive()).toMatchObject({ type: "sys.down", object: pid, reason: "no_database" });
    });
  });

  test("E04 a start refused quietly fails with the reason while the process ends normal", async () => {
    const { inProcess, told } = simulation();
    const quiet = server("quiet", { init: () => refuseQuietly("not_today") });
    await inProcess(async () => {
      expect(await failureOf(spawn(quiet))).toMatchObject({ code: "start_failed", reason: "not_today" });
      const { ready } = spawnMonitor(quiet, { link: true });
      expect(await failureOf(ready)).toMatchObject({ reason: "not_today" });
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "normal" });
    });
    expect(told("process_crashed")).toEqual([]);
  });

  test("E05 a server that declines to start answers ignore and ends normal", async () => {
    const { inProcess } = simulation();
    const declining = server("declining", { init: () => ignore() });
    await inProcess(async () => {
      const { ready } = spawnMonitor(declining, { link: true });
      const failure = await failureOf(ready);
      expect(failure).toBeInstanceOf(StartIgnored);
      expect(failure).toMatchObject({ code: "ignore" });
      expect(await receive()).toMatchObject({ type: "sys.down", reason: "normal" });
    });
  });

  test.each([
    ["throws", () => Promise.reject(new RangeError("no such table"))],
    [
      "throws at once",
      () => {
        throw new RangeError("no such table");
      },
    ],
  ])("E06 an init that %s fails the start with the error and its stack", async (_how, init) => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const failure = await failureOf(spawn(server("failing", { init })));
      expect(failure).toMatchObject({
        code: "start_failed",
        reason: {
          error: {
            name: "RangeError",
            message: "no such table",
            stack: expect.stringContaining("server-start"),
          },
        },
      });
      const survives = async () => {
        await failureOf(spawn(server("failing", { init }), { link: true }));
        await sleep(1);
      };
      expect(await reasonOf(survives)).toMatchObject({ error: { message: "no such table" } });
    });
  });

  test.each([undefined, null, { total: 1 }, "ok", noReply(1)])(
    "E08 a bad result of init is named: %j",
    async (bad) => {
      const { inProcess } = simulation();
      const wrong = server("wrong", { init: (): never => bad as never });
      await inProcess(async () => {
        expect(await failureOf(spawn(wrong))).toMatchObject({ reason: { bad_return_value: bad } });
      });
    },
  );

  test("E09 a start that takes too long is killed, and no exit is left behind", async () => {
    const { inProcess, world } = simulation();
    await inProcess(async () => {
      trapExit(true);
      const { pid, ready, ref } = spawnMonitor(slow, {
        input: 900,
        link: true,
        startTimeoutMs: 300,
        name: "slow",
      });
      const failure = await failureOf(ready);
      expect(world.elapsedMs).toBe(300);
      expect(failure).toBeInstanceOf(StartTimeout);
      expect(failure).toMatchObject({ code: "start_timeout", details: { what: "slow", timeoutMs: 300 } });
      expect(isAlive(pid)).toBe(false);
      expect(whereis("slow")).toBeUndefined();
      expect(await receive()).toMatchObject({ type: "sys.down", ref, reason: "killed" });
      expect(await tryReceive(undefined, { timeoutMs: 2_000 })).toBe(receiveTimeout);
    });
  });

  test("E09 a linked starter that does not trap survives the kill of a slow start", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const survives = async () => {
        await failureOf(spawn(slow, { input: 900, link: true, startTimeoutMs: 300 }));
        await sleep(2_000);
      };
      expect(await reasonOf(survives)).toBe("normal");
    });
  });

  test("E09 an init that returns in time is left alone when its deadline passes", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const pid = await spawn(slow, { input: 299, startTimeoutMs: 300 });
      await sleep(1_000);
      expect(await call(pid, "get")).toBe(299);
    });
  });

  test("E10 a name that is taken refuses the start with its holder, and init does not run", async () => {
    const { inProcess } = simulation();
    let inits = 0;
    const counting = server("counting", {
      init: () => {
        inits += 1;
        return ok(inits);
      },
    });
    await inProcess(async () => {
      const holder = await spawn(counting, { name: "one" });
      const failure = await failureOf(spawn(counting, { name: "one", link: true }));
      expect(failure).toBeInstanceOf(AlreadyStarted);
      expect(failure).toMatchObject({ code: "already_started", pid: holder });
      expect(inits).toBe(1);
    });
  });

  test("E10 a name is taken already while the init of its holder still runs", async () => {
    const { inProcess } = simulation();
    await inProcess(async () => {
      const { pid } = spawnMonitor(slow, { input: 500, name: "one" });
      expect(await failureOf(spawn(slow, { input: 0, name: "one" }))).toMatchObject({ pid });
    });
  });

  test("E11 terminate is not called for a start that fails", async () => {
    const { inProcess } = simulation();
    const terminated: unknown[] = [];
    const terminate = (): void => {
      terminated.push("terminate");
    };
    await inProcess(async () => {
      for (const result of [refuse("no"), refuseQuietly("no"), ignore(), undefined]) {
        await failureOf(spawn(server("failing", { init: (): never => result as never, terminate })));
      }
      const throws = (): never => {
        throw new Error("no");
      };
      await failureOf(spawn(server("failing", { init: throws, terminate })));
      await failureOf(
        spawn(server("failing", { init: () => sleep(50).then(() => ok(1)), terminate }), {
          startTimeoutMs: 9,
        }),
      );
      await sleep(100);
    });
    expect(terminated).toEqual([]);
  });

  test("keeps what is sent while init runs, in order, until it has returned", async () => {
    const { inProcess } = simulation();
    const seen: string[] = [];
    const late = server("late", {
      init: () => sleep(100).then(() => ok(0)),
      info: (state, message) => {
        seen.push(message.type);
        return noReply(state);
      },
    });
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(late, { name: "late" });
      send(named("late"), { type: "first" });
      send(pid, { type: "second" });
      await ready;
      await sleep(0);
      expect(seen).toEqual(["first", "second"]);
    });
  });

  test("tells a monitor of a start that was killed while init ran", async () => {
    const { inProcess, node } = simulation();
    await inProcess(async () => {
      const { pid, ready } = spawnMonitor(slow, { input: 500 });
      const ref = monitor(pid);
      node.exit(pid, "kill");
      expect(await failureOf(ready)).toMatchObject({ code: "start_failed", reason: "killed" });
      expect(await receive((message) => message.ref === ref)).toMatchObject({ reason: "killed" });
    });
  });
});
