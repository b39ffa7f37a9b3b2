// The supervisor's mind by itself: events in, actions out, no process anywhere.
import { describe, expect, test } from "vitest";
import type { ExitReason } from "../../../runtime/index.ts";
import { makePid } from "../../../runtime/process/pid.ts";
import type { ChildSpec, Restart } from "../../../runtime/supervision/child-spec.ts";
import { RestartBudget } from "../../../runtime/supervision/restart-budget.ts";
import { oneForAll } from "../../../runtime/supervision/strategies/one-for-all.ts";
import { oneForOne } from "../../../runtime/supervision/strategies/one-for-one.ts";
import type { Strategy } from "../../../runtime/supervision/strategy.ts";
import { type AutoShutdown, SupervisorState } from "../../../runtime/supervision/supervisor-state.ts";

const pid = (id: number) => makePid("local", 1, id);

function spec(id: string, restart: Restart = "permanent", significant = false): ChildSpec {
  const start = async () => undefined;
  return { id, start, given: ["given"], restart, shutdownMs: 5_000, type: "worker", significant };
}

/** Children that run, the first as pid 1, the next as pid 2. */
function running(
  specs: readonly ChildSpec[],
  options: { strategy?: Strategy; maxRestarts?: number; autoShutdown?: AutoShutdown } = {},
): SupervisorState {
  const { strategy = oneForOne, maxRestarts = 3, autoShutdown = "never" } = options;
  const state = new SupervisorState(strategy, new RestartBudget(maxRestarts, 5_000), autoShutdown);
  for (const [index, each] of specs.entries()) {
    state.add(each);
    state.setStatus(each.id, { is: "running", pid: pid(index + 1) });
  }
  return state;
}

const exited = (id: number, reason: ExitReason, nowMs = 0) =>
  ({ type: "exited", pid: pid(id), reason, nowMs }) as const;
const statuses = (state: SupervisorState) =>
  [...state.children.values()].map((each) => `${each.spec.id} ${each.status.is}`);

describe("SupervisorState", () => {
  test("asks for nothing when a stranger ends, or a child that ran as another pid", () => {
    const state = running([spec("a")]);
    expect(state.step(exited(9, "odd"))).toEqual([]);
    state.setStatus("a", { is: "running", pid: pid(5) });
    expect(state.step(exited(1, "odd"))).toEqual([]);
    expect(state.step({ type: "retry", id: "a", nowMs: 0 })).toEqual([]);
    expect(state.step({ type: "retry", id: "stranger", nowMs: 0 })).toEqual([]);
    expect(state.budget.count).toBe(0);
  });

  test("does not take the pid of another life of the node for its child's", () => {
    const state = running([spec("a")]);
    const old = makePid("local", 0, 1);
    expect(state.step({ type: "exited", pid: old, reason: "odd", nowMs: 0 })).toEqual([]);
  });

  test("reports and starts a failed child again, with the reason", () => {
    const state = running([spec("a"), spec("b")]);
    expect(state.step(exited(2, "odd"))).toEqual([
      {
        type: "report_exit",
        spec: expect.objectContaining({ id: "b" }),
        pid: pid(2),
        reason: "odd",
        error: true,
      },
      { type: "start", id: "b", reason: "odd" },
    ]);
    expect(state.budget.left).toBe(2);
  });

  test("stops before it starts in a sweep, latest first", () => {
    const state = running([spec("a"), spec("b"), spec("c", "temporary")], { strategy: oneForAll });
    expect(state.step(exited(1, "odd")).slice(1)).toEqual([
      { type: "stop", id: "c" },
      { type: "stop", id: "b" },
      { type: "start", id: "a", reason: "odd" },
      { type: "start", id: "b", reason: "odd" },
    ]);
  });

  test("retries whoever failed to start, with the reason of that failure, and nobody else", () => {
    const state = running([spec("a"), spec("b")], { strategy: oneForAll });
    state.step(exited(2, "odd"));
    const failed = { type: "start_failed", id: "a", reason: "no_disk" } as const;
    expect(state.step(failed)).toEqual([{ type: "retry_later", id: "a" }]);
    expect(statuses(state)).toEqual(["a restarting", "b stopped"]);
    expect(state.step({ type: "retry", id: "b", nowMs: 0 })).toEqual([]);
    expect(state.step({ type: "retry", id: "a", nowMs: 0 })).toEqual([
      { type: "stop", id: "b" },
      { type: "start", id: "a", reason: "no_disk" },
      { type: "start", id: "b", reason: "no_disk" },
    ]);
    expect(state.budget.count).toBe(2);
  });

  test("gives up when the budget is spent, on an exit and on a retry", () => {
    const state = running([spec("a")], { maxRestarts: 1 });
    state.step(exited(1, "odd"));
    state.step({ type: "start_failed", id: "a", reason: "no_disk" });
    expect(state.step({ type: "retry", id: "a", nowMs: 5_000 })).toEqual([
      { type: "give_up", id: "a", reason: "no_disk" },
    ]);
    expect(
      running([spec("a")], { maxRestarts: 0 })
        .step(exited(1, "odd"))
        .at(-1),
    ).toEqual({
      type: "give_up",
      id: "a",
      reason: "odd",
    });
  });

  test.each([
    ["transient", "normal", false, ["a stopped"]],
    ["transient", { shutdown: 1 }, false, ["a stopped"]],
    ["temporary", "normal", false, []],
    ["temporary", "odd", true, []],
  ] as const)("lets a %s child that ends %j go", (restart, reason, error, left) => {
    const state = running([spec("a", restart)]);
    expect(state.step(exited(1, reason))).toEqual([
      { type: "report_exit", spec: expect.objectContaining({ id: "a" }), pid: pid(1), reason, error },
    ]);
    expect(statuses(state)).toEqual(left);
  });

  test("asks for the end with a significant child, as auto shutdown says", () => {
    const specs = [spec("a", "transient", true), spec("b", "temporary", true), spec("c")];
    const ends = (autoShutdown: AutoShutdown, ...ids: readonly number[]) => {
      const state = running(specs, { autoShutdown });
      return ids.map((id) => state.step(exited(id, "normal")).at(-1)?.type === "auto_shutdown");
    };
    expect(ends("never", 1, 2)).toEqual([false, false]);
    expect(ends("any_significant", 1)).toEqual([true]);
    expect(ends("any_significant", 2)).toEqual([true]);
    expect(ends("any_significant", 3)).toEqual([false]);
    expect(ends("all_significant", 1, 2)).toEqual([false, true]);
    expect(ends("all_significant", 2, 1)).toEqual([false, true]);
  });

  test("takes a significant child that is retried for one that lives", () => {
    const state = running([spec("a", "transient", true), spec("b", "transient", true)], {
      autoShutdown: "all_significant",
    });
    state.step(exited(1, "odd"));
    state.step({ type: "start_failed", id: "a", reason: "no_disk" });
    expect(state.step(exited(2, "normal")).at(-1)?.type).toBe("report_exit");
  });

  test("keeps the order and the place of a child whose start was remembered, and lets go of what a temporary one was given", () => {
    const state = running([spec("a", "temporary"), spec("b"), spec("c")]);
    state.setStatus("a", { is: "running", pid: pid(7) });
    expect([...state.children.values()].map(({ spec: { id, given } }) => [id, given])).toEqual([
      ["a", []],
      ["b", ["given"]],
      ["c", ["given"]],
    ]);
  });
});
