import { describe, expect, test } from "vitest";
import type { Operations, Plan, Step } from "../../../actors/pipeline/plan.ts";
import type { PipelineRunner } from "../../../actors/pipeline/run-desk.ts";
import { runName } from "../../../actors/pipeline/run-desk.ts";
import type { RunResult } from "../../../actors/pipeline/run-steps.ts";
import {
  call,
  type Node,
  named,
  type Received,
  receive,
  self,
  simulatedWorld,
  sleep,
  startNode,
} from "../../../runtime/index.ts";
import { pipelineTree } from "../../../supervisors/trees/pipeline.ts";

const runner = named<PipelineRunner>("pipeline.runner");
const configuration = { max_parallel_steps: 2, max_restarts: 3, restart_window_ms: 60_000 };

interface Room {
  readonly node: Node;
  /** Runs a plan as a reader would; hears the progress. */
  run(plan: Plan, id?: string): Promise<{ readonly result: RunResult; readonly heard: readonly Received[] }>;
}

async function withPipeline(operations: Operations, work: (room: Room) => Promise<void>): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world });
  const run: Room["run"] = (plan, id = "r1") =>
    new Promise((resolve, reject) => {
      node
        .spawn(async () => {
          const heard: Received[] = [];
          const answer = call(
            runner,
            "run",
            { id, plan, reader: self() },
            { timeoutMs: Number.POSITIVE_INFINITY },
          );
          const result = await answer;
          for (;;) {
            const message = await receive(undefined, { timeoutMs: 0 }).catch(() => undefined);
            if (message === undefined) break;
            heard.push(message);
          }
          resolve({ result, heard });
        })
        .catch(reject);
    });
  await world.until(
    (async () => {
      await node.spawn(pipelineTree(operations, configuration, world.clock));
      await work({ node, run });
    })(),
  );
}

function step(id: string, operation: string, input: unknown = null, after?: Step["after"]): Step {
  return { id, operation, input, ...(after === undefined ? {} : { after }) };
}

