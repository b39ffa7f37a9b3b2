// Tasks: a function in a process of its own, and its result (OTP behaviours I16 and I17).
import { describe, expect, test } from "vitest";
import {
  CalleeExited,
  CallTimeout,
  call,
  cast,
  type ExitReason,
  exit,
  link,
  noReply,
  ok,
  type Pid,
  processInfo,
  receive,
  receiveTimeout,
  replyWith,
  self,
  send,
  server,
  sleep,
  spawn,
  spawnMonitor,
  type Task,
  task,
  trapExit,
  tryReceive,
} from "../../../runtime/index.ts";
import { bench, endOf, idle, ofType, reasonOf, waiting } from "../process/bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });

function failing(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe("task.await()", () => {
  test("gives what the work came to, whether it takes time or not", async () => {
    await bench().inProcess(async () => {
      expect(await task.await(task.async(() => 42))).toBe(42);
      const slow = task.async(async () => {
        await sleep(1_000);
        return { done: true };
      });
      expect(await task.await(slow)).toEqual({ done: true });
      expect(await task.await(task.async(() => undefined))).toBeUndefined();
      expect(await task.await(slow)).toEqual({ done: true });
    });
  });

  test("waits for many at once, which run side by side", async () => {
    const { world, inProcess } = bench();
    const values = await inProcess(async () => {
      const tasks = Array.from({ length: 50 }, (_, index) =>
        task.async(async () => {
          await sleep(1_000 - index);
          return index;
        }),
      );
      return Promise.all(tasks.map((one) => task.await(one)));
    });
    expect(values).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(world.elapsedMs).toBe(1_000);
  });

  test("runs the work in a process of its own, linked to the caller, with nothing left when it is done", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const seen = task.async(async () => {
        await sleep(10);
        return { pid: self(), links: processInfo(self())?.links ?? [], parent: processInfo(self())?.parent };
      });
      expect(seen.owner).toEqual(self());
      expect(await task.await(seen)).toEqual({ pid: seen.pid, links: [self()], parent: self() });
      expect(processInfo(self())).toMatchObject({ links: [], queueLength: 0 });
      expect(node.processes()).toEqual([self()]);
    });
  });

  test("I16 ends the caller when it takes too long and is left alone, and with it the linked task", async () => {
    await bench().inProcess(async () => {
      let worker: Task<unknown> | undefined;
      let reached = false;
      const reason = await endOf(async () => {
        worker = task.async(idle);
        await task.await(worker, 100);
        reached = true;
      });
      expect(reason).toMatchObject({ error: { name: "CallTimeout", code: "timeout" } });
      expect(reached).toBe(false);
      expect(processInfo(worker?.pid as Pid)).toBeUndefined();
    });
  });

  test("I16 does not end a task that is not linked, even so", async () => {
    await bench().inProcess(async () => {
      let worker: Task<unknown> | undefined;
      await endOf(async () => {
        worker = task.asyncNolink(idle);
        await task.await(worker, 100);
      });
      expect(processInfo(worker?.pid as Pid)).toBeDefined();
    });
  });

  test("I16 that is caught leaves the caller and the task alone, which may be awaited again", async () => {
    await bench().inProcess(async () => {
      const slow = task.async(async () => {
        await sleep(500);
        return "late";
      });
      const failure = await task.await(slow, 100).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CallTimeout);
      expect((failure as Error).message).toContain("100 ms");
      expect(await task.await(slow, 1_000)).toBe("late");
    });
  });

  test("I16 waits five seconds when it is not told how long", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      await task.await(task.async(idle)).catch(() => {});
    });
    expect(world.elapsedMs).toBe(5_000);
  });

  test("takes no time for a result that is there, and none that is no time", async () => {
    await bench().inProcess(async () => {
      const quick = task.async(() => "quick");
      await sleep(1);
      expect(await task.await(quick, 0)).toBe("quick");
      expect(await task.await(quick, Number.POSITIVE_INFINITY)).toBe("quick");
      await expect(task.await(quick, Number.NaN)).rejects.toEqual(misuse);
    });
  });

  test("fails with the reason when the task failed and the caller could live", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const broken = task.async(failing("broken"));
      const failure = await task.await(broken).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CalleeExited);
      expect(failure).toMatchObject({ reason: { error: { message: "broken" } } });
      expect(await receive(ofType("sys.exit"))).toMatchObject({ from: broken.pid });
      const killed = task.async(idle);
      exit(killed.pid, "kill");
      await expect(task.await(killed)).rejects.toMatchObject({ reason: "killed" });
    });
  });

  test("does not deadlock in an async handler of a server, whose other messages wait", async () => {
    await bench().inProcess(async () => {
      const busy = server("busy", {
        init: () => ok([] as readonly string[]),
        calls: {
          work: async (log) => {
            const result = await task.await(
              task.async(async () => {
                await sleep(100);
                return "worked";
              }),
            );
            return replyWith(result, [...log, result]);
          },
          log: (log) => replyWith(log, log),
        },
        casts: { note: (log, text: string) => noReply([...log, text]) },
      });
      const pid = await spawn(busy);
      const worked = call(pid, "work");
      cast(pid, "note", "behind");
      expect(await worked).toBe("worked");
      expect(await call(pid, "log")).toEqual(["worked", "behind"]);
    });
  });

  test("does not touch the mailbox of a function: what comes meanwhile stays, in order", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const noisy = task.async(() => {
        send(tester, { type: "first" });
        send(tester, { type: "second" });
        return "done";
      });
      expect(await task.await(noisy)).toBe("done");
      expect((await waiting()).map(({ type }) => type)).toEqual(["first", "second"]);
    });
  });
});

