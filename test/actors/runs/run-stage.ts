// A run on a stage: a node in virtual time, a store in memory that a test may interfere with, and operations of its own.
import type { Operations, Plan, Step } from "../../../actors/pipeline/plan.ts";
import type { ProgressLimits } from "../../../actors/pipeline/progress.ts";
import { entriesOf, unpackBatch } from "../../../actors/runs/entry-codec.ts";
import { keep } from "../../../actors/runs/kept.ts";
import { runProcess } from "../../../actors/runs/run.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { RunCommand, RunInput } from "../../../actors/runs/run-options.ts";
import type { RunSpec } from "../../../actors/runs/run-spec.ts";
import type { RunPlace, RunStore } from "../../../actors/runs/run-store.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import type { WorkspaceAccess } from "../../../actors/workspace/access.ts";
import {
  type ExitReason,
  type Node,
  type Pid,
  receive,
  self,
  simulatedWorld,
  spawn,
  startNode,
  type World,
} from "../../../runtime/index.ts";
import type { Append, Appended } from "../../../runtime/journal/journal.ts";
import { beginLog } from "./begin-log.ts";

export const runId = "abcdefghijklmnop";

export interface RunStage {
  readonly node: Node;
  readonly world: World;
  readonly store: RunStore;
  /** Set by a test: sees every append of the run before it is made, and may answer in its place. */
  onAppend: ((append: Append) => Promise<Appended | undefined>) | undefined;
  /** Hears of every append after it was made. */
  onAppended: (() => void) | undefined;
  isPermitted: boolean;
  /** Lets virtual time go by. */
  pass(ms: number): Promise<void>;
  begin(plan: Plan, spec?: Partial<RunSpec>): Promise<void>;
  start(reason?: RunInput["reason"]): Promise<Pid>;
  /** As `start`, by a process that keeps it, and does nothing else. */
  startKept(): Promise<{ readonly keeper: Pid; readonly run: Pid }>;
  tell(pid: Pid, command: RunCommand): void;
  /** Resolves with why the process ended. */
  ended(pid: Pid): Promise<ExitReason>;
  entries(): Promise<readonly RunEntry[]>;
}

export function step(id: string, operation: string, input: unknown = null, after?: Step["after"]): Step {
  return { id, operation, input, ...(after === undefined ? {} : { after }) };
}

export interface StageOptions {
  readonly world: World;
  readonly node: Node;
  readonly store: RunStore;
  readonly operations: Operations;
  readonly id?: string;
  readonly limits?: ProgressLimits;
}

const usualLimits: ProgressLimits = { parallelMax: 4, retriesMax: 3, windowMs: 60_000 };

/** Plays `work` in virtual time, over a store in memory. */
export async function withRun(
  operations: Operations,
  work: (stage: RunStage) => Promise<void>,
  limits = usualLimits,
): Promise<void> {
  const world = simulatedWorld();
  const node = startNode({ world, name: "alpha" });
  const store = memoryRunStore(world.clock);
  await world.until(work(stageOf({ world, node, store, operations, limits })));
}

export function stageOf({
  world,
  node,
  store: inner,
  operations,
  id = runId,
  limits = usualLimits,
}: StageOptions): RunStage {
  const store: RunStore = {
    ...around(inner),
    open: async (run, access) => watched(await inner.open(run, access)),
  };
  const stage: RunStage = {
    node,
    world,
    store,
    onAppend: undefined,
    onAppended: undefined,
    isPermitted: true,
    pass: (ms) => new Promise((resolve) => world.timers.set(ms, resolve)),
    begin: async (plan, spec = {}) => {
      const place = await inner.open(id, "own");
      const kept = await keep(place.blobs, plan);
      const given = { ...specOf(id, world.clock.wallTime()), ...spec, plan: kept };
      await beginLog({ world, id, place, node: node.name }, [
        { type: "accepted", spec: given, steps: plan.steps.length },
      ]);
      await place.close();
    },
    start: async (reason = "start") =>
      (await node.spawn(logic, { input: { id, reason }, trapExit: true })) as Pid,
    startKept: () =>
      new Promise((resolve) => {
        void node.spawn(async () => {
          const keeper = self();
          const run = await spawn(logic, {
            input: { id, reason: "start", keeper },
            ...{ link: true, trapExit: true },
          });
          resolve({ keeper, run: run as Pid });
          await receive(() => false);
        });
      }),
    tell: (pid, command) => node.send(pid, command as never),
    ended: (pid) => new Promise((resolve) => node.monitor(pid, ({ reason }) => resolve(reason))),
    entries: async () => {
      const place = await inner.open(id, "read");
      const { records } = await place.journal.read(place.log, 0);
      await place.close();
      return records.flatMap(({ kind, payload }) => {
        const batch = kind === "event" ? unpackBatch(payload) : undefined;
        return batch === undefined ? [] : entriesOf(batch);
      });
    },
  };
  const logic = runProcess(() => ({
    ...{ world, node: node.name, store, operations, limits },
    workspaceOf: () => noWorkspace,
    permitted: () => stage.isPermitted,
  }));
  function watched(place: RunPlace): RunPlace {
    const { journal } = place;
    const append = async (log: string, given: Append): Promise<Appended> => {
      const instead = await stage.onAppend?.(given);
      if (instead !== undefined) return instead;
      const appended = await journal.append(log, given);
      stage.onAppended?.();
      return appended;
    };
    const seen = new Proxy(journal, {
      get: (target, name) => {
        if (name === "append") return append;
        const part: unknown = Reflect.get(target, name, target);
        return typeof part === "function" ? part.bind(target) : part;
      },
    });
    return { ...place, journal: seen };
  }
  return stage;
}

function around(store: RunStore): RunStore {
  return {
    place: store.place,
    open: (id, access) => store.open(id, access),
    list: () => store.list(),
    isListed: (id) => store.isListed(id),
    note: (summary) => store.note(summary),
    remove: (id) => store.remove(id),
    close: () => store.close(),
  };
}

function specOf(id: string, createdAt: number): Omit<RunSpec, "plan"> {
  return {
    ...{ id, kind: "test", title: "A test", workspace: undefined, onUnknown: "ask" },
    ...{ deadlineAt: undefined, costUsdMax: undefined, asks: false, by: "me@here", createdAt },
    ...{ request: null, forkedFrom: undefined },
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
