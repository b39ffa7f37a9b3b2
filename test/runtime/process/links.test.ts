// Conformance: links (OTP behaviours B01 to B14).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  exit,
  isAlive,
  link,
  ok,
  type Pid,
  processInfo,
  receive,
  self,
  send,
  server,
  spawn,
  spawnMonitor,
  trapExit,
  unlink,
} from "../../../runtime/index.ts";
import { bench, idle, ofType, reasonOf, waiting } from "./bench.ts";

/** A process that links itself to `pid` and waits. */
function linkedTo(pid: Pid): () => Promise<void> {
  return async () => {
    link(pid);
    await idle();
  };
}

describe("a link", () => {
  test("B01 takes the other side along, whichever side ends", async () => {
    await bench().inProcess(async () => {
      for (const first of ["linked", "linking"]) {
        const linked = spawnMonitor(idle);
        await linked.ready;
        const linking = spawnMonitor(linkedTo(linked.pid));
        await linking.ready;
        exit(first === "linked" ? linked.pid : linking.pid, "down we go");
        expect(await reasonOf(linked.ref)).toBe("down we go");
        expect(await reasonOf(linking.ref)).toBe("down we go");
      }
    });
  });

  test("B01 shows on both sides", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      link(pid);
      expect(processInfo(pid)?.links).toEqual([self()]);
      expect(processInfo(self())?.links).toEqual([pid]);
    });
  });

  test("B02 made twice is one link: one EXIT", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const pid = await spawn(linkedTo(self()));
      link(pid);
      link(pid);
      exit(pid, "go");
      expect(await waiting()).toMatchObject([{ type: "sys.exit", from: pid, reason: "go" }]);
    });
  });

  test("B02 made twice is ended by one unlink", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const pid = await spawn(linkedTo(self()));
      link(pid);
      link(pid);
      unlink(pid);
      exit(pid, "go");
      expect(await waiting()).toEqual([]);
    });
  });

  test("B03 to a process that ends normal leaves one that does not trap alone, and is news to one that does", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const quitter = await spawn(async () => {
        await receive(ofType("quit"));
      });
      const untrapping = await spawn(linkedTo(quitter));
      await spawn(async () => {
        trapExit(true);
        link(quitter);
        const { from, reason } = await receive();
        send(tester, { type: "news", from, reason } as { type: string });
      });
      send(quitter, { type: "quit" });
      expect(await receive()).toEqual({ type: "news", from: quitter, reason: "normal" });
      expect(isAlive(untrapping)).toBe(true);
      expect(processInfo(untrapping)?.links).toEqual([]);
    });
  });

  test("B04 passes the same reason on through a whole chain", async () => {
    await bench().inProcess(async () => {
      for (const reason of ["shutdown", "noproc", { shutdown: "moving" }, { mine: [1, 2] }]) {
        const chain = [spawnMonitor(idle)];
        for (let length = 1; length < 100; length += 1) {
          const before = chain.at(-1);
          if (before === undefined) throw new Error("the chain is empty");
          await before.ready;
          chain.push(spawnMonitor(linkedTo(before.pid)));
        }
        await chain.at(-1)?.ready;
        exit(chain[50]?.pid ?? self(), reason);
        for (const { ref } of chain) expect(await reasonOf(ref)).toEqual(reason);
      }
    });
  });

  test("B04 in a ring ends every member once", async () => {
    await bench().inProcess(async () => {
      const members = Array.from({ length: 5 }, () => spawnMonitor(linking));
      for (const { ready } of members) await ready;
      for (const [index, { pid }] of members.entries()) {
        send(pid, { type: "link", to: members[(index + 1) % members.length]?.pid } as { type: string });
      }
      await receive(() => false, { timeoutMs: 1 }).catch(() => {});
      exit(members[2]?.pid ?? self(), "all of us");
      for (const { ref } of members) expect(await reasonOf(ref)).toBe("all of us");
      expect(await waiting()).toEqual([]);
    });
  });

  test("B05 to a process that is gone fails at once for one that does not trap", async () => {
    await bench().inProcess(async () => {
      const gone = await spawn(() => undefined);
      expect(() => link(gone)).toThrow(expect.objectContaining({ code: "noproc" }));
      expect(processInfo(self())?.links).toEqual([]);
    });
  });

  test("B05 to a process that is gone is an EXIT noproc for one that traps", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const gone = await spawn(() => undefined);
      expect(() => link(gone)).not.toThrow();
      expect(await waiting()).toMatchObject([{ type: "sys.exit", from: gone, reason: "noproc" }]);
    });
  });

  test("B08 to itself succeeds and does nothing", async () => {
    await bench().inProcess(async () => {
      link(self());
      expect(processInfo(self())?.links).toEqual([]);
      unlink(self());
      expect(isAlive(self())).toBe(true);
    });
  });

  test("B09 that is not there, or leads to a process that is gone, can be unlinked", async () => {
    await bench().inProcess(async () => {
      const stranger = await spawn(idle);
      const gone = await spawn(() => undefined);
      expect(() => {
        unlink(stranger);
        unlink(gone);
        unlink({ ...gone, id: 999_999 });
        unlink({ ...stranger, node: "elsewhere" });
      }).not.toThrow();
      expect(isAlive(stranger)).toBe(true);
    });
  });

  test("B11 is seen the same from both ends after any mix of link and unlink from both", async () => {
    const step = fc.record({ side: fc.constantFrom(0, 1), act: fc.constantFrom("link", "unlink") });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (steps, pauses) => {
          await bench().inProcess(async () => {
            const sides = [spawnMonitor(linking), spawnMonitor(linking)] as const;
            for (const { ready } of sides) await ready;
            const [left, right] = sides;
            for (const { side, act } of steps) {
              const [actor, other] = side === 0 ? [left, right] : [right, left];
              send(actor.pid, { type: act, to: other.pid } as { type: string });
              if (pauses) await receive(() => false, { timeoutMs: 1 }).catch(() => {});
            }
            await receive(() => false, { timeoutMs: 1 }).catch(() => {});
            const linked = (processInfo(left.pid)?.links.length ?? 0) > 0;
            expect(processInfo(right.pid)?.links).toEqual(linked ? [left.pid] : []);
            expect(processInfo(left.pid)?.links).toEqual(linked ? [right.pid] : []);
            if (pauses) expect(linked).toBe(steps.at(-1)?.act === "link");
            exit(left.pid, "go");
            expect(await reasonOf(left.ref)).toBe("go");
            expect(isAlive(right.pid)).toBe(!linked);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("B12 made at spawn is there before the first line: a child that ends at once still tells", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      for (const run of [(): never => exit("at once"), async (): Promise<never> => exit("at once")]) {
        const pid = await spawn(run, { link: true });
        expect(await receive(ofType("sys.exit"))).toMatchObject({ from: pid, reason: "at once" });
      }
      const pid = await spawn(() => undefined, { link: true });
      expect(await receive(ofType("sys.exit"))).toMatchObject({ from: pid, reason: "normal" });
      expect(await waiting()).toEqual([]);
    });
  });

  test("B12 made at spawn ends a starter that does not trap", async () => {
    await bench().inProcess(async () => {
      const starter = spawnMonitor(async () => {
        await spawn(() => exit("at once"), { link: true });
        await idle();
      });
      expect(await reasonOf(starter.ref)).toBe("at once");
    });
  });

  test("B13 made at spawn reaches the child when its parent ends before it has started", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      let child: Pid | undefined;
      const parent = spawnMonitor(() => {
        const started = spawnMonitor(
          async () => {
            send(tester, { type: "the child ran" });
            await idle();
          },
          { link: true },
        );
        child = started.pid;
        exit("gone first");
      });
      expect(await reasonOf(parent.ref)).toBe("gone first");
      expect(child !== undefined && isAlive(child)).toBe(false);
      expect(await waiting()).toEqual([]);
    });
  });

  test("B13 made at spawn leaves the child alone when its parent ends normal before it has started", async () => {
    await bench().inProcess(async () => {
      let child: Pid | undefined;
      const parent = spawnMonitor(() => {
        child = spawnMonitor(idle, { link: true }).pid;
      });
      expect(await reasonOf(parent.ref)).toBe("normal");
      expect(child !== undefined && isAlive(child)).toBe(true);
    });
  });

  test("B14 that was removed meanwhile lets its exit signal go by", async () => {
    await bench().inProcess(async () => {
      const { pid, ref, ready } = spawnMonitor(idle, { link: true });
      await ready;
      exit(pid, "on its way");
      unlink(pid);
      expect(await reasonOf(ref)).toBe("on its way");
      await receive(() => false, { timeoutMs: 1 }).catch(() => {});
      expect(isAlive(self())).toBe(true);
    });
  });

  test("B14 that was removed after its EXIT had come leaves that message in the mailbox", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      const { pid, ref } = spawnMonitor(() => exit("too late"), { link: true });
      await reasonOf(ref);
      unlink(pid);
      expect(await waiting()).toMatchObject([{ type: "sys.exit", reason: "too late" }]);
    });
  });
});

describe("a server under its parent", () => {
  test("ends in good order with the parent's reason when it traps exits", async () => {
    const ended: unknown[] = [];
    const child = server("child", {
      init: () => ok("state"),
      terminate: (state, reason) => {
        ended.push([state, reason]);
      },
    });
    await bench().inProcess(async () => {
      let pid: Pid | undefined;
      const parent = spawnMonitor(async () => {
        pid = await spawn(child, { link: true, trapExit: true });
        await receive(ofType("end"));
        exit("closing");
      });
      await parent.ready;
      await receive(() => false, { timeoutMs: 1 }).catch(() => {});
      send(parent.pid, { type: "end" });
      await reasonOf(parent.ref);
      await receive(() => false, { timeoutMs: 1 }).catch(() => {});
      expect(ended).toEqual([["state", "closing"]]);
      expect(pid !== undefined && isAlive(pid)).toBe(false);
    });
  });
});

/** Links and unlinks as it is told. */
async function linking(): Promise<void> {
  for (;;) {
    const { type, to } = await receive();
    if (type === "link") link(to as Pid);
    else unlink(to as Pid);
  }
}