describe("the pipeline runner", () => {
  const sum: Operations = {
    fan: async (count: number) => ({
      output: null,
      steps: Array.from({ length: count }, (_, index) => step(`n${index}`, "number", index)),
    }),
    number: async (value: number) => ({ output: value }),
    sum: async (_, context) => {
      const numbers = [...context.outputs().values()].filter((value) => typeof value === "number");
      return { output: numbers.reduce((total, value) => total + value, 0) };
    },
  };
  const sumPlan: Plan = { steps: [step("fan", "fan", 5), step("sum", "sum", null, "rest")], result: "sum" };

  test("carries a plan out, steps found on the way included, and answers with its result", () =>
    withPipeline(sum, async ({ run, node }) => {
      const { result, heard } = await run(sumPlan);
      expect(result).toEqual({ ok: true, output: 10 });
      expect(heard.map((message) => [message.type, message.step, message.done])).toEqual([
        ["pipeline.progress", "fan", 1],
        ["pipeline.progress", "n0", 2],
        ["pipeline.progress", "n1", 3],
        ["pipeline.progress", "n2", 4],
        ["pipeline.progress", "n3", 5],
        ["pipeline.progress", "n4", 6],
        ["pipeline.progress", "sum", 7],
      ]);
      await node.sleep(10);
      expect(await node.call(runner, "status")).toEqual({ state: "accepting", runs: [] });
      expect(await node.countChildren(named("pipeline.runs"))).toMatchObject({ active: 0 });
    }));

  test("tries a step again whose process failed", () => {
    let attempts = 0;
    const operations: Operations = {
      flaky: async () => {
        attempts += 1;
        if (attempts < 3) throw new Error("not yet");
        return { output: attempts };
      },
    };
    return withPipeline(operations, async ({ run }) => {
      expect((await run({ steps: [step("a", "flaky")], result: "a" })).result).toEqual({
        ok: true,
        output: 3,
      });
    });
  });

  test("fails a run whose step keeps failing, with the step and the reason", () =>
    withPipeline({ bad: async () => Promise.reject(new Error("never")) }, async ({ run }) => {
      const { result } = await run({ steps: [step("a", "bad")], result: "a" });
      expect(result).toMatchObject({ ok: false, step: "a", reason: { error: { message: "never" } } });
    }));

  test("refuses a plan with an operation that nobody knows, or steps that wait for nobody", () =>
    withPipeline(sum, async ({ run }) => {
      const unknown = await run({ steps: [step("a", "toString")], result: "a" });
      expect(JSON.stringify(unknown.result)).toContain('wants the operation \\"toString\\"');
      const waiting = await run({ steps: [step("a", "number", 1, ["b"])], result: "a" }, "r2");
      expect(JSON.stringify(waiting.result)).toContain('waits for \\"b\\"');
    }));

  test("fails a run whose steps plan steps that cannot be", () =>
    withPipeline({ again: async () => ({ output: 1, steps: [step("a", "again")] }) }, async ({ run }) => {
      const { result } = await run({
        steps: [step("a", "again"), step("end", "again", null, "rest")],
        result: "end",
      });
      expect(result).toMatchObject({
        ok: false,
        step: "a",
        reason: { bad_steps: 'Two steps have the id "a".' },
      });
    }));

  const slow: Operations = {
    slow: async (ms: number) => {
      await sleep(ms);
      return { output: ms };
    },
  };
  const slowPlan: Plan = {
    steps: [step("a", "slow", 100), step("b", "slow", 200), step("c", "slow", 300, "rest")],
    result: "c",
  };

  test("starts a run again that was killed, and still answers", () =>
    withPipeline(slow, async ({ run, node }) => {
      const asked = run(slowPlan);
      await node.sleep(150);
      const pid = node.whereis(runName("r1"));
      if (pid !== undefined) node.exit(pid, "kill");
      expect(pid).toBeDefined();
      expect((await asked).result).toEqual({ ok: true, output: 300 });
    }));

  test("gives a run up when its reader ends, with its steps", () =>
    withPipeline(slow, async ({ node }) => {
      const reader = await node.spawn(async () => {
        await call(
          runner,
          "run",
          { id: "r1", plan: slowPlan, reader: self() },
          { timeoutMs: Number.POSITIVE_INFINITY },
        );
      });
      await node.sleep(50);
      const before = node.processes().length;
      node.exit(reader, "shutdown");
      await node.sleep(5);
      expect(node.whereis(runName("r1"))).toBeUndefined();
      // The reader, the run and its two steps are gone; nothing else is.
      expect(node.processes().length).toBe(before - 4);
    }));

  test("ends the steps that nobody waits for when the result is there", () =>
    withPipeline({ ...slow, quick: async () => ({ output: 1 }) }, async ({ run, node }) => {
      const before = node.processes().length;
      const plan: Plan = { steps: [step("a", "slow", 10_000), step("b", "quick")], result: "b" };
      expect((await run(plan)).result).toEqual({ ok: true, output: 1 });
      await node.sleep(10);
      expect(node.processes().length).toBe(before);
    }));

  test("finds a run that is there when it was itself lost meanwhile", () =>
    withPipeline(slow, async ({ run, node }) => {
      const first = run(slowPlan).catch(() => undefined);
      await node.sleep(50);
      const runBefore = node.whereis(runName("r1"));
      const pid = node.whereis("pipeline.runner");
      if (pid !== undefined) node.exit(pid, "kill");
      await node.sleep(10);
      const again = run(slowPlan);
      await node.sleep(10);
      // It is the same process: nothing that it had done is done again.
      expect(runBefore).toBeDefined();
      expect(node.whereis(runName("r1"))).toEqual(runBefore);
      expect((await again).result).toEqual({ ok: true, output: 300 });
      void first;
    }));

  test("takes no more runs once it drains, and finishes those it has", () =>
    withPipeline(slow, async ({ run, node }) => {
      const asked = run(slowPlan);
      await node.sleep(50);
      node.cast(runner, "drain");
      expect((await run(slowPlan, "late")).result).toMatchObject({ ok: false, reason: "draining" });
      expect(await node.call(runner, "status")).toEqual({ state: "draining", runs: ["r1"] });
      expect((await asked).result).toEqual({ ok: true, output: 300 });
    }));
});
