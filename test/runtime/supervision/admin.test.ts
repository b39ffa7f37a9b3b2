// Conformance: asking a supervisor to start, stop, restart, delete and list its children (OTP behaviours H19, H50 to H58).
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { child, childOf, type Pid, spawn, supervisor } from "../../../runtime/index.ts";
import { idle } from "../process/bench.ts";
import { stage } from "./bench.ts";

describe("startChild()", () => {
  test("H50 gives the pid, or says who is there already", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(supervisor("s", {}));
    const started = await until(node.startChild(s, worker("a")));
    expect(started).toEqual({ ok: true, pid: expect.objectContaining({ id: expect.any(Number) }) });
    const pid = started.ok ? started.pid : undefined;
    expect(await until(node.startChild(s, worker("a")))).toEqual({
      ok: false,
      error: "already_started",
      pid,
    });
    await until(node.terminateChild(s, "a"));
    expect(await until(node.startChild(s, worker("a")))).toEqual({ ok: false, error: "already_present" });
  });

  test("H50 gives the reason and the child of a start that fails, and does not keep its spec", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(supervisor("s", {}));
    expect(await until(node.startChild(s, worker("a", { starts: ["refuse"] })))).toEqual({
      ok: false,
      error: "start_failed",
      id: "a",
      reason: "a refuses",
    });
    expect(await until(node.whichChildren(s))).toEqual([]);
  });

  test("H50 says what is wrong with a spec, and the supervisor lives on", async () => {
    const { begin, node, until, isAlive } = stage();
    const s = await begin(supervisor("s", {}));
    for (const bad of [undefined, null, 1, "a", [], {}, { id: "" }, { id: "a" }, { id: "a", start: 1 }]) {
      expect(await until(node.startChild(s, bad as never))).toEqual({
        ok: false,
        error: "bad_child_spec",
        problem: expect.any(String),
      });
    }
    const raw = node.call(s, "start_child", "nothing of the kind" as never);
    expect(await until(raw)).toMatchObject({ ok: false, error: "bad_child_spec" });
    expect(isAlive(s)).toBe(true);
  });

  test("H50 keeps the spec of a child that declines, unless it is temporary", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(supervisor("s", {}));
    const starts = ["ignore"] as const;
    for (const spec of [worker("a", { starts }), worker("b", { starts, restart: "temporary" })])
      expect(await until(node.startChild(s, spec))).toEqual({ ok: true, pid: undefined });
    expect(await until(node.whichChildren(s))).toEqual([{ id: "a", pid: undefined, type: "worker" }]);
  });

  test("H58 adds the child last in order, and later sweeps take it along", async () => {
    const { begin, worker, node, until, end, pidOf, deeds } = stage();
    const s = await begin(
      supervisor("s", { strategy: "rest_for_one", children: [worker("a"), worker("b")] }),
    );
    await until(node.startChild(s, worker("c")));
    deeds.length = 0;
    await end(await pidOf(s, "b"), "odd");
    expect(deeds).toEqual(["-c", ".c", "+b", "+c"]);
  });

  test("H19 forgets what a temporary child was given", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { begin, node, until, world } = stage();
    const s = await begin(supervisor("s", {}));
    const start = async (_given: object) => (await spawn(idle, { link: true })) as unknown as Pid;
    const temporary = await startWith("temporary");
    const permanent = await startWith("permanent");
    async function startWith(restart: "temporary" | "permanent"): Promise<WeakRef<object>> {
      const large = { bytes: "x".repeat(10) };
      await until(node.startChild(s, childOf({ id: restart, start, given: [large], restart })));
      return new WeakRef(large);
    }
    await until(node.whichChildren(s));
    await world.settle();
    collect();
    expect([temporary.deref(), permanent.deref()]).toEqual([undefined, { bytes: "xxxxxxxxxx" }]);
  });
});

describe("terminateChild()", () => {
  test("H51 is ok of a child that is stopped already, and finds no stranger", async () => {
    const { begin, worker, node, until, pidOf } = stage();
    const s = await begin(supervisor("s", { children: [worker("a")] }));
    const pid = await pidOf(s, "a");
    expect(await until(node.terminateChild(s, pid))).toEqual({ ok: false, error: "not_found" });
    expect(await until(node.terminateChild(s, "a"))).toEqual({ ok: true });
    expect(await until(node.terminateChild(s, "a"))).toEqual({ ok: true });
    expect(await until(node.terminateChild(s, "b"))).toEqual({ ok: false, error: "not_found" });
  });

  test("H52 keeps the spec and does not start the child again; a temporary one is forgotten", async () => {
    const { begin, worker, node, until, starts } = stage();
    const children = [
      worker("a"),
      worker("b", { restart: "transient" }),
      worker("c", { restart: "temporary" }),
    ];
    const s = await begin(supervisor("s", { children }));
    for (const { id } of children) await until(node.terminateChild(s, id));
    expect(await until(node.whichChildren(s))).toEqual([
      { id: "b", pid: undefined, type: "worker" },
      { id: "a", pid: undefined, type: "worker" },
    ]);
    expect([starts("a"), starts("b"), starts("c")]).toEqual([1, 1, 1]);
  });
});

