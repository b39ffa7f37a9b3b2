// Conformance: how supervisors start, and what they do not take part in (OTP behaviours H01, H03 to H13).
import { describe, expect, test } from "vitest";
import {
  child,
  childOf,
  exit,
  monitor,
  type Pid,
  receive,
  self,
  send,
  sleep,
  spawn,
  spawnMonitor,
  supervisor,
  trapExit,
} from "../../../runtime/index.ts";
import { idle, reasonOf } from "../process/bench.ts";
import { stage } from "./bench.ts";

describe("a supervisor that starts", () => {
  test("H01 starts its children left to right, each when the one before is ready", async () => {
    const { begin, worker, deeds, world } = stage();
    await begin(supervisor("s", { children: [worker("a", { startMs: 50 }), worker("b"), worker("c")] }));
    expect(deeds).toEqual(["+a", "+b", "+c"]);
    expect(world.elapsedMs).toBe(50);
  });

  test("H03 stops those before the child that fails in reverse, and ends with that child and its reason", async () => {
    const { worker, deeds, inProcess } = stage();
    const children = [worker("a"), worker("b"), worker("c", { starts: ["refuse"] }), worker("d")];
    const reason = { shutdown: { failed_to_start_child: { id: "c", reason: "c refuses" } } };
    await inProcess(async () => {
      trapExit(true);
      const { ref, ready } = spawnMonitor(supervisor("s", { children }));
      await expect(ready).rejects.toMatchObject({ code: "start_failed", reason });
      expect(await reasonOf(ref)).toEqual(reason);
    });
    expect(deeds).toEqual(["+a", "+b", "-b", ".b", "-a", ".a"]);
  });

  test("H04 takes what a start throws, or gives by mistake, for a failure", async () => {
    const { begin, reports } = stage();
    const start = (value: () => unknown) => childOf({ id: "x", start: value as () => undefined });
    for (const value of [() => "nonsense", () => null, () => ({ pid: 1 }), () => Object.create(null)]) {
      await expect(begin(supervisor("s", { children: [start(value)] }))).rejects.toMatchObject({
        reason: {
          shutdown: { failed_to_start_child: { id: "x", reason: { bad_return_value: expect.any(String) } } },
        },
      });
    }
    const thrower = start(() => {
      throw "a string";
    });
    await expect(begin(supervisor("s", { children: [thrower] }))).rejects.toMatchObject({
      reason: { shutdown: { failed_to_start_child: { reason: { nocatch: "a string" } } } },
    });
    expect(reports("supervisor_start_failed")).toHaveLength(5);
  });

  test("H05 keeps a child that declines without a process, and drops it when it is temporary", async () => {
    const { begin, worker, node, until } = stage();
    const starts = ["ignore"] as const;
    const children = [worker("a", { starts }), worker("b", { starts, restart: "temporary" }), worker("c")];
    const s = await begin(supervisor("s", { children }));
    expect(await until(node.whichChildren(s))).toMatchObject([{ id: "c" }, { id: "a", pid: undefined }]);
    expect(await until(node.countChildren(s))).toEqual({ specs: 2, active: 1, supervisors: 0, workers: 2 });
  });

  test("H05 takes a start by hand whose process declines for one that declines", async () => {
    const { begin, node, until } = stage();
    const declining = supervisor("inner", () => undefined);
    const start = async () => (await spawn(declining, { link: true })) as unknown as Pid;
    const s = await begin(supervisor("s", { children: [childOf({ id: "a", start })] }));
    expect(await until(node.whichChildren(s))).toEqual([{ id: "a", pid: undefined, type: "worker" }]);
  });

  test("H06 declines to start when its init does", async () => {
    const { begin } = stage();
    await expect(begin(supervisor("s", () => undefined))).rejects.toMatchObject({ code: "ignore" });
  });

  test("H07 starts nothing when two children have one id", async () => {
    const { begin, worker, deeds } = stage();
    const children = [worker("a"), worker("b"), worker("a")];
    await expect(begin(supervisor("s", { children }))).rejects.toMatchObject({
      reason: { supervisor_data: 'Two children have the id "a". Give one of them another.' },
    });
    expect(deeds).toEqual([]);
  });

  test("H08 does not start with flags that are wrong, and says which", async () => {
    const { begin, worker } = stage();
    const wrong: readonly (readonly [object, string])[] = [
      [{ strategy: "all_for_one" }, '"all_for_one"'],
      [{ strategy: "toString" }, '"toString"'],
      [{ maxRestarts: -1 }, "-1"],
      [{ maxRestarts: 1.5 }, "1.5"],
      [{ maxRestarts: Number.NaN }, "NaN"],
      [{ withinMs: 0 }, "0"],
      [{ withinMs: Number.NaN }, "NaN"],
      [{ autoShutdown: "sometimes" }, '"sometimes"'],
      [{ children: ["a"] }, '"a"'],
      [{ children: [undefined] }, "undefined"],
      [{ children: [{ ...worker("a"), id: 5 }] }, "5"],
      [{ children: [{ ...worker("a"), start: undefined }] }, '"a"'],
      [{ children: [{ ...worker("a"), given: undefined }] }, '"a"'],
      [{ strategy: "simple_one_for_one" }, "0"],
    ];
    for (const [flags, given] of wrong) {
      await expect(begin(supervisor("s", () => flags))).rejects.toMatchObject({
        reason: { supervisor_data: expect.stringContaining(given) },
      });
    }
  });

  test("H08 starts with a budget of any size", async () => {
    const { begin, worker, node } = stage();
    const flags = { maxRestarts: Number.MAX_SAFE_INTEGER, withinMs: Number.POSITIVE_INFINITY };
    const s = await begin(supervisor("s", { ...flags, children: [worker("a")] }));
    expect(await node.world.clock.now()).toBe(0);
    expect(s).toBeDefined();
  });

  test("H09 treats children as Elixir does by default", async () => {
    const { begin, node, until } = stage();
    const inner = supervisor("inner", {});
    const s = await begin(supervisor("s", { children: [child(idle), child(inner)] }));
    const common = { restart: "permanent", significant: false };
    expect(await until(node.childSpecOf(s, "idle"))).toEqual({
      ...common,
      id: "idle",
      shutdownMs: 5_000,
      type: "worker",
    });
    expect(await until(node.childSpecOf(s, "inner"))).toEqual({
      ...common,
      id: "inner",
      shutdownMs: Number.POSITIVE_INFINITY,
      type: "supervisor",
    });
  });

  test("H09 allows three restarts in five seconds by default, one for one", async () => {
    const { begin, worker, end, pidOf, isAlive, starts } = stage();
    const s = await begin(supervisor("s", { children: [worker("a"), worker("b")] }));
    for (let time = 0; time < 3; time += 1) await end(await pidOf(s, "a"), "odd");
    expect(isAlive(s)).toBe(true);
    await end(await pidOf(s, "a"), "odd");
    expect(isAlive(s)).toBe(false);
    expect([starts("a"), starts("b")]).toEqual([4, 1]);
  });

  test("H10 lets every other request wait while a child starts", async () => {
    const { begin, worker, node, world, until } = stage();
    const s = await begin(supervisor("s", {}));
    const slow = node.startChild(s, worker("a", { startMs: 150 }));
    expect(await until(node.whichChildren(s))).toMatchObject([{ id: "a" }]);
    expect(world.elapsedMs).toBe(150);
    await slow;
  });
});

