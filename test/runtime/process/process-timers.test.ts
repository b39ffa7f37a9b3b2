// Conformance: timers that send messages (OTP behaviours D12 to D15).
import { describe, expect, test } from "vitest";
import {
  alias,
  call,
  cancelTimer,
  exit,
  isAlive,
  named,
  type Pid,
  processInfo,
  readTimer,
  receive,
  register,
  self,
  sendAfter,
  sleep,
  spawn,
  spawnMonitor,
  startTimer,
  TimeoutMessage,
  unalias,
  unregister,
} from "../../../runtime/index.ts";
import { bench, idle, numbered, reasonOf, waiting } from "./bench.ts";

describe("a timer", () => {
  test("D12 to a process ends with that process", async () => {
    await bench().inProcess(async () => {
      const { pid, ref, ready } = spawnMonitor(idle);
      await ready;
      const timers = [sendAfter(pid, numbered(1), 100), startTimer(pid, "payload", 100)];
      for (const timer of timers) expect(readTimer(timer)).toBe(100);
      exit(pid, "go");
      await reasonOf(ref);
      for (const timer of timers) {
        expect(readTimer(timer)).toBe(false);
        expect(cancelTimer(timer)).toBe(false);
      }
    });
  });

  test("D12 outlives the process that started it", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const { ref } = spawnMonitor(() => {
        sendAfter(tester, numbered(1), 50);
        sendAfter(named("tester"), numbered(2), 50);
      });
      await reasonOf(ref);
      register("tester", tester);
      expect(await receive()).toEqual(numbered(1));
      expect(await receive()).toEqual(numbered(2));
    });
  });

  test("D12 to a name goes to whoever holds it when it fires", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      const first = await spawn(idle);
      register("target", first);
      sendAfter(named("target"), numbered(1), 100);
      startTimer(named("target"), "payload", 100);
      exit(first, "go");
      await sleep(99);
      register("target", self());
      expect(await receive()).toEqual(numbered(1));
      expect(await receive()).toMatchObject({ type: "sys.timeout", payload: "payload" });
      expect(world.elapsedMs).toBe(100);
    });
  });

  test("D12 to a name does not end when its holder does", async () => {
    await bench().inProcess(async () => {
      const { pid, ref, ready } = spawnMonitor(idle, { name: "target" });
      await ready;
      const timer = sendAfter(named("target"), numbered(1), 100);
      exit(pid, "kill");
      await reasonOf(ref);
      expect(readTimer(timer)).toBe(100);
    });
  });

  test("D12 to an alias is dropped when the alias has ended by then", async () => {
    await bench().inProcess(async () => {
      const [kept, ended] = [alias(), alias()];
      sendAfter(ended, numbered(1), 10);
      sendAfter(kept, numbered(2), 10);
      unalias(ended);
      await sleep(20);
      expect(await waiting()).toEqual([numbered(2)]);
    });
  });

  test("D13 to a target that is gone or never was fires silently", async () => {
    const { events, inProcess } = bench();
    await inProcess(async () => {
      const gone = await spawn(() => undefined);
      for (const target of [
        gone,
        { ...gone, id: 999_999 },
        named("nobody"),
        named("nobody").on("elsewhere"),
      ]) {
        expect(() => sendAfter(target, numbered(1), 5)).not.toThrow();
        expect(() => startTimer(target, undefined, 5)).not.toThrow();
      }
      register("leaving", self());
      sendAfter(named("leaving"), numbered(1), 5);
      unregister("leaving");
      await sleep(10);
      expect(await waiting()).toEqual([]);
      expect(isAlive(self())).toBe(true);
      expect(events).toEqual([]);
    });
  });

  test("D15 that is tagged gives its reference and payload, so that a stale tick can be told", async () => {
    await bench().inProcess(async () => {
      const first = startTimer(self(), { round: 1 }, 10);
      const second = startTimer(self(), { round: 2 }, 10);
      const ticks = await waiting().then(async (none) => {
        expect(none).toEqual([]);
        await sleep(20);
        return waiting();
      });
      expect(ticks).toEqual([
        { type: "sys.timeout", ref: first, payload: { round: 1 } },
        { type: "sys.timeout", ref: second, payload: { round: 2 } },
      ]);
      for (const tick of ticks) expect(tick).toBeInstanceOf(TimeoutMessage);
      expect(first).not.toEqual(second);
    });
  });

  test("fires at its time, not before, in the order of the times", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      for (const delayMs of [30, 10, 20, 0]) sendAfter(self(), numbered(delayMs), delayMs);
      for (const delayMs of [0, 10, 20, 30]) {
        expect(await receive()).toEqual(numbered(delayMs));
        expect(world.elapsedMs).toBe(delayMs);
      }
    });
  });

  test("tells how much was left when it is cancelled, and then never fires", async () => {
    await bench().inProcess(async () => {
      const timer = sendAfter(self(), numbered(1), 100);
      await sleep(40);
      expect(readTimer(timer)).toBe(60);
      expect(cancelTimer(timer)).toBe(60);
      expect(cancelTimer(timer)).toBe(false);
      await sleep(100);
      expect(await waiting()).toEqual([]);
    });
  });

  test("is not cancelled by a reference of another node that has the same number", async () => {
    await bench().inProcess(async () => {
      const timer = sendAfter(self(), numbered(1), 10);
      expect(cancelTimer({ ...timer, node: "elsewhere" })).toBe(false);
      await sleep(20);
      expect(await waiting()).toEqual([numbered(1)]);
    });
  });

  test("refuses a delay that is no number of milliseconds", async () => {
    await bench().inProcess(async () => {
      for (const delayMs of [-1, Number.NaN, Number.POSITIVE_INFINITY, "5", undefined, 5n, null]) {
        expect(() => sendAfter(self(), numbered(1), delayMs as number)).toThrow(
          expect.objectContaining({ code: "misuse" }),
        );
      }
    });
  });

  test("refuses a time that is no number wherever one is given, and leaves nothing behind", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const pid = (await spawn(idle)) as Pid;
      const misuse = { code: "misuse" };
      for (const time of [Number.NaN, "soon"]) {
        const timeoutMs = time as number;
        await expect(sleep(timeoutMs)).rejects.toMatchObject(misuse);
        await expect(call(pid, "question", undefined, { timeoutMs })).rejects.toMatchObject(misuse);
        await expect(receive(() => false, { timeoutMs })).rejects.toMatchObject(misuse);
        await expect(spawn(idle, { startTimeoutMs: timeoutMs, link: true })).rejects.toMatchObject(misuse);
      }
      expect(node.processes()).toEqual([self(), pid]);
      expect(processInfo(self())?.links).toEqual([]);
      sendAfter(self(), numbered(1), 5);
      expect(await receive()).toEqual(numbered(1));
    });
  });

  test("lets a sleep end with its process: nothing is left that could wake it", async () => {
    const { world, inProcess } = bench();
    let woke = false;
    await inProcess(async () => {
      const { pid, ref, ready } = spawnMonitor(async () => {
        await sleep(50);
        woke = true;
      });
      await ready;
      exit(pid, "kill");
      await reasonOf(ref);
    });
    await world.advance(100);
    expect(woke).toBe(false);
  });
});
