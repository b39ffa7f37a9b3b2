// Conformance: who is started again, with whom, and how often (OTP behaviours H14 to H42).
import { describe, expect, test } from "vitest";
import { child, type Supervisor, supervisor } from "../../../runtime/index.ts";
import { stage } from "./bench.ts";

const reasons = ["normal", "shutdown", { shutdown: "told" }, "odd"] as const;
const crashes = ["killed", "odd"] as const;

describe("a child that ends", () => {
  test("H14 is started again for every reason when it is permanent", async () => {
    const { begin, worker, end, pidOf, starts, node, world } = stage();
    const s = await begin(supervisor("s", { maxRestarts: 9, children: [worker("a")] }));
    for (const reason of reasons) await end(await pidOf(s, "a"), reason);
    node.exit(await pidOf(s, "a"), "kill");
    await world.settle();
    expect(starts("a")).toBe(6);
  });

  test("H15 stays down after an orderly end when it is transient, and its spec stays", async () => {
    for (const reason of reasons.slice(0, 3)) {
      const { begin, worker, end, pidOf, starts, node, until } = stage();
      const s = await begin(supervisor("s", { children: [worker("a", { restart: "transient" })] }));
      await end(await pidOf(s, "a"), reason);
      expect(await until(node.whichChildren(s))).toEqual([{ id: "a", pid: undefined, type: "worker" }]);
      expect(starts("a")).toBe(1);
    }
  });

  test("H15 H16 is started again after an accident when it is transient, and to be killed is one", async () => {
    for (const reason of crashes) {
      const { begin, worker, end, pidOf, starts, node, world } = stage();
      const s = await begin(supervisor("s", { children: [worker("a", { restart: "transient" })] }));
      if (reason === "killed") node.exit(await pidOf(s, "a"), "kill");
      else await end(await pidOf(s, "a"), reason);
      await world.settle();
      expect(starts("a")).toBe(2);
    }
  });

  test("H17 is forgotten for every reason when it is temporary", async () => {
    for (const reason of reasons) {
      const { begin, worker, end, pidOf, starts, node, until } = stage();
      const s = await begin(supervisor("s", { children: [worker("a", { restart: "temporary" })] }));
      await end(await pidOf(s, "a"), reason);
      expect(await until(node.whichChildren(s))).toEqual([]);
      expect(starts("a")).toBe(1);
    }
  });

  test("H18 is started with what it was given the first time", async () => {
    const { begin, worker, end, pidOf, inputs } = stage();
    const s = await begin(supervisor("s", { children: [worker("a", { input: { start: 7 } })] }));
    await end(await pidOf(s, "a"), "odd");
    expect(inputs).toEqual([{ start: 7 }, { start: 7 }]);
  });

  test("H21 is reported with its supervisor, id, pid and reason, as an error when it is one", async () => {
    const { begin, worker, end, pidOf, reports } = stage();
    const children = (["permanent", "transient", "temporary"] as const).flatMap((restart) =>
      ["normal", "odd"].map((reason) => worker(`${restart} ${reason}`, { restart })),
    );
    const s = await begin(supervisor("s", { children }));
    for (const { id } of children) await end(await pidOf(s, id), id.split(" ")[1]);
    expect(reports("supervisor_child_exited").map(({ child: id, error }) => [id, error])).toEqual([
      ["permanent normal", true],
      ["permanent odd", true],
      ["transient normal", false],
      ["transient odd", true],
      ["temporary normal", false],
      ["temporary odd", true],
    ]);
    expect(reports("supervisor_child_exited")[1]).toEqual({
      supervisor: "s",
      child: "permanent odd",
      spec: {
        id: "permanent odd",
        restart: "permanent",
        shutdownMs: 5_000,
        type: "worker",
        significant: false,
      },
      pid: expect.objectContaining({ id: expect.any(Number) }),
      reason: "odd",
      error: true,
    });
  });
});

