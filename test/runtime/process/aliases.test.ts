// Conformance: aliases and priority messages (OTP behaviours C13 to C20).
import { describe, expect, test } from "vitest";
import {
  alias,
  call,
  demonitor,
  exit,
  isAlive,
  link,
  monitor,
  noReply,
  ok,
  type Pid,
  processInfo,
  type Ref,
  receive,
  register,
  reply,
  self,
  send,
  server,
  spawn,
  spawnMonitor,
  trapExit,
  unalias,
} from "../../../runtime/index.ts";
import { bench, downOf, idle, numbered, ofType, reasonOf, waiting } from "./bench.ts";

describe("an alias", () => {
  test("C13 leads to its owner while it is active, and nowhere afterwards", async () => {
    await bench().inProcess(async () => {
      const ref = alias();
      const other = await spawn(relaying);
      send(other, { type: "relay", to: ref, number: 1 } as { type: string });
      expect(await receive()).toEqual(numbered(1));
      send(ref, numbered(2));
      unalias(ref);
      send(ref, numbered(3));
      send(other, { type: "relay", to: ref, number: 4 } as { type: string });
      // What had arrived stays; what came later has vanished.
      expect(await waiting()).toEqual([numbered(2)]);
    });
  });

  test("C13 vanishes with its owner", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const { ref, ready } = spawnMonitor(() => {
        send(tester, { type: "alias", alias: alias() } as { type: string });
      });
      await ready;
      const given = (await receive(ofType("alias"))).alias as Ref;
      await reasonOf(ref);
      expect(() => send(given, numbered(1))).not.toThrow();
      expect(unalias(given)).toBe(false);
    });
  });

  test("C13 of another node or an earlier life of this one leads nowhere", async () => {
    await bench().inProcess(async () => {
      const ref = alias();
      send({ ...ref, node: "elsewhere" }, numbered(1));
      send({ ...ref, incarnation: 1 }, numbered(2));
      expect(unalias({ ...ref, node: "elsewhere" })).toBe(false);
      send(ref, numbered(3));
      expect(await waiting()).toEqual([numbered(3)]);
    });
  });

  test("C14 can be taken back once", async () => {
    await bench().inProcess(async () => {
      const ref = alias();
      expect(unalias(ref)).toBe(true);
      expect(unalias(ref)).toBe(false);
    });
  });

  test("C14 can be taken back by its owner only", async () => {
    await bench().inProcess(async () => {
      const ref = alias();
      const stranger = spawnMonitor(() => {
        unalias(ref);
      });
      expect(await reasonOf(stranger.ref)).toMatchObject({ error: { code: "misuse" } });
      send(ref, numbered(1));
      expect(await waiting()).toEqual([numbered(1)]);
    });
  });

  test("C14 cannot be ended by a stranger's demonitor either", async () => {
    await bench().inProcess(async () => {
      for (const mode of ["demonitor", "reply_demonitor"] as const) {
        const watched = await spawn(idle);
        const ref = monitor(watched, { alias: mode });
        const stranger = spawnMonitor(() => {
          demonitor(ref, { flush: true });
        });
        await reasonOf(stranger.ref);
        send(ref, numbered(1));
        expect(await waiting()).toEqual([numbered(1)]);
      }
    });
  });

  test("C15 for one reply takes the first message, and the second is dropped", async () => {
    await bench().inProcess(async () => {
      const ref = alias({ reply: true });
      send(ref, numbered(1));
      send(ref, numbered(2));
      expect(await waiting()).toEqual([numbered(1)]);
      expect(unalias(ref)).toBe(false);
    });
  });

  test("C15 of a monitor, for one reply, is used up by a cast too", async () => {
    const { node, inProcess } = bench();
    await inProcess(async () => {
      const ref = alias({ reply: true });
      node.cast(ref, "first", { number: 1 });
      node.cast(ref, "second", { number: 2 });
      expect(await waiting()).toEqual([{ type: "first", number: 1 }]);
    });
  });

  test("C17 of a monitor, explicit, outlives DOWN and demonitor until it is taken back", async () => {
    await bench().inProcess(async () => {
      const first = await spawn(idle);
      const downed = monitor(first, { alias: "explicit" });
      exit(first, "go");
      expect(await reasonOf(downed)).toBe("go");
      const second = await spawn(idle);
      const ended = monitor(second, { alias: "explicit" });
      expect(demonitor(ended)).toBe(true);
      for (const ref of [downed, ended]) {
        send(ref, numbered(1));
        send(ref, numbered(2));
        expect(await waiting()).toEqual([numbered(1), numbered(2)]);
        expect(unalias(ref)).toBe(true);
        send(ref, numbered(3));
        expect(await waiting()).toEqual([]);
      }
    });
  });

  test("C17 of a monitor, demonitor, ends with the monitor, by DOWN or demonitor", async () => {
    await bench().inProcess(async () => {
      const first = await spawn(idle);
      const downed = monitor(first, { alias: "demonitor" });
      send(downed, numbered(1));
      send(downed, numbered(2));
      expect(await waiting()).toEqual([numbered(1), numbered(2)]);
      exit(first, "go");
      expect(await reasonOf(downed)).toBe("go");
      const second = await spawn(idle);
      const ended = monitor(second, { alias: "demonitor" });
      demonitor(ended);
      for (const ref of [downed, ended]) {
        send(ref, numbered(3));
        expect(unalias(ref)).toBe(false);
      }
      expect(await waiting()).toEqual([]);
    });
  });

  test("C17 of a monitor of a process that is gone already ends with the DOWN that comes at once", async () => {
    await bench().inProcess(async () => {
      const gone = await spawn(() => undefined);
      for (const mode of ["demonitor", "reply_demonitor"] as const) {
        const ref = monitor(gone, { alias: mode });
        send(ref, numbered(1));
        expect(await waiting()).toMatchObject([{ type: "sys.down", ref, reason: "noproc" }]);
      }
    });
  });

  test("C18 of a monitor, reply_demonitor, ends both with the first reply: no DOWN follows", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid, { alias: "reply_demonitor" });
      send(ref, numbered(1));
      send(ref, numbered(2));
      expect(processInfo(self())?.monitors).toEqual([]);
      exit(pid, "go");
      expect(await waiting()).toEqual([numbered(1)]);
      expect(demonitor(ref)).toBe(false);
    });
  });

  test("C18 of a monitor, reply_demonitor, ends both with the DOWN: a late reply is dropped", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid, { alias: "reply_demonitor" });
      exit(pid, "go");
      await receive(downOf(ref));
      send(ref, numbered(1));
      expect(await waiting()).toEqual([]);
    });
  });

  test("C19 leads nobody to its owner: it is no pid", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      trapExit(true);
      const ref = alias();
      const stranger = spawnMonitor(() => {
        const asPid = ref as unknown as Pid;
        expect(isAlive(asPid)).toBe(false);
        expect(processInfo(asPid)).toBeUndefined();
        expect(() => link(asPid)).toThrow();
        expect(() => register("found", asPid)).toThrow();
        exit(asPid, "kill");
        expect(() => monitor(ref)).toThrow(expect.objectContaining({ code: "misuse" }));
      });
      expect(await reasonOf(stranger.ref)).toBe("normal");
      expect(isAlive(tester)).toBe(true);
      expect(await waiting()).toEqual([]);
    });
  });
});

