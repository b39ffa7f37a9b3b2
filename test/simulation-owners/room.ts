// One play from one seed: some nodes that own things together, deeds and faults at random, a calm, and what the checkers say to it.
import { inspect } from "node:util";
import { clusterNamed, type Pid } from "../../runtime/index.ts";
import { decodePlacement, type PlacementRecord } from "../../runtime/placement/placement-record.ts";
import { ExitSelf } from "../../runtime/process/exit-reason.ts";
import type { Played, Room } from "../seeds/room.ts";
import { judge } from "./checkers.ts";
import { type Counter, childKeys } from "./children.ts";
import { act } from "./deeds.ts";
import { type Placed, unevenness } from "./evenness.ts";
import { beFair, calm, strike } from "./faults.ts";
import { locks, names } from "./guests.ts";
import { type Entry, entryText } from "./ledger.ts";
import { type Program, Stage } from "./stage.ts";

/** So long after the last fault everything is where it belongs. */
const convergeMs = 30_000;
/** Between two looks at whether it is so. */
const lookMs = 1_000;
/** It has to stay so for as long as it takes to see that nobody is about to undo it. */
const steadyLooks = 2;
/** Far more than a node takes to halt, and far from for ever. */
const haltMsMax = 60_000;
/** Somebody who wants a lock gets it by then, when nobody else works under it any more. */
const lockMsMax = 15_000;
/** What was waited for, and came before, is let go by then. */
const restMs = 2_000;

export const ownersRoom: Room<Entry> = {
  script: "sim:owners",
  folder: "simulation-owners",
  play,
  entryText,
};

async function play(seed: number): Promise<Played<Entry>> {
  const stage = new Stage(seed);
  // What code of a process that has ended throws is nothing to anybody.
  const noteStray = (thrown: unknown): void => {
    if (!(thrown instanceof ExitSelf)) stage.note({ type: "stuck", what: `nobody caught ${textOf(thrown)}` });
  };
  process.on("unhandledRejection", noteStray);
  const begin = (name: string): void => void stage.start(name, drawOffset(stage));
  try {
    beFair(stage);
    for (const name of stage.plan.names) if (stage.draw.chance(0.9)) begin(name);
    await pass(stage, stage.draw.one([0, 500, 4_000]));
    for (let round = 0; round < stage.odds.rounds; round += 1) await playRound(stage, begin);
    calm(stage, begin);
    await converge(stage);
    await see(stage);
    await end(stage);
  } catch (thrown) {
    stage.note({ type: "stuck", what: textOf(thrown) });
  } finally {
    process.off("unhandledRejection", noteStray);
    for (const { world } of stage.past) world.kill();
  }
  const { entries } = stage.ledger;
  return { seed, hash: stage.ledger.hash(), entries, violations: judge(entries) };
}

function drawOffset({ draw, odds }: Stage): number {
  return draw.chance(odds.jump) ? draw.one([-3_600_000, 5_000]) : 0;
}

async function playRound(stage: Stage, begin: (name: string) => void): Promise<void> {
  const { draw, odds } = stage;
  strike(stage, begin);
  for (let count = draw.between(1, odds.deedsMax); count > 0; count -= 1) {
    act(stage);
    if (draw.chance(0.4)) await pass(stage, draw.between(0, 150));
  }
  await pass(stage, draw.between(50, odds.roundMsMax));
}

/** Lets time pass. What the code of a node throws on the way is noted, and the world goes on. */
async function pass(stage: Stage, ms: number): Promise<void> {
  const until = stage.world.elapsedMs + ms;
  for (let strays = 0; strays < 100; strays += 1) {
    try {
      await stage.world.advance(Math.max(0, until - stage.world.elapsedMs));
      return;
    } catch (thrown) {
      stage.note({ type: "stuck", what: `nobody caught ${textOf(thrown)}` });
    }
  }
}

/** Until everything is as it should be, and stays so for a while. */
async function converge(stage: Stage): Promise<void> {
  const until = stage.world.elapsedMs + convergeMs;
  for (let steady = 0; steady < steadyLooks && stage.world.elapsedMs < until; ) {
    await pass(stage, lookMs);
    steady = hasConverged(stage) ? steady + 1 : 0;
  }
}

/** What the checkers ask for at the end, as far as it can be seen without asking anybody. */
function hasConverged(stage: Stage): boolean {
  const programs = [...stage.programs.values()];
  if (programs.length < stage.plan.names.length || stage.inside.size > 0) return false;
  if (programs.some(({ node }) => node.ownership?.state !== "held")) return false;
  if (programs.some(({ node }) => node.nodes().length < programs.length - 1)) return false;
  const views = programs.map((program) =>
    JSON.stringify([placesOf(stage, program), namesOf(stage, program)]),
  );
  if (new Set(views).size > 1) return false;
  if (unevenness(placed(stage)) !== undefined) return false;
  return stage.plan.children.every(({ name }) => {
    const record = recordsOf(stage).get(name);
    const canRun = fitNodes(stage, name).length > 0;
    const isRunning = record?.phase === "running";
    const isOver = record === undefined || record.phase === "stopped" || record.phase === "failed";
    return isOver || (canRun ? isRunning : record.phase === "waiting");
  });
}

function recordsOf({ store }: Stage): Map<string, PlacementRecord> {
  const records = store.entries("placement").flatMap(({ value }) => decodePlacement(value) ?? []);
  return new Map(records.map((record) => [`${record.supervisor}/${record.id}`, record]));
}

