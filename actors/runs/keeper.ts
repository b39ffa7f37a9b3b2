// The keeper of a run: the process that is placed for it. It has the run's own process begin, begins it again when that fails, and
// has it let go when this node gives it up.
import {
  durable,
  type ExitReason,
  formatReason,
  isOrderly,
  isPid,
  type MoveReason,
  monitor,
  noReply,
  ok,
  type Pid,
  type ProtocolOf,
  receive,
  replyWith,
  samePid,
  self,
  send,
  sendAfter,
  server,
  spawn,
  startKind,
  stopWith,
  trapExit,
} from "../../runtime/index.ts";
import { deskLimits } from "./desk-limits.ts";
import { isOfStore } from "./desk-refused.ts";
import { failCrashed } from "./desk-writes.ts";
import { runProcess } from "./run.ts";
import { runProcessName } from "./run-desk-protocol.ts";
import type { OwnedReason } from "./run-entry.ts";
import type { RunCommand, RunInput, RunProcessOptions } from "./run-options.ts";
import type { RunStore } from "./run-store.ts";

export interface KeeperOptions {
  readonly run: Omit<RunProcessOptions, "store">;
  /** Where the runs are kept at this moment. @throws where that cannot be said now */
  store(): RunStore;
  /** Gives what tells, from now on, whether this node still has what it has now: a lease that comes after is another. */
  permission?(): () => boolean;
  /** Why a run is let go that still works when its keeper ends. */
  readonly whyReleased: string;
  /** Of a placed run: since when, by the wall clock, it has been without an owner, as far as that is known. */
  since?(id: string): number | undefined;
}

export interface KeeperInput {
  readonly id: string;
  /** Why it begins, where it was not here before. */
  readonly reason: OwnedReason;
}

interface KeeperState extends KeeperInput {
  /** The owner's, under which it was begun last; 0 before that, and where nobody places it. */
  readonly epoch: number;
}

/** What a keeper knows of the process that it has begun: nothing of it is worth keeping. */
interface Kept {
  pid: Pid | undefined;
  /** What that was given. */
  given: RunProcessOptions | undefined;
  begunAt: number;
  /** Ends in a row that were no good ones, and those of them that are to be laid to the run. */
  losses: number;
  crashes: number;
  /** What it was told while none ran. */
  early: readonly RunCommand[];
  hasBegun: boolean;
}

export type RunKeeper = ProtocolOf<ReturnType<typeof runKeeper>>;

/** The name of a run's keeper on the node that has it. */
export function keeperName(id: string): string {
  return `${runProcessName(id)}.keeper`;
}

/** For a cluster supervisor: `runKeeper` that knows from its node's part in the cluster why it is where it is. */
export function placedKeeper(options: KeeperOptions) {
  const logic = runKeeper(options, (state) => placedStart(state, options));
  return durable(logic, { key: "run", version: 1, onRestored: { type: "restored" } });
}

interface Start {
  readonly epoch: number;
  readonly input: RunInput;
}

/** Ends in good order when its run is over or was let go. Calls: `tell`, for what is to reach the run, true once that is on its way. */
export function runKeeper(options: KeeperOptions, startOf: (state: KeeperState) => Start = localStart) {
  const all = new Map<string, Kept>();
  const { clock } = options.run.world;
  const keptOf = (id: string): Kept => {
    const kept = all.get(id) ?? nothingKept();
    all.set(id, kept);
    return kept;
  };
  const run = runProcess((id) => givenOf(id, all.get(id)));
  /** An earlier keeper of it may have been killed on this node, and its run with it. */
  const anew = (id: string): void => {
    const kept = keptOf(id);
    kept.pid = undefined;
    kept.early = [];
  };
  const begin = async (state: KeeperState): Promise<KeeperState> => {
    trapExit(true);
    const { id } = state;
    const kept = keptOf(id);
    if (kept.pid !== undefined) return state;
    const { epoch, input } = startOf(state);
    const reason = kept.hasBegun ? { reason: "restart" as const } : {};
    kept.begunAt = clock.now();
    kept.pid = await started(run, kept, options, { ...input, ...reason, keeper: self() });
    if (kept.pid === undefined) {
      kept.losses += 1;
      again(kept);
      return state;
    }
    kept.hasBegun = true;
    for (const command of kept.early) send(kept.pid, command as never);
    kept.early = [];
    return { ...state, epoch };
  };
  const ended = async (state: KeeperState, pid: Pid, reason: ExitReason) => {
    const kept = keptOf(state.id);
    if (kept.pid === undefined || !samePid(kept.pid, pid)) return noReply(state);
    kept.pid = undefined;
    if (isOrderly(reason)) return stopWith("normal", state);
    noteLoss(kept, reason, clock.now() - kept.begunAt);
    if (kept.crashes < deskLimits.crashesMax || !(await isFailed(options, state.id, reason))) {
      again(kept);
      return noReply(state);
    }
    return stopWith("normal", state);
  };
  return server("run.keeper", {
    init: ({ id, reason }: KeeperInput) => {
      anew(id);
      return ok<KeeperState>({ id, reason, epoch: 0 }, { continue: "begin" });
    },
    continue: async (state) => noReply(await begin(state)),
    calls: {
      tell: (state: KeeperState, command: RunCommand) => {
        const kept = keptOf(state.id);
        if (kept.pid === undefined) kept.early = [...kept.early, command];
        else send(kept.pid, command as never);
        return replyWith(true, state);
      },
    },
    info: async (state, message) => {
      if (message.type === "restored") anew(state.id);
      if (message.type === "restored" || message.type === "begin") return noReply(await begin(state));
      const { from, reason } = message as { readonly from?: unknown; readonly reason?: ExitReason };
      if (message.type !== "sys.exit" || !isPid(from)) return noReply(state);
      return ended(state, from, reason ?? "normal");
    },
    terminate: async ({ id }) => {
      const kept = all.get(id);
      all.delete(id);
      // One that others may have writes nothing more: it ends with its keeper, and its steps with it.
      if (kept?.pid !== undefined && kept.given?.permitted() === true)
        await letGo(kept.pid, options.whyReleased);
    },
  });
}

