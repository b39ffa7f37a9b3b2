// One play from one seed: some nodes, deeds and faults at random, a calm, and what the checkers say to it.
import { groupScope } from "../../runtime/index.ts";
import type { Played, Room } from "../seeds/room.ts";
import { judge } from "./checkers.ts";
import { calm, strike } from "./faults.ts";
import { type Entry, entryText } from "./ledger.ts";
import { groups, type Program, Stage, scope } from "./stage.ts";

/** So long after the last fault everybody agrees. Longer than any call takes that is still waited for, too. */
const convergeMs = 30_000;
/** Far more than a node takes to halt, and far from for ever. */
const haltMsMax = 60_000;
const workersPerNode = 3;

export const nodesRoom: Room<Entry> = { script: "sim:nodes", folder: "simulation-nodes", play, entryText };

async function play(seed: number): Promise<Played<Entry>> {
  const stage = new Stage(seed);
  const noteStray = (thrown: unknown): void =>
    stage.note({ type: "stuck", what: `nobody caught ${textOf(thrown)}` });
  process.on("unhandledRejection", noteStray);
  try {
    for (const name of stage.names) begin(stage, name);
    await stage.world.advance(stage.draw.one([0, 100, 3_000]));
    for (let round = 0; round < stage.odds.rounds; round += 1) await playRound(stage);
    calm(stage, (name) => begin(stage, name));
    await pass(stage, convergeMs);
    see(stage);
    noteQuiet(stage);
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

function begin(stage: Stage, name: string): void {
  const offsetMs = stage.draw.chance(stage.odds.jump) ? stage.draw.one([-3_600_000, 5_000]) : 0;
  const { node, world, logic } = stage.start(name, offsetMs);
  const failed = (thrown: unknown): void => {
    if (!world.isDead && stage.programs.has(name))
      stage.note({ type: "stuck", what: `a start on ${name} failed: ${textOf(thrown)}` });
  };
  node.spawn(groupScope(scope)).catch(failed);
  for (let count = 0; count < workersPerNode; count += 1) node.spawn(logic).catch(failed);
}

async function playRound(stage: Stage): Promise<void> {
  const { draw, odds } = stage;
  strike(stage, (name) => begin(stage, name));
  for (let count = draw.between(0, odds.deedsMax); count > 0; count -= 1) {
    const actors = [...stage.living].filter(({ program }) => !program.isGone && !program.world.isFrozen);
    const actor = draw.maybeOne(actors);
    actor?.program.node.cast(actor.pid, "act", undefined);
    if (draw.chance(0.3)) await pass(stage, draw.between(0, 20));
  }
  await pass(stage, draw.between(1, odds.roundMsMax));
}

/** Lets time pass. What the code of a node throws on the way is noted, and the world goes on. */
async function pass(stage: Stage, ms: number): Promise<void> {
  const end = stage.world.elapsedMs + ms;
  for (let strays = 0; strays < 100; strays += 1) {
    try {
      await stage.world.advance(Math.max(0, end - stage.world.elapsedMs));
      return;
    } catch (thrown) {
      stage.note({ type: "stuck", what: `nobody caught ${textOf(thrown)}` });
    }
  }
}

function see(stage: Stage): void {
  for (const { label, node, kernel } of stage.programs.values()) {
    const peers = node.nodes().map(({ name, incarnation }) => stage.labelOfNode(name, incarnation));
    stage.note({ type: "sees", node: label, peers: peers.sort() });
    for (const group of groups) {
      const members = kernel.scopes.get(scope)?.members(group) ?? [];
      const pids = members.map((pid) => stage.label(pid)).sort();
      stage.note({ type: "members", node: label, group, pids });
    }
  }
}

function noteQuiet(stage: Stage): void {
  const nodes = [...stage.programs.values()].map(({ label }) => label);
  stage.note({ type: "quiet", nodes, alive: [...stage.living].map(({ label }) => label) });
}

async function end(stage: Stage): Promise<void> {
  const programs = [...stage.programs.values()];
  for (const program of programs) await stage.world.until(program.node.halt(), haltMsMax);
  await pass(stage, 0);
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
    : String(thrown);
}