describe("a supervisor that runs", () => {
  test("H11 ignores exit signals of strangers, and reports and drops messages it does not know", async () => {
    const { begin, node, world, reports, isAlive } = stage();
    const s = await begin(supervisor("s", {}));
    const pid = s as unknown as Pid;
    node.exit(pid, "odd");
    node.exit(pid, "shutdown");
    node.send(pid, { type: "nonsense" });
    node.cast(pid, "more nonsense");
    await world.settle();
    expect(isAlive(s)).toBe(true);
    expect(reports("message_unhandled").map(({ message }) => message)).toEqual(["nonsense", "more nonsense"]);
  });

  test("H11 is not led astray by a retry that nobody asked for", async () => {
    const { begin, node, world, worker, starts, isAlive } = stage();
    const s = await begin(supervisor("s", { children: [worker("a")] }));
    for (const key of ["a", "stranger", 1, null, { id: "a" }]) node.cast(s as unknown as Pid, "retry", key);
    await world.settle();
    expect([isAlive(s), starts("a")]).toEqual([true, 1]);
  });

  test.each(["odd", "normal", "shutdown"])(
    "H12 stops its children and ends with it when its parent ends %s",
    async (reason) => {
      const { worker, deeds, inProcess } = stage();
      const logic = supervisor("s", { children: [worker("a"), worker("b")] });
      const heard = await inProcess(async () => {
        const me = self();
        await spawn(async () => {
          const pid = await spawn(logic, { link: true });
          send(me, { type: "pid", pid });
          await sleep(10);
          exit(reason);
        });
        const { pid } = (await receive()) as unknown as { readonly pid: Pid };
        return reasonOf(monitor(pid));
      });
      expect(heard).toBe(reason);
      expect(deeds).toEqual(["+a", "+b", "-b", ".b", "-a", ".a"]);
    },
  );

  test("H13 leaves children that trap and ignore it behind when it is killed", async () => {
    const { begin, worker, node, world, pidOf, isAlive, deeds } = stage();
    const plain = worker("plain", { trapExit: false });
    const deaf = worker("deaf", { stopMs: Number.POSITIVE_INFINITY });
    const s = await begin(supervisor("s", { children: [plain, deaf] }));
    const pids = [await pidOf(s, "plain"), await pidOf(s, "deaf")] as const;
    node.exit(s as unknown as Pid, "kill");
    await world.advance(60_000);
    expect(pids.map((pid) => isAlive(pid))).toEqual([false, true]);
    expect(deeds).toEqual(["+plain", "+deaf", "-deaf"]);
  });

  test("H13 is heard of by a child that is being stopped, when it is killed meanwhile", async () => {
    const { begin, node, world } = stage();
    const heard: unknown[] = [];
    const listener = async (): Promise<void> => {
      trapExit(true);
      for (;;) {
        const { reason } = await receive();
        heard.push(reason);
      }
    };
    const s = await begin(supervisor("s", { children: [child(listener)] }));
    const stopping = node.terminateChild(s, "listener").catch(() => {});
    await world.advance(10);
    node.exit(s as unknown as Pid, "kill");
    await world.settle();
    await stopping;
    expect(heard).toEqual(["shutdown", "killed"]);
  });
});