function fitNodes(stage: Stage, child: string): readonly string[] {
  const record = recordsOf(stage).get(child);
  const supervisor = stage.plan.supervisors.find(({ name }) => child.startsWith(`${name}/`));
  if (record === undefined) return [];
  const { denied, place, wants } = record;
  return [...stage.programs.keys()].filter(
    (node) =>
      node !== supervisor?.without &&
      !Object.hasOwn(denied, node) &&
      // Where somebody asked it to be it may be, whatever its list says.
      (place.strategy !== "priority" || wants === node || place.nodes.includes(node)),
  );
}

/** Whether it is moved so that the nodes have the same number of children. */
function isSpread(record: PlacementRecord | undefined): boolean {
  return record?.place.strategy === "round_robin" && record.wants !== record.owner?.node;
}

function placed(stage: Stage): readonly Placed[] {
  return [...recordsOf(stage)].flatMap(([child, record]) => {
    if (record.phase !== "running" || record.owner === undefined) return [];
    const { node } = record.owner;
    return [{ child, node, fit: fitNodes(stage, child), isSpread: isSpread(record) }];
  });
}

function placesOf(stage: Stage, { node }: Program) {
  const children = node.ownership?.placement.table.children() ?? [];
  return children
    .map(({ supervisor, id, phase, pid }) => ({
      child: `${supervisor}/${id}`,
      phase,
      pid: pid && stage.label(pid),
    }))
    .sort((one, other) => (one.child < other.child ? -1 : 1));
}

function namesOf(stage: Stage, { node }: Program) {
  return names.map((name) => {
    const pid = node.whereClusterName(name);
    return { name, pid: pid && stage.label(pid as Pid) };
  });
}

async function see(stage: Stage): Promise<void> {
  const programs = [...stage.programs.values()];
  for (const program of programs) {
    const { label, node } = program;
    stage.note({ type: "stands", node: label, state: node.ownership?.state ?? "none" });
    for (const place of placesOf(stage, program)) stage.note({ type: "places", node: label, ...place });
    for (const named of namesOf(stage, program)) stage.note({ type: "resolves", node: label, ...named });
  }
  for (const { name } of stage.plan.children) {
    const record = recordsOf(stage).get(name);
    const isWanted = record !== undefined && record.phase !== "stopped" && record.phase !== "failed";
    const nodes = fitNodes(stage, name);
    stage.note({ type: "fit", child: name, nodes, isWanted, isSpread: isSpread(record) });
  }
  for (const { label, kernel } of programs) {
    for (const process of kernel.processes.values()) {
      if (!childKeys.has(process.logicName)) continue;
      const pid = stage.label(process.pid);
      stage.note({ type: "runs", child: stage.living.get(pid)?.child ?? "?", pid, node: label });
    }
  }
  for (const { label, pid, program, child } of [...stage.living.values()]) {
    if (program.isGone) continue;
    const question = child === undefined ? "ping" : "value";
    if ((await ask(stage, program.node.call(pid, question, undefined, { timeoutMs: 1_000 }))) !== undefined)
      stage.note({ type: "alive", pid: label });
  }
  await askChildren(stage, programs);
  await tryLocks(stage, programs);
  stage.note({ type: "quiet", nodes: programs.map(({ label }) => label) });
}

/** Undefined for what fails. */
async function ask(stage: Stage, answer: Promise<unknown>): Promise<unknown> {
  try {
    return await stage.world.until(answer, haltMsMax);
  } catch {
    return undefined;
  }
}

async function askChildren(stage: Stage, programs: readonly Program[]): Promise<void> {
  for (const { name } of stage.plan.children) {
    const { node } = stage.draw.one(programs);
    const call = (): Promise<unknown> =>
      node.call(clusterNamed(name), "value", undefined, { timeoutMs: 5_000 });
    let state = (await ask(stage, call())) as Counter | undefined;
    if (state === undefined) {
      // It may have been on its way from one node to another.
      await pass(stage, lookMs);
      state = (await ask(stage, call())) as Counter | undefined;
    }
    stage.note({ type: "holds", child: name, count: state?.count, added: state?.added ?? [] });
  }
}

async function tryLocks(stage: Stage, programs: readonly Program[]): Promise<void> {
  for (const lock of locks) {
    const { node, label } = stage.draw.one(programs);
    const taking = node.withClusterLock(lock, () => "inside");
    try {
      await stage.world.until(taking, lockMsMax);
    } catch (thrown) {
      stage.note({ type: "stuck", what: `${label} does not get the lock ${lock}: ${String(thrown)}` });
    }
  }
}

async function end(stage: Stage): Promise<void> {
  const programs = [...stage.programs.values()];
  for (const program of programs) {
    program.isGone = true;
    await stage.world.until(program.node.halt(), haltMsMax);
  }
  await pass(stage, restMs);
  for (const program of programs) noteRemains(stage, program);
}

function noteRemains(stage: Stage, { label, world, kernel }: Program): void {
  const left = (count: number, what: string): void => {
    if (count > 0) stage.note({ type: "remains", what: `${count} ${what} on ${label}` });
  };
  left(world.armed, "armed timers");
  left(kernel.calls.size, "pending calls");
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error
    ? (thrown.stack ?? String(thrown)).split("\n").slice(0, 6).join(" | ")
    : inspect(thrown, { depth: 2 });
}
