// Conformance: children that come and go (OTP behaviours H59 to H63 and I01 to I06).
import { describe, expect, test } from "vitest";
import {
  child,
  childOf,
  dynamicSupervisor,
  type Pid,
  type Protocol,
  type StartChild,
  type Supervisor,
  spawn,
  supervisor,
} from "../../../runtime/index.ts";
import { idle } from "../process/bench.ts";
import { type Stage, stage, type WorkerManner, type WorkerOptions } from "./bench.ts";

type Options = WorkerOptions & WorkerManner;

/** A simple_one_for_one supervisor whose children are workers; `given` is what each of their starts got. */
function simple(options: Options & { readonly refusals?: number } = {}, flags: object = {}) {
  const here = stage();
  const given: unknown[][] = [];
  const { refusals = 0, ...manner } = options;
  const spec = here.worker("w", manner);
  const { id, restart, shutdownMs, type, significant } = spec;
  const start = async (...more: unknown[]) => {
    given.push(more);
    if (given.length > 1 && given.length <= 1 + refusals) throw new Error("not now");
    return spec.start(...([] as never[]));
  };
  const template = childOf({ id, restart, shutdownMs, type, significant, start, given: ["template"] });
  const logic = supervisor("s", { strategy: "simple_one_for_one", children: [template], ...flags });
  return { ...here, given, logic };
}

async function startOne({ node, until }: Stage, s: Supervisor, ...more: unknown[]): Promise<Pid<Protocol>> {
  return pidOf(await until(node.startChild(s, more)));
}

function pidOf(started: StartChild): Pid<Protocol> {
  if (!started.ok || started.pid === undefined)
    throw new Error(`It did not start: ${JSON.stringify(started)}`);
  return started.pid;
}

