// Conformance: how a process ends, by itself or for a mailbox that is full, and what happens first (OTP behaviours A01 to A04 and A18 to A25).
import { describe, expect, test } from "vitest";
import { createMachine } from "xstate";
import {
  cast,
  DownMessage,
  type ExitReason,
  exit,
  isAlive,
  ok,
  type Received,
  readTimer,
  receive,
  register,
  self,
  send,
  sendAfter,
  server,
  spawn,
  spawnMonitor,
  stopWith,
  trapExit,
  tryCall,
  unregister,
  whereis,
} from "../../../runtime/index.ts";
import { bench, endOf, idle, numbered, ofType, reasonOf } from "./bench.ts";

describe("a process that ends by itself", () => {
  test("A01 ends normal when its function returns", async () => {
    await bench().inProcess(async () => {
      expect(await endOf(async () => "an output")).toBe("normal");
      expect(await endOf(() => 42)).toBe("normal");
    });
  });

  test("A01 ends normal when its machine is done", async () => {
    const machine = createMachine({
      initial: "busy",
      states: { busy: { on: { finish: "done" } }, done: { type: "final" } },
    });
    await bench().inProcess(async () => {
      const { pid, ref } = spawnMonitor(machine);
      send(pid, { type: "finish" });
      expect(await reasonOf(ref)).toBe("normal");
    });
  });

  test("A02 gives the error with its stack as the reason when it throws one", async () => {
    await bench().inProcess(async () => {
      const failing = (): never => {
        throw new TypeError("no such thing");
      };
      const expected = {
        error: { name: "TypeError", message: "no such thing", stack: expect.stringContaining("failing") },
      };
      expect(await endOf(failing)).toEqual(expected);
      expect(await endOf(async () => failing())).toEqual(expected);
    });
  });

  test("A02 keeps an error's code, details and cause, however deep and even when they go in a circle", async () => {
    await bench().inProcess(async () => {
      const reason = (await endOf(() => {
        const error = Object.assign(new Error("outer"), { code: "E_OUTER", details: { tries: 3 } });
        error.cause = Object.assign(new Error("inner"), { cause: error });
        throw error;
      })) as { error: { code: string; details: unknown; cause: { message: string } } };
      expect(reason.error).toMatchObject({
        code: "E_OUTER",
        details: { tries: 3 },
        cause: { message: "inner" },
      });
    });
  });

  test("A03 wraps a thrown value that is no error as nocatch, with a stack", async () => {
    await bench().inProcess(async () => {
      for (const thrown of ["a ball", 7, { code: 9 }, null, undefined]) {
        const reason = await endOf(() => {
          throw thrown;
        });
        expect(reason).toEqual({ nocatch: thrown, stack: expect.any(String) });
      }
    });
  });

  test("A03 survives thrown values that resist being shown, and the node goes on", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("a trap");
      },
    });
    const symbols = [Symbol("s"), 10n, () => 1, proxy, hostile];
    await bench().inProcess(async () => {
      for (const thrown of symbols) {
        const reason = await endOf(() => {
          throw thrown;
        });
        expect(typeof reason).toBe("object");
      }
      expect(await endOf(() => 1)).toBe("normal");
    });
  });

  test("A04 ends with exactly the reason it gives to exit", async () => {
    await bench().inProcess(async () => {
      expect(await endOf(() => exit("bored"))).toBe("bored");
      expect(await endOf(async () => exit({ code: 7, list: [1] }))).toEqual({ code: 7, list: [1] });
      expect(await endOf(() => exit("normal"))).toBe("normal");
    });
  });

  test("A04 ends a server with exactly the reason it gives to exit", async () => {
    const quitter = server("quitter", {
      init: () => ok(0),
      casts: { quit: (): never => exit({ shutdown: "enough" }) },
    });
    await bench().inProcess(async () => {
      const { pid, ref } = spawnMonitor(quitter);
      cast(pid, "quit");
      expect(await reasonOf(ref)).toEqual({ shutdown: "enough" });
    });
  });
});

