// What befalls the nodes of a play and their store from outside, and how all of it is taken back.
import type { StoreFaults } from "../../runtime/testing/imperfect-store/faults.ts";
import type { Program, Stage } from "./stage.ts";

/** A store that nothing is wrong with: a round trip takes its time. */
const fair: StoreFaults = { latencyMs: [0.2, 3], commitMs: [0.1, 2], watchLagMs: [0.2, 8] };

const haltLookMs = 5;

type Restart = (name: string) => void;

export function beFair(stage: Stage): void {
  stage.store.faults(fair);
}

/** One round of faults, most of them on the node `victim`. */
export function strike(stage: Stage, victim: string, restart: Restart): void {
  const { draw, odds, plan, store } = stage;
  const program = stage.programs.get(victim);
  if (draw.chance(odds.crash)) crash(stage, program);
  if (draw.chance(odds.halt)) halt(stage, program, "halt");
  if (draw.chance(odds.drain)) drain(stage, program);
  if (draw.chance(odds.freeze)) freeze(stage, program);
  if (draw.chance(odds.jump)) jump(stage, program);
  if (draw.chance(odds.network)) harmNetwork(stage, victim);
  if (draw.chance(odds.storeCut)) cutStore(stage, victim);
  if (draw.chance(odds.storeFaults)) harmStore(stage, victim);
  if (draw.chance(odds.election)) {
    const ms = draw.one([300, 1_500, 4_000]);
    tell(stage, `elect ${ms}`);
    store.elect(ms);
  }
  if (draw.chance(odds.powerCut)) {
    const ms = draw.one([500, 5_000]);
    tell(stage, `power cut ${ms}`);
    store.powerCut(ms);
  }
  for (const name of plan.names) if (isFree(stage, name) && draw.chance(0.35)) restart(name);
}

/** Takes back every fault. */
export function calm(stage: Stage, restart: Restart): void {
  stage.note({ type: "calm" });
  stage.network.heal();
  stage.store.heal();
  beFair(stage);
  for (const name of stage.plan.names) stage.network.reconnect(name);
  for (const { label, world } of stage.programs.values()) if (world.isFrozen) thaw(stage, label, world);
  for (const name of stage.plan.names) if (isFree(stage, name)) restart(name);
  // The others are free soon.
  stage.restart = restart;
}

/** Mostly the node that has a run: nothing can happen to one that is elsewhere. */
export function drawVictim({ draw, plan, epochs, programs }: Stage): string {
  const owners = [...programs.values()].filter(({ label }) =>
    plan.runs.some(({ name }) => epochs.has(`${label} ${name}`)),
  );
  const owner = draw.chance(0.6) ? draw.maybeOne(owners) : undefined;
  return owner?.name ?? draw.one(plan.names);
}

/** Whether no program of that name runs, one that halts included: two would be refused. */
function isFree({ programs, halting }: Stage, name: string): boolean {
  return !programs.has(name) && !halting.has(name);
}

function crash(stage: Stage, program: Program | undefined): void {
  if (program === undefined || program.isGone) return;
  leave(stage, program, "crash");
  program.world.kill();
  for (const carrier of program.node.distribution?.carriers ?? []) void carrier.close();
  void program.store.close();
}

function halt(stage: Stage, program: Program | undefined, how: "halt" | "drain"): void {
  if (program === undefined || program.world.isFrozen || program.isGone) return;
  leave(stage, program, how);
  stage.halting.add(program.name);
  void program.node.halt().then(() => {
    stage.halting.delete(program.name);
    stage.restart?.(program.name);
  });
}

function drain(stage: Stage, program: Program | undefined): void {
  const ownership = program?.node.ownership;
  if (program === undefined || ownership === undefined || program.world.isFrozen || program.isDraining)
    return;
  program.isDraining = true;
  const deadlineMs = stage.draw.one([100, 3_000, 10_000]);
  tell(stage, `drain ${program.label} ${deadlineMs}`);
  const drained = (): void => {
    haltSoon(stage, program);
  };
  ownership.drain({ deadlineMs }).then(drained, (thrown: unknown) => {
    if (!program.world.isDead) stage.note({ type: "stuck", what: `a drain failed: ${String(thrown)}` });
  });
}