function nothingKept(): Kept {
  return {
    pid: undefined,
    given: undefined,
    begunAt: 0,
    losses: 0,
    crashes: 0,
    early: [],
    hasBegun: false,
  };
}

/** Its process ends with its keeper: where there is none, nobody may begin. */
function givenOf(id: string, kept: Kept | undefined): RunProcessOptions {
  if (kept?.given === undefined) throw new Error(`Nobody keeps run ${id} on this node.`);
  return kept.given;
}

/** A run that has lived for long begins to count anew. */
function noteLoss(kept: Kept, reason: ExitReason, livedMs: number): void {
  const isCalm = livedMs >= deskLimits.crashCalmMs;
  kept.losses = isCalm ? 1 : kept.losses + 1;
  if (isCalm) kept.crashes = 0;
  if (!isOfStore(reason)) kept.crashes += 1;
}

/** Undefined where an earlier process of it has not ended yet. */
async function started(
  run: ReturnType<typeof runProcess>,
  kept: Kept,
  options: KeeperOptions,
  input: RunInput,
): Promise<Pid | undefined> {
  try {
    const permitted = options.permission?.() ?? options.run.permitted;
    kept.given = { ...options.run, permitted, store: options.store() };
    const name = runProcessName(input.id);
    return (await spawn(run, { name, input, link: true, trapExit: true })) as Pid;
  } catch {
    return undefined;
  }
}

function again({ losses }: Kept): void {
  const { crashRetryMsMin, crashRetryMsMax } = deskLimits;
  const inMs = Math.min(crashRetryMsMax, crashRetryMsMin * 2 ** Math.min(losses, 20));
  sendAfter(self(), { type: "begin" } as never, inMs);
}

/** True when it was written down that the run has failed; where that cannot be said, it is begun again. */
async function isFailed({ run, store }: KeeperOptions, id: string, reason: ExitReason): Promise<boolean> {
  try {
    await failCrashed({ world: run.world, node: run.node, store: store(), id }, formatReason(reason));
    return true;
  } catch {
    return false;
  }
}

/** Resolves when the run has let go, or its time is up: it ends with its keeper then. */
async function letGo(pid: Pid, why: string): Promise<void> {
  const over = new Promise<void>((resolve) => {
    void spawn(async () => {
      monitor(pid);
      sendAfter(self(), { type: "late" } as never, deskLimits.releaseMs);
      await receive();
      resolve();
    });
  });
  send(pid, { type: "release", why } as never);
  await over;
}

function localStart({ id, reason, epoch }: KeeperState): Start {
  return { epoch, input: { id, reason } };
}

function placedStart(state: KeeperState, { run, since }: KeeperOptions): Start {
  const { id, reason } = state;
  const kind = startKind();
  const { epoch, from } = kind;
  // The supervisor of this node has begun it again.
  if (epoch === state.epoch) return { epoch, input: { id, reason: "restart" } };
  const sinceMs = from === undefined ? undefined : since?.(id);
  const tookMs = sinceMs === undefined ? undefined : Math.max(0, run.world.clock.wallTime() - sinceMs);
  return {
    epoch,
    input: {
      id,
      reason: kind.reason === "start" && state.epoch === 0 ? reason : reasons[kind.reason],
      ...(from === undefined ? {} : { from }),
      ...(tookMs === undefined ? {} : { tookMs }),
    },
  };
}

/** One that was there before, and is begun again where it had ended, was asked for by a person. */
const reasons: Readonly<Record<MoveReason, OwnedReason>> = {
  start: "resume",
  node_down: "node_down",
  node_left: "node_left",
  drain: "drain",
  move: "move",
  takeover: "takeover",
  balance: "move",
  crash: "restart",
  permission: "permission",
};