describe("task.async()", () => {
  test("takes the caller down with the task", async () => {
    await bench().inProcess(async () => {
      const reason = await endOf(async () => {
        task.async(failing("broken"));
        await idle();
      });
      expect(reason).toMatchObject({ error: { message: "broken" } });
    });
  });

  test("takes the task down with the caller", async () => {
    await bench().inProcess(async () => {
      let worker: Task<unknown> | undefined;
      const reason = await endOf(async () => {
        worker = task.async(idle);
        await sleep(10);
        exit("enough");
      });
      expect(reason).toBe("enough");
      expect(processInfo(worker?.pid as Pid)).toBeUndefined();
    });
  });

  test("leaves the task to itself when the caller ends in good order, as a link does", async () => {
    await bench().inProcess(async () => {
      let worker: Task<unknown> | undefined;
      await endOf(async () => {
        worker = task.async(idle);
        await sleep(10);
      });
      expect(processInfo(worker?.pid as Pid)).toBeDefined();
    });
  });

  test("works only inside a process", () => {
    expect(() => task.async(() => 1)).toThrow(misuse);
    expect(() => task.asyncNolink(() => 1)).toThrow(misuse);
  });
});

describe("task.asyncNolink()", () => {
  test("I17 makes of a crash a result: the caller lives", async () => {
    await bench().inProcess(async () => {
      const outcomes: [string, () => unknown, ExitReason | object][] = [
        ["throw", failing("broken"), { error: { message: "broken" } }],
        ["reject", () => Promise.reject(new Error("later")), { error: { message: "later" } }],
        ["exit", () => exit("enough"), "enough"],
        ["kill", () => exit(self(), "kill"), "killed"],
      ];
      for (const [, work, reason] of outcomes) {
        const started = task.asyncNolink(work);
        expect(await task.yield(started)).toMatchObject({ ok: false, reason });
        await expect(task.await(started)).rejects.toMatchObject({ code: "callee_exited", reason });
      }
      expect(processInfo(self())).toMatchObject({ links: [], queueLength: 0 });
    });
  });

  test("I17 tells of a crash under the name of the work", async () => {
    const { events, inProcess } = bench();
    async function weighing(): Promise<never> {
      throw new Error("too heavy");
    }
    await inProcess(async () => {
      await task.yield(task.asyncNolink(weighing));
    });
    expect(events).toContainEqual({
      name: "process_crashed",
      data: expect.objectContaining({ logic: "weighing" }),
    });
  });

  test("I17 takes an end with `normal` for an end, and not for a result", async () => {
    await bench().inProcess(async () => {
      for (const work of [() => exit("normal"), async () => exit("normal")]) {
        for (const start of [task.async, task.asyncNolink]) {
          const started = start(work);
          expect(await task.yield(started)).toEqual({ ok: false, reason: "normal" });
          await expect(task.await(started)).rejects.toMatchObject({
            code: "callee_exited",
            reason: "normal",
          });
        }
      }
      expect(await task.await(task.async(() => undefined))).toBeUndefined();
    });
  });

  test("I17 is not ended with its caller", async () => {
    await bench().inProcess(async () => {
      let worker: Task<unknown> | undefined;
      await endOf(async () => {
        worker = task.asyncNolink(idle);
        await sleep(10);
        exit("enough");
      });
      expect(processInfo(worker?.pid as Pid)?.links).toEqual([]);
    });
  });
});

describe("task.yield()", () => {
  test("I16 gives undefined when it takes too long, ends nobody, and may be asked again", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      const slow = task.async(async () => {
        await sleep(250);
        return "done";
      });
      expect(await task.yield(slow, 0)).toBeUndefined();
      expect(await task.yield(slow, 100)).toBeUndefined();
      expect(world.elapsedMs).toBe(100);
      expect(await task.yield(slow, 1_000)).toEqual({ ok: true, value: "done" });
      expect(world.elapsedMs).toBe(250);
      expect(await task.yield(slow, 0)).toEqual({ ok: true, value: "done" });
    });
  });

  test("waits five seconds when it is not told how long, and without a limit for as long as it takes", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      const slow = task.async(async () => {
        await sleep(20_000);
        return "done";
      });
      expect(await task.yield(slow)).toBeUndefined();
      expect(world.elapsedMs).toBe(5_000);
      expect(await task.yield(slow, Number.POSITIVE_INFINITY)).toEqual({ ok: true, value: "done" });
      expect(world.elapsedMs).toBe(20_000);
    });
  });
});

