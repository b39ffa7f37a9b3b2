// Conformance: how supervisors stop, and their children with them (OTP behaviours H02, H43 to H49).
import { describe, expect, test } from "vitest";
import { child, type Pid, type Supervisor, supervisor } from "../../../runtime/index.ts";
import { stage } from "./bench.ts";

describe("a supervisor that stops", () => {
  test("H02 stops its children in reverse, one after the other", async () => {
    const { begin, worker, deeds, node, until, world } = stage();
    const stopMs = 60;
    const children = ["a", "b", "c"].map((id) => worker(id, { stopMs }));
    const s = await begin(supervisor("s", { children }));
    deeds.length = 0;
    await until(node.stop(s as unknown as Pid));
    expect(deeds).toEqual(["-c", ".c", "-b", ".b", "-a", ".a"]);
    expect(world.elapsedMs).toBe(180);
  });

  test("H43 kills a child when its time is up, and the answer is ok", async () => {
    const { begin, worker, deeds, node, until, world, reports } = stage();
    const deaf = worker("a", { stopMs: Number.POSITIVE_INFINITY, shutdownMs: 700 });
    const s = await begin(supervisor("s", { children: [deaf] }));
    expect(await until(node.terminateChild(s, "a"))).toEqual({ ok: true });
    expect(world.elapsedMs).toBe(700);
    expect(deeds).toEqual(["+a", "-a"]);
    expect(reports("supervisor_child_stopped")).toMatchObject([{ child: "a", reason: "killed" }]);
    expect(reports("supervisor_shutdown_error")).toMatchObject([{ child: "a", reason: "killed" }]);
  });

  test("H44 kills a brutal_kill child at once, without its terminate and without a complaint", async () => {
    const { begin, worker, deeds, node, until, world, reports } = stage();
    const s = await begin(
      supervisor("s", { children: [worker("a", { shutdownMs: "brutal_kill", stopMs: 9 })] }),
    );
    expect(await until(node.terminateChild(s, "a"))).toEqual({ ok: true });
    expect(world.elapsedMs).toBe(0);
    expect(deeds).toEqual(["+a"]);
    expect(reports("supervisor_child_stopped")).toMatchObject([{ child: "a", reason: "killed" }]);
    expect(reports("supervisor_shutdown_error")).toEqual([]);
  });

  test("H45 waits as long as it takes for a child with infinite time", async () => {
    const { begin, worker, node, until, world } = stage();
    const slow = worker("a", { shutdownMs: Number.POSITIVE_INFINITY, stopMs: 3_000_000 });
    const s = await begin(supervisor("s", { children: [slow] }));
    const stopping = node.terminateChild(s, "a");
    await world.advance(2_999_999);
    const { pending } = await race(stopping);
    expect(pending).toBe(true);
    expect(await until(stopping)).toEqual({ ok: true });
  });

  test("H46 ends a child that does not trap at once, without its terminate", async () => {
    const { begin, worker, deeds, node, until, world } = stage();
    const s = await begin(supervisor("s", { children: [worker("a", { trapExit: false, stopMs: 50 })] }));
    await until(node.terminateChild(s, "a"));
    expect(deeds).toEqual(["+a"]);
    expect(world.elapsedMs).toBe(0);
  });

  test("H48 reports a child that ends with another reason while it is stopped, and carries on", async () => {
    const { begin, worker, deeds, node, until, reports, isAlive } = stage();
    const odd = worker("b", { stopReason: "odd" });
    const s = await begin(supervisor("s", { children: [worker("a"), odd, worker("c")] }));
    await until(node.terminateChild(s, "b"));
    expect(isAlive(s)).toBe(true);
    await until(node.stop(s as unknown as Pid));
    expect(deeds.slice(3)).toEqual(["-b", ".b", "-c", ".c", "-a", ".a"]);
    expect(reports("supervisor_shutdown_error")).toEqual([{ supervisor: "s", child: "b", reason: "odd" }]);
  });

  test.each([
    ["permanent", "normal", true],
    ["transient", "normal", false],
    ["temporary", "normal", false],
    ["transient", "odd", true],
    ["temporary", "odd", true],
  ] as const)(
    "H48 judges a %s child that ends %s when it is stopped",
    async (restart, stopReason, isError) => {
      const { begin, worker, node, until, reports } = stage();
      const s = await begin(supervisor("s", { children: [worker("a", { restart, stopReason })] }));
      await until(node.terminateChild(s, "a"));
      expect(reports("supervisor_shutdown_error")).toHaveLength(isError ? 1 : 0);
    },
  );

  test("H48 takes the exit of a child that had just ended by itself for its answer", async () => {
    const { begin, worker, node, until, reports, pidOf, starts } = stage();
    const children = [worker("a"), worker("b", { stopMs: 20 })];
    const s = await begin(supervisor("s", { strategy: "one_for_all", children }));
    const a = await pidOf(s, "a");
    node.exit(await pidOf(s, "b"), "kill");
    node.exit(a, "kill");
    await until(node.whichChildren(s));
    expect(reports("supervisor_child_stopped")).toMatchObject([{ child: "a", reason: "killed" }]);
    expect([starts("a"), starts("b")]).toEqual([2, 2]);
  });

  test("H49 gives each child its own time, so that the whole takes their sum", async () => {
    const { begin, worker, node, until, world, reports } = stage();
    const deaf = { stopMs: Number.POSITIVE_INFINITY };
    const inner = supervisor("inner", { children: [worker("c", { ...deaf, shutdownMs: 400 })] });
    const children = [worker("a", { ...deaf, shutdownMs: 100 }), worker("b", { ...deaf, shutdownMs: 200 })];
    const s = await begin(supervisor("s", { children: [...children, child(inner)] }));
    await until(node.stop(s as unknown as Pid));
    expect(world.elapsedMs).toBe(700);
    expect(reports("supervisor_child_stopped").map(({ child: id }) => id)).toEqual(["c", "inner", "b", "a"]);
    expect(node.processes()).toEqual([]);
  });

  test("H49 orphans what a nested supervisor has when it is killed because its time is up", async () => {
    const { begin, worker, node, until, world, pidOf, isAlive } = stage();
    const deaf = worker("deaf", { stopMs: Number.POSITIVE_INFINITY, shutdownMs: Number.POSITIVE_INFINITY });
    const inner = supervisor("inner", { children: [deaf] });
    const s = await begin(supervisor("s", { children: [child(inner, { shutdownMs: 100 })] }));
    const orphan = await pidOf((await pidOf(s, "inner")) as unknown as Supervisor, "deaf");
    await until(node.stop(s as unknown as Pid));
    expect([world.elapsedMs, isAlive(orphan)]).toEqual([100, true]);
  });
});

/** Whether a promise has settled by now. */
async function race(promise: Promise<unknown>): Promise<{ readonly pending: boolean }> {
  const pending = Symbol("pending");
  return { pending: (await Promise.race([promise, Promise.resolve(pending)])) === pending };
}
