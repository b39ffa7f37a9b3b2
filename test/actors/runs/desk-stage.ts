// A program with the tree of runs, in virtual time: what a test asks its desk, and operations that it controls.
import { onTestFinished } from "vitest";
import { pipelineConfiguration } from "../../../actors/pipeline/config.ts";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import { runsConfiguration } from "../../../actors/runs/config.ts";
import type { ReadRunRequest, RunAnswer, RunDesk, RunPage } from "../../../actors/runs/run-desk-protocol.ts";
import { runDeskName } from "../../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { RunSpec } from "../../../actors/runs/run-spec.ts";
import type { RunStore } from "../../../actors/runs/run-store.ts";
import type { RunSummary } from "../../../actors/runs/run-summary.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import {
  type Node,
  named,
  type Ownership,
  type SimulatedWorld,
  simulatedWorld,
  startNode,
} from "../../../runtime/index.ts";
import { runsTree } from "../../../supervisors/trees/runs.ts";

type Calls = RunDesk["calls"];
type ValueOf<C extends keyof Calls> = Calls[C]["reply"] extends RunAnswer<infer V> ? V : never;

/** Gates that steps of operation `gate` wait at, by their input. */
export class Gates {
  readonly #open = new Set<unknown>();
  readonly #waiting = new Map<unknown, (() => void)[]>();
  readonly #awaited = new Map<string, () => void>();
  readonly begun: string[] = [];