describe("the end of a process", () => {
  test("A18 frees its name and its timers before anybody hears of it", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      trapExit(true);
      for (let round = 0; round < 200; round += 1) {
        const { pid, ref, ready } = spawnMonitor(idle, { name: "worker", link: round % 2 === 0 });
        await ready;
        const timer = sendAfter(pid, { type: "tick" }, 1_000);
        exit(pid, round % 3 === 0 ? "kill" : "go");
        await receive(round % 2 === 0 ? ofType("sys.exit") : (message) => message instanceof DownMessage);
        expect(whereis("worker")).toBeUndefined();
        expect(isAlive(pid)).toBe(false);
        expect(readTimer(timer)).toBe(false);
        if (round % 2 === 0) await reasonOf(ref);
        register("worker", self());
        unregister("worker");
      }
      let seen: unknown = "not called";
      const { pid, ready } = spawnMonitor(idle, { name: "worker" });
      await ready;
      node.monitor(pid, () => {
        seen = node.whereis("worker");
      });
      exit(pid, "kill");
      await receive((message) => message instanceof DownMessage);
      await receive(() => false, { timeoutMs: 1 }).catch(() => {});
      expect(seen).toBeUndefined();
    });
  });

  test("A20 is reported unless it is normal, shutdown or { shutdown }", async () => {
    const { events, inProcess } = bench();
    const crashes = (): unknown[] =>
      events.filter((event) => event.name === "process_crashed").map((event) => event.data);
    await inProcess(async () => {
      for (const reason of ["normal", "shutdown", { shutdown: "moved" }]) {
        await endOf(() => exit(reason));
        await endOf(idle, (pid) => exit(pid, reason === "normal" ? "shutdown" : reason));
      }
      expect(crashes()).toEqual([]);
      await endOf(async function failing() {
        await Promise.resolve();
        throw new Error("boom");
      });
      expect(crashes()).toMatchObject([{ logic: "failing", reason: { error: { message: "boom" } } }]);
      await endOf(idle, (pid) => exit(pid, "kill"));
      expect(crashes()).toHaveLength(2);
    });
  });

  test("A20 shutdown takes linked processes along all the same", async () => {
    await bench().inProcess(async () => {
      const linked = spawnMonitor(async () => {
        await spawn(() => exit("shutdown"), { link: true });
        await idle();
      });
      expect(await reasonOf(linked.ref)).toBe("shutdown");
    });
  });

  test("A20 by a server's own stop is reported by the same rule", async () => {
    const { events, inProcess } = bench();
    const stopping = server("stopping", {
      init: () => ok(0),
      info: (state, message) => stopWith(message.reason as ExitReason, state),
    });
    await inProcess(async () => {
      for (const reason of ["shutdown", "broken"]) {
        const { pid, ref } = spawnMonitor(stopping);
        send(pid, { type: "stop", reason } as Received);
        expect(await reasonOf(ref)).toBe(reason);
      }
    });
    expect(events.filter((event) => event.name === "process_crashed")).toMatchObject([
      { data: { logic: "stopping", reason: "broken", lastMessage: "stop" } },
    ]);
  });

  test("A21 cannot come from a function that is not there: what is no logic is refused at spawn", async () => {
    await bench().inProcess(async () => {
      for (const logic of [undefined, null, "a name", 7, {}, []]) {
        await expect(spawn(logic as never)).rejects.toMatchObject({ code: "misuse" });
      }
    });
  });
});

describe("a mailbox bound that kills", () => {
  test("A23 ends the process with killed when one message too many waits", async () => {
    await bench().inProcess(async () => {
      const bounded = (count: number): Promise<ExitReason> => {
        const { pid, ref } = spawnMonitor(collecting, { mailbox: { max: 3, onFull: "kill" } });
        for (let number = 0; number < count; number += 1) send(pid, numbered(number));
        send(self(), { type: "unrelated" });
        exit(pid, "survived");
        return reasonOf(ref);
      };
      expect(await bounded(3)).toBe("survived");
      expect(await bounded(4)).toBe("killed");
    });
  });

  test("A23 cannot be trapped", async () => {
    await bench().inProcess(async () => {
      const { pid, ref } = spawnMonitor(collecting, { trapExit: true, mailbox: { max: 1, onFull: "kill" } });
      send(pid, numbered(1));
      send(pid, numbered(2));
      expect(await reasonOf(ref)).toBe("killed");
    });
  });

  test("A24 harms the receiver alone: send and cast never fail, and a call ends with the process", async () => {
    await bench().inProcess(async () => {
      const { pid, ref } = spawnMonitor(collecting, { mailbox: { max: 2, onFull: "kill" } });
      const calling = tryCall(pid, "question");
      expect(() => {
        send(pid, numbered(1));
        cast(pid, "one too many");
        send(pid, numbered(2));
      }).not.toThrow();
      expect(await calling).toMatchObject({ ok: false, error: { code: "callee_exited", reason: "killed" } });
      expect(await reasonOf(ref)).toBe("killed");
    });
  });

  test("A25 tells of the overflow, unless log is false", async () => {
    for (const log of [undefined, true, false]) {
      const { events, inProcess } = bench();
      await inProcess(async () => {
        const mailbox = { max: 1, onFull: "kill", ...(log === undefined ? {} : { log }) } as const;
        const { pid, ref } = spawnMonitor(collecting, { mailbox });
        send(pid, numbered(1));
        send(pid, numbered(2));
        expect(await reasonOf(ref)).toBe("killed");
        const told = events.filter((event) => event.name === "mailbox_overflow");
        expect(told).toMatchObject(log === false ? [] : [{ data: { pid, policy: "kill" } }]);
      });
    }
  });

  test("A25 leaves the process alive under the other policies", async () => {
    await bench().inProcess(async () => {
      for (const onFull of ["dropNewest", "dropOldest"] as const) {
        const pid = await spawn(collecting, { mailbox: { max: 1, onFull } });
        for (let number = 0; number < 10; number += 1) send(pid, numbered(number));
        expect(isAlive(pid)).toBe(true);
      }
    });
  });
});

/** Takes whatever comes, one message a turn. */
async function collecting(): Promise<void> {
  for (;;) await receive();
}
