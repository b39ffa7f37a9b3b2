// What the driver asks of the nodes: to count, to place children, to move, to stop and to start them, and to act as guests.
import { AiexError, clusterNamed } from "../../runtime/index.ts";
import type { Ownership } from "../../runtime/ownership/ownership.ts";
import { permitPlaced, restartPlaced, startPlaced, stopPlaced } from "../../runtime/placement/requests.ts";
import type { ChildPlan } from "./children.ts";
import { follow, guestLogic } from "./guests.ts";
import type { Program, Stage } from "./stage.ts";

type Deed = (stage: Stage, program: Program, ownership: Ownership) => void;

/** One deed at random, on a node that is awake. */
export function act(stage: Stage): void {
  const program = stage.draw.maybeOne(stage.awake().filter(({ isDraining }) => !isDraining));
  const ownership = program?.node.ownership;
  if (program !== undefined && ownership !== undefined) stage.draw.one(deeds)(stage, program, ownership);
}

function add(stage: Stage, program: Program): void {
  // Mostly one that is there.
  const children = stage.plan.children.filter(({ isDeclared }) => isDeclared || stage.draw.chance(0.3));
  const { name, kind } = stage.draw.one(children);
  const number = stage.nextNumber();
  const timeoutMs = stage.draw.one([50, 1_000, 5_000]);
  const what = kind === "saver" ? `add ${name} ${number}` : `count ${name}`;
  follow(stage, program, what, () => program.node.call(clusterNamed(name), "add", { number }, { timeoutMs }));
}

function pokeAll(stage: Stage): void {
  for (const player of stage.living.values()) stage.poke(player);
}

function crashChild(stage: Stage, program: Program): void {
  const { name } = stage.draw.one(stage.plan.children);
  try {
    program.node.cast(clusterNamed(name), "crash", undefined);
  } catch (thrown) {
    if (!(thrown instanceof AiexError)) throw thrown;
  }
}

function move(stage: Stage, program: Program, ownership: Ownership): void {
  const { name } = stage.draw.one(stage.plan.children);
  const node = stage.draw.one(stage.plan.names);
  follow(stage, program, `move ${name} ${node}`, () => ownership.move(name, node));
}

function permit(stage: Stage, program: Program, { placement }: Ownership): void {
  const { name } = stage.draw.one(stage.plan.children);
  const node = stage.draw.one(stage.plan.names);
  const isPermitted = stage.draw.chance(0.6);
  follow(stage, program, `permit ${name} ${node} ${isPermitted}`, () =>
    permitPlaced(placement, name, node, isPermitted),
  );
}

function later({ plan, draw }: Stage): ChildPlan {
  return draw.one(plan.children.filter(({ isDeclared }) => !isDeclared));
}

function start(stage: Stage, program: Program, { placement }: Ownership): void {
  const child = later(stage);
  follow(stage, program, `start ${child.name}`, () =>
    startPlaced(placement, child.supervisor, stage.logics.specOf(child)),
  );
}

function stop(stage: Stage, program: Program, { placement }: Ownership): void {
  const { name } = stage.draw.chance(0.5) ? later(stage) : stage.draw.one(stage.plan.children);
  follow(stage, program, `stop ${name}`, () => stopPlaced(placement, name));
}

function restart(stage: Stage, program: Program, { placement }: Ownership): void {
  const { name } = stage.draw.one(stage.plan.children);
  follow(stage, program, `restart ${name}`, () => restartPlaced(placement, name));
}

function actAsGuest(stage: Stage): void {
  const guests = [...stage.living.values()].filter(
    ({ child, program }) => child === undefined && !program.isGone && !program.world.isFrozen,
  );
  const guest = stage.draw.maybeOne(guests);
  guest?.program.node.cast(guest.pid, "act", undefined);
}

function invite(stage: Stage, program: Program): void {
  if (stage.plan.guestsPerNode === 0) return;
  program.node.spawn(guestLogic(stage)).catch((thrown: unknown) => {
    if (!program.world.isDead && !program.isGone)
      stage.note({ type: "stuck", what: `no guest comes: ${String(thrown)}` });
  });
}

const deeds: readonly Deed[] = [
  ...[add, add, add, add, add, add],
  ...[pokeAll, pokeAll, pokeAll, crashChild],
  ...[move, move, permit, start, stop, restart],
  ...[actAsGuest, actAsGuest, actAsGuest, actAsGuest, invite],
];