describe("restartChild() and deleteChild()", () => {
  test("H53 starts a stopped child in its old place, and refuses one that runs or is unknown", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(supervisor("s", { children: [worker("a"), worker("b")] }));
    expect(await until(node.restartChild(s, "a"))).toEqual({ ok: false, error: "running" });
    expect(await until(node.restartChild(s, "x"))).toEqual({ ok: false, error: "not_found" });
    await until(node.terminateChild(s, "a"));
    expect(await until(node.restartChild(s, "a"))).toMatchObject({
      ok: true,
      pid: { id: expect.any(Number) },
    });
    expect((await until(node.whichChildren(s))).map(({ id }) => id)).toEqual(["b", "a"]);
  });

  test("H53 gives the reason of a start that fails, keeps the spec, and spends nothing of the budget", async () => {
    const { begin, worker, node, until, isAlive } = stage();
    const broken = worker("a", { starts: ["ok", "refuse"] });
    const s = await begin(supervisor("s", { maxRestarts: 0, children: [broken] }));
    await until(node.terminateChild(s, "a"));
    const failed = { ok: false, error: "start_failed", id: "a", reason: "a refuses" };
    expect(await until(node.restartChild(s, "a"))).toEqual(failed);
    expect(isAlive(s)).toBe(true);
    expect(await until(node.restartChild(s, "a"))).toMatchObject({ ok: true });
  });

  test("H54 forgets a stopped child, and refuses one that runs or is unknown", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(supervisor("s", { children: [worker("a")] }));
    expect(await until(node.deleteChild(s, "a"))).toEqual({ ok: false, error: "running" });
    expect(await until(node.deleteChild(s, "x"))).toEqual({ ok: false, error: "not_found" });
    await until(node.terminateChild(s, "a"));
    expect(await until(node.deleteChild(s, "a"))).toEqual({ ok: true });
    expect(await until(node.whichChildren(s))).toEqual([]);
    expect(await until(node.startChild(s, worker("a")))).toMatchObject({ ok: true });
  });
});

describe("a supervisor that is asked about its children", () => {
  test("H55 lists the latest first, with pid and type", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(supervisor("s", { children: [worker("a"), child(supervisor("b", {}))] }));
    const pid = expect.objectContaining({ id: expect.any(Number) });
    expect(await until(node.whichChildren(s))).toEqual([
      { id: "b", pid, type: "supervisor" },
      { id: "a", pid, type: "worker" },
    ]);
  });

  test("H56 counts as active only those whose process lives", async () => {
    const { begin, worker, node, until, pidOf } = stage();
    const children = [
      worker("a"),
      worker("b"),
      worker("c", { starts: ["ignore"] }),
      child(supervisor("d", {})),
    ];
    const s = await begin(supervisor("s", { children }));
    expect(await until(node.countChildren(s))).toEqual({ specs: 4, active: 3, supervisors: 1, workers: 3 });
    const counted = node.countChildren(s);
    node.exit(await pidOf(s, "a"), "kill");
    expect(await until(counted)).toMatchObject({ active: 3 });
    const count = node.countChildren(s);
    node.exit(await pidOf(s, "b"), "kill");
    expect(await until(count)).toMatchObject({ specs: 4 });
  });

  test("H57 gives the spec with all its defaults, and nothing for a stranger", async () => {
    const { begin, worker, node, until } = stage();
    const s = await begin(
      supervisor("s", { children: [worker("a", { shutdownMs: 7, restart: "transient" })] }),
    );
    const expected = { id: "a", restart: "transient", shutdownMs: 7, type: "worker", significant: false };
    expect(await until(node.childSpecOf(s, "a"))).toEqual(expected);
    expect(await until(node.childSpecOf(s, "x"))).toBeUndefined();
  });
});

describe("child() and childOf()", () => {
  test("refuse an option that is none, and values that are none, with what was given", () => {
    expect(() => child(idle, { restarts: "permanent" } as never)).toThrow(
      '"restarts" is no option of a child',
    );
    expect(() => child(idle, { restart: "always" } as never)).toThrow('given was "always"');
    expect(() => child(idle, { shutdownMs: -1 })).toThrow("given was -1");
    expect(() => child(idle, { shutdownMs: Number.NaN })).toThrow("shutdownMs");
    expect(() => child(idle, { type: "boss" } as never)).toThrow('given was "boss"');
    expect(() => child(idle, { id: "" })).toThrow('given was ""');
    expect(() => childOf({ id: "a", start: 7 } as never)).toThrow('The start of child "a" is a function');
  });
});
