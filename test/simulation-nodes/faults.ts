// What befalls the nodes of a play from outside, and how all of it is taken back.
import type { Program, Stage } from "./stage.ts";

/** One round of faults. */
export function strike(stage: Stage, restart: (name: string) => void): void {
  const { draw, odds } = stage;
  const victim = draw.one(stage.names);
  const other = draw.one(stage.names.filter((name) => name !== victim));
  if (draw.chance(odds.crash)) crash(stage, victim);
  if (draw.chance(odds.halt)) halt(stage, victim);
  if (draw.chance(odds.cut)) {
    const ways = draw.one(["both", "one"]);
    tell(stage, `cut ${ways} ${victim} ${other}`);
    stage.network.cut(victim, other, ways);
  }
  if (draw.chance(odds.disconnect)) away(stage, victim);
  if (draw.chance(odds.weather)) weather(stage, victim, other);
  if (draw.chance(odds.freeze)) freeze(stage, victim);
  if (draw.chance(odds.jump)) jump(stage, victim);
  if (draw.chance(0.15)) {
    tell(stage, "heal");
    stage.network.heal();
  }
  for (const name of stage.names) if (isFree(stage, name) && draw.chance(0.3)) restart(name);
}

/** Takes back every fault. */
export function calm(stage: Stage, restart: (name: string) => void): void {
  tell(stage, "calm");
  stage.network.heal();
  for (const name of stage.names) stage.network.reconnect(name);
  for (const { world } of stage.programs.values()) world.thaw(stage.draw.chance(0.5));
  for (const name of stage.names) if (isFree(stage, name)) restart(name);
  // The others are free soon.
  stage.restart = restart;
}

/** Whether no program of that name runs, one that halts included: two would be refused. */
function isFree({ programs, halting }: Stage, name: string): boolean {
  return !programs.has(name) && !halting.has(name);
}

function crash(stage: Stage, name: string): void {
  const program = stage.programs.get(name);
  if (program === undefined) return;
  leave(stage, program, "crash");
  program.world.kill();
  for (const carrier of program.node.distribution?.carriers ?? []) void carrier.close();
}

function halt(stage: Stage, name: string): void {
  const program = stage.programs.get(name);
  if (program === undefined || program.world.isFrozen) return;
  leave(stage, program, "halt");
  stage.halting.add(name);
  void program.node.halt().then(() => {
    stage.halting.delete(name);
    stage.restart?.(name);
  });
}

function leave(stage: Stage, program: Program, how: "crash" | "halt"): void {
  stage.programs.delete(program.name);
  program.isGone = true;
  stage.note({ type: "gone", node: program.label, how });
  if (how === "halt") return;
  for (const player of stage.living) {
    if (player.program !== program) continue;
    player.hasEnded = true;
    stage.living.delete(player);
    stage.note({ type: "ended", pid: player.label });
  }
}

function away(stage: Stage, name: string): void {
  tell(stage, `disconnect ${name}`);
  stage.network.disconnect(name);
  later(stage, stage.draw.between(1, 8_000), () => {
    tell(stage, `reconnect ${name}`);
    stage.network.reconnect(name);
  });
}

function weather(stage: Stage, from: string, to: string): void {
  const { draw, network } = stage;
  const min = draw.one([0, 0, 20]);
  const faults = {
    delayMs: [min, min + draw.one([1, 50, 1_500])] as const,
    lossRate: draw.one([0, 0.02, 0.2, 0.6]),
    duplicateRate: draw.one([0, 0.05, 0.5]),
    reorderRate: draw.one([0, 0.05, 0.5]),
  };
  tell(stage, `weather ${from} ${to} ${JSON.stringify(faults)}`);
  network.faults(from, to, faults);
}

function freeze(stage: Stage, name: string): void {
  const program = stage.programs.get(name);
  if (program === undefined || program.world.isFrozen) return;
  tell(stage, `freeze ${program.label}`);
  program.world.freeze();
  later(stage, stage.draw.one([200, 2_000, 3_500, 9_000]), () => {
    if (!program.world.isFrozen) return;
    tell(stage, `thaw ${program.label}`);
    program.world.thaw(stage.draw.chance(0.5));
  });
}

function jump(stage: Stage, name: string): void {
  const program = stage.programs.get(name);
  if (program === undefined) return;
  program.world.wallOffsetMs += stage.draw.one([-3_600_000, -5_000, 5_000, 86_400_000]);
  tell(stage, `jump ${program.label} ${program.world.wallOffsetMs}`);
}

function later(stage: Stage, delayMs: number, run: () => void): void {
  stage.world.timers.set(delayMs, run);
}

function tell(stage: Stage, what: string): void {
  stage.note({ type: "fault", what });
}
