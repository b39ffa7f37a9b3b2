import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Step } from "../../../actors/pipeline/plan.ts";
import { Progress, type ProgressAction } from "../../../actors/pipeline/progress.ts";

const limits = { parallelMax: 2, retriesMax: 2, windowMs: 1_000 };

function step(id: string, after?: Step["after"]): Step {
  return { id, operation: "work", input: null, ...(after === undefined ? {} : { after }) };
}

function started(actions: readonly ProgressAction[]): string[] {
  return actions.flatMap((action) => (action.type === "start" ? [action.step.id] : []));
}

describe("Progress", () => {
  test("starts no more steps than may work at the same time", () => {
    const progress = new Progress(
      { steps: [step("a"), step("b"), step("c"), step("end", "rest")], result: "end" },
      limits,
    );
    expect(started(progress.begin())).toEqual(["a", "b"]);
    expect(started(progress.step({ type: "finished", id: "a", output: 1, steps: [] }))).toEqual(["c"]);
  });

  test("starts a step only after those it waits for", () => {
    const progress = new Progress({ steps: [step("b", ["a"]), step("a")], result: "b" }, limits);
    expect(started(progress.begin())).toEqual(["a"]);
    expect(started(progress.step({ type: "finished", id: "a", output: 1, steps: [] }))).toEqual(["b"]);
  });

  test("gives the place of a step that has worked to another, and starts what waits for it only when it is done", () => {
    const steps = [step("a"), step("b"), step("c"), step("end", "rest")];
    const progress = new Progress({ steps, result: "end" }, limits);
    progress.begin();
    expect(started(progress.step({ type: "worked", id: "a" }))).toEqual(["c"]);
    expect(progress.step({ type: "worked", id: "a" })).toEqual([]);
    expect(progress.counts.done).toBe(0);
    expect([...progress.outputs()]).toEqual([]);
    for (const id of ["b", "c"]) progress.step({ type: "worked", id });
    for (const id of ["b", "c"])
      expect(progress.step({ type: "finished", id, output: 1, steps: [] })).toEqual([]);
    expect(started(progress.step({ type: "finished", id: "a", output: 1, steps: [] }))).toEqual(["end"]);
    expect(progress.step({ type: "finished", id: "a", output: 2, steps: [] })).toEqual([]);
  });

  test("completes with the output of the step that the plan names", () => {
    const progress = new Progress({ steps: [step("a")], result: "a" }, limits);
    progress.begin();
    expect(progress.step({ type: "finished", id: "a", output: 42, steps: [] })).toEqual([
      { type: "complete", output: 42 },
    ]);
  });

  test("takes steps that were found on the way, and keeps `rest` waiting for them", () => {
    const progress = new Progress({ steps: [step("list"), step("end", "rest")], result: "end" }, limits);
    progress.begin();
    const more = progress.step({
      type: "finished",
      id: "list",
      output: null,
      steps: [step("x"), step("y"), step("z")],
    });
    expect(started(more)).toEqual(["x", "y"]);
    expect(started(progress.step({ type: "finished", id: "x", output: 1, steps: [] }))).toEqual(["z"]);
    expect(started(progress.step({ type: "finished", id: "y", output: 2, steps: [] }))).toEqual([]);
    expect(started(progress.step({ type: "finished", id: "z", output: 3, steps: [] }))).toEqual(["end"]);
    expect([...progress.outputs()]).toEqual([
      ["list", null],
      ["x", 1],
      ["y", 2],
      ["z", 3],
    ]);
  });

  test("gives a step that failed time to rest, and the others its place", () => {
    const progress = new Progress(
      { steps: [step("a"), step("b"), step("c"), step("end", "rest")], result: "end" },
      limits,
    );
    progress.begin();
    const actions = progress.step({ type: "failed", id: "a", nowMs: 0 });
    expect(actions[0]).toEqual({ type: "retry_later", id: "a", attempt: 1 });
    expect(started(actions)).toEqual(["c"]);
    progress.step({ type: "finished", id: "b", output: null, steps: [] });
    expect(started(progress.step({ type: "retry", id: "a" }))).toEqual(["a"]);
  });

  test("gives up when a step fails once more than it may within the window", () => {
    const progress = new Progress({ steps: [step("a")], result: "a" }, limits);
    progress.begin();
    for (const nowMs of [0, 1]) {
      expect(progress.step({ type: "failed", id: "a", nowMs })[0]?.type).toBe("retry_later");
      progress.step({ type: "retry", id: "a" });
    }
    expect(progress.step({ type: "failed", id: "a", nowMs: 2 })).toEqual([{ type: "give_up", id: "a" }]);
  });

  test("does not count failures that are older than the window", () => {
    const progress = new Progress({ steps: [step("a")], result: "a" }, limits);
    progress.begin();
    for (const nowMs of [0, 1_001, 2_002, 3_003]) {
      expect(progress.step({ type: "failed", id: "a", nowMs })[0]).toMatchObject({
        type: "retry_later",
        attempt: 1,
      });
      progress.step({ type: "retry", id: "a" });
    }
  });

  test("takes no notice of steps that are not at work", () => {
    const progress = new Progress({ steps: [step("a")], result: "a" }, limits);
    expect(progress.step({ type: "finished", id: "a", output: 1, steps: [] })).toEqual([]);
    expect(progress.step({ type: "finished", id: "nobody", output: 1, steps: [] })).toEqual([]);
    expect(progress.step({ type: "retry", id: "a" })).toEqual([]);
  });

  test("carries every plan to its end, within its bounds, whichever step ends first and whichever fails", () => {
    const plan = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      choices: fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 }),
    });
    fc.assert(
      fc.property(plan, ({ count, choices }) => {
        const steps = Array.from({ length: count }, (_, index) =>
          step(`s${index}`, index >= 3 ? [`s${index - 3}`] : undefined),
        );
        const progress = new Progress(
          { steps: [...steps, step("end", "rest")], result: "end" },
          { ...limits, retriesMax: 100 },
        );
        const working = new Set<string>();
        const resting = new Set<string>();
        let isComplete = false;
        const take = (actions: readonly ProgressAction[]): void => {
          for (const action of actions) {
            if (action.type === "start") working.add(action.step.id);
            if (action.type === "retry_later") resting.add(action.id);
            if (action.type === "complete") isComplete = true;
          }
          expect(working.size).toBeLessThanOrEqual(limits.parallelMax);
        };
        take(progress.begin());
        for (let turn = 0; !isComplete; turn += 1) {
          expect(turn).toBeLessThan(1_000);
          const choice = choices[turn % choices.length] ?? 0;
          const [rested] = resting;
          if (rested !== undefined && (choice % 3 === 0 || working.size === 0)) {
            resting.delete(rested);
            take(progress.step({ type: "retry", id: rested }));
            continue;
          }
          const id = [...working][choice % working.size] ?? "";
          working.delete(id);
          const fails = choice % 5 === 0 && turn < 500;
          take(
            progress.step(
              fails ? { type: "failed", id, nowMs: turn } : { type: "finished", id, output: id, steps: [] },
            ),
          );
        }
        expect(progress.counts).toEqual({ done: count + 1, total: count + 1 });
      }),
    );
  });
});
