// The runs of a program in its user's folder: through the real desk and LMDB, and gone on with by the next program.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Operations, Plan, StepContext } from "../../../actors/pipeline/plan.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { folderRunStore } from "../../../actors/runs/stores/folder.ts";
import { ownAccess } from "../../../actors/workspace/access/own.ts";
import { realWorld, startNode } from "../../../runtime/index.ts";
import { ownRuns } from "../../../supervisors/runs/own.ts";
import { RunRefused } from "../../../supervisors/runs/refused.ts";
import type { FollowOptions, RunOrder, Runs } from "../../../supervisors/runs/runs.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";

const world = realWorld();

async function folderOfRuns(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "aiex-own-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Program {
  readonly runs: Runs;
  end(): Promise<void>;
}

/** A program that has runs in this folder. */
async function program(folder: string, operations: Operations): Promise<Program> {
  const node = startNode({ world, name: "here" });
  const store = folderRunStore({ world, folder });
  const tree = await node.spawn(
    runsTree({
      ...{ world, node: node.name, operations, store, workspaceOf: () => ownAccess() },
      pipeline: { max_parallel_steps: 4, max_parallel_parts: 4, max_restarts: 2, restart_window_ms: 60_000 },
      configuration: { keep_days: 30, keep_max: 100, keep_mb: 100 },
    }),
  );
  let hasEnded = false;
  const end = async (): Promise<void> => {
    if (hasEnded) return;
    hasEnded = true;
    await node.stop(tree, "shutdown", { timeoutMs: 10_000 });
    await node.halt();
    await store.close();
  };
  onTestFinished(end);
  return { runs: ownRuns({ node, place: store.place }), end };
}

/** Work that waits in the middle for whoever opens the gate. */
class Gate {
  begun = 0;
  readonly reached: Promise<void>;
  #reach: () => void = () => {};
  #open: () => void = () => {};
  readonly #isOpen: Promise<void>;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
    this.#isOpen = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
  }

  get operations(): Operations {
    return {
      first: async () => {
        this.begun += 1;
        return { output: { words: "kept ".repeat(20_000) } };
      },
      gated: async () => {
        this.#reach();
        await this.#isOpen;
        return { output: 42 };
      },
    };
  }
}

const plan: Plan = {
  steps: [
    { id: "a", operation: "first", input: null },
    { id: "b", operation: "gated", input: null, after: ["a"] },
  ],
  result: "b",
};
const order: RunOrder = { kind: "test", title: "A test", plan, request: { shown: "so" } };

