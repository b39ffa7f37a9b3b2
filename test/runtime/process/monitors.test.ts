// Conformance: monitors (OTP behaviours C01 to C12).
import { describe, expect, test } from "vitest";
import {
  type DownMessage,
  demonitor,
  exit,
  isAlive,
  monitor,
  named,
  type ok,
  type Pid,
  processInfo,
  type Ref,
  receive,
  register,
  sameRef,
  self,
  send,
  server,
  spawn,
  spawnMonitor,
} from "../../../runtime/index.ts";
import { bench, downOf, idle, numbered, ofType, reasonOf, waiting } from "./bench.ts";

describe("a monitor", () => {
  test("C01 tells exactly once of the end, with the reason, also for normal", async () => {
    await bench().inProcess(async () => {
      for (const reason of ["normal", "broken", "shutdown", { mine: 1 }]) {
        const pid = await spawn(async () => exit((await receive()).reason as string));
        const ref = monitor(pid);
        send(pid, { type: "end", reason } as { type: string });
        expect(await waiting()).toEqual([{ type: "sys.down", ref, object: pid, reason, output: undefined }]);
      }
    });
  });

  test("C01 gives as the object what was watched: a name stays a name", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle, { name: "worker" });
      const ref = monitor(named("worker"));
      exit(pid, "go");
      expect(await receive(downOf(ref))).toMatchObject({ object: { name: "worker" }, reason: "go" });
    });
  });

  test("C02 of a process that is gone, or of a name nobody holds, tells noproc at once", async () => {
    await bench().inProcess(async () => {
      const gone = await spawn(() => undefined);
      for (const target of [gone, { ...gone, id: 999_999 }, named("nobody"), named("nobody").on("local")]) {
        const ref = monitor(target);
        expect(await waiting()).toMatchObject([{ type: "sys.down", ref, reason: "noproc" }]);
        expect(demonitor(ref)).toBe(false);
      }
    });
  });

  test("C03 is independent of others: two monitors tell twice, and ending one leaves the other", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const refs = [monitor(pid), monitor(pid), monitor(pid)] as const;
      expect(sameRef(refs[0], refs[1])).toBe(false);
      demonitor(refs[1]);
      exit(pid, "go");
      expect((await waiting()).map((down) => down.ref)).toEqual([refs[0], refs[2]]);
    });
  });

  test("C04 goes one way: the end of the watcher changes nothing for the watched", async () => {
    await bench().inProcess(async () => {
      const watched = await spawn(idle);
      const watcher = spawnMonitor(async () => {
        monitor(watched);
        await idle();
      });
      await watcher.ready;
      expect(processInfo(watched)?.monitoredBy).toEqual([watcher.pid]);
      expect(processInfo(watcher.pid)?.monitors).toEqual([watched]);
      exit(watcher.pid, "kill");
      await reasonOf(watcher.ref);
      expect(isAlive(watched)).toBe(true);
      expect(processInfo(watched)?.monitoredBy).toEqual([]);
    });
  });

  test("C07 that was ended tells nothing any more", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid);
      demonitor(ref);
      exit(pid, "go");
      expect(await waiting()).toEqual([]);
    });
  });

  test("C07 that was ended between the signal and the end tells nothing any more", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid);
      exit(pid, "go");
      demonitor(ref);
      expect(await waiting()).toEqual([]);
    });
  });

  test("C07 that was ended too late leaves its DOWN in the mailbox, unless it is flushed", async () => {
    await bench().inProcess(async () => {
      for (const flush of [false, true]) {
        const first = spawnMonitor(() => exit("go"));
        const second = spawnMonitor(() => exit("go"));
        await second.ready;
        send(self(), { type: "between" });
        expect(demonitor(second.ref, { flush })).toBe(false);
        const left = await waiting();
        expect(left.filter((message) => message.type === "sys.down").map((down) => down.ref)).toEqual(
          flush ? [first.ref] : [first.ref, second.ref],
        );
        expect(left.filter((message) => message.type === "between")).toHaveLength(1);
      }
    });
  });

  test("C08 says by its ending whether it was still active", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid);
      expect(demonitor(ref)).toBe(true);
      expect(demonitor(ref)).toBe(false);
      const ended = spawnMonitor(() => undefined);
      await receive(downOf(ended.ref));
      expect(demonitor(ended.ref)).toBe(false);
    });
  });

  test("C08 can be ended by its owner only", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid);
      const stranger = spawnMonitor(() => {
        demonitor(ref, { flush: true });
      });
      await receive(downOf(stranger.ref));
      exit(pid, "go");
      expect(await reasonOf(ref)).toBe("go");
    });
  });

  test("C08 is not ended by a reference of another node that has the same number", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid);
      expect(demonitor({ ...ref, node: "elsewhere" })).toBe(false);
      expect(demonitor({ ...ref, incarnation: 1 })).toBe(false);
      exit(pid, "go");
      expect(await reasonOf(ref)).toBe("go");
    });
  });

  test("C09 of oneself gives a reference and never tells", async () => {
    await bench().inProcess(async () => {
      const ref = monitor(self());
      expect(ref.ref).toBeGreaterThan(0);
      expect(processInfo(self())).toMatchObject({ monitors: [], monitoredBy: [] });
      expect(await waiting()).toEqual([]);
      expect(() => demonitor(ref)).not.toThrow();
    });
  });

  test("C10 made at spawn tells the true reason, however early the end", async () => {
    await bench().inProcess(async () => {
      expect(await reasonOf(spawnMonitor(() => exit("at once")).ref)).toBe("at once");
      const killed = spawnMonitor(idle);
      exit(killed.pid, "kill");
      expect(await reasonOf(killed.ref)).toBe("killed");
      const refusing = server("refusing", {
        init: (): ReturnType<typeof ok<number>> => exit("not today"),
      });
      const failed = spawnMonitor(refusing);
      expect(await reasonOf(failed.ref)).toBe("not today");
      await expect(failed.ready).rejects.toMatchObject({ code: "start_failed", reason: "not today" });
    });
  });

  test("C11 tells after every message that the watched process had sent", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      const { ref } = spawnMonitor(() => {
        for (let number = 0; number < 1_000; number += 1) send(tester, numbered(number));
      });
      const heard = await waiting();
      expect(heard).toHaveLength(1_001);
      expect(heard.slice(0, 1_000).map((message) => message.number)).toEqual(
        Array.from({ length: 1_000 }, (_, index) => index),
      );
      expect(heard.at(-1)).toMatchObject({ type: "sys.down", ref });
    });
  });

  test("C11 tells after every message, by whatever address they came", async () => {
    await bench().inProcess(async () => {
      const tester = self();
      register("local-tester", tester);
      const { ref } = spawnMonitor(() => {
        send(named("local-tester"), numbered(1));
        send(tester, numbered(2));
        send(named("local-tester").on("local"), numbered(3));
      });
      const heard = await waiting();
      expect(heard.map((message) => message.number ?? message.ref)).toEqual([1, 2, 3, ref]);
    });
  });

  test("C12 uses the tag it was given as the DOWN's type", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const ref = monitor(pid, { tag: "worker.down" });
      exit(pid, "go");
      expect(await waiting()).toEqual([
        { type: "worker.down", ref, object: pid, reason: "go", output: undefined },
      ]);
      const gone = monitor(pid, { tag: "worker.down" });
      expect(await receive(ofType("worker.down"))).toMatchObject({ ref: gone, reason: "noproc" });
    });
  });

  test("C12 refuses a tag that belongs to the runtime", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      expect(() => monitor(pid, { tag: "sys.exit" })).toThrow(expect.objectContaining({ code: "misuse" }));
      expect(processInfo(self())?.monitors).toEqual([]);
    });
  });
});

