// Runs as the conductor has them: submitted from any node, followed from another, and their owners killed where they stand still.
import { randomBytes } from "node:crypto";
import { planOfPath } from "../../../actors/operations/analyze.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import { newRunId } from "../../../actors/runs/run-id.ts";
import type { RunSpec } from "../../../actors/runs/run-spec.ts";
import { workspaceOfNode } from "../../../actors/workspace/desk-protocol.ts";
import type { NodeProcess } from "../node-process.ts";
import type { Room } from "../room.ts";
import { type Evidence, judgeRun } from "./evidence.ts";
import { happened, planOfRun } from "./work.ts";

interface Tracked {
  readonly id: string;
  readonly read: RunEntry[];
  /** Where its owner stands still. */
  at: { readonly node: NodeProcess; readonly point: string } | undefined;
  /** The node that it is followed from. */
  reader: NodeProcess | undefined;
  /** Questions that an answer is on its way to, with the node that was asked to bring it. */
  readonly answers: Map<string, NodeProcess>;
}

export interface Kill {
  readonly name: string;
  /** By the wall clock. */
  readonly atMs: number;
}

export class Campaign {
  readonly room: Room;
  readonly kills: Kill[] = [];
  /** How often a run stood still, by the point. */
  readonly stops = new Map<string, number>();
  /** Those who followed a run on a node that was killed. */
  readersLost = 0;
  readonly #hasRuns: (node: NodeProcess) => boolean;
  readonly #runs = new Map<string, Tracked>();
  readonly #disturbedMs: number[] = [];
  readonly #marks = new Map<NodeProcess, number>();

  /** @param hasRuns whether a node can be asked about runs; all can by default */
  constructor(room: Room, hasRuns: (node: NodeProcess) => boolean = () => true) {
    this.room = room;
    this.#hasRuns = hasRuns;
  }