describe("priority", () => {
  test("C20 messages through a priority alias overtake ordinary ones, first in first out among themselves", async () => {
    await bench().inProcess(async () => {
      const ref = alias({ priority: true });
      send(self(), numbered(1));
      send(ref, numbered(2));
      send(ref, numbered(10), { priority: true });
      send(self(), numbered(3), { priority: true });
      send(ref, numbered(11), { priority: true });
      expect((await waiting()).map((message) => message.number)).toEqual([10, 11, 1, 2, 3]);
    });
  });

  test("C20 needs the alias's leave: an ordinary alias queues them like any other", async () => {
    await bench().inProcess(async () => {
      const ref = alias();
      send(self(), numbered(1));
      send(ref, numbered(2), { priority: true });
      expect((await waiting()).map((message) => message.number)).toEqual([1, 2]);
    });
  });

  test("C20 ends with the alias", async () => {
    await bench().inProcess(async () => {
      const ref = alias({ priority: true, reply: true });
      send(self(), numbered(1));
      send(ref, numbered(2), { priority: true });
      send(ref, numbered(3), { priority: true });
      expect((await waiting()).map((message) => message.number)).toEqual([2, 1]);
    });
  });

  test("C20 DOWN and EXIT overtake ordinary messages when the watcher asked for it", async () => {
    await bench().inProcess(async () => {
      trapExit(true);
      for (const priority of [true, false]) {
        const pid = await spawn(idle);
        const ref = monitor(pid, { priority });
        link(pid, { priority });
        send(self(), numbered(1));
        exit(pid, "go");
        const probe = spawnMonitor(() => undefined);
        await reasonOf(probe.ref);
        const order = (await waiting()).map((message) => message.type);
        expect(order).toEqual(
          priority ? ["sys.down", "sys.exit", "numbered"] : ["numbered", "sys.down", "sys.exit"],
        );
        expect(demonitor(ref)).toBe(false);
      }
    });
  });

  test("C20 is handled first by a server as well", async () => {
    await bench().inProcess(async () => {
      const handled: unknown[] = [];
      const urgent = server("urgent", {
        init: () => ok(0),
        calls: {
          open: (state: number, _payload: undefined, from) => {
            reply(from, { alias: alias({ priority: true }) });
            return noReply(state);
          },
        },
        info: (state, message) => {
          handled.push(message.number);
          return noReply(state);
        },
      });
      const pid = await spawn(urgent);
      const { alias: ref } = (await call(pid as Pid, "open")) as { alias: Ref };
      for (let number = 1; number <= 3; number += 1) send(pid, numbered(number));
      send(ref, numbered(10), { priority: true });
      await waiting();
      expect(handled).toEqual([10, 1, 2, 3]);
    });
  });
});

/** Sends on what it is told to whom it is told. */
async function relaying(): Promise<void> {
  for (;;) {
    const { to, number } = await receive();
    send(to as Ref, numbered(number as number));
  }
}