describe("a strategy", () => {
  test("H22 one_for_one starts only the failed child again", async () => {
    const { begin, worker, end, pidOf, deeds } = stage();
    const children = [worker("a"), worker("b"), worker("c")];
    const s = await begin(supervisor("s", { strategy: "one_for_one", children }));
    await end(await pidOf(s, "b"), "odd");
    expect(deeds.slice(3)).toEqual(["+b"]);
  });

  test("H23 one_for_all stops the others in reverse and starts all in order", async () => {
    const { begin, worker, end, pidOf, deeds } = stage();
    const children = [worker("a"), worker("b"), worker("c")];
    const s = await begin(supervisor("s", { strategy: "one_for_all", children }));
    await end(await pidOf(s, "b"), "odd");
    expect(deeds.slice(3)).toEqual(["-c", ".c", "-a", ".a", "+a", "+b", "+c"]);
  });

  test("H24 rest_for_one stops those after in reverse, starts them again in order, and leaves those before alone", async () => {
    const { begin, worker, end, pidOf, deeds } = stage();
    const children = [worker("a"), worker("b"), worker("c"), worker("d")];
    const s = await begin(supervisor("s", { strategy: "rest_for_one", children }));
    await end(await pidOf(s, "b"), "odd");
    expect(deeds.slice(4)).toEqual(["-d", ".d", "-c", ".c", "+b", "+c", "+d"]);
  });

  test.each(["one_for_all", "rest_for_one"] as const)(
    "H25 %s stops temporary siblings for good",
    async (strategy) => {
      const { begin, worker, end, pidOf, deeds, node, until } = stage();
      const children = [worker("a"), worker("b", { restart: "temporary" }), worker("c")];
      const s = await begin(supervisor("s", { strategy, children }));
      await end(await pidOf(s, "a"), "odd");
      expect(deeds.slice(3)).toEqual(["-c", ".c", "-b", ".b", "+a", "+c"]);
      expect(await until(node.whichChildren(s))).toMatchObject([{ id: "c" }, { id: "a" }]);
    },
  );

  test("H23 one_for_all starts siblings again that were finished or stopped by hand, as OTP does", async () => {
    const { begin, worker, end, pidOf, deeds, node, until } = stage();
    const children = [worker("a"), worker("b", { restart: "transient" }), worker("c")];
    const s = await begin(supervisor("s", { strategy: "one_for_all", children }));
    await end(await pidOf(s, "b"), "normal");
    await until(node.terminateChild(s, "c"));
    deeds.length = 0;
    await end(await pidOf(s, "a"), "odd");
    expect(deeds).toEqual(["+a", "+b", "+c"]);
  });

  test("H28 counts one restart for one sweep, and tells of each child", async () => {
    const { begin, worker, end, pidOf, reports, isAlive } = stage();
    const children = [worker("a"), worker("b"), worker("c")];
    const s = await begin(supervisor("s", { strategy: "one_for_all", maxRestarts: 2, children }));
    await end(await pidOf(s, "a"), "odd");
    await end(await pidOf(s, "b"), { shutdown: "why" });
    expect(isAlive(s)).toBe(true);
    expect(
      reports("supervisor_child_restarted").map((each) => [
        each.child,
        each.reason,
        each.restarts,
        each.restartsLeft,
      ]),
    ).toEqual([
      ["a", "odd", 1, 1],
      ["b", "odd", 1, 1],
      ["c", "odd", 1, 1],
      ["a", { shutdown: "why" }, 2, 0],
      ["b", { shutdown: "why" }, 2, 0],
      ["c", { shutdown: "why" }, 2, 0],
    ]);
  });

  test("H29 stops and starts all again when another child fails to start in a sweep", async () => {
    const { begin, worker, end, pidOf, deeds } = stage();
    const failing = worker("b", { starts: ["ok", "refuse"] });
    const children = [worker("a"), failing, worker("c")];
    const s = await begin(supervisor("s", { strategy: "one_for_all", children }));
    await end(await pidOf(s, "c"), "odd");
    expect(deeds.slice(3)).toEqual(["-b", ".b", "-a", ".a", "+a", "-a", ".a", "+a", "+b", "+c"]);
  });

  test("H29 leaves the child that failed first to be started by hand, when the retry of another is stopped", async () => {
    const { begin, worker, node, pidOf, until, world } = stage();
    const failing = worker("a", { startMs: 10, starts: ["ok", "refuse", "refuse"] });
    const s = await begin(supervisor("s", { strategy: "one_for_all", children: [failing, worker("b")] }));
    node.exit(await pidOf(s, "b"), "kill");
    await world.settle();
    const stopping = node.terminateChild(s, "a");
    expect(await until(stopping)).toEqual({ ok: true });
    expect(await until(node.whichChildren(s))).toMatchObject([
      { id: "b", pid: undefined },
      { id: "a", pid: undefined },
    ]);
    expect(await until(node.restartChild(s, "b"))).toMatchObject({ ok: true });
  });
});

