// One play from one seed: a random tree, random deeds and faults, an end in good order, and what the checkers say to it.
import {
  Applications,
  CalleeExited,
  isPid,
  NoProcess,
  type Pid,
  type Supervisor,
} from "../../runtime/index.ts";
import type { Played, Room } from "../seeds/room.ts";
import { judge } from "./checkers.ts";
import { ask } from "./deeds.ts";
import { type Entry, entryText } from "./ledger.ts";
import { type DynamicPlan, drawWorker, type SupervisorPlan } from "./plan.ts";
import { watchNode } from "./probes.ts";
import { type Player, Stage } from "./stage.ts";
import { childSpec, treeLogic } from "./tree.ts";

/** Longer than any child takes to stop, one after the other, and far from for ever. */
const stopMsMax = 600_000;
/** Longer than every delay, deadline and restart that may still be under way. */
const quietMs = 40_000;
const application = "room";

export const nodeRoom: Room<Entry> = { script: "sim:node", folder: "simulation", play, entryText };

async function play(seed: number): Promise<Played<Entry>> {
  const stage = new Stage(seed);
  const { armed, release } = watchNode(stage);
  const noteStray = (thrown: unknown): void =>
    stage.note({ type: "stuck", what: `nobody caught ${String(thrown)}` });
  process.on("unhandledRejection", noteStray);
  try {
    const applications = new Applications(stage.node, [{ name: application, tree: treeLogic(stage) }]);
    await start(stage, applications);
    const rounds = stage.draw.between(10, 60);
    for (let round = 0; round < rounds; round += 1) await playRound(stage, applications);
    // Whoever waits for rest never meets the timers of the dead; whoever does not never learns who would have lived on.
    const ending = stage.draw.one(["rest", "rest", "stop", "kill"]);
    if (ending === "rest") await lookAround(stage);
    if (ending !== "kill") await stop(stage, applications);
    if (ending === "rest") await rest(stage);
    await clear(stage, armed);
  } catch (thrown) {
    stage.note({ type: "stuck", what: `the play broke off: ${String(thrown)}` });
  } finally {
    process.off("unhandledRejection", noteStray);
    release();
  }
  const { entries } = stage.ledger;
  return { seed, hash: stage.ledger.hash(), entries, violations: judge(entries) };
}

async function start(stage: Stage, applications: Applications): Promise<void> {
  applications.start(application).catch(() => {});
  await stage.world.advance(stage.draw.one([0, 10, 2_000]));
}

async function playRound(stage: Stage, applications: Applications): Promise<void> {
  const { draw, world, node } = stage;
  const count = draw.between(1, 6);
  for (let index = 0; index < count; index += 1) {
    const kind = draw.one(["act", "act", "act", "act", "act", "act", "act", "note", "admin", "strike"]);
    const workers = [...stage.living].filter(({ plan }) => !isSupervisor(plan.kind));
    const player = draw.maybeOne(workers);
    if (player === undefined) break;
    if (kind === "act") node.cast(player.pid, "act");
    if (kind === "note") node.send(player.pid, { type: "note", ...stage.nextMessage(0, player.pid.id) });
    if (kind === "admin") administer(stage);
    if (kind === "strike" && draw.chance(stage.odds.strike * 10)) stage.strike(player);
    if (draw.chance(0.3)) await world.settle();
  }
  await world.advance(draw.one([0, 0, 1, 5, 30, 400, 2_000]));
  // A tree that has ended is started again: most plays are to have something to play with.
  if (applications.running.length === 0 && draw.chance(0.5)) await start(stage, applications);
  if (draw.chance(0.01)) void applications.stop(application);
}

/** Asks one supervisor for something. It may be busy: nobody waits for the answer. */
function administer(stage: Stage): void {
  const { draw } = stage;
  const supervisors = [...stage.living].filter(({ plan }) => isSupervisor(plan.kind));
  const player = draw.maybeOne(supervisors);
  if (player === undefined) return;
  const request = draw.one(["start", "start", "terminate", "restart", "delete", "which", "count", "spec"]);
  stage.note({ type: "administered", supervisor: player.pid.id, request });
  const pid = player.pid as Pid as unknown as Supervisor;
  void ask(stage, 0, player.pid.id, () =>
    player.plan.kind === "supervisor"
      ? adminOf(stage, pid, player, player.plan, request)
      : dynamicAdminOf(stage, pid, player, player.plan as DynamicPlan, request),
  );
}

