// Pipelines as the conductor has them: nodes that are the whole product, the files that one of them has, a model that keeps account
// of what it is asked, and owners that are killed wherever a seed says.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { newRunId } from "../../../actors/runs/run-id.ts";
import type { RunSpec } from "../../../actors/runs/run-spec.ts";
import { workspaceOfNode } from "../../../actors/workspace/desk-protocol.ts";
import { realWorld, type SimulatedWorld, simulatedWorld } from "../../../runtime/index.ts";
import { type Configuration, loadConfiguration } from "../../../supervisors/config.ts";
import type { RunOrder } from "../../../supervisors/runs/runs.ts";
import type { NodeProcess } from "../node-process.ts";
import type { Room } from "../room.ts";
import { Campaign } from "../runs/campaign.ts";
import type { Drawing } from "../runs/outside.ts";
import { type Expected, judgePipeline } from "./evidence.ts";
import { keyOf, Models, type Source, textOf } from "./models.ts";
import { writesIn } from "./written.ts";

/** Has the files, and nothing else: it takes no part in what the cluster owns, and lives to the end. */
const filesNode = "files";
const ownerNames = ["alpha", "beta", "gamma"] as const;

interface Submitted {
  readonly id: string;
  /** What stands in the names of its files, and of no other pipeline's. */
  readonly name: string;
  readonly expected: Expected;
}

export class Scene {
  readonly room: Room;
  readonly models: Models;
  readonly campaign: Campaign;
  /** As the nodes have it, for whoever makes orders. */
  readonly configuration: Configuration;
  readonly #random: SimulatedWorld["random"];
  readonly #submitted: Submitted[] = [];
  /** Pipelines that nobody has acknowledged yet. */
  readonly #pending = new Map<string, RunSpec>();
  readonly #failures: unknown[] = [];

  private constructor(room: Room, models: Models, configuration: Configuration, seed: number) {
    this.room = room;
    this.models = models;
    this.configuration = configuration;
    this.campaign = new Campaign(room, ({ name }) => name !== filesNode);
    this.#random = simulatedWorld({ seed }).random;
  }

  /** @param sources the files that there are */
  static async open(room: Room, sources: readonly Source[], drawing: Drawing): Promise<Scene> {
    const models = await Models.start(sources);
    const project = projectOf(room);
    for (const source of sources) {
      const path = join(project, source.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, textOf(source));
    }
    room.outside.draw(drawing);
    const home = homeOf(room, "conductor", models.url);
    const world = realWorld();
    const configuration = await loadConfiguration({ world, env: { HOME: home }, home, directory: project });
    const scene = new Scene(room, models, configuration, drawing.seed);
    for (const name of [filesNode, ...ownerNames]) await scene.#launch(name);
    for (const node of room.nodes) await node.tells("ready");
    await room.met();
    return scene;
  }

  get project(): string {
    return projectOf(this.room);
  }

  /** The workspace that orders are to name. */
  get workspace() {
    return { id: workspaceOfNode(filesNode), label: "the files of the room" };
  }

