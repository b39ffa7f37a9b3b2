// Conformance: process groups on one node (OTP behaviours K11, K13, K14 and K17 to K19).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  child,
  demonitorGroup,
  exit,
  GroupMessage,
  groupMembers,
  groupScope,
  joinGroup,
  leaveGroup,
  monitor,
  monitorGroup,
  type Pid,
  processInfo,
  type Received,
  type Ref,
  receive,
  receiveTimeout,
  self,
  send,
  sleep,
  spawn,
  supervisor,
  tryReceive,
  whereis,
  whichGroups,
} from "../../../runtime/index.ts";
import { startKernelNode } from "../../../runtime/node/node.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { bench, idle, ofType, reasonOf, waiting } from "../process/bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });
const scope = groupScope("scope");

async function pair(): Promise<readonly [Pid, Pid]> {
  return [await spawn(idle), await spawn(idle)];
}

async function end(pid: Pid, reason = "kill"): Promise<void> {
  const ref = monitor(pid);
  exit(pid, reason);
  await reasonOf(ref);
}

/** What a group monitor has told so far. */
async function changes(ref: Ref): Promise<readonly (readonly [string, readonly Pid[]])[]> {
  const told = (await waiting()) as readonly (Received | GroupMessage)[];
  return told
    .filter((message): message is GroupMessage => message instanceof GroupMessage && message.ref === ref)
    .map(({ change, pids }) => [change, pids]);
}