  get ids(): readonly string[] {
    return [...this.#runs.keys()];
  }

  /** From the next node that there is; resolves when it is acknowledged. @throws with what the desk says against it */
  async submit(
    stops: readonly string[] = [],
    { on, everyMs = 0, filesOf }: SubmitOptions = {},
  ): Promise<string> {
    const spec = { ...specOfRun(everyMs), ...(filesOf === undefined ? {} : analysisOf(filesOf)) };
    this.room.outside.plan(spec.id, stops);
    const node = this.#next(this.#runs.size);
    this.#track(spec.id);
    await node.order({ do: "submit", spec, on });
    return spec.id;
  }

  /** True for a run that has come to its end, as far as was read. */
  isOver(id: string): boolean {
    const last = this.#run(id).read.at(-1)?.type;
    return last === "done" || last === "failed" || last === "cancelled";
  }

  /** The node that wrote the last entry of it that was read. */
  ownerOf(id: string): string | undefined {
    return this.#run(id).read.findLast(({ type }) => type === "owned")?.node;
  }

  /** The runs that have begun and are not over, of all nodes or of that one. */
  working(node?: string): readonly string[] {
    return this.ids.filter((id) => {
      const owner = this.ownerOf(id);
      return owner !== undefined && (node ?? owner) === owner && !this.isOver(id);
    });
  }

  /** The runs that stand still on this node. */
  standingOn(node: NodeProcess): readonly string[] {
    return [...this.#runs.values()].filter(({ at }) => at?.node === node).map(({ id }) => id);
  }

  entriesOf(id: string): readonly RunEntry[] {
    return this.#run(id).read;
  }

  /** Takes in what the nodes have told, follows what nobody follows any more, and answers what is asked. */
  look(): void {
    for (const node of this.room.nodes) this.#take(node);
    // All of them may be dead at once.
    if (this.#ready().length === 0) return;
    for (const [index, run] of [...this.#runs.values()].entries()) {
      if (run.at?.node.hasEnded) run.at = undefined;
      if (run.reader === undefined || run.reader.hasEnded) this.#follow(run, index);
      this.#answer(run);
    }
  }

  /** Comes back when this is so, of what the nodes have told by then. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    await this.room.eventually(
      what,
      () => {
        this.look();
        return isSo();
      },
      patienceMs,
    );
  }

  /** Waits until each run stands still or is over. */
  async rest(): Promise<void> {
    await this.until("every run to stand still or to be over", () =>
      [...this.#runs.values()].every(({ id, at }) => at !== undefined || this.isOver(id)),
    );
  }

  async over(): Promise<void> {
    await this.until("every run to be over", () => this.ids.every((id) => this.isOver(id)));
  }

  /** Submits a run to a node that stands still over it and is killed there; nobody has acknowledged it. */
  async submitLost(stop: string, from: NodeProcess): Promise<RunSpec> {
    const spec = specOfRun();
    this.room.outside.plan(spec.id, [stop]);
    const { mark } = from;
    void from.begin({ do: "submit", spec, on: undefined });
    await from.tells("at", ({ run }) => run === spec.id, mark);
    await this.kill(from);
    return spec;
  }

  /** Submits the same run again, as who was not answered does. */
  async submitAgain(spec: RunSpec): Promise<void> {
    await this.#next(this.#runs.size).order({ do: "submit", spec, on: undefined });
    this.expect(spec);
  }

  /** It is to be begun, whoever does that. */
  expect({ id }: Pick<RunSpec, "id">): void {
    this.#track(id);
  }

  /** A node that stands still has no part any more in what is done from here. */
  forsake(node: NodeProcess): void {
    this.look();
    for (const run of this.#runs.values()) {
      if (run.at?.node === node) run.at = undefined;
      if (run.reader === node) run.reader = undefined;
    }
  }

  async kill(node: NodeProcess): Promise<void> {
    this.kills.push({ name: node.name, atMs: Date.now() });
    await node.kill();
    this.look();
  }

  /** Kills whoever has most of what stands still, and has it come back, until no run stands still any more. */
  async killAll(): Promise<void> {
    for (;;) {
      await this.rest();
      const [most] = this.room.alive
        .map((node) => ({ node, count: this.standingOn(node).length }))
        .sort((a, b) => b.count - a.count);
      if (most === undefined || most.count === 0) return;
      await this.kill(most.node);
      const again = await this.room.launch(most.node.name);
      await again.tells("ready");
    }
  }

  /** Reads every run once more, from a node that had no part in any of them, and judges. @throws with everything that is wrong */
  async judge(): Promise<void> {
    const auditor = await this.room.launch("auditor");
    await auditor.tells("ready");
    const deeds = this.room.outside.deeds();
    const violations = [];
    for (const { id, read } of this.#runs.values()) {
      const log = (await auditor.order({ do: "read_run", id })) as readonly RunEntry[];
      const evidence: Evidence = { run: id, log, read, deeds: deeds.filter(({ run }) => run === id) };
      const found = judgeRun(evidence);
      if (found.length > 0)
        violations.push(
          ...found.map(({ check, node, problem }) => `  ${check}: ${node} ${problem}`),
          textOf(log),
        );
    }
    if (violations.length > 0)
      throw new Error(["The runs were not kept in order:", ...violations].join("\n"));
  }

  /** What goes on now says nothing of how long takeovers take: for a moment the broker is not there, or nobody else. */
  disturbed(): void {
    this.#disturbedMs.push(Date.now());
  }

  /** For each run that a killed owner had: from the kill to the first entry of the next one, in milliseconds. */
  takeovers(): readonly number[] {
    return this.takeoversIn([...this.#runs.values()].map(({ read }) => read));
  }

  /** The same of runs that are read from their logs. */
  takeoversIn(logs: readonly (readonly RunEntry[])[]): readonly number[] {
    return logs.flatMap((log) => {
      const owners = log.filter(({ type }) => type === "owned");
      return owners.slice(1).flatMap(({ at }, index) => {
        const before = owners[index];
        if (before === undefined) return [];
        const isBetween = (atMs: number): boolean => atMs >= before.at && atMs <= at;
        const since = this.kills.filter(({ atMs }) => isBetween(atMs));
        // Who was let go had no need of a takeover. Another kill in between is another takeover, which nothing was written of.
        if (!since.some(({ name }) => name === before.node)) return [];
        return this.#disturbedMs.some(isBetween) ? [] : [at - (since.at(-1)?.atMs ?? at)];
      });
    });
  }

  #track(id: string): void {
    this.#runs.set(id, { id, read: [], at: undefined, reader: undefined, answers: new Map() });
  }

  #run(id: string): Tracked {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error(`There is no run ${id}.`);
    return run;
  }

  #ready(): readonly NodeProcess[] {
    return this.room.alive.filter(
      (node) => !node.isFrozen && this.#hasRuns(node) && node.all("ready").length > 0,
    );
  }

  #next(index: number): NodeProcess {
    const nodes = this.#ready();
    const node = nodes[index % nodes.length];
    if (node === undefined) throw new Error("There is no node.");
    return node;
  }

  #take(node: NodeProcess): void {
    const mark = this.#marks.get(node) ?? 0;
    this.#marks.set(node, node.mark);
    for (const entry of node.entries.slice(mark)) {
      if (entry.type !== "read" && entry.type !== "at") continue;
      const run = this.#runs.get(entry.run);
      if (entry.type === "read" && run?.reader === node) run.read.push(...entry.entries);
      if (entry.type !== "at") continue;
      this.stops.set(entry.point, (this.stops.get(entry.point) ?? 0) + 1);
      if (run !== undefined) run.at = { node, point: entry.point };
    }
  }

  #follow(run: Tracked, index: number): void {
    if (run.reader !== undefined) this.readersLost += 1;
    const reader = this.#next(index + 1);
    run.reader = reader;
    void reader.begin({ do: "follow", id: run.id, from: (run.read.at(-1)?.n ?? 0) + 1 });
  }

  /** Says the truth about what nobody of the runs can know. */
  #answer(run: Tracked): void {
    const open = new Map<string, string>();
    for (const entry of run.read) {
      if (entry.type === "asked") open.set(entry.question, entry.step);
      if (entry.type === "answered") open.delete(entry.question);
    }
    for (const [question, step] of open) {
      const asked = run.answers.get(question);
      if (asked !== undefined && !asked.hasEnded) continue;
      const node = this.#next(0);
      run.answers.set(question, node);
      const choice = happened(this.room.outside, { run: run.id, step }) ? "done" : "retry";
      // Who had it may be gone by then: it is answered again.
      const again = (): void => void run.answers.delete(question);
      node.order({ do: "answer", id: run.id, question, choice }).then(again, again);
    }
  }
}

export interface SubmitOptions {
  readonly on?: string;
  /** What its steps dawdle. */
  readonly everyMs?: number;
  /** It analyzes the files of that node, and does nothing else. */
  readonly filesOf?: string;
}

function analysisOf(node: string): Pick<RunSpec, "plan" | "workspace"> {
  return {
    plan: planOfPath(".", "all"),
    workspace: { id: workspaceOfNode(node), label: `the files of ${node}` },
  };
}

function specOfRun(everyMs = 0): RunSpec {
  const random = { next: Math.random, bytes: (count: number) => randomBytes(count) };
  return {
    ...{ id: newRunId({ random }), kind: "chaos", title: "A run of the room", plan: planOfRun(everyMs) },
    ...{ workspace: undefined, onUnknown: "ask", deadlineAt: undefined, costUsdMax: undefined },
    ...{ asks: false, by: "the@room", createdAt: Date.now(), request: null, forkedFrom: undefined },
  };
}

function textOf(log: readonly RunEntry[]): string {
  return log.map((entry) => `    ${JSON.stringify(entry).slice(0, 200)}`).join("\n");
}

/** A run that nobody has begun is looked after in 40 s at the most. */
const patienceMs = 120_000;
