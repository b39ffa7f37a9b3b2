// Pipelines as the conductor has them: nodes that are the whole product, the files that one of them has, a model that keeps account
// of what it is asked, and owners that are killed wherever a seed says.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PipelineOutcome } from "../../../actors/pipeline/outcome.ts";
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
import { type Expected, judgePipeline } from "./evidence.ts";
import { keyOf, Models, type Source, textOf } from "./models.ts";
import type { Strike } from "./strikes.ts";
import { filesIn, writesIn } from "./written.ts";

/** Has the files, and nothing else: it takes no part in what the cluster owns. */
const filesNode = "files";
const ownerNames = ["alpha", "beta", "gamma"] as const;

/** Where and when owners are lost. */
export interface Course {
  readonly seed: number;
  /** One of so many points is where an owner stands still and is killed; none where that is 0. */
  readonly pointsOneIn: number;
  /** One of so many answers stands still, and whoever asked for it is killed, or told to end; none where that is 0. */
  readonly answersOneIn: number;
  readonly strikes: readonly Strike[];
}

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
  /** What happened at a time, and how often. */
  readonly struck = new Map<Strike["do"], number>();
  /** Owners that were told to end while they had work. */
  drains = 0;
  readonly #random: SimulatedWorld["random"];
  readonly #strikes: Strike[];
  #strikeAt = 0;
  readonly #submitted: Submitted[] = [];
  /** Pipelines that nobody has acknowledged yet. */
  readonly #pending = new Map<string, RunSpec>();
  readonly #failures: unknown[] = [];

  private constructor(room: Room, models: Models, configuration: Configuration, { seed, strikes }: Course) {
    this.room = room;
    this.models = models;
    this.configuration = configuration;
    this.campaign = new Campaign(room, ({ name }) => name !== filesNode);
    this.#random = simulatedWorld({ seed }).random;
    this.#strikes = [...strikes];
  }

  /** @param sources the files that there are */
  static async open(room: Room, sources: readonly Source[], course: Course): Promise<Scene> {
    const { seed, pointsOneIn, answersOneIn } = course;
    const models = await Models.start(sources, { seed, oneIn: answersOneIn });
    const project = projectOf(room);
    for (const source of sources) {
      const path = join(project, source.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, textOf(source));
    }
    room.outside.draw({ seed, oneIn: pointsOneIn });
    const home = homeOf(room, "conductor", models.url);
    const world = realWorld();
    const configuration = await loadConfiguration({ world, env: { HOME: home }, home, directory: project });
    const scene = new Scene(room, models, configuration, course);
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

  /** Kills whoever stands still, and whoever is to be lost at a time, and has it come back, until every pipeline is over. */
  async playOut(): Promise<void> {
    const end = performance.now() + patienceMs;
    this.#strikeAt = performance.now() + (this.#strikes[0]?.afterMs ?? 0);
    for (;;) {
      this.campaign.look();
      if (this.#failures.length > 0) throw this.#failures[0];
      if (!(await this.#strike()) && !(await this.#lost())) {
        if (this.isOver) return;
        await pause();
      }
      if (performance.now() > end)
        throw new Error(`Waited in vain for every pipeline to be over.\n${this.room.report()}`);
    }
  }

  /** Has one be lost that stands still, or waits for what does; false where nobody is. */
  async #lost(): Promise<boolean> {
    const [standing] = this.room.alive.filter((node) => node.all("at").length > 0);
    if (standing !== undefined) {
      await this.replace(standing);
      return true;
    }
    const [waiting] = this.#owners().filter(({ name }) =>
      this.models.waiting.some(({ node }) => node === name),
    );
    if (waiting !== undefined) {
      // Every other one is told to end: then the answer does not come within the time that a step has for that.
      await (this.models.stopsCount % 2 === 0 ? this.drain(waiting) : this.replace(waiting));
      return true;
    }
    return false;
  }

  /** Has happen what is to happen at a time that has come; false where nothing is. */
  async #strike(): Promise<boolean> {
    const [strike] = this.#strikes;
    if (strike === undefined || performance.now() < this.#strikeAt || this.isOver) return false;
    this.#strikes.shift();
    await this.#struck(strike);
    this.#strikeAt = performance.now() + (this.#strikes[0]?.afterMs ?? 0);
    return true;
  }

  async #struck({ do: what, share }: Strike): Promise<void> {
    this.struck.set(what, (this.struck.get(what) ?? 0) + 1);
    const owners = this.#owners();
    const files = this.room.alive.find(({ name }) => name === filesNode);
    const busy = owners.filter(({ name }) => this.campaign.working(name).length > 0);
    const among = busy.length > 0 ? busy : owners;
    const victim = among[Math.floor(share * among.length)];
    // Nobody is there who could go on with anything.
    if (what === "broker" || what === "all") this.campaign.disturbed();
    if (what === "broker") await this.room.broker.restart();
    else if (what === "all") await this.replaceAll(owners);
    else if (what === "files") await (files && this.replace(files));
    else if (victim !== undefined) await (what === "kill" ? this.replace(victim) : this.drain(victim));
  }

  #owners(): readonly NodeProcess[] {
    return this.room.alive.filter((node) => node.name !== filesNode && node.all("ready").length > 0);
  }

  /** SIGTERM while it works, and another program of that name. One that stands still meanwhile is killed. @throws where it ends otherwise than with 0 */
  async drain(node: NodeProcess): Promise<void> {
    const ended = node.terminate();
    while (!node.hasEnded && node.all("at").length === 0) {
      this.campaign.look();
      await pause();
    }
    if (!node.hasEnded) await this.campaign.kill(node);
    await ended;
    if (node.exitCode !== 0 && node.exitCode !== null)
      throw new Error(`${node.name} ended with ${node.exitCode}.\n${node.report()}`);
    this.drains += 1;
    this.campaign.look();
    await this.relaunch(node);
  }

  /** Tells one owner after the other to end while it has work, and has it come back. @throws where one does not end well */
  async drainAll(): Promise<void> {
    for (const name of ownerNames) {
      await this.campaign.until(
        `${name} to have work, or none to be left`,
        () => this.isOver || this.campaign.working(name).length > 0,
      );
      const node = this.room.alive.find((each) => each.name === name);
      if (node !== undefined) await this.drain(node);
    }
  }

  /** kill -9, and another program of that name. */
  async replace(node: NodeProcess): Promise<void> {
    await this.campaign.kill(node);
    await this.relaunch(node);
  }

  /** Another program of the name of one that is dead. */
  async relaunch({ name }: NodeProcess): Promise<void> {
    const again = await this.#launch(name);
    await again.tells("ready");
  }

  /** A node that had no part in anything. */
  async auditor(): Promise<NodeProcess> {
    const auditor = await this.#launch("auditor");
    await auditor.tells("ready");
    return auditor;
  }

  /** kill -9 of all of them at once: nobody is there for a moment. */
  async replaceAll(nodes: readonly NodeProcess[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.campaign.kill(node)));
    await Promise.all(nodes.map((node) => this.relaunch(node)));
  }

  get isOver(): boolean {
    return this.#pending.size === 0 && this.#submitted.every(({ id }) => this.campaign.isOver(id));
  }

  /**
   * Reads everything once more, from a node that had no part in it, and judges. Gives what is written of each run.
   * @throws with everything that is wrong
   */
  async judge(): Promise<ReadonlyMap<string, readonly RunEntry[]>> {
    const auditor = await this.auditor();
    const logs = await this.logsBy(auditor);
    const written = writesIn(this.room.outside.folder);
    const files = filesIn(this.project);
    const violations: string[] = this.models.strange.map((problem) => `  model: ${problem}`);
    for (const { id, name, expected } of this.#submitted) {
      const own = new Map([...logs].filter(([run]) => run === id || rootOf(logs.get(run) ?? []) === id));
      const outcome = await this.#outcomeOf(auditor, logs.get(id) ?? []);
      const found = judgePipeline({
        ...{ run: id, read: this.campaign.entriesOf(id), logs: own, outcome, files, expected },
        asked: this.models.asked.filter(({ marker }) => marker.includes(`_${name}_`)),
        written: written.filter(({ path }) => path.startsWith(`${name}/`)),
      });
      violations.push(...found.map(({ check, node, problem }) => `  ${check}: ${node} ${problem}`));
    }
    if (violations.length === 0) return logs;
    const texts = [...logs].map(([id, log]) => `${id}\n${textOfLog(log)}`);
    throw new Error(["The pipelines were not kept in order:", ...violations, ...texts].join("\n"));
  }

  close(): Promise<void> {
    return this.models.stop();
  }

  async #outcomeOf(auditor: NodeProcess, log: readonly RunEntry[]): Promise<PipelineOutcome | undefined> {
    const [first, last] = [log.at(0), log.at(-1)];
    if (first?.type !== "accepted" || last?.type !== "done") return undefined;
    const order = { do: "read_kept", id: first.spec.id, kept: last.output } as const;
    return (await auditor.order(order)) as PipelineOutcome;
  }

  /** What is written of every run that there is, as that node reads it. */
  async logsBy(auditor: NodeProcess): Promise<ReadonlyMap<string, readonly RunEntry[]>> {
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
      const nodes = this.#owners();
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
        // It was killed over it, or could not write it down: who was not answered well asks again.
        if (node.hasEnded) continue;
        if (/: (store_unavailable|draining): /.test(String(error))) {
          await pause();
          continue;
        }
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
