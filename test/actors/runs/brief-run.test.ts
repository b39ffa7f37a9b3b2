// A run that a process waits for: through the real tree of runs, with every part of it killed in the middle.
import { describe, expect, test } from "vitest";
import type { Operations, Plan, Step } from "../../../actors/pipeline/plan.ts";
import { type BriefResult, runBriefly } from "../../../actors/runs/brief-run.ts";
import { deskLimits } from "../../../actors/runs/desk-limits.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { ownAccess } from "../../../actors/workspace/access/own.ts";
import { type Node, named, simulatedWorld, sleep, startNode } from "../../../runtime/index.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";
import { keepersAtWork, runsAtWork, stepsAtWork } from "../../supervisors/run-processes.ts";

interface Room {
  readonly node: Node;
  run(plan: Plan): Promise<BriefResult>;
}

async function withRuns(operations: Operations, work: (room: Room) => Promise<void>): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world });
  const tree = runsTree({
    world,
    node: node.name,
    operations,
    workspaceOf: () => ownAccess(),
    pipeline: { max_parallel_steps: 2, max_parallel_parts: 4, max_restarts: 3, restart_window_ms: 60_000 },
    configuration: { keep_days: 30, keep_max: 10, keep_mb: 10 },
    store: memoryRunStore(world.clock),
  });
  const run: Room["run"] = (plan) =>
    new Promise((resolve, reject) => {
      node
        .spawn(async () => runBriefly({ kind: "test", title: "A test", plan }).then(resolve, reject))
        .catch(reject);
    });
  await world.until(
    (async () => {
      await node.spawn(tree);
      await work({ node, run });
    })(),
  );
}

function step(id: string, operation: string, input: unknown = null, after?: Step["after"]): Step {
  return { id, operation, input, ...(after === undefined ? {} : { after }) };
}

/** What is left of it in the tree, once everything has had its time. */
async function leftOf(node: Node): Promise<unknown> {
  await node.sleep(10_000);
  return [runsAtWork(node), keepersAtWork(node), (await node.countChildren(named("runs.local"))).active];
}

const nothing = [[], [], 0];

