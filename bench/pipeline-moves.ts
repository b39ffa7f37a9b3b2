// Pipelines with fan-out whose owners are lost: for how long nobody has them after kill -9, and when a node hands them over.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realWorld } from "aiex/runtime";
import { measureDelays } from "./measure.ts";
import { brokerVersion, startBroker } from "./nodes/broker.ts";
import { endWithUs } from "./nodes/program.ts";
import { type Model, startModel } from "./pipelines/model.ts";
import { command, homeAt, load, projectAt, type RunEntry, type Runs } from "./pipelines/product.ts";

const names = ["alpha", "beta", "gamma"];
/** Parts of a pipeline, four of which are at work at a time. */
const filesCount = 12;
const spec = "split by:file | explain | merge";
/** What a part takes: most of a pipeline's runs are at work when its owner is lost. */
const takesMs = 400;

const { loadConfiguration } = await load<{
  loadConfiguration(sources: object): Promise<object>;
}>("supervisors/aiex.js");
const { pipelineOrder } = await load<{
  pipelineOrder(place: object, order: object): Promise<object>;
}>("supervisors/runs/pipeline.js");
const { remoteRuns } = await load<{ remoteRuns(options: object): Promise<Runs> }>(
  "supervisors/runs/remote.js",
);
const { openRemote } = await load<{ openRemote(options: object): Promise<unknown> }>(
  "supervisors/remote/connection.js",
);
const { commandWorkspace } = await load<{
  commandWorkspace(world: object, configuration: object, directory: string): Promise<{ ref: object }>;
}>("supervisors/runs/command-workspace.js");

class Cluster {
  readonly #folder: string;
  readonly #url: string;
  readonly #model: Model;
  readonly #programs = new Map<string, ChildProcess>();

  constructor(folder: string, url: string, model: Model) {
    this.#folder = folder;
    this.#url = url;
    this.#model = model;
  }

  async begin(name: string): Promise<void> {
    const home = this.home(name);
    const run = join(home, "run");
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: run, LANG: "C.UTF-8" };
    const child = spawn(process.execPath, [command, "node", "start", "--name", name], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    endWithUs(child);
    this.#programs.set(name, child);
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("is ready")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`Node "${name}" ended with ${code}.`)));
    });
  }

  home(name: string): string {
    const more = { cluster: { nats_url: this.#url } };
    return homeAt(join(this.#folder, name), this.#model.url, name, more);
  }

  /** By the wall clock, when it was told. */
  async end(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<number> {
    const child = this.#programs.get(name);
    if (child === undefined) throw new Error(`There is no node "${name}".`);
    const gone = once(child, "exit");
    const atMs = Date.now();
    child.kill(signal);
    await gone;
    return atMs;
  }

  async stop(): Promise<void> {
    for (const name of names) await this.end(name, "SIGKILL");
  }
}

interface Lost {
  readonly logs: readonly (readonly RunEntry[])[];
  readonly atMs: number;
  readonly name: string;
}

/** A command that follows its pipeline, has its files, and is connected to whoever lives. */
class Person {
  readonly #cluster: Cluster;
  readonly #model: Model;
  readonly #project: string;

  constructor(cluster: Cluster, model: Model, project: string) {
    this.#cluster = cluster;
    this.#model = model;
    this.#project = project;
  }

  /** Ends the node that has a pipeline, in the middle of its parts; gives what is written of all its runs. */
  async lose(name: string, signal: "SIGKILL" | "SIGTERM", asked: number): Promise<Lost> {
    const world = realWorld();
    const home = this.#cluster.home("person");
    const directory = this.#project;
    const configuration = await loadConfiguration({ world, env: { HOME: home }, home, directory });
    const open = (): Promise<unknown> => openRemote({ world, configuration, to: { anyMember: true } });
    const runs = await remoteRuns({ world, open });
    const serve = await commandWorkspace(world, configuration, directory);
    const order = await pipelineOrder(
      { files: world.files, configuration, directory },
      { spec, input: { kind: "path", path: "." }, workspace: serve.ref, asks: false },
    );
    let questions = 0;
    const lost = new Promise<number>((resolve, reject) => {
      this.#model.onAsked = () => {
        questions += 1;
        if (questions === asked) this.#cluster.end(name, signal).then(resolve, reject);
      };
    });
    const id = await runs.submit(order, name);
    const end = await runs.follow(id, { serve });
    const atMs = await lost;
    if (end.summary.phase !== "done") throw new Error(`The pipeline is ${end.summary.phase}.`);
    const shown = await Promise.all((await runs.list()).map((run) => runs.show(run.id)));
    const own = shown.filter(({ state }) => state.spec?.parent?.root === id);
    const logs = [(await runs.show(id)).entries, ...own.map(({ entries }) => entries)];
    await runs.close?.();
    return { logs, atMs, name };
  }
}

/** From the kill to the first entry of the next owner, of every run that the killed one had. */
function taken({ logs, atMs, name }: Lost): readonly number[] {
  return logs.flatMap((log) => {
    const next = log.findIndex(({ type, at }) => type === "owned" && at >= atMs);
    const before = log.slice(0, next).findLast(({ type }) => type === "owned");
    const found = log[next];
    return found === undefined || before?.node !== name ? [] : [found.at - atMs];
  });
}

/** From the boundary at which it was let go to the first entry of the next owner. */
function handedOver({ logs }: Lost): readonly number[] {
  return logs.flatMap((log) =>
    log.flatMap((entry, index) => {
      if (entry.type !== "released") return [];
      const next = log.slice(index).find(({ type }) => type === "owned");
      return next === undefined ? [] : [next.at - entry.at];
    }),
  );
}

async function compare(person: Person, cluster: Cluster): Promise<void> {
  for (const [name, signal, timesOf, reaches] of [
    ["kill -9 of a pipeline's owner to the first entry of the next", "SIGKILL", taken, [4_500, 6_000]],
    ["handover of a pipeline on drain, from the boundary on", "SIGTERM", handedOver, [1_000, undefined]],
  ] as const) {
    const lost = async (): Promise<readonly number[]> => {
      const times: number[] = [];
      for (const [index, victim] of names.entries()) {
        times.push(...timesOf(await person.lose(victim, signal, 2 + index * 3)));
        await cluster.begin(victim);
      }
      if (times.length === 0) throw new Error("Nothing was taken over.");
      return times;
    };
    await measureDelays({
      ...{ name, reaches, taken: lost },
      note: `Three nodes over a broker on one machine, at the times that nodes have by default; a round is ${names.length} pipelines of ${filesCount} parts, each a run of its own, whose model takes ${takesMs} ms. Counted are all runs of the owner that is lost.`,
    });
  }
}

if (brokerVersion() === undefined) {
  console.error(
    "There is no nats-server (on the PATH, or named by AIEX_NATS_SERVER): pipelines that move are left out.",
  );
} else {
  const folder = mkdtempSync(join(tmpdir(), "aiex-bench-moves-"));
  const broker = await startBroker("any", ["-js", "-sd", join(folder, "broker")]);
  const model = await startModel();
  model.takesMs = takesMs;
  const cluster = new Cluster(folder, broker.url, model);
  try {
    for (const name of names) await cluster.begin(name);
    await compare(new Person(cluster, model, projectAt(join(folder, "project"), filesCount)), cluster);
  } finally {
    await cluster.stop();
    model.stop();
    await broker.end();
    rmSync(folder, { recursive: true, force: true });
  }
  // The line to the broker that has ended is dialled on.
  process.exit();
}
