// What a run keeps to wherever it is written: in memory, in LMDB, with a real broker.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { newRunId } from "../../../actors/runs/run-id.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import type { RunStore } from "../../../actors/runs/run-store.ts";
import { clusterRunStore } from "../../../actors/runs/stores/cluster.ts";
import { folderRunStore } from "../../../actors/runs/stores/folder.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { type Node, startNode } from "../../../runtime/index.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import { brokerRoom } from "../../runtime/store/jetstream-room.ts";
import { type RunStage, stageOf, step } from "./run-stage.ts";

const world = realWorld();

interface Ground {
  readonly store: RunStore;
  close(): Promise<void>;
}

async function memory(): Promise<Ground> {
  const store = memoryRunStore(world.clock);
  return { store, close: () => store.close() };
}

async function lmdb(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), "aiex-runs-"));
  const store = folderRunStore({ world, folder });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function jetstream(): Promise<Ground> {
  const program = (await serverPrograms()).at(-1);
  if (program === undefined) throw new Error("No nats-server is there.");
  const room = await brokerRoom(program);
  const [one, two] = room.stores();
  const store = clusterRunStore(one);
  return {
    store,
    close: async () => {
      await store.close();
      await Promise.all([one.close(), two.close()]);
      await room.close();
    },
  };
}

const large = "x".repeat(300_000);

const operations: Operations = {
  fan: async (count: number) => ({
    output: null,
    steps: Array.from({ length: count }, (_, index) => step(`n${index}`, "number", index)),
  }),
  number: async (value: number, context) => {
    const noted = (await context.recall("noted")) ?? 0;
    await context.note("noted", value);
    const sent = await context.effect({
      key: "k",
      kind: "model_call",
      about: null,
      unknown: "repeat",
      perform: async () => large,
    });
    return { output: { value, noted, sent: sent.length } };
  },
  large: async () => ({ output: large }),
  sum: async (_, context) => {
    const numbers = [...context.outputs().values()] as { readonly value?: number }[];
    return { output: numbers.reduce((total, part) => total + (part?.value ?? 0), 0) };
  },
};

const plan: Plan = {
  steps: [step("fan", "fan", 6), step("large", "large"), step("sum", "sum", null, "rest")],
  result: "sum",
};

function stateOf(entries: readonly RunEntry[]): RunState {
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  return state;
}

describe.each([
  ["memory", memory],
  ["lmdb", lmdb],
  ["jetstream", jetstream],
] as const)("A run that is kept by %s", (how, open) => {
  let ground: Ground;
  let node: Node;

  beforeAll(async () => {
    ground = await open();
    node = startNode({ world, name: "alpha" });
  }, 60_000);
  afterAll(async () => {
    await node.halt();
    await ground.close();
  });

  const isShared = how !== "lmdb";
  const stage = (): RunStage =>
    stageOf({ world, node, store: ground.store, operations, id: newRunId(world) });

  test("is there whole when it is done, what is large included", async () => {
    const run = stage();
    await run.begin(plan);
    expect(await run.ended(await run.start())).toBe("normal");
    const state = stateOf(await run.entries());
    expect(state.output).toEqual({ value: 15 });
    expect(state.steps.get("large")?.output).toMatchObject({ blob: expect.any(String) });
    const listed = (await ground.store.list()).find(({ id }) => id === state.spec?.id);
    expect(listed).toMatchObject({ phase: "done", n: state.n, steps: { done: 9, total: 9 } });
  });

  test("goes on from wherever its process was killed, with what was large and what was noted", async () => {
    const run = stage();
    await run.begin(plan);
    for (let kills = 0; ; kills += 1) {
      const pid = await run.start("restart");
      const ended = run.ended(pid);
      let appends = 0;
      run.onAppended = () => {
        appends += 1;
        if (appends === 3 + 2 * kills) run.node.exit(pid, "kill");
      };
      if ((await ended) === "normal") break;
      expect(kills).toBeLessThan(60);
    }
    const entries = await run.entries();
    const state = stateOf(entries);
    expect(state.problem).toBeUndefined();
    expect(state.output).toEqual({ value: 15 });
    expect(new Set(state.finished.map(({ id }) => id)).size).toBe(state.finished.length);
    const begun = new Map<string, number>();
    for (const entry of entries) {
      if (entry.type === "step_started") expect(begun.get(entry.step)).not.toBe(-1);
      if (entry.type === "step_finished") begun.set(entry.step, -1);
    }
  });

  test("has one owner at a time, and takes nothing of the one before", async () => {
    const endless = stageOf({
      ...{ world, node, store: ground.store, id: newRunId(world) },
      operations: { endless: () => new Promise(() => {}) },
    });
    await endless.begin({ steps: [step("only", "endless")], result: "only" });
    const first = await endless.start();
    await expect.poll(async () => stateOf(await endless.entries()).epoch).toBeGreaterThan(0);
    const before = stateOf(await endless.entries()).epoch;
    const second = await endless.start("takeover");
    if (!isShared) {
      // Whoever works on it has its folder.
      expect(await endless.ended(second)).toMatchObject({ error: { name: "RunHeld" } });
      const over = endless.ended(first);
      endless.tell(first, { type: "cancel", by: "me" });
      expect(await over).toBe("normal");
      return;
    }
    await expect.poll(async () => stateOf(await endless.entries()).epoch).toBe(before + 1);
    const ended = endless.ended(first);
    endless.tell(first, { type: "cancel", by: "late" });
    expect(await ended).not.toBe("normal");
    const over = endless.ended(second);
    endless.tell(second, { type: "cancel", by: "me" });
    expect(await over).toBe("normal");
    expect(stateOf(await endless.entries()).phase).toBe("cancelled");
  });

  test("is gone when it is taken out, and no other one is", async () => {
    const [one, two] = [stage(), stage()];
    for (const run of [one, two]) {
      await run.begin(plan);
      await run.ended(await run.start());
    }
    const id = stateOf(await one.entries()).spec?.id ?? "";
    await ground.store.remove(id);
    expect(await one.entries().catch(() => [])).toEqual([]);
    expect((await ground.store.list()).some((summary) => summary.id === id)).toBe(false);
    expect(stateOf(await two.entries()).phase).toBe("done");
  });
});