/** When it has been awake for a moment: a node that stood still first does all that was held up, and its halt waits for that. */
function haltSoon(stage: Stage, program: Program, wasAwake = false): void {
  stage.world.timers.set(haltLookMs, () => {
    const { isFrozen, isDead } = program.world;
    if (isDead) return;
    if (wasAwake && !isFrozen) halt(stage, program, "drain");
    else haltSoon(stage, program, !isFrozen);
  });
}

function leave(stage: Stage, program: Program, how: "crash" | "halt" | "drain"): void {
  stage.programs.delete(program.name);
  program.isGone = true;
  stage.note({ type: "gone", node: program.label, how });
}

function freeze(stage: Stage, program: Program | undefined): void {
  if (program === undefined || program.isGone || program.world.isFrozen) return;
  tell(stage, `freeze ${program.label}`);
  program.world.freeze();
  stage.world.timers.set(stage.draw.one([500, 2_600, 5_000, 9_000]), () => {
    if (program.world.isFrozen && !program.world.isDead) thaw(stage, program.label, program.world);
  });
}

function thaw(stage: Stage, label: string, world: Program["world"]): void {
  tell(stage, `thaw ${label}`);
  world.thaw(stage.draw.chance(0.5));
}

/** Small ones: whoever waits until a time of the wall clock waits for as long as that is wrong. */
function jump(stage: Stage, program: Program | undefined): void {
  if (program === undefined || program.isGone) return;
  program.world.wallOffsetMs += stage.draw.one([-1_500, 1_500]);
  tell(stage, `jump ${program.label} ${program.world.wallOffsetMs}`);
}

function harmNetwork(stage: Stage, victim: string): void {
  const { draw, network, plan } = stage;
  const other = draw.one(plan.names.filter((name) => name !== victim));
  if (draw.chance(0.4)) {
    tell(stage, `disconnect ${victim}`);
    network.disconnect(victim);
    stage.world.timers.set(draw.between(1, 8_000), () => {
      tell(stage, `reconnect ${victim}`);
      network.reconnect(victim);
    });
  } else if (draw.chance(0.5)) {
    const ways = draw.one(["both", "one"]);
    tell(stage, `cut ${ways} ${victim} ${other}`);
    network.cut(victim, other, ways);
  } else {
    tell(stage, `weather ${victim} ${other}`);
    network.faults(victim, other, {
      delayMs: [0, draw.one([20, 800])],
      lossRate: draw.one([0, 0.1, 0.4]),
      duplicateRate: draw.one([0, 0.2]),
      reorderRate: draw.one([0, 0.2]),
    });
  }
  if (draw.chance(0.3)) network.heal();
}

/** One node cannot reach the store, or several cannot. */
function cutStore(stage: Stage, victim: string): void {
  const { draw, plan, store } = stage;
  const cut = draw.chance(0.8) ? [victim] : plan.names.filter(() => draw.chance(0.5));
  const forMs = draw.one([300, 1_500, 2_700, 6_000, 12_000]);
  for (const name of cut) {
    tell(stage, `store cut ${name} ${forMs}`);
    store.cut(name);
    stage.world.timers.set(forMs + draw.between(0, 400), () => {
      tell(stage, `store heal ${name}`);
      store.heal(name);
    });
  }
}

function harmStore(stage: Stage, victim: string): void {
  const { draw, store } = stage;
  const rate = (...rates: readonly number[]): number => draw.one([0, 0, ...rates]);
  const faults: StoreFaults = {
    latencyMs: [0.2, draw.one([3, 60, 700])],
    commitMs: [0.1, draw.one([2, 50])],
    watchLagMs: [0.2, draw.one([8, 300, 2_000])],
    lostRate: rate(0.1, 0.4),
    unackedRate: rate(0.1, 0.5),
    lateRate: rate(0.1, 0.3),
    lateMs: [0, draw.one([100, 3_000])],
    rewatchRate: rate(0.1, 0.5),
    skipRate: rate(0.5),
  };
  const ofAll = draw.chance(0.5);
  tell(stage, `store ${ofAll ? "of all" : `of ${victim}`} ${JSON.stringify(faults)}`);
  store.faults(faults, ofAll ? undefined : victim);
  stage.world.timers.set(draw.one([2_000, 8_000]), () => {
    tell(stage, `store fair ${ofAll ? "for all" : `for ${victim}`}`);
    store.faults(fair, ofAll ? undefined : victim);
  });
}

function tell(stage: Stage, what: string): void {
  stage.note({ type: "fault", what });
}