describe("task.shutdown()", () => {
  test("I16 stops the task and leaves the caller alone, linked or not", async () => {
    for (const start of [task.async, task.asyncNolink]) {
      const { world, node, inProcess } = bench();
      await inProcess(async () => {
        const endless = start(idle);
        await sleep(1);
        expect(await task.shutdown(endless)).toEqual({ ok: false, reason: "shutdown" });
        expect(node.processes()).toEqual([self()]);
        expect(processInfo(self())?.links).toEqual([]);
        expect(world.elapsedMs).toBe(1);
        expect(await task.shutdown(endless)).toEqual({ ok: false, reason: "shutdown" });
      });
    }
  });

  test("kills what traps exits and goes on, after its time", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      const stubborn = () => {
        trapExit(true);
        return idle();
      };
      const started = task.async(stubborn);
      await sleep(1);
      expect(await task.shutdown(started, 300)).toEqual({ ok: false, reason: "killed" });
      expect(world.elapsedMs).toBe(301);
      const again = task.async(stubborn);
      await sleep(1);
      expect(await task.shutdown(again)).toEqual({ ok: false, reason: "killed" });
      expect(world.elapsedMs).toBe(5_302);
    });
  });

  test("kills at once when it is told so", async () => {
    const { world, inProcess } = bench();
    await inProcess(async () => {
      const tester = self();
      const started = task.async(async () => {
        trapExit(true);
        send(tester, { type: "traps" });
        await receive();
        return "never";
      });
      await receive(ofType("traps"));
      expect(await task.shutdown(started, "brutal_kill")).toEqual({ ok: false, reason: "killed" });
      expect(world.elapsedMs).toBe(0);
    });
  });

  test("loses no result that was ready, nor one that the task still gives when it is told", async () => {
    await bench().inProcess(async () => {
      const quick = task.async(() => "quick");
      await sleep(1);
      expect(await task.shutdown(quick)).toEqual({ ok: true, value: "quick" });
      const orderly = task.async(async () => {
        trapExit(true);
        await receive(() => true, { timeoutMs: 60_000 });
        return "half done";
      });
      await sleep(1);
      expect(await task.shutdown(orderly)).toEqual({ ok: true, value: "half done" });
    });
  });

  test("loses no failure that was there", async () => {
    await bench().inProcess(async () => {
      const broken = task.asyncNolink(failing("broken"));
      await sleep(1);
      expect(await task.shutdown(broken, "brutal_kill")).toMatchObject({
        ok: false,
        reason: { error: { message: "broken" } },
      });
    });
  });

  test("leaves no EXIT in the mailbox of a caller that traps exits", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const endless = task.async(idle);
      await sleep(1);
      await task.shutdown(endless);
      expect(await tryReceive(() => true, { timeoutMs: 10 })).toBe(receiveTimeout);
    });
  });
});

describe("a task", () => {
  test("is waited for and stopped by the process that started it, and by no other", async () => {
    await bench().inProcess(async () => {
      const endless = task.async(idle);
      const uses: [string, () => Promise<unknown>][] = [
        ["await", () => task.await(endless)],
        ["yield", () => task.yield(endless)],
        ["shutdown", () => task.shutdown(endless)],
      ];
      for (const [, use] of uses) {
        const { ref } = spawnMonitor(async () => {
          const failure = await use().catch((error: unknown) => error);
          exit({ refused: (failure as { code?: string }).code });
        });
        expect(await reasonOf(ref)).toEqual({ refused: "misuse" });
      }
      expect(processInfo(endless.pid)).toBeDefined();
    });
  });

  test("cannot be waited for outside of processes", async () => {
    const { inProcess } = bench();
    const started = await inProcess(async () => task.asyncNolink(idle));
    await expect(task.await(started)).rejects.toEqual(misuse);
    await expect(task.yield(started)).rejects.toEqual(misuse);
    await expect(task.shutdown(started)).rejects.toEqual(misuse);
  });

  test("may start tasks of its own, which end with it", async () => {
    await bench().inProcess(async () => {
      const pids: Pid[] = [];
      const tree = task.asyncNolink(async () => {
        const inner = task.async(async () => {
          pids.push(self());
          await idle();
        });
        pids.push(inner.pid);
        await task.await(inner, 60_000);
      });
      await sleep(1);
      expect(pids[0]).toEqual(pids[1]);
      await task.shutdown(tree);
      expect(processInfo(pids[0] as Pid)).toBeUndefined();
    });
  });

  test("can be linked to and watched like any process", async () => {
    await bench().inProcess(async () => {
      const endless = task.asyncNolink(idle);
      const { ref } = spawnMonitor(async () => {
        link(endless.pid);
        await idle();
      });
      await sleep(1);
      exit(endless.pid, "broken");
      expect(await reasonOf(ref)).toBe("broken");
    });
  });
});
