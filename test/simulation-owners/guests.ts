// The guests of the room: processes that want names of the cluster and its locks, and do something of the kind whenever they are told to.
import {
  AiexError,
  type AnyLogic,
  type ConflictResolver,
  exit,
  noReply,
  notifyAll,
  ok,
  registerClusterName,
  replyWith,
  reregisterClusterName,
  self,
  server,
  unregisterClusterName,
  withClusterLock,
} from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import { ExitSelf } from "../../runtime/process/exit-reason.ts";
import type { Player, Stage } from "./stage.ts";

export const names: readonly string[] = ["red", "blue"];
export const locks: readonly string[] = ["ink", "paper"];

/** A name may be taken from its holder for so long after that was asked for: a change is tried for 5 s, and may come late. */
const takableMs = 10_000;
/** Works under a lock, in milliseconds: short ones, and one that outlives a lease. */
const workMs = [1, 50, 6_000, 6_000] as const;

export function guestLogic(stage: Stage): AnyLogic {
  return server("guest", {
    init: () => {
      stage.enters(self(), undefined);
      return ok({});
    },
    calls: { ping: (state: object) => replyWith("pong", state) },
    casts: {
      act: (state: object) => {
        const player = stage.enters(self(), undefined);
        stage.draw.one(deeds)(stage, player);
        return noReply(state);
      },
      poke: (state: object) => noReply(state),
    },
    info: (state) => noReply(state),
  });
}

type Deed = (stage: Stage, player: Player) => void;

/** Notes what comes of it. What is no error of the runtime's own is none that anybody should see. */
export function follow(
  stage: Stage,
  by: Player["program"],
  what: string,
  work: () => Promise<unknown>,
): void {
  const call = stage.nextNumber();
  stage.note({ type: "asked", call, what, by: by.label });
  const answered = (outcome: string): void => {
    if (!by.world.isDead) stage.note({ type: "answered", call, what, outcome });
  };
  const failed = (thrown: unknown): void => {
    if (thrown instanceof AiexError) answered(thrown.code);
    else if (thrown instanceof ExitSelf) answered("ended");
    else if (!by.world.isDead)
      stage.note({
        type: "stuck",
        what: `${what} of ${by.label} failed: ${String((thrown as Error).stack)}`,
      });
  };
  try {
    work().then((value) => answered(value === undefined ? "ok" : `ok ${JSON.stringify(value)}`), failed);
  } catch (thrown) {
    failed(thrown);
  }
}

function register(stage: Stage, { program, label }: Player): void {
  const name = stage.draw.one(names);
  const resolve = drawResolver(stage, name);
  follow(stage, program, `register ${name} ${label}`, () =>
    registerClusterName(name, undefined, resolve === undefined ? {} : { resolve }),
  );
}

function drawResolver(stage: Stage, name: string): ConflictResolver | undefined {
  const { draw } = stage;
  if (draw.chance(0.6)) return undefined;
  if (draw.chance(0.3)) return notifyAll;
  return (_, holder, comesBack) => {
    takable(stage, name);
    return draw.one([holder, comesBack]);
  };
}

function takable(stage: Stage, name: string): void {
  stage.takable.set(name, stage.world.elapsedMs + takableMs);
}

function reregister(stage: Stage, { program, label }: Player): void {
  const name = stage.draw.one(names);
  takable(stage, name);
  follow(stage, program, `reregister ${name} ${label}`, () => reregisterClusterName(name));
}

function unregister(stage: Stage, { program, label }: Player): void {
  const name = stage.draw.one(names);
  takable(stage, name);
  follow(stage, program, `unregister ${name} ${label}`, () => unregisterClusterName(name));
}

function lock(stage: Stage, player: Player): void {
  const { draw } = stage;
  const { program, label } = player;
  const id = draw.one(locks);
  const shared = draw.chance(0.15);
  const retries = draw.one([0, 3, Number.POSITIVE_INFINITY]);
  const requester = shared ? "family" : label;
  const options = shared ? { requester, retries } : { retries };
  follow(stage, program, `lock ${id} ${requester}`, () =>
    withClusterLock(id, (signal) => workInside(stage, player, id, requester, signal), options),
  );
}

function workInside(
  stage: Stage,
  { program, label }: Player,
  lockId: string,
  by: string,
  signal: AbortSignal,
): Promise<void> {
  const entry = stage.nextNumber();
  const own = currentProcess();
  stage.inside.set(entry, program);
  stage.note({ type: "entered", lock: lockId, by, node: program.label, entry });
  return new Promise((resolve) => {
    const leave = (how: string): void => {
      if (program.world.isDead || !stage.inside.delete(entry)) return;
      program.world.timers.clear(timer);
      stage.note({ type: "left", lock: lockId, entry, how });
      resolve();
    };
    const timer = program.world.timers.set(stage.draw.one(workMs), () => leave("done"));
    if (signal.aborted) leave("aborted");
    signal.addEventListener("abort", () => leave("aborted"));
    own.releases ??= new Set();
    own.releases.add(() => leave(`end of ${label}`));
  });
}

function end(): void {
  exit("enough");
}

const deeds: readonly Deed[] = [register, register, register, reregister, unregister, lock, lock, lock, end];