  open(name: string): void {
    this.#open.add(name);
    for (const go of this.#waiting.get(name) ?? []) go();
    this.#waiting.delete(name);
  }

  /** Resolves when a step has come to it. */
  reached(name: string): Promise<void> {
    if (this.begun.includes(name)) return Promise.resolve();
    return new Promise((resolve) => this.#awaited.set(name, resolve));
  }

  pass(name: string): Promise<void> {
    this.begun.push(name);
    this.#awaited.get(name)?.();
    if (this.#open.has(name)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]));
  }
}

/** `gate` waits for its gate; `echo` gives its input; `say` says its input piece by piece; `tell` tells it as news; `ask` asks; `fail` throws. */
export function operationsOf(gates: Gates): Operations {
  return {
    gate: async (name: string) => {
      await gates.pass(name);
      return { output: name };
    },
    echo: async (input: unknown) => ({ output: input }),
    say: async (pieces: readonly string[], context) => {
      for (const piece of pieces) await context.write(piece);
      return { output: pieces.length };
    },
    tell: async (about: unknown, context) => {
      await context.tell("news", about);
      return { output: null };
    },
    ask: async (text: string, context) => ({
      output: (await context.ask({ key: "go", text, choices: ["yes", "no"] })) ?? "nobody",
    }),
    fail: () => Promise.reject(new Error("It was asked to fail.")),
  };
}

export function planOf(operation: string, input: unknown = null): Plan {
  return { steps: [{ id: "only", operation, input }], result: "only" };
}

let made = 0;

export function specOf(plan: Plan, more: Partial<RunSpec> = {}): RunSpec {
  made += 1;
  const id =
    `run${"abcdefghijklmnopqrstuvwxyz"[made % 26]}${"abcdefghijklmnopqrstuvwxyz"[Math.floor(made / 26)]}`.padEnd(
      16,
      "a",
    );
  return {
    ...{
      id,
      kind: "test",
      title: "A test",
      plan,
      workspace: undefined,
      onUnknown: "ask",
      deadlineAt: undefined,
    },
    ...{
      costUsdMax: undefined,
      asks: true,
      by: "me@here",
      createdAt: 1_000,
      request: null,
      forkedFrom: undefined,
    },
    ...more,
  };
}

const away = async () =>
  ({ ok: false, code: "workspace_away", message: "There is none.", workspace: "none" }) as const;
const noWorkspace: WorkspaceAccess = {
  list: away,
  read: away,
  hash: away,
  instructions: away,
  context: away,
  apply: away,
  applyAll: away,
  settle: away,
  verify: away,
};

export interface DeskStageOptions {
  readonly world?: SimulatedWorld;
  readonly node?: Node;
  readonly store?: RunStore;
  readonly gates?: Gates;
  readonly ownership?: () => Ownership | undefined;
  readonly keep?: Readonly<Record<string, number>>;
  /** Beside those of every stage. */
  readonly operations?: Operations;
}

export class DeskStage {
  readonly world: SimulatedWorld;
  readonly node: Node;
  readonly store: RunStore;
  readonly gates: Gates;

  private constructor(world: SimulatedWorld, node: Node, store: RunStore, gates: Gates) {
    this.world = world;
    this.node = node;
    this.store = store;
    this.gates = gates;
  }

  static async start(options: DeskStageOptions = {}): Promise<DeskStage> {
    const { world = simulatedWorld(), gates = new Gates(), ownership, keep = {}, operations = {} } = options;
    const { node = startNode({ world, name: "alpha" }), store = memoryRunStore(world.clock) } = options;
    if (options.node === undefined) onTestFinished(() => world.until(node.halt()));
    const tree = runsTree({
      ...{
        world,
        node: node.name,
        operations: { ...operationsOf(gates), ...operations },
        workspaceOf: () => noWorkspace,
        store,
        ownership,
      },
      pipeline: pipelineConfiguration.parse({}),
      configuration: runsConfiguration.parse(keep),
    });
    await world.until(node.spawn(tree, { name: "runs.tree" }));
    return new DeskStage(world, node, store, gates);
  }

  /** What the desk answers, as it answers. */
  ask<C extends keyof Calls>(
    call: C,
    payload: Calls[C]["payload"],
    more: object = {},
  ): Promise<Calls[C]["reply"]> {
    const desk = named<RunDesk>(runDeskName);
    const given = typeof payload === "object" ? { ...payload, ...more } : payload;
    return this.world.until(
      this.node.call(desk, call, given as never, { timeoutMs: 120_000 }) as Promise<Calls[C]["reply"]>,
    );
  }

  async get<C extends keyof Calls>(call: C, payload: Calls[C]["payload"]): Promise<ValueOf<C>> {
    const answer = await this.ask(call, payload);
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.message}`);
    return answer.value as ValueOf<C>;
  }

  async submit(spec: RunSpec, on?: string): Promise<string> {
    return (await this.get("submit", { spec, on })).id;
  }

  /** All of it, page by page as a follower reads, until it is over, interrupted, or nothing comes for a while. */
  async follow(
    id: string,
    from = 1,
    bytesMax = 10_000,
  ): Promise<{ readonly entries: readonly RunEntry[]; readonly summary: RunSummary }> {
    const entries: RunEntry[] = [];
    for (let next = from; ; ) {
      const page = await this.get("read", { id, from: next, waitMs: 5_000, bytesMax });
      entries.push(...page.entries);
      next = page.next;
      if (page.entries.length === 0) return { entries, summary: page.summary };
    }
  }
}

/** Reads a run as it is written, until it stands so and `seen` is all of it. */
export async function readUntil(
  read: (request: ReadRunRequest) => Promise<RunPage>,
  id: string,
  isSo: (summary: RunSummary, seen: readonly RunEntry[]) => boolean,
): Promise<{ readonly summary: RunSummary; readonly seen: readonly RunEntry[] }> {
  const seen: RunEntry[] = [];
  for (let next = 1; ; ) {
    const page = await read({ id, from: next, waitMs: 10_000, bytesMax: 100_000 });
    const { summary } = page;
    seen.push(...page.entries);
    next = page.next;
    if (next > summary.n && isSo(summary, seen)) return { summary, seen };
  }
}

export const types = (entries: readonly RunEntry[]): readonly string[] => entries.map(({ type }) => type);