describe("a run that a process waits for", () => {
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

  test("carries a plan out, steps found on the way included, and leaves nothing behind", () =>
    withRuns(sum, async ({ run, node }) => {
      expect(await run(sumPlan)).toEqual({ ok: true, output: 10 });
      expect(await leftOf(node)).toEqual(nothing);
    }));

  test("gives an output of any size", () =>
    withRuns({ long: async () => ({ output: "long ".repeat(600_000) }) }, async ({ run }) => {
      const result = await run({ steps: [step("a", "long")], result: "a" });
      expect(result.ok && (result.output as string).length).toBe(3_000_000);
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
    return withRuns(operations, async ({ run }) => {
      expect(await run({ steps: [step("a", "flaky")], result: "a" })).toEqual({ ok: true, output: 3 });
    });
  });

  test("fails where a step keeps failing, with the step and the reason", () =>
    withRuns({ bad: async () => Promise.reject(new Error("never")) }, async ({ run, node }) => {
      const message = expect.stringMatching(/^Step "a" failed: .*never/);
      expect(await run({ steps: [step("a", "bad")], result: "a" })).toEqual({ ok: false, message });
      expect(await leftOf(node)).toEqual(nothing);
    }));

  test.each<[string, Plan, string]>([
    [
      "an operation that nobody knows",
      { steps: [step("a", "toString")], result: "a" },
      'wants the operation "toString"',
    ],
    [
      "a step that waits for nobody",
      { steps: [step("a", "number", 1, ["b"])], result: "a" },
      'waits for "b"',
    ],
    ["no step", { steps: [], result: "a" }, "has no steps"],
  ])("is refused where its plan has %s", (_, plan, words) =>
    withRuns(sum, async ({ run }) => {
      expect(await run(plan)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
    }),
  );

  test("fails where a step plans steps that cannot be", () =>
    withRuns({ again: async () => ({ output: 1, steps: [step("a", "again")] }) }, async ({ run }) => {
      const plan = { steps: [step("a", "again"), step("end", "again", null, "rest")], result: "end" };
      expect(await run(plan)).toMatchObject({
        ok: false,
        message: expect.stringContaining('Two steps have the id "a"'),
      });
    }));

  const slow: Operations = {
    slow: async (ms: number) => {
      await sleep(ms);
      return { output: ms };
    },
    quick: async () => ({ output: 1 }),
  };
  const slowPlan: Plan = {
    steps: [step("a", "slow", 100), step("b", "slow", 200), step("c", "slow", 300, "rest")],
    result: "c",
  };

  test.each<[string, (node: Node) => readonly Parameters<Node["exit"]>[0][]]>([
    ["it", runsAtWork],
    ["its keeper", keepersAtWork],
    ["a step of it", stepsAtWork],
    ["the supervisor of runs", (node) => [node.whereis("runs.local") ?? []].flat()],
    ["the supervisor of readers", (node) => [node.whereis("runs.readers") ?? []].flat()],
    ["the desk", (node) => [node.whereis("runs.desk") ?? []].flat()],
  ])("has its result when %s is killed in the middle", (_, victimsOf) =>
    withRuns(slow, async ({ run, node }) => {
      const asked = run(slowPlan);
      await node.sleep(150);
      const [victim] = victimsOf(node);
      if (victim === undefined) throw new Error("Nobody is there to be killed.");
      node.exit(victim, "kill");
      expect(await asked).toEqual({ ok: true, output: 300 });
      expect(await leftOf(node)).toEqual(nothing);
    }),
  );

  test("does no step again that was finished before it was killed", () => {
    const begun: number[] = [];
    const counted: Operations = {
      slow: async (ms: number) => {
        begun.push(ms);
        await sleep(ms);
        return { output: ms };
      },
    };
    return withRuns(counted, async ({ run, node }) => {
      const asked = run(slowPlan);
      await node.sleep(150);
      for (const pid of runsAtWork(node)) node.exit(pid, "kill");
      expect(await asked).toEqual({ ok: true, output: 300 });
      expect(begun.toSorted()).toEqual([100, 200, 200, 300]);
    });
  });

  test("is given up when the process that waits for it ends, with its steps", () =>
    withRuns(slow, async ({ node }) => {
      const plan = { steps: [step("a", "slow", 1e9)], result: "a" };
      const asker = await node.spawn(async () => {
        await runBriefly({ kind: "test", title: "A test", plan });
      });
      await node.sleep(50);
      expect([runsAtWork(node).length, stepsAtWork(node).length]).toEqual([1, 1]);
      node.exit(asker, "kill");
      await node.sleep(deskLimits.settleMs);
      expect([runsAtWork(node), stepsAtWork(node)]).toEqual([[], []]);
      expect(await leftOf(node)).toEqual(nothing);
    }));

  test("ends the steps that nobody waits for when its result is there", () =>
    withRuns(slow, async ({ run, node }) => {
      const plan: Plan = { steps: [step("a", "slow", 1e9), step("b", "quick")], result: "b" };
      expect(await run(plan)).toEqual({ ok: true, output: 1 });
      expect(stepsAtWork(node)).toEqual([]);
    }));

  test("is taken on no more once the desk drains, and finished where it was", () =>
    withRuns(slow, async ({ run, node }) => {
      const asked = run(slowPlan);
      await node.sleep(50);
      node.send(named("runs.desk"), { type: "drain" });
      expect(await run(slowPlan)).toMatchObject({
        ok: false,
        message: expect.stringContaining("takes nothing new"),
      });
      expect(await asked).toEqual({ ok: true, output: 300 });
    }));
});

describe("the events of runs", () => {
  async function toldOf(operations: Operations): Promise<string[]> {
    const told: string[] = [];
    await withRuns(operations, async ({ node, run }) => {
      node.subscribe(({ name, data }) => {
        if (name.startsWith("pipeline.")) told.push(`${name} ${"step" in data ? data.step : ""}`.trim());
      });
      await run({ steps: [step("a", "work")], result: "a" });
    });
    return told;
  }

  test("tell of it and its steps", async () => {
    expect(await toldOf({ work: async () => ({ output: 1 }) })).toEqual([
      "pipeline.run_began",
      "pipeline.step_began a",
      "pipeline.step_finished a",
      "pipeline.run_finished",
    ]);
  });

  test("tell of every try of a step, and that the run was given up", async () => {
    const told = await toldOf({ work: () => Promise.reject(new Error("no")) });
    const tries = Array.from({ length: 4 }, () => ["pipeline.step_began a", "pipeline.step_failed a"]);
    expect(told).toEqual(["pipeline.run_began", ...tries.flat(), "pipeline.run_failed a"]);
  });
});