describe("a simple_one_for_one supervisor", () => {
  test("H59 appends what a start is given to the template's, and children have no ids", async () => {
    const here = simple();
    const s = await here.begin(here.logic);
    const pid = await startOne(here, s, "more", 2);
    expect(here.given).toEqual([["template", "more", 2]]);
    expect(await here.until(here.node.whichChildren(s))).toEqual([{ id: undefined, pid, type: "worker" }]);
    expect(await here.until(here.node.childSpecOf(s, "w"))).toMatchObject({ id: "w", restart: "permanent" });
  });

  test("H60 starts a child again with the same", async () => {
    const here = simple();
    const s = await here.begin(here.logic);
    await here.end(await startOne(here, s, "more"), "odd");
    expect(here.given).toEqual([
      ["template", "more"],
      ["template", "more"],
    ]);
    expect(here.reports("supervisor_child_restarted")).toMatchObject([
      { child: "w", reason: "odd", restarts: 1, restartsLeft: 2 },
    ]);
  });

  test("H61 knows children by pid only", async () => {
    const here = simple();
    const { node, until } = here;
    const s = await here.begin(here.logic);
    const pid = await startOne(here, s);
    const refusal = { ok: false, error: "simple_one_for_one" };
    expect(await until(node.terminateChild(s, "w"))).toEqual(refusal);
    expect(await until(node.restartChild(s, "w"))).toEqual(refusal);
    expect(await until(node.deleteChild(s, "w"))).toEqual(refusal);
    const stranger = await until(node.spawn(idle));
    expect(await until(node.terminateChild(s, stranger))).toEqual({ ok: false, error: "not_found" });
    expect(await until(node.terminateChild(s, pid))).toEqual({ ok: true });
    expect(await until(node.terminateChild(s, pid))).toEqual({ ok: true });
    expect(here.starts("w")).toBe(1);
  });

  test("H61 does not take the pid of an earlier life of the node for a child", async () => {
    const here = simple();
    const s = await here.begin(here.logic);
    const pid = await startOne(here, s);
    const old = { ...pid, incarnation: pid.incarnation - 1 };
    expect(await here.until(here.node.terminateChild(s, old))).toEqual({ ok: true });
    expect(here.isAlive(pid)).toBe(true);
  });

  test("H61 stops the retry of a child by the pid that it had", async () => {
    const here = simple({ startMs: 100, starts: ["ok", "refuse", "refuse", "refuse"] }, { maxRestarts: 50 });
    const { node, until, world } = here;
    const s = await here.begin(here.logic);
    const pid = await startOne(here, s);
    node.exit(pid, "kill");
    await world.advance(50);
    const asked = Promise.all([node.whichChildren(s), node.countChildren(s), node.terminateChild(s, pid)]);
    expect(await until(asked)).toEqual([
      [{ id: undefined, pid: "restarting", type: "worker" }],
      { specs: 1, active: 0, supervisors: 0, workers: 1 },
      { ok: true },
    ]);
    await world.advance(5_000);
    expect(here.starts("w")).toBe(2);
  });

  test("H62 gives the bare reason of a start that fails, and keeps nothing; nor of one that declines", async () => {
    const here = simple({ starts: ["refuse", "ignore"] });
    const { node, until } = here;
    const s = await here.begin(here.logic);
    expect(await until(node.startChild(s, []))).toEqual({
      ok: false,
      error: "start_failed",
      id: undefined,
      reason: "w refuses",
    });
    expect(await until(node.startChild(s, []))).toEqual({ ok: true, pid: undefined });
    expect(await until(node.whichChildren(s))).toEqual([]);
  });

  test("H62 refuses a spec where it wants arguments, and lives on", async () => {
    const here = simple();
    const s = await here.begin(here.logic);
    for (const bad of [child(idle), undefined, "more", 7])
      expect(await here.until(here.node.startChild(s, bad as never))).toMatchObject({
        error: "bad_child_spec",
      });
    expect(here.isAlive(s)).toBe(true);
  });

  test("H63 stops all children at the same time", async () => {
    const here = simple({ stopMs: 100 });
    const s = await here.begin(here.logic);
    for (let count = 0; count < 5; count += 1) await startOne(here, s);
    await here.until(here.node.stop(s as unknown as Pid));
    expect(here.world.elapsedMs).toBe(100);
    expect(here.deeds.slice(5)).toEqual([..."-----"].map(() => "-w").concat([..."-----"].map(() => ".w")));
    expect(here.node.processes()).toEqual([]);
  });

  test("H63 kills those that are deaf when their time is up, all at once", async () => {
    const here = simple({ stopMs: Number.POSITIVE_INFINITY, shutdownMs: 300 });
    const s = await here.begin(here.logic);
    for (let count = 0; count < 5; count += 1) await startOne(here, s);
    await here.until(here.node.stop(s as unknown as Pid));
    expect(here.world.elapsedMs).toBe(300);
    expect(here.reports("supervisor_shutdown_error")).toHaveLength(5);
  });

  test("H35 spends its budget on a child that cannot start", async () => {
    const here = simple({ refusals: 9 });
    const s = await here.begin(here.logic);
    await here.end(await startOne(here, s), "odd");
    expect([here.isAlive(s), here.given.length]).toEqual([false, 4]);
    expect(here.reports("supervisor_gave_up")).toMatchObject([{ child: "w", maxRestarts: 3 }]);
  });

  test("H65 ends with the last of its significant children, or with the first", async () => {
    for (const [autoShutdown, lives] of [
      ["all_significant", true],
      ["any_significant", false],
    ] as const) {
      const here = simple({ restart: "temporary", significant: true }, { autoShutdown });
      const s = await here.begin(here.logic);
      const pids = [await startOne(here, s), await startOne(here, s)] as const;
      await here.end(pids[0], "normal");
      expect(here.isAlive(s)).toBe(lives);
      await here.end(pids[1], "normal");
      expect(here.isAlive(s)).toBe(false);
    }
  });

  test("H08 has exactly one child, and may come out of an init", async () => {
    const here = stage();
    const flags = { strategy: "simple_one_for_one", children: [] } as const;
    expect(() => supervisor("s", flags)).toThrow("exactly one child");
    await expect(here.begin(supervisor("s", () => flags))).rejects.toMatchObject({
      reason: { supervisor_data: expect.stringContaining("exactly one child") },
    });
    const s = await here.begin(supervisor("s", () => ({ ...flags, children: [here.worker("w")] })));
    expect(await startOne(here, s)).toMatchObject({ id: expect.any(Number) });
  });
});