describe("a group", () => {
  test("has the members that joined, in that order, and is listed as long as it has any", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const [a, b] = await pair();
      joinGroup("scope", "workers", a);
      joinGroup("scope", "workers", b, self());
      joinGroup("scope", "idlers", a);
      expect(groupMembers("scope", "workers")).toEqual([a, b, self()]);
      expect(whichGroups("scope")).toEqual(["idlers", "workers"]);
      expect(leaveGroup("scope", "workers", b)).toBe(true);
      expect(groupMembers("scope", "workers")).toEqual([a, self()]);
    });
  });

  test("K11 takes processes of this node only: with one of another node among them nobody joins", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const far: Pid = { ...self(), node: "elsewhere" };
      const before: Pid = { ...self(), incarnation: self().incarnation - 1 };
      for (const pid of [far, before]) {
        expect(() => joinGroup("scope", "workers", self(), pid)).toThrow(misuse);
        expect(() => joinGroup("scope", "workers", pid)).toThrow(/joins on its own node/);
      }
      expect(whichGroups("scope")).toEqual([]);
    });
  });

  test("K11 takes nothing that is no process", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      for (const pid of [undefined, null, 7, "workers", {}] as unknown as Pid[]) {
        expect(() => joinGroup("scope", "workers", self(), pid)).toThrow(misuse);
      }
      expect(whichGroups("scope")).toEqual([]);
    });
  });

  test("K11 passes a process over that has ended", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const pid = await spawn(idle);
      await end(pid);
      joinGroup("scope", "workers", pid, self());
      expect(groupMembers("scope", "workers")).toEqual([self()]);
      joinGroup("scope", "empty", pid);
      joinGroup("scope", "empty");
      expect(whichGroups("scope")).toEqual(["workers"]);
    });
  });

  test("K13 cannot be left by a process that is not in it", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const [a, b] = await pair();
      joinGroup("scope", "workers", a);
      expect(leaveGroup("scope", "workers", b)).toBe(false);
      expect(leaveGroup("scope", "no such group", a)).toBe(false);
      expect(leaveGroup("scope", "workers", { ...a, node: "elsewhere" })).toBe(false);
      expect(leaveGroup("scope", "workers")).toBe(false);
      expect(groupMembers("scope", "workers")).toEqual([a]);
      expect(leaveGroup("scope", "workers", b, a)).toBe(true);
    });
  });

  test("K13 disappears with its last member, and has none when nobody knows it", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      joinGroup("scope", "workers", self());
      expect(leaveGroup("scope", "workers", self())).toBe(true);
      expect(whichGroups("scope")).toEqual([]);
      expect(groupMembers("scope", "workers")).toEqual([]);
      expect(groupMembers("scope", "__proto__")).toEqual([]);
    });
  });

  test("may have a process more than once: it leaves as often as it joined", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      joinGroup("scope", "workers", self(), self());
      joinGroup("scope", "workers", self());
      expect(groupMembers("scope", "workers")).toEqual([self(), self(), self()]);
      expect(leaveGroup("scope", "workers", self(), self())).toBe(true);
      expect(groupMembers("scope", "workers")).toEqual([self()]);
      expect(leaveGroup("scope", "workers", self(), self())).toBe(true);
      expect(leaveGroup("scope", "workers", self())).toBe(false);
    });
  });

  test("K14 loses a member that has ended, however often and wherever it was in", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      await spawn(groupScope("other scope"));
      for (const reason of ["kill", "shutdown", "broken"]) {
        const [a, b] = await pair();
        joinGroup("scope", "workers", a, b, a);
        joinGroup("scope", "idlers", a);
        joinGroup("other scope", "workers", a);
        await end(a, reason);
        expect(groupMembers("scope", "workers")).toEqual([b]);
        expect(whichGroups("scope")).toEqual(["workers"]);
        expect(whichGroups("other scope")).toEqual([]);
        await end(b);
      }
    });
  });

  test("K14 loses a member that had left as often as not", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const pid = await spawn(idle);
      joinGroup("scope", "workers", pid, pid);
      joinGroup("scope", "idlers", pid);
      leaveGroup("scope", "workers", pid);
      await end(pid);
      expect(whichGroups("scope")).toEqual([]);
    });
  });

  test("K14 has lost a member before anybody hears of its end", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      for (let round = 0; round < 100; round += 1) {
        const pid = await spawn(idle);
        joinGroup("scope", "workers", pid);
        const ref = monitor(pid);
        exit(pid, "broken");
        await reasonOf(ref);
        expect(groupMembers("scope", "workers")).toEqual([]);
      }
    });
  });

  test("K14 keeps a member that came back after it had left", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const pid = await spawn(idle);
      joinGroup("scope", "workers", pid);
      leaveGroup("scope", "workers", pid);
      joinGroup("scope", "workers", pid);
      expect(groupMembers("scope", "workers")).toEqual([pid]);
      await end(pid);
      expect(groupMembers("scope", "workers")).toEqual([]);
    });
  });

  test("agrees with a plain list for any order of joins, leaves and ends", async () => {
    const step = fc.record({
      does: fc.constantFrom("join" as const, "leave" as const, "end" as const),
      who: fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
      group: fc.constantFrom("a", "b"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step), (steps) =>
        bench().inProcess(async () => {
          await spawn(scope);
          const workers: Pid[] = [...(await pair()), ...(await pair())];
          const groups: Record<string, Pid[]> = { a: [], b: [] };
          for (const { does, who, group } of steps) {
            const pids = who.map((index) => workers[index] ?? self());
            if (does === "join") {
              joinGroup("scope", group, ...pids);
              groups[group]?.push(...pids);
            } else if (does === "leave") {
              const list = groups[group] ?? [];
              const before = list.length;
              for (const pid of pids) if (list.includes(pid)) list.splice(list.indexOf(pid), 1);
              expect(leaveGroup("scope", group, ...pids)).toBe(list.length < before);
            } else {
              const [index = 0] = who;
              const [pid = self()] = pids;
              await end(pid);
              workers[index] = await spawn(idle);
              for (const name of ["a", "b"])
                groups[name] = (groups[name] ?? []).filter((other) => other !== pid);
            }
          }
          for (const name of ["a", "b"]) expect(groupMembers("scope", name)).toEqual(groups[name]);
          expect(whichGroups("scope")).toEqual(["a", "b"].filter((name) => groups[name]?.length !== 0));
        }),
      ),
      { numRuns: 60 },
    );
  });
});