describe("the restart budget", () => {
  test.each([0, 1, 2, 5])("H32 of %i allows as many restarts, and one more is fatal", async (maxRestarts) => {
    const { begin, worker, end, pidOf, isAlive, starts, reports } = stage();
    const s = await begin(supervisor("s", { maxRestarts, children: [worker("a")] }));
    for (let time = 0; time < maxRestarts; time += 1) await end(await pidOf(s, "a"), "odd");
    expect(isAlive(s)).toBe(true);
    await end(await pidOf(s, "a"), "odd");
    expect(isAlive(s)).toBe(false);
    expect(starts("a")).toBe(maxRestarts + 1);
    expect(reports("supervisor_gave_up")).toEqual([
      { supervisor: "s", child: "a", reason: "odd", maxRestarts, withinMs: 5_000 },
    ]);
  });

  test.each([
    [1_000, false],
    [1_001, true],
  ])("H33 H38 of one in a second judges a second failure after %i ms: lives %s", async (gapMs, lives) => {
    const { begin, worker, end, pidOf, isAlive, world } = stage();
    const flags = { maxRestarts: 1, withinMs: 1_000 };
    const s = await begin(supervisor("s", { ...flags, children: [worker("a")] }));
    await end(await pidOf(s, "a"), "odd");
    await world.advance(gapMs);
    await end(await pidOf(s, "a"), "odd");
    expect(isAlive(s)).toBe(lives);
  });

  test("H34 is shared by all children", async () => {
    const { begin, worker, end, pidOf, isAlive } = stage();
    const s = await begin(supervisor("s", { maxRestarts: 1, children: [worker("a"), worker("b")] }));
    await end(await pidOf(s, "a"), "odd");
    await end(await pidOf(s, "b"), "odd");
    expect(isAlive(s)).toBe(false);
  });

  test("H35 is spent at once by a child that cannot start", async () => {
    const { begin, worker, end, pidOf, isAlive, starts, world, reports } = stage();
    const broken = worker("a", { starts: ["ok", "refuse", "throw", "refuse", "refuse"] });
    const s = await begin(supervisor("s", { maxRestarts: 3, children: [broken] }));
    await end(await pidOf(s, "a"), "odd");
    expect([isAlive(s), starts("a"), world.elapsedMs]).toEqual([false, 4, 0]);
    expect(reports("supervisor_start_failed")).toHaveLength(3);
  });

  test("H37 shows a child that is retried as restarting, and lets its retry be stopped", async () => {
    const { begin, worker, node, pidOf, until, world, starts } = stage();
    const refusals = Array.from({ length: 20 }, () => "refuse" as const);
    const broken = worker("a", { startMs: 100, starts: ["ok", ...refusals] });
    const s = await begin(supervisor("s", { maxRestarts: 100, children: [broken] }));
    node.exit(await pidOf(s, "a"), "kill");
    await world.advance(50);
    const asked = Promise.all([
      node.whichChildren(s),
      node.startChild(s, worker("a")),
      node.restartChild(s, "a"),
      node.deleteChild(s, "a"),
      node.countChildren(s),
      node.terminateChild(s, "a"),
    ]);
    expect(await until(asked)).toEqual([
      [{ id: "a", pid: "restarting", type: "worker" }],
      { ok: false, error: "already_present" },
      { ok: false, error: "restarting" },
      { ok: false, error: "restarting" },
      { specs: 1, active: 0, supervisors: 0, workers: 1 },
      { ok: true },
    ]);
    await world.advance(10_000);
    expect(starts("a")).toBe(2);
    expect(await until(node.deleteChild(s, "a"))).toEqual({ ok: true });
  });

  test("H39 stops all children in reverse when it is spent, and ends shutdown", async () => {
    const { begin, worker, end, pidOf, deeds, reports } = stage();
    const inner = supervisor("inner", { maxRestarts: 0, children: [worker("a"), worker("b"), worker("c")] });
    const s = await begin(supervisor("outer", { children: [child(inner)] }));
    await end(await pidOf((await pidOf(s, "inner")) as unknown as Supervisor, "b"), "odd");
    expect(deeds.slice(3, 7)).toEqual(["-c", ".c", "-a", ".a"]);
    expect(reports("supervisor_child_exited").at(-1)).toMatchObject({ child: "inner", reason: "shutdown" });
  });

  test("H40 is the silent end of a transient nested supervisor", async () => {
    const { begin, worker, end, pidOf, isAlive, node, until } = stage();
    const inner = supervisor("inner", { maxRestarts: 0, children: [worker("a")] });
    const s = await begin(supervisor("outer", { children: [child(inner, { restart: "transient" })] }));
    await end(await pidOf((await pidOf(s, "inner")) as unknown as Supervisor, "a"), "odd");
    expect(isAlive(s)).toBe(true);
    expect(await until(node.whichChildren(s))).toMatchObject([{ id: "inner", pid: undefined }]);
  });

  test("H41 is fresh in a permanent nested supervisor that is started again, and goes up when that repeats", async () => {
    const { begin, worker, end, pidOf, isAlive, starts } = stage();
    const inner = supervisor("inner", { maxRestarts: 1, children: [worker("a"), worker("b")] });
    const s = await begin(supervisor("outer", { maxRestarts: 1, children: [child(inner)] }));
    const fail = async () => end(await pidOf((await pidOf(s, "inner")) as unknown as Supervisor, "a"), "odd");
    await fail();
    await fail();
    expect([starts("a"), starts("b")]).toEqual([3, 2]);
    await fail();
    expect(isAlive(s)).toBe(true);
    await fail();
    expect(isAlive(s)).toBe(false);
  });

  test("H42 is not touched further by a restart that declines", async () => {
    const { begin, worker, end, pidOf, isAlive, starts, node, until, reports } = stage();
    const s = await begin(supervisor("s", { children: [worker("a", { starts: ["ok", "ignore"] })] }));
    await end(await pidOf(s, "a"), "odd");
    expect([isAlive(s), starts("a")]).toEqual([true, 2]);
    expect(await until(node.whichChildren(s))).toMatchObject([{ id: "a", pid: undefined }]);
    expect(reports("supervisor_child_restarted")).toMatchObject([{ pid: undefined, restarts: 1 }]);
  });
});
