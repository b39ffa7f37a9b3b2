// Conformance: exit signals (OTP behaviours A05 to A19).
import { describe, expect, test } from "vitest";
import {
  type ExitReason,
  exit,
  isAlive,
  link,
  noReply,
  ok,
  type Pid,
  type Received,
  receive,
  self,
  send,
  sendAfter,
  server,
  spawn,
  spawnMonitor,
  trapExit,
} from "../../../runtime/index.ts";
import { bench, endOf, idle, numbered, ofType, reasonOf, waiting } from "./bench.ts";

/** Traps exits and passes on what it hears of them. */
function trapping(to: Pid): () => Promise<void> {
  return async () => {
    trapExit(true);
    for (;;) {
      const heard = await receive();
      send(to, { type: "heard", what: heard.type, from: heard.from, reason: heard.reason } as Received);
    }
  };
}

describe("an exit signal", () => {
  test("A05 other than normal ends a process that does not trap, with that reason", async () => {
    await bench().inProcess(async () => {
      expect(await endOf(idle, (pid) => exit(pid, "go"))).toBe("go");
      expect(await endOf(idle, (pid) => exit(pid, { why: "because" }))).toEqual({ why: "because" });
    });
  });

  test("A06 normal from another process is ignored by a process that does not trap", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(async () => {
        const asked = await receive(ofType("ping"));
        send(asked.from as Pid, { type: "pong" });
      });
      exit(pid, "normal");
      send(pid, { type: "ping", from: self() } as Received);
      expect((await receive()).type).toBe("pong");
    });
  });

  test("A07 normal that a process sends to itself ends it", async () => {
    await bench().inProcess(async () => {
      expect(
        await endOf(async () => {
          exit(self(), "normal");
          await idle();
        }),
      ).toBe("normal");
    });
  });

  test("A07 that a process sends to itself acts before the next line runs", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      for (const reason of ["normal", "kill", "boom"]) {
        const ended = await endOf(async () => {
          exit(self(), reason);
          send(tester, { type: "still here" });
        });
        expect(ended).toBe(reason === "kill" ? "killed" : reason);
      }
      expect(await waiting()).toEqual([]);
    });
  });

  test("A08 becomes a message to a process that traps, also for normal", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(trapping(self()));
      for (const reason of ["go", "normal", "shutdown", "noproc", { shutdown: 1 }] as ExitReason[]) {
        exit(pid, reason);
        expect(await receive()).toEqual({ type: "heard", what: "sys.exit", from: self(), reason });
      }
      expect(isAlive(pid)).toBe(true);
    });
  });

  test("A08 that was trapped waits its turn behind earlier messages", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(trapping(self()));
      send(pid, { type: "before" });
      exit(pid, "go");
      send(pid, { type: "after" });
      const heard = [await receive(), await receive(), await receive()];
      expect(heard.map((message) => message.what)).toEqual(["before", "sys.exit", "after"]);
    });
  });

  test("A09 normal to itself is a message to a process that traps", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      exit(self(), "normal");
      expect(await receive()).toMatchObject({ type: "sys.exit", from: self(), reason: "normal" });
    });
  });

  test("A10 kill ends a process whether it traps or not", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      expect(await endOf(idle, (pid) => exit(pid, "kill"))).toBe("killed");
      expect(await endOf(trapping(tester), (pid) => exit(pid, "kill"))).toBe("killed");
      expect(await waiting()).toEqual([]);
    });
  });

  test("A10 kill ends a server in the middle of an asynchronous handler, and nothing of it happens later", async () => {
    const { world, inProcess } = bench();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    await inProcess(async () => {
      const tester = self();
      const stuck = server("stuck", {
        init: () => ok(0),
        info: async (state) => {
          await gate;
          send(tester, { type: "from beyond" });
          return noReply(state);
        },
      });
      const { pid, ref, ready } = spawnMonitor(stuck, { trapExit: true });
      await ready;
      send(pid, { type: "work" });
      sendAfter(tester, { type: "tick" }, 5);
      await receive(ofType("tick"));
      exit(pid, "kill");
      expect(await reasonOf(ref)).toBe("killed");
      release();
      expect(await waiting()).toEqual([]);
    });
    await world.settle();
  });

  test("A11 kill is seen as killed by links and monitors", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const { pid, ref, ready } = spawnMonitor(idle, { link: true });
      await ready;
      const bystander = spawnMonitor(async () => {
        link(pid);
        await idle();
      });
      await bystander.ready;
      exit(pid, "kill");
      expect(await reasonOf(ref)).toBe("killed");
      expect(await receive(ofType("sys.exit"))).toMatchObject({ from: pid, reason: "killed" });
      expect(await reasonOf(bystander.ref)).toBe("killed");
    });
  });

  test("A11 kill as a process's own reason stays kill, and the links can trap it", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const { pid, ref } = spawnMonitor(async () => exit("kill"), { link: true });
      expect(await reasonOf(ref)).toBe("kill");
      expect(await receive(ofType("sys.exit"))).toMatchObject({ from: pid, reason: "kill" });
    });
  });

  test("A13 that comes first and ends the process decides the reason", async () => {
    await bench().inProcess(async () => {
      const twice = (first: ExitReason, second: ExitReason): Promise<ExitReason> =>
        endOf(idle, (pid) => {
          exit(pid, first);
          exit(pid, second);
        });
      expect(await twice("first", "second")).toBe("first");
      expect(await twice("first", "kill")).toBe("first");
      expect(await twice("kill", "second")).toBe("killed");
      expect(await twice("normal", "second")).toBe("second");
    });
  });

  test("A14 may end the process before it has handled a message of the same sender", async () => {
    await bench().inProcess(async () => {
      const handled: string[] = [];
      const ended = await endOf(
        async () => {
          for (;;) handled.push((await receive()).type);
        },
        (pid) => {
          send(pid, { type: "unread" });
          exit(pid, "go");
        },
      );
      expect(ended).toBe("go");
      expect(handled).toEqual([]);
    });
  });

  test("A15 acts at once, not behind the messages of a busy mailbox", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      let handled = 0;
      const busy = server("busy", {
        init: () => ok(0),
        info: (state) => {
          handled += 1;
          if (handled === 10) node.exit(pid, "enough");
          return noReply(state);
        },
      });
      const { pid, ref, ready } = spawnMonitor(busy);
      await ready;
      for (let number = 0; number < 5_000; number += 1) send(pid, numbered(number));
      expect(await reasonOf(ref)).toBe("enough");
      expect(handled).toBe(10);
    });
  });

  test("A16 is judged by the trap flag when it is received, and setting the flag gives back the old value", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const { pid, ref, ready } = spawnMonitor(async () => {
        expect(trapExit(true)).toBe(false);
        expect(trapExit(true)).toBe(true);
        await receive(ofType("untrap"));
        expect(trapExit(false)).toBe(true);
        // What was received while the flag was set stays a message.
        const { reason } = await receive(ofType("sys.exit"));
        send(tester, { type: "untrapped", reason } as Received);
        await idle();
      });
      await ready;
      exit(pid, "early");
      send(pid, { type: "untrap" });
      expect(await receive()).toMatchObject({ type: "untrapped", reason: "early" });
      exit(pid, "late");
      expect(await reasonOf(ref)).toBe("late");
    });
  });

  test("A19 to a process that is gone or never was vanishes", async () => {
    await bench().inProcess(async () => {
      const gone = await spawn(() => undefined);
      expect(() => exit(gone, "go")).not.toThrow();
      expect(() => exit({ ...gone, id: 999_999 }, "kill")).not.toThrow();
      expect(() => exit({ ...gone, incarnation: 1 }, "kill")).not.toThrow();
    });
  });
});
