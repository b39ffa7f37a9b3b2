// Pipelines and the runs that they are: what a step costs over the operation that it does, and how many runs a node starts and
// finishes, each of them kept on the disk.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginOwnership, localStore, type Node, named, realWorld, startNode } from "aiex/runtime";
import { measure, median, rate, timed } from "./measure.ts";
import { homeAt, load, projectAt, type Runs } from "./pipelines/product.ts";

const { runsTree } = await load<{ runsTree(options: object): never }>("supervisors/trees/runs.js");
const { memoryRunStore } = await load<{ memoryRunStore(): object }>("actors/runs/stores/memory.js");
const { folderRunStore } = await load<{ folderRunStore(options: object): object }>(
  "actors/runs/stores/folder.js",
);
const { newRunId } = await load<{ newRunId(world: object): string }>("actors/runs/run-id.js");
const { startAiex, loadConfiguration } = await load<{
  startAiex(options: object): Promise<{ readonly runs: Runs; stop(): Promise<void> }>;
  loadConfiguration(sources: object): Promise<object>;
}>("supervisors/aiex.js");
const { pipelineOrder } = await load<{ pipelineOrder(place: object, order: object): Promise<object> }>(
  "supervisors/runs/pipeline.js",
);
const { operationOrder } = await load<{ operationOrder(place: object, order: object): Promise<Ordered> }>(
  "supervisors/runs/operation.js",
);
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

/** In one run: enough that its beginning and its end are a small part of what is measured. */
const stepsCount = 20;
/** Pairs of such runs in a round: the difference of two times is what a busy machine disturbs most. */
const pairsCount = 5;

interface Ordered {
  readonly plan: { readonly steps: readonly { readonly input: unknown; readonly operation: string }[] };
}

/** The same operation so many times in one run, one after the other: as steps of a pipeline, and as they are. */
async function stepsCompared(): Promise<void> {
  const project = projectAt(join(folder, "project"), 1);
  const script = join(folder, "script.json");
  const claim = { title: "The lowest", text: "It sorts to take one.", from_line: 1, to_line: 2 };
  const say = JSON.stringify({ summary: "Finds the lowest.", claims: [claim] });
  writeFileSync(script, JSON.stringify({ answers: [{ say }] }));
  const providers = { rehearsal: { kind: "scripted", script } };
  const home = homeAt(join(folder, "home"), "", "", { llm: { default_provider: "rehearsal", providers } });
  const loaded = await loadConfiguration({ world, env: { HOME: home }, home, directory: project });
  const { values } = loaded as { readonly values: { readonly workspace: object } };
  const workspace = { ...values.workspace, project_dir: project };
  const configuration = { ...loaded, values: { ...values, workspace } };
  const { runs, stop } = await startAiex({ world, configuration });
  const place = { files: world.files, configuration, directory: project };
  const spec = Array.from({ length: stepsCount }, () => "explain").join(" | ");
  const input = { kind: "path", path: "low1.py" };
  const piped = await pipelineOrder(place, { spec, input, asks: false });
  const one = await operationOrder(place, { operation: "explain", input: { file: "low1.py" }, asks: false });
  const [work] = one.plan.steps;
  const steps = Array.from({ length: stepsCount }, (_, index) => ({
    ...work,
    id: `${index + 1}`,
    after: index === 0 ? [] : [`${index}`],
  }));
  const bare = { ...one, plan: { steps, result: `${stepsCount}` } };
  const done = async (order: object): Promise<void> => {
    // Both are written down equally often: what the disk takes for that would only hide the difference.
    const { summary } = await runs.follow(await runs.submit({ ...order, isBrief: true }));
    if (summary.phase !== "done") throw new Error(`A run is ${summary.phase}.`);
  };
  await measure({
    name: "a step of a pipeline over the operation that it does",
    unit: "ms",
    better: "lower",
    ours: async () => {
      const differences: number[] = [];
      for (let pair = 0; pair < pairsCount; pair += 1) {
        const asTheyAre = await timed(() => done(bare));
        differences.push(((await timed(() => done(piped))) - asTheyAre) / stepsCount);
      }
      return median(differences);
    },
    reach: { atMost: 2 },
    note: `A run of ${stepsCount} steps beside one of ${stepsCount} bare operations, one after the other, in memory, since both are written down equally often; a model that answers at once. Each step of the pipeline also tells the next what it has found.`,
  });
  await stop();
}

await stepsCompared();
const note = `${runsCount} runs, ${atOnce} of them at a time; each has one step, and counts when its end is on the disk.`;

await measured("runs that do nothing, on a node", nodeHome, { reach: { atLeast: 500 }, note });
await measured("runs that do nothing, of a command", programHome, {
  note: `${note} Each has a folder and a database of its own, so that a command never waits for another.`,
});
rmSync(folder, { recursive: true, force: true });
process.exit();
