// Pipelines and the runs that they are: how many runs a node starts and finishes, each of them kept on the disk.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beginOwnership, localStore, type Node, named, realWorld, startNode } from "aiex/runtime";
import { measure, rate } from "./measure.ts";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** What of the library this needs, which no entry of the package exports. */
const load = async <Module>(path: string): Promise<Module> =>
  (await import(join(dist, path))) as unknown as Module;
const { runsTree } = await load<{ runsTree(options: object): never }>("supervisors/trees/runs.js");
const { memoryRunStore } = await load<{ memoryRunStore(): object }>("actors/runs/stores/memory.js");
const { folderRunStore } = await load<{ folderRunStore(options: object): object }>(
  "actors/runs/stores/folder.js",
);
const { newRunId } = await load<{ newRunId(world: object): string }>("actors/runs/run-id.js");
const configurations = {
  pipeline: { max_parallel_steps: 16, max_restarts: 5, restart_window_ms: 30_000 },
  configuration: { keep_days: 30, keep_max: 1_000, keep_mb: 2_048 },
} as const;

/** Of one round, and how many of them are at work at a time. */
const runsCount = 300;
const atOnce = 32;

const folder = mkdtempSync(join(tmpdir(), "aiex-bench-runs-"));
const world = realWorld();

interface Home {
  readonly node: Node;
  end(): Promise<void>;
}

const operations = { nothing: async () => ({ output: null }) };

/** A node that is alone: what it owns is kept on its own disk, as `aiex node start` has it. */
async function nodeHome(): Promise<Home> {
  const node = startNode({ world, name: "alone", boundary: "trust", distribution: { cluster: "bench" } });
  const tree = runsTree({
    ...{ world, node: node.name, operations, store: memoryRunStore(), ...configurations },
    workspaceOf: () => undefined,
    ownership: () => node.ownership,
  });
  await node.spawn(tree, { name: "runs.tree" });
  const store = await localStore({ world, path: join(folder, "node") });
  const ownership = await beginOwnership(node, store);
  const end = async (): Promise<void> => {
    await ownership.leave();
    await node.halt();
    await store.close();
  };
  return { node, end };
}

/** A program of its own, such as a command: each of its runs is a folder. */
async function programHome(): Promise<Home> {
  const node = startNode({ world, name: "aiex", boundary: "trust" });
  const tree = runsTree({
    ...{ world, node: node.name, operations, ...configurations },
    store: folderRunStore({ world, folder: join(folder, "program") }),
    workspaceOf: () => undefined,
  });
  await node.spawn(tree, { name: "runs.tree" });
  return { node, end: () => node.halt() };
}

/** Submits so many, the next one as soon as one is done, until all of them are. */
async function carriedOut({ node }: Home): Promise<void> {
  const ends = new Map<string, { readonly done: () => void; readonly failed: (error: Error) => void }>();
  const stop = node.subscribe(({ name, data }) => {
    const { run } = data as { readonly run?: string };
    const end = run === undefined ? undefined : ends.get(run);
    if (name === (finished as string)) end?.done();
    else if (name === (failed as string)) end?.failed(new Error(`A run failed: ${JSON.stringify(data)}`));
  });
  let left = runsCount;
  const one = async (): Promise<void> => {
    const id = newRunId(world);
    const end = new Promise<void>((done, failed) => ends.set(id, { done, failed }));
    const order = { spec: specOf(id), on: undefined } as never;
    const answer = (await node.call(named("runs.desk"), "submit", order, { timeoutMs })) as Answer;
    if (!answer.ok) throw new Error(answer.message);
    await end;
    ends.delete(id);
  };
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  stop();
}

interface Answer {
  readonly ok: boolean;
  readonly message?: string;
}

const finished = "pipeline.run_finished";
const failed = "pipeline.run_failed";
const timeoutMs = 60_000;

function specOf(id: string): object {
  const plan = { steps: [{ id: "1", operation: "nothing", input: null }], result: "1" };
  return {
    ...{ id, kind: "bench", title: "Nothing", plan, workspace: undefined, onUnknown: "ask" },
    ...{ deadlineAt: undefined, costUsdMax: undefined, asks: false, by: "bench@here" },
    ...{ createdAt: Date.now(), request: null, forkedFrom: undefined },
  };
}

async function measured(name: string, begin: () => Promise<Home>, more: object): Promise<void> {
  const home = await begin();
  try {
    await measure({
      name,
      unit: "runs/s",
      better: "higher",
      ours: () => rate(runsCount, () => carriedOut(home)),
      ...more,
    });
  } finally {
    await home.end();
  }
}

const note = `${runsCount} runs, ${atOnce} of them at a time; each has one step, and counts when its end is on the disk.`;

await measured("runs that do nothing, on a node", nodeHome, { reach: { atLeast: 500 }, note });
await measured("runs that do nothing, of a command", programHome, {
  note: `${note} Each has a folder and a database of its own, so that a command never waits for another.`,
});
rmSync(folder, { recursive: true, force: true });
process.exit();