describe("a dynamic supervisor", () => {
  test("I01 starts no more than maxChildren, and again when one is gone", async () => {
    const here = stage();
    const { node, until, worker } = here;
    const s = await here.begin(dynamicSupervisor("d", { maxChildren: 2 }));
    const temporary = worker("w", { restart: "temporary" });
    const pid = pidOf(await until(node.startChild(s, temporary)));
    await until(node.startChild(s, temporary));
    expect(await until(node.startChild(s, temporary))).toEqual({ ok: false, error: "max_children" });
    await here.end(pid, "normal");
    expect(await until(node.startChild(s, temporary))).toMatchObject({ ok: true });
    expect(await until(node.countChildren(s))).toEqual({ specs: 2, active: 2, supervisors: 0, workers: 2 });
  });

  test("I01 starts only the failed child again", async () => {
    const here = stage();
    const { node, until, worker } = here;
    const s = await here.begin(dynamicSupervisor("d"));
    const a = pidOf(await until(node.startChild(s, worker("a"))));
    await until(node.startChild(s, worker("b")));
    await here.end(a, "odd");
    expect(here.deeds).toEqual(["+a", "+b", "+a"]);
  });

  test("I01 does not start with wrong options", async () => {
    const here = stage();
    for (const wrong of [{ maxChildren: -1 }, { maxChildren: 0.5 }, { maxRestarts: -1 }, { withinMs: 0 }])
      await expect(here.begin(dynamicSupervisor("d", wrong))).rejects.toMatchObject({
        reason: { supervisor_data: expect.any(String) },
      });
  });

  test("I03 keeps nothing of a child that declines or fails, and gives the bare reason", async () => {
    const here = stage();
    const { node, until, worker } = here;
    const s = await here.begin(dynamicSupervisor("d", { maxChildren: 1 }));
    expect(await until(node.startChild(s, worker("a", { starts: ["ignore"] })))).toEqual({
      ok: true,
      pid: undefined,
    });
    const failed = { ok: false, error: "start_failed", id: undefined, reason: "b refuses" };
    expect(await until(node.startChild(s, worker("b", { starts: ["refuse"] })))).toEqual(failed);
    expect(await until(node.whichChildren(s))).toEqual([]);
  });

  test("I03 forgets a child whose restart declines", async () => {
    const here = stage();
    const s = await here.begin(dynamicSupervisor("d"));
    const spec = here.worker("a", { starts: ["ok", "ignore"] });
    await here.end(pidOf(await here.until(here.node.startChild(s, spec))), "odd");
    expect(await here.until(here.node.countChildren(s))).toMatchObject({ specs: 0 });
  });

  test("I04 stops a child by pid, finds no stranger, and lists children without ids", async () => {
    const here = stage();
    const { node, until, worker } = here;
    const s = await here.begin(dynamicSupervisor("d"));
    const pid = pidOf(await until(node.startChild(s, worker("a"))));
    expect(await until(node.whichChildren(s))).toEqual([{ id: undefined, pid, type: "worker" }]);
    for (const stranger of ["a", "x", s as unknown as Pid])
      expect(await until(node.terminateChild(s, stranger))).toEqual({ ok: false, error: "not_found" });
    expect(await until(node.terminateChild(s, pid))).toEqual({ ok: true });
    expect(await until(node.terminateChild(s, pid))).toEqual({ ok: false, error: "not_found" });
    expect(here.starts("a")).toBe(1);
  });

  test("H11 is not led astray by a retry that nobody asked for", async () => {
    const here = stage();
    const { node, until, worker } = here;
    const s = await here.begin(dynamicSupervisor("d"));
    const pid = pidOf(await until(node.startChild(s, worker("a"))));
    for (const key of [pid.id, "a", null]) node.cast(s as unknown as Pid, "retry", key);
    await here.world.settle();
    expect([here.starts("a"), here.isAlive(s)]).toEqual([1, true]);
  });

  test("H13 says nothing more once it was killed, though a start that it waited for comes to its end", async () => {
    const here = stage();
    const { node, until, worker, world } = here;
    const s = await here.begin(dynamicSupervisor("d"));
    const slow = worker("a", { startMs: 100, starts: ["ok", "refuse"] });
    await here.end(pidOf(await until(node.startChild(s, slow))), "odd");
    node.exit(s as unknown as Pid, "kill");
    await world.advance(1_000);
    expect(here.starts("a")).toBe(2);
    expect(here.reports("supervisor_start_failed")).toEqual([]);
    expect(node.processes()).toEqual([]);
  });

  test("I05 gives every start the extra arguments first, restarts included", async () => {
    const here = stage();
    const given: unknown[][] = [];
    const s = await here.begin(dynamicSupervisor("d", { extraArguments: ["extra", 1] }));
    const start = async (...all: unknown[]) => {
      given.push(all);
      return (await spawn(idle, { link: true })) as unknown as Pid;
    };
    const started = await here.until(here.node.startChild(s, childOf({ id: "a", start, given: ["own"] })));
    here.node.exit(pidOf(started), "kill");
    await here.world.settle();
    expect(given).toEqual([
      ["extra", 1, "own"],
      ["extra", 1, "own"],
    ]);
  });

  test("I06 stops children of all kinds at the same time, each with its own time", async () => {
    const here = stage();
    const { node, until, worker } = here;
    const deaf = { stopMs: Number.POSITIVE_INFINITY };
    const s = await here.begin(dynamicSupervisor("d"));
    for (const spec of [
      worker("a", { stopMs: 100 }),
      worker("b", { shutdownMs: "brutal_kill" }),
      worker("c", { ...deaf, shutdownMs: 250 }),
      worker("d", { stopMs: 400, shutdownMs: Number.POSITIVE_INFINITY }),
    ])
      await until(node.startChild(s, spec));
    await until(node.stop(s as unknown as Pid));
    expect(here.world.elapsedMs).toBe(400);
    expect(here.reports("supervisor_child_stopped").map((each) => [each.child, each.reason])).toEqual([
      ["a", "shutdown"],
      ["b", "killed"],
      ["c", "killed"],
      ["d", "shutdown"],
    ]);
    expect(here.reports("supervisor_shutdown_error").map((each) => each.child)).toEqual(["c"]);
  });
});