/** Follows a run, and gives the numbers of what it heard as well. */
async function followed(runs: Runs, id: string, options: FollowOptions = {}) {
  const heard: RunEntry[] = [];
  const end = await runs.follow(id, {
    ...options,
    onEntry: (entry) => {
      heard.push(entry);
    },
  });
  return { end, heard, numbers: heard.map(({ n }) => n) };
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

describe("a run of this program", () => {
  test("is submitted, followed, listed, found, shown and taken out", async () => {
    const gate = new Gate();
    gate.open();
    const { runs } = await program(await folderOfRuns(), gate.operations);
    const id = await runs.submit(order);
    const { end, numbers } = await followed(runs, id);
    expect(end).toMatchObject({ output: 42, summary: { phase: "done", steps: { done: 2, total: 2 } } });
    expect(numbers).toEqual(upTo(end.summary.n));
    expect(await runs.list()).toMatchObject([{ id, phase: "done", title: "A test" }]);
    expect((await runs.find(id.slice(0, 8))).id).toBe(id);
    const { state } = await runs.show(id);
    expect(state.spec?.request).toEqual({ shown: "so" });
    const kept = state.steps.get("a")?.output;
    expect(kept).toHaveProperty("blob");
    expect(kept && (await runs.value(id, kept))).toEqual({ words: "kept ".repeat(20_000) });
    expect((await runs.show(id, 1)).summary).toMatchObject({ phase: "queued", n: 1 });
    await runs.remove(id);
    expect(await runs.list()).toEqual([]);
    await expect(runs.show(id)).rejects.toMatchObject({ code: "unknown_run" });
    await expect(runs.find(id)).rejects.toBeInstanceOf(RunRefused);
  });

  test("that was let go is gone on with by the next program, and does nothing twice", async () => {
    const folder = await folderOfRuns();
    const gate = new Gate();
    const first = await program(folder, gate.operations);
    const id = await first.runs.submit(order);
    await gate.reached;
    expect(await first.runs.leave(id, "The person went away.")).toBe(false);
    expect((await followed(first.runs, id)).end.summary.phase).toBe("interrupted");
    await first.end();

    const second = await program(folder, gate.operations);
    expect(await second.runs.list()).toMatchObject([{ id, phase: "interrupted" }]);
    gate.open();
    await second.runs.resume(id);
    const { end, numbers, heard } = await followed(second.runs, id);
    expect(end).toMatchObject({ output: 42, summary: { phase: "done" } });
    expect(numbers).toEqual(upTo(end.summary.n));
    expect(heard.map(({ type }) => type)).toContain("released");
    expect(gate.begun).toBe(1);
  });

  test("is let go by a program that ends, and gone on with by the next one", async () => {
    const folder = await folderOfRuns();
    const gate = new Gate();
    const first = await program(folder, gate.operations);
    const id = await first.runs.submit(order);
    await gate.reached;
    await first.end();
    const second = await program(folder, gate.operations);
    gate.open();
    await second.runs.resume(id);
    expect((await followed(second.runs, id)).end).toMatchObject({ output: 42 });
    expect(gate.begun).toBe(1);
  });

  test("is read by another program while it works, and gone on with by none", async () => {
    const folder = await folderOfRuns();
    const gate = new Gate();
    const first = await program(folder, gate.operations);
    const id = await first.runs.submit(order);
    await gate.reached;
    const second = await program(folder, gate.operations);
    expect(await second.runs.find(id)).toMatchObject({ phase: "running" });
    const reading = followed(second.runs, id);
    await expect(second.runs.remove(id)).rejects.toMatchObject({ code: "run_not_over" });
    gate.open();
    const { end, numbers } = await reading;
    expect(end.output).toBe(42);
    expect(numbers).toEqual(upTo(end.summary.n));
  });

  test("is ended by cancelling it", async () => {
    const gate = new Gate();
    const { runs } = await program(await folderOfRuns(), gate.operations);
    const id = await runs.submit(order);
    await gate.reached;
    const following = followed(runs, id);
    expect((await runs.cancel(id)).phase).toBe("cancelled");
    expect((await following).end).toMatchObject({ summary: { phase: "cancelled" }, output: undefined });
    await expect(runs.resume(id)).rejects.toMatchObject({ code: "run_over" });
  });

  test("asks who follows it, and goes on with the answer", async () => {
    const asking: Operations = {
      first: async (_, context: StepContext) => ({
        output: await context.ask({ key: "q", text: "Go on?", choices: ["yes", "no"] }),
      }),
    };
    const { runs } = await program(await folderOfRuns(), asking);
    const one: Plan = { steps: [{ id: "a", operation: "first", input: null }], result: "a" };
    const id = await runs.submit({ ...order, plan: one, asks: true });
    const questions: string[] = [];
    const { end } = await followed(runs, id, {
      onQuestion: async ({ text }) => {
        questions.push(text);
        return "yes";
      },
    });
    expect([end.output, questions]).toEqual(["yes", ["Go on?"]]);
    const unasked = await runs.submit({ ...order, plan: one });
    expect((await followed(runs, unasked)).end).toMatchObject({ summary: { phase: "done" } });
  });

  test("is forked at an entry, and goes on from there as one of its own", async () => {
    const gate = new Gate();
    gate.open();
    const { runs } = await program(await folderOfRuns(), gate.operations);
    const id = await runs.submit(order);
    const { heard } = await followed(runs, id);
    const at = heard.find(({ type }) => type === "step_finished")?.n ?? 0;
    const forked = await runs.fork(id, at);
    const { end, numbers } = await followed(runs, forked);
    expect(end).toMatchObject({ output: 42, summary: { phase: "done", id: forked } });
    expect(numbers).toEqual(upTo(end.summary.n));
    // What the first part had found is there, and was not found again.
    expect(gate.begun).toBe(1);
    expect((await runs.list()).map((run) => run.id).toSorted()).toEqual([id, forked].toSorted());
  });

  test("that is brief is kept nowhere", async () => {
    const gate = new Gate();
    gate.open();
    const folder = await folderOfRuns();
    const { runs } = await program(folder, gate.operations);
    const id = await runs.submit({ ...order, isBrief: true });
    expect((await followed(runs, id)).end.output).toBe(42);
    expect(await runs.list()).toEqual([]);
  });

  test("that fails says with which step and why", async () => {
    const { runs } = await program(await folderOfRuns(), {
      first: () => Promise.reject(new Error("no luck")),
      gated: () => Promise.reject(new Error("no luck")),
    });
    const { end } = await followed(runs, await runs.submit(order));
    expect(end).toMatchObject({
      summary: { phase: "failed" },
      output: undefined,
      problem: { code: "step_failed", step: "a", message: expect.stringContaining("no luck") },
    });
  });
});
