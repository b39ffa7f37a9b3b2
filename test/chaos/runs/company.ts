// A node's part in the runs of the chaos room: it may have runs, submits them, and follows them, whoever has them.
import { pipelineConfiguration } from "../../../actors/pipeline/config.ts";
import { runsConfiguration } from "../../../actors/runs/config.ts";
import { decodeValue } from "../../../actors/runs/kept.ts";
import type { RunAnswer, RunDesk } from "../../../actors/runs/run-desk-protocol.ts";
import { runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import type { Kept, RunEntry } from "../../../actors/runs/run-entry.ts";
import { isOver } from "../../../actors/runs/run-summary.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { accessOf } from "../../../actors/workspace/access/of-run.ts";
import { type Node, named } from "../../../runtime/index.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";
import type { Order } from "../ledger.ts";
import type { Note } from "../workers.ts";
import { fileLimits, filesOf, operationsOfFiles } from "./files.ts";
import { Outside } from "./outside.ts";
import { Stops } from "./stops.ts";
import { operationsOfRun } from "./work.ts";

export type RunOrder = Extract<
  Order,
  {
    readonly do: "submit" | "follow" | "read_run" | "read_kept" | "list_runs" | "cancel" | "answer" | "go_on";
  }
>;

const told: ReadonlySet<string> = new Set<RunOrder["do"]>([
  "submit",
  "follow",
  "read_run",
  "read_kept",
  "list_runs",
  "cancel",
  "answer",
  "go_on",
]);

export function isRunOrder(order: Order): order is RunOrder {
  return told.has(order.do);
}

export class RunCompany {
  readonly #node: Node;
  readonly #note: Note;
  readonly #outside: Outside;
  readonly #stops: Stops;

  constructor(node: Node, note: Note, folder: string) {
    this.#node = node;
    this.#note = note;
    this.#outside = new Outside(folder);
    this.#stops = new Stops(this.#outside, note);
  }

  /** Before the node takes part in what its cluster owns. */
  async begin(): Promise<void> {
    const node = this.#node;
    const id = `${node.name}#${node.incarnation}`;
    const tree = runsTree({
      world: node.world,
      node: node.name,
      operations: {
        ...operationsOfRun(this.#outside, this.#stops, id),
        ...operationsOfFiles(this.#stops),
      },
      workspaceOf: (ref, blobs) => accessOf({ node: node.name, blobs, limits: fileLimits })(ref),
      pipeline: pipelineConfiguration.parse({}),
      configuration: runsConfiguration.parse({}),
      store: memoryRunStore(node.world.clock),
      ownership: () => node.ownership,
    });
    await node.spawn(filesOf(node, this.#outside), { name: "files" });
    await node.spawn(tree, { name: "runs.tree" });
  }

  /** The store as it is, but that runs stand still where they are to be killed. */
  around(store: ClusterStore): ClusterStore {
    return this.#stops.around(store);
  }

  async obey(order: RunOrder): Promise<unknown> {
    switch (order.do) {
      case "submit":
        return this.#ask("submit", { spec: order.spec, on: order.on });
      case "follow":
        void this.#follow(order.id, order.from);
        return undefined;
      case "read_run":
        return this.#readWhole(order.id);
      case "read_kept":
        return this.#readKept(order.id, order.kept);
      case "cancel":
        return this.#ask("cancel", { id: order.id, by: "the room" });
      case "list_runs":
        return (await this.#ask("list", undefined)).map(({ id }) => id);
      case "answer": {
        const { id, question, choice } = order;
        return this.#ask("answer", { id, question, choice, by: "the room" });
      }
      case "go_on":
        return this.#stops.goOn();
    }
  }

  /** Writes down every entry that it is given, in the order in which it is given them, until the run is over. */
  async #follow(id: string, first: number): Promise<void> {
    for (let from = first; ; ) {
      try {
        const { entries, next, summary } = await this.#ask("read", { id, from, waitMs, bytesMax });
        if (entries.length > 0) this.#note({ type: "read", run: id, entries });
        from = next;
        if (isOver(summary.phase) && from > summary.n) return;
      } catch (error) {
        // Neither the broker nor the run's owner has to be there at any time: what is read goes on by number.
        this.#note({
          type: "missed",
          name: id,
          code: (error as { readonly code?: string }).code ?? "unknown",
        });
        await this.#node.sleep(againMs);
      }
    }
  }

  async #readWhole(id: string): Promise<readonly RunEntry[]> {
    const all: RunEntry[] = [];
    for (;;) {
      const { entries, next } = await this.#ask("read", { id, from: all.length + 1, waitMs: 0, bytesMax });
      all.push(...entries);
      if (next === all.length + 1 && entries.length === 0) return all;
    }
  }

  async #readKept(id: string, kept: Kept): Promise<unknown> {
    if ("value" in kept) return kept.value;
    const pieces: Uint8Array[] = [];
    for (let offset = 0; offset < kept.bytes; ) {
      const { bytes } = await this.#ask("blob", { id, hash: kept.blob, offset, bytesMax });
      pieces.push(bytes);
      offset += bytes.length;
    }
    return decodeValue(Buffer.concat(pieces))?.value;
  }

  /** @throws with the desk's own code and words */
  async #ask<V extends keyof RunDesk["calls"]>(
    verb: V,
    payload: RunDesk["calls"][V]["payload"],
  ): Promise<Value<RunDesk["calls"][V]["reply"]>> {
    const answer = (await this.#node.call(named<RunDesk>(runDeskName), verb as never, payload as never, {
      timeoutMs: answerMs,
    })) as RunAnswer<unknown>;
    if (answer.ok) return answer.value as Value<RunDesk["calls"][V]["reply"]>;
    throw Object.assign(new Error(answer.message), { code: answer.code });
  }
}

type Value<Answer> = Answer extends { readonly ok: true; readonly value: infer V } ? V : never;

const waitMs = 5_000;
const bytesMax = 64 * 1024;
const againMs = 50;
/** Above what a desk itself waits for. */
const answerMs = 30_000;