describe("a group monitor", () => {
  test("K17 gives the members of now, and from then on every change", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const [a, b] = await pair();
      joinGroup("scope", "workers", a);
      const { ref, members } = monitorGroup("scope", "workers");
      expect(members).toEqual([a]);
      joinGroup("scope", "workers", b, b);
      joinGroup("scope", "idlers", b);
      leaveGroup("scope", "workers", self(), b);
      leaveGroup("scope", "workers", self());
      const [joined, left, ...others] = (await waiting()) as unknown as readonly GroupMessage[];
      expect(joined).toMatchObject({
        type: "sys.group",
        ref,
        change: "join",
        group: "workers",
        pids: [b, b],
      });
      expect(left).toMatchObject({ ref, change: "leave", group: "workers", pids: [b] });
      expect(others).toEqual([]);
    });
  });

  test("K17 tells of a member that has ended once for all its joins", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const a = await spawn(idle);
      const { ref } = monitorGroup("scope", "workers");
      joinGroup("scope", "workers", a, a);
      await end(a);
      expect(await changes(ref)).toEqual([
        ["join", [a, a]],
        ["leave", [a, a]],
      ]);
    });
  });

  test("K17 loses nothing between the members it gave and the first change, whoever joins meanwhile", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const tester = self();
      const joiner = async () => {
        joinGroup("scope", "workers", self());
        await receive(ofType("go"));
        leaveGroup("scope", "workers", self());
        send(tester, { type: "gone" });
      };
      const joiners: Pid[] = [];
      const seen: Pid[] = [];
      const { ref, members } = await (async () => {
        for (let index = 0; index < 10; index += 1) joiners.push(await spawn(joiner));
        const watch = monitorGroup("scope", "workers");
        for (let index = 0; index < 10; index += 1) joiners.push(await spawn(joiner));
        return watch;
      })();
      seen.push(...members);
      for (const [change, pids] of await changes(ref)) if (change === "join") seen.push(...pids);
      expect(seen).toEqual(joiners);
      for (const pid of joiners) send(pid, { type: "go" });
      for (const _ of joiners) await receive(ofType("gone"));
      expect((await changes(ref)).flatMap(([, pids]) => pids)).toEqual(joiners);
    });
  });

  test("K17 takes back what it has told when it is ended, and nothing of another monitor", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const first = monitorGroup("scope", "workers");
      const second = monitorGroup("scope", "workers");
      expect(first.ref).not.toEqual(second.ref);
      joinGroup("scope", "workers", self());
      leaveGroup("scope", "workers", self());
      expect(demonitorGroup("scope", first.ref)).toBe(true);
      const left = (await waiting()) as unknown as readonly GroupMessage[];
      expect(left.map(({ ref, change }) => [ref, change])).toEqual([
        [second.ref, "join"],
        [second.ref, "leave"],
      ]);
      joinGroup("scope", "workers", self());
      expect(await receive()).toMatchObject({ ref: second.ref });
      expect(await tryReceive(() => true, { timeoutMs: 1 })).toBe(receiveTimeout);
    });
  });

  test("K17 that is not there cannot be ended", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const { ref } = monitorGroup("scope", "workers");
      expect(demonitorGroup("scope", { ...ref, ref: 999 })).toBe(false);
      expect(demonitorGroup("scope", { ...ref, node: "elsewhere" })).toBe(false);
      expect(demonitorGroup("scope", ref)).toBe(true);
      expect(demonitorGroup("scope", ref)).toBe(false);
    });
  });

  test("may watch a group that does not exist yet", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const { ref, members } = monitorGroup("scope", "later");
      expect(members).toEqual([]);
      joinGroup("scope", "later", self());
      expect(await changes(ref)).toEqual([["join", [self()]]]);
    });
  });

  test("ends with its process, and the group goes on", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const tester = self();
      const watcher = await spawn(async () => {
        monitorGroup("scope", "workers");
        joinGroup("scope", "workers", self());
        send(tester, { type: "watching" });
        await idle();
      });
      await receive(ofType("watching"));
      const { ref } = monitorGroup("scope", "workers");
      await end(watcher);
      joinGroup("scope", "workers", self());
      expect(await changes(ref)).toEqual([
        ["leave", [watcher]],
        ["join", [self()]],
      ]);
    });
  });

  test("gives each its own: what one does to the pids is not seen by another", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      monitorGroup("scope", "workers");
      joinGroup("scope", "workers", self());
      const { pids } = (await receive()) as unknown as { pids: Pid[] };
      expect(() => pids.pop()).toThrow(TypeError);
    });
  });
});