async function adminOf(
  stage: Stage,
  pid: Supervisor,
  { place }: Player,
  plan: SupervisorPlan,
  request: string,
): Promise<unknown> {
  const { node, draw } = stage;
  const ids = [...plan.children.map((each) => each.id), "added", "strange"];
  const id = draw.one(ids);
  switch (request) {
    case "start": {
      const worker = drawWorker(draw, draw.chance(0.7) ? "added" : id, plan.autoShutdown !== "never");
      return node.startChild(pid, childSpec(stage, worker, `${place}/${worker.id}`));
    }
    case "terminate":
      return node.terminateChild(pid, id);
    case "restart":
      return node.restartChild(pid, id);
    case "delete":
      return node.deleteChild(pid, id);
    case "which":
      return node.whichChildren(pid);
    case "count":
      return node.countChildren(pid);
    default:
      return node.childSpecOf(pid, id);
  }
}

async function dynamicAdminOf(
  stage: Stage,
  pid: Supervisor,
  { place, pid: own }: Player,
  plan: DynamicPlan,
  request: string,
): Promise<unknown> {
  const { node, draw } = stage;
  switch (request) {
    case "start":
    case "restart": {
      if (plan.kind === "simple") return node.startChild(pid, []);
      const worker = { ...drawWorker(draw, `d${stage.nextNumber()}`, false), holds: undefined };
      return node.startChild(pid, childSpec(stage, worker, `${place}/${worker.id}`));
    }
    case "terminate": {
      const children = [...stage.living].filter(({ parent }) => parent === own.id);
      return node.terminateChild(pid, draw.maybeOne(children)?.pid ?? own);
    }
    case "which":
      return node.whichChildren(pid);
    default:
      return node.countChildren(pid);
  }
}

/** Lets everything come to rest, and notes who lives and whom the supervisors know. */
async function lookAround(stage: Stage): Promise<void> {
  await rest(stage);
  for (const { pid, plan } of [...stage.living]) {
    if (!isSupervisor(plan.kind)) continue;
    const listing = stage.node.whichChildren(pid as Pid as unknown as Supervisor);
    try {
      const infos = await stage.world.until(listing, quietMs);
      const children = infos.flatMap((info) => (isPid(info.pid) ? [info.pid.id] : []));
      stage.note({ type: "listed", supervisor: pid.id, children });
    } catch (error) {
      if (error instanceof NoProcess || error instanceof CalleeExited) continue;
      stage.note({ type: "stuck", what: `supervisor ${pid.id} at rest does not answer: ${String(error)}` });
    }
  }
  stage.isCalm = false;
}

async function rest(stage: Stage): Promise<void> {
  stage.isCalm = true;
  await stage.world.advance(quietMs);
  stage.note({ type: "quiet", alive: [...stage.living].map(({ pid }) => pid.id) });
}

async function stop(stage: Stage, applications: Applications): Promise<void> {
  try {
    await stage.world.until(applications.stop(application), stopMsMax);
  } catch (error) {
    stage.note({ type: "stuck", what: `the tree does not stop: ${String(error)}` });
  }
  await stage.world.settle();
}

/** Kills who is left, which nobody can withstand, and notes what stays behind in the tables of the node. */
async function clear(stage: Stage, armed: () => number): Promise<void> {
  const { node, kernel, world } = stage;
  stage.isCalm = true;
  for (let round = 0; round < 5 && node.processes().length > 0; round += 1) {
    for (const pid of node.processes()) node.exit(pid, "kill");
    await world.settle();
  }
  stage.note({ type: "quiet", alive: [...stage.living].map(({ pid }) => pid.id) });
  const left = (count: number, what: string): void => {
    if (count > 0) stage.note({ type: "left", what: `${count} ${what}` });
  };
  left(node.processes().length, "processes");
  left(kernel.names.size, "names");
  left(kernel.registries.size, "registries");
  left(kernel.scopes.size, "scopes");
  left(kernel.aliases.size, "aliases");
  left(kernel.calls.size, "pending calls");
  const owned = kernel.messageTimers.values().filter(({ isOwned }) => isOwned);
  left(owned.length, "timers to a pid");
  left(armed() - (kernel.messageTimers.size - owned.length), "armed timers");
  await world.until(node.halt());
}

function isSupervisor(kind: string): boolean {
  return kind === "supervisor" || kind === "dynamic" || kind === "simple";
}