describe("a monitor with a listener", () => {
  test("runs it once in a turn of the watcher, and the DOWN is seen by nobody else", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      const seen: unknown[] = [];
      monitor(pid, (down: DownMessage) => seen.push([self(), down.object, down.reason]));
      exit(pid, "go");
      expect(await waiting()).toEqual([]);
      expect(seen).toEqual([[self(), pid, "go"]]);
    });
  });

  test("ends its process when the listener throws", async () => {
    await bench().inProcess(async () => {
      const watched = await spawn(idle);
      const watcher = spawnMonitor(async () => {
        monitor(watched, () => {
          throw new Error("cannot take it");
        });
        await idle();
      });
      await watcher.ready;
      exit(watched, "go");
      expect(await reasonOf(watcher.ref)).toMatchObject({ error: { message: "cannot take it" } });
    });
  });

  test("is forgotten with demonitor", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(idle);
      let calls = 0;
      const ref: Ref = monitor(pid, () => {
        calls += 1;
      });
      expect(demonitor(ref)).toBe(true);
      exit(pid, "go");
      await waiting();
      expect(calls).toBe(0);
    });
  });

  test("gives what the process came to, when asked with output", async () => {
    await bench().inProcess(async () => {
      const finishing = (): Pid => spawnMonitor(async () => ({ answer: 42 })).pid;
      const seen: unknown[] = [];
      monitor(finishing(), (down) => seen.push(down.output), { output: true });
      monitor(finishing(), (down) => seen.push(down.output));
      await waiting();
      expect(seen).toEqual([{ answer: 42 }, undefined]);
    });
  });
});