describe("a scope", () => {
  test("K18 is apart from every other", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      await spawn(groupScope("other"));
      const { ref } = monitorGroup("other", "workers");
      joinGroup("scope", "workers", self());
      expect(groupMembers("other", "workers")).toEqual([]);
      expect(leaveGroup("other", "workers", self())).toBe(false);
      expect(await changes(ref)).toEqual([]);
      expect(demonitorGroup("scope", ref)).toBe(false);
    });
  });

  test("K18 that is not there is a mistake that says how to make one", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      const { ref } = monitorGroup("scope", "workers");
      const uses = [
        () => joinGroup("nowhere", "workers", self()),
        () => leaveGroup("nowhere", "workers", self()),
        () => groupMembers("nowhere", "workers"),
        () => whichGroups("nowhere"),
        () => monitorGroup("nowhere", "workers"),
        () => demonitorGroup("nowhere", ref),
      ];
      for (const use of uses) expect(use).toThrow(/no scope "nowhere".*groupScope\("nowhere"\)/s);
    });
  });

  test("K19 is read without a message to its process", async () => {
    await bench().inProcess(async () => {
      const pid = await spawn(scope, { name: "scope.process" });
      joinGroup("scope", "workers", self());
      for (let index = 0; index < 100; index += 1) groupMembers("scope", "workers");
      whichGroups("scope");
      expect(processInfo(pid)).toMatchObject({ messagesHandled: 0, queueLength: 0 });
    });
  });

  test("has a name of its own on the node: a second one does not start, and takes nothing away", async () => {
    await bench().inProcess(async () => {
      await spawn(scope);
      joinGroup("scope", "workers", self());
      await expect(spawn(scope)).rejects.toThrow(/already/);
      expect(groupMembers("scope", "workers")).toEqual([self()]);
    });
  });

  test("starts again empty under its supervisor, and its members live on", async () => {
    await bench().inProcess(async () => {
      await spawn(supervisor("tree", { children: [child(scope, { name: "scope.process" })] }));
      const member = await spawn(idle);
      joinGroup("scope", "workers", member, self());
      const pid = whereis("scope.process");
      expect(pid).toBeDefined();
      await end(pid as Pid);
      await sleep(10);
      expect(whereis("scope.process")).not.toEqual(pid);
      expect(groupMembers("scope", "workers")).toEqual([]);
      joinGroup("scope", "workers", member);
      await end(member);
      expect(whichGroups("scope")).toEqual([]);
    });
  });

  test("does not mind messages, and shows its groups", async () => {
    const world = simulatedWorld();
    const { node, kernel } = startKernelNode({ world, boundary: "freeze" });
    const pid = await world.until(node.spawn(scope));
    const member = await world.until(node.spawn(idle));
    node.send(pid, { type: "hello" } as never);
    void node.spawn(() => joinGroup("scope", "workers", member));
    await world.settle();
    expect(kernel.find(pid)?.behaviour.state()).toEqual(["workers"]);
    await world.until(node.stop(pid));
  });

  test("leaves nothing behind in processes that come and go, nor when it ends itself", async () => {
    const world = simulatedWorld();
    const { node, kernel } = startKernelNode({ world, boundary: "freeze" });
    const scopePid = await world.until(node.spawn(scope));
    const done = new Promise<Pid>((resolve) => {
      const run = async () => {
        for (let round = 0; round < 100; round += 1) {
          demonitorGroup("scope", monitorGroup("scope", "workers").ref);
          joinGroup("scope", "workers", self(), self());
          leaveGroup("scope", "workers", self(), self());
        }
        resolve(self());
        await receive(ofType("again"));
        monitorGroup("scope", "workers");
        joinGroup("scope", "workers", self());
        await idle();
      };
      void node.spawn(run);
    });
    const pid = await world.until(done);
    expect(kernel.find(pid)?.releases?.size).toBe(0);
    node.send(pid, { type: "again" });
    await world.settle();
    expect(kernel.find(pid)?.releases?.size).toBe(2);
    await world.until(node.stop(scopePid));
    expect(kernel.find(pid)?.releases?.size).toBe(0);
  });
});