  /** Has somebody take it on, whoever lives to do so. @param name in the names of its files */
  submit(order: RunOrder, name: string, expected: Expected): string {
    const spec = specOf(order, newRunId({ random: this.#random }));
    this.#submitted.push({ id: spec.id, name, expected });
    this.#pending.set(spec.id, spec);
    this.campaign.expect(spec);
    void this.#deliver(spec);
    return spec.id;
  }

  /** Kills whoever stands still, and has it come back, until every pipeline is over. */
  async playOut(): Promise<void> {
    const end = performance.now() + patienceMs;
    for (;;) {
      this.campaign.look();
      if (this.#failures.length > 0) throw this.#failures[0];
      const [standing] = this.room.alive.filter((node) => node.all("at").length > 0);
      if (standing !== undefined) await this.replace(standing);
      else if (this.isOver) return;
      else await pause();
      if (performance.now() > end)
        throw new Error(`Waited in vain for every pipeline to be over.\n${this.room.report()}`);
    }
  }

  /** Tells one owner after the other to end while it has work, and has it come back. @throws where one does not end well */
  async drainAll(): Promise<void> {
    for (const name of ownerNames) {
      await this.campaign.until(
        `${name} to have work, or none to be left`,
        () => this.isOver || this.campaign.working(name).length > 0,
      );
      const node = this.room.alive.find((each) => each.name === name);
      await node?.terminate();
      if (node?.exitCode !== 0) throw new Error(`${name} ended with ${node?.exitCode}.\n${node?.report()}`);
      this.campaign.look();
      const again = await this.#launch(name);
      await again.tells("ready");
    }
  }

  /** kill -9, and another program of that name. */
  async replace(node: NodeProcess): Promise<void> {
    await this.campaign.kill(node);
    const again = await this.#launch(node.name);
    await again.tells("ready");
  }

  get isOver(): boolean {
    return this.#pending.size === 0 && this.#submitted.every(({ id }) => this.campaign.isOver(id));
  }

  /**
   * Reads everything once more, from a node that had no part in it, and judges. Gives what is written of each run.
   * @throws with everything that is wrong
   */
  async judge(): Promise<ReadonlyMap<string, readonly RunEntry[]>> {
    const auditor = await this.#launch("auditor");
    await auditor.tells("ready");
    const logs = await this.#logs(auditor);
    const written = writesIn(this.room.outside.folder);
    const violations = this.#submitted.flatMap(({ id, name, expected }) => {
      const own = new Map([...logs].filter(([run]) => run === id || rootOf(logs.get(run) ?? []) === id));
      return judgePipeline({
        ...{ run: id, read: this.campaign.entriesOf(id), logs: own, expected },
        asked: this.models.asked.filter(({ marker }) => marker.includes(name)),
        written: written.filter(({ path }) => path.includes(name)),
      });
    });
    if (violations.length === 0) return logs;
    const lines = violations.map(({ check, node, problem }) => `  ${check}: ${node} ${problem}`);
    const texts = [...logs].map(([id, log]) => `${id}\n${textOfLog(log)}`);
    throw new Error(["The pipelines were not kept in order:", ...lines, ...texts].join("\n"));
  }

  close(): Promise<void> {
    return this.models.stop();
  }

  async #logs(auditor: NodeProcess): Promise<ReadonlyMap<string, readonly RunEntry[]>> {
    const ids = (await auditor.order({ do: "list_runs" })) as readonly string[];
    const logs = new Map<string, readonly RunEntry[]>();
    for (const id of new Set([...this.#submitted.map((each) => each.id), ...ids]))
      logs.set(id, (await auditor.order({ do: "read_run", id })) as readonly RunEntry[]);
    return logs;
  }

  #launch(name: string): Promise<NodeProcess> {
    const whole = { home: homeOf(this.room, name, this.models.url), project: this.project };
    return this.room.launch(name, { whole, ...(name === filesNode ? { owns: undefined } : {}) });
  }

  async #deliver(spec: RunSpec): Promise<void> {
    for (;;) {
      const nodes = this.room.alive.filter((node) => node.name !== filesNode && node.all("ready").length > 0);
      const node = nodes[this.#submitted.findIndex(({ id }) => id === spec.id) % Math.max(1, nodes.length)];
      if (node === undefined) {
        await pause();
        continue;
      }
      try {
        await node.order({ do: "submit", spec, on: undefined });
        this.#pending.delete(spec.id);
        return;
      } catch (error) {
        // It was killed over it, and nobody has acknowledged it: who was not answered asks again.
        if (node.hasEnded) continue;
        this.#failures.push(error);
        return;
      }
    }
  }
}

function projectOf(room: Room): string {
  return join(room.outside.folder, "project");
}

/** The home of a node's user, whose key says which node it is. */
function homeOf(room: Room, name: string, url: string): string {
  const home = join(room.outside.folder, "homes", name);
  const folder = join(home, ".config", "aiex");
  mkdirSync(folder, { recursive: true });
  const price = { input_usd_per_million_tokens: 1, output_usd_per_million_tokens: 10 };
  const work = { kind: "openai", base_url: url, api_key: keyOf(name), model: "m", ...price };
  const settings = {
    llm: { default_provider: "work", providers: { work } },
    analysis: { max_parsers: 1 },
  };
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(settings), { mode: 0o600 });
  return home;
}

function specOf(order: RunOrder, id: string): RunSpec {
  const { kind, title, plan, workspace, session, onUnknown = "ask", costUsdMax, request = null } = order;
  return {
    ...{ id, kind, title, plan, workspace, onUnknown, costUsdMax, request },
    ...(session === undefined ? {} : { session }),
    ...{ deadlineAt: undefined, asks: false, by: "the@room", createdAt: Date.now(), forkedFrom: undefined },
  };
}

/** The pipeline that a part belongs to. */
function rootOf(log: readonly RunEntry[]): string | undefined {
  const [accepted] = log;
  return accepted?.type === "accepted" ? accepted.spec.parent?.root : undefined;
}

function textOfLog(log: readonly RunEntry[]): string {
  return log.map((entry) => `    ${JSON.stringify(entry).slice(0, 200)}`).join("\n");
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs));
}

const pollMs = 20;
/** A run that nobody has begun is looked after in 40 s at the most, and every death takes some seconds. */
const patienceMs = 240_000;
