// Faults 13 to 16 for runs: their owners are killed at every boundary, stand still and are told to end, and the broker restarts.
import assert from "node:assert/strict";
import type { NodeProcess } from "../node-process.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";
import { Campaign } from "../runs/campaign.ts";
import { pointsOfAsking, pointsOfRun, pointsOfSubmission } from "../runs/work.ts";

/** A room with owners of runs, all of which have met. */
async function runRoom(room: Room): Promise<Campaign> {
  await room.start("alpha", "beta", "gamma");
  return new Campaign(room);
}

/** For each run the points where its owners are killed: together they are all of them, over and over. */
export function stopsOf(index: number): readonly string[] {
  const points = pointsOfRun();
  const first = points[index % points.length] ?? "";
  const { first: unknowns, next } = pointsOfAsking;
  if (unknowns.includes(first)) return [first, next[index % next.length] ?? ""];
  // The next owner is killed as well, half a run later; where that is behind it already, nobody is.
  return [first, points[(index + Math.floor(points.length / 2)) % points.length] ?? ""];
}

/** Submits runs whose owners are killed at these points, kills them, and judges what came of it. */
export async function killOwners(room: Room, runs: readonly (readonly string[])[]): Promise<Campaign> {
  const campaign = await runRoom(room);
  await Promise.all(runs.map((stops) => campaign.submit(stops)));
  await campaign.killAll();
  await campaign.judge();
  return campaign;
}

const smokeRuns = 50;

export const runOwnersKilled: Row = {
  fault: 13,
  subject: "the owner of runs that is killed at every boundary and in the middle of every step",
  name: "is followed by another, which loses nothing that was seen and does nothing twice that is not counted or asked about",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    // Spread over all points, whatever their number.
    const points = pointsOfRun().length;
    const spread = (index: number): number => Math.floor((index * points) / smokeRuns);
    const campaign = await killOwners(
      room,
      Array.from({ length: smokeRuns }, (_, index) => stopsOf(spread(index))),
    );
    assert.ok(campaign.kills.length >= 3, "every owner is killed");
    assert.ok(campaign.readersLost > 0, "readers are killed, and are back elsewhere");
    assert.ok(campaign.stops.size > smokeRuns * 0.9, `runs stood still at ${campaign.stops.size} points`);
  },
};

const accepting: Row = {
  fault: 13,
  subject: "a node that is killed while it takes a run on",
  name: "has it begun once, by whoever is asked again, or by anybody where it was on the list",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    for (const point of [...pointsOfSubmission, "after listed"]) {
      const [node] = room.alive as [NodeProcess];
      const spec = await campaign.submitLost(point, node);
      const isLast = campaign.ids.length === pointsOfSubmission.length;
      // The last one is found without that.
      if (isLast) campaign.expect(spec);
      else await campaign.submitAgain(spec);
      const again = await room.launch(node.name);
      await again.tells("ready");
    }
    await campaign.over();
    await campaign.judge();
  },
};

const standsStill: Row = {
  fault: 14,
  subject: "the owner of runs that stands still for longer than its lease lasts",
  name: "writes nothing of them and does nothing for them when it goes on",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    const [victim] = room.alive as [NodeProcess];
    for (const stop of [
      "before intent order",
      "before step_finished gather",
      "after intent model",
      "in finish",
    ])
      await campaign.submit([stop], { on: victim.name });
    await campaign.rest();
    const had = campaign.standingOn(victim);
    assert.equal(had.length, 4);
    victim.freeze();
    campaign.forsake(victim);
    await campaign.until("others to have them", () =>
      had.every((id) => campaign.ownerOf(id) !== victim.name),
    );
    victim.thaw();
    await victim.order({ do: "go_on" });
    await campaign.over();
    await campaign.judge();
  },
};

export const runOwnersTold: Row = {
  fault: 15,
  subject: "the owner of runs that is told to end while all of them work",
  name: "hands them on with everything they have, and ends with 0",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    await submitPaced(campaign, 12);
    const [victim] = room.alive as [NodeProcess];
    await campaign.until("it to be at work", () => campaign.working(victim.name).length > 0);
    await victim.terminate();
    assert.equal(victim.exitCode, 0, victim.report());
    await campaign.over();
    await campaign.judge();
    const asked = campaign.ids.filter((id) => campaign.entriesOf(id).some(({ type }) => type === "asked"));
    assert.deepEqual(asked, [], "what was at work came to its end first");
  },
};

const atAnyTime: Row = {
  fault: 13,
  subject: "the owner of runs that is killed in the middle of everything",
  name: "is followed by another, whatever each of them was at",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    for (const name of ["alpha", "beta", "gamma"]) {
      await submitPaced(campaign, 15);
      await campaign.until(`${name} to be at work`, () => campaign.working(name).length > 0);
      const victim = room.alive.find((node) => node.name === name);
      assert.ok(victim !== undefined);
      await campaign.kill(victim);
      const again = await room.launch(name);
      await again.tells("ready");
    }
    await campaign.over();
    await campaign.judge();
  },
};

const filesAway: Row = {
  fault: 13,
  subject: "the node that has the files of a run, which is killed and so is the run's owner",
  name: "is waited for by every owner, and when it is back the run reads what that node alone has",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    const [alpha, beta] = room.alive as [NodeProcess, NodeProcess];
    await campaign.kill(beta);
    const id = await campaign.submit([], { on: "alpha", filesOf: "beta" });
    const waits = (owner: string): boolean =>
      campaign.ownerOf(id) === owner && campaign.entriesOf(id).at(-1)?.type === "waiting";
    await campaign.until("alpha to wait for the files", () => waits("alpha"));
    await campaign.kill(alpha);
    await campaign.until("gamma to wait for them", () => waits("gamma"));
    for (const name of ["beta", "alpha"]) await (await room.launch(name)).tells("ready");
    await campaign.over();
    await campaign.judge();
    assert.match(JSON.stringify(campaign.entriesOf(id).at(-1)), /"beta.py: # of beta"/);
  },
};

/** The run has listed them, and read none. */
const filesGone: Row = {
  fault: 13,
  subject: "the node that has the files of a run, which is killed in the middle of it",
  name: "is waited for, and the run goes on when it is back",
  options: { hasRuns: true, factor: 0.4 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    const [alpha, beta] = room.alive as [NodeProcess, NodeProcess];
    const id = await campaign.submit(["in file"], { on: "alpha", filesOf: "beta" });
    await campaign.rest();
    await campaign.kill(beta);
    await alpha.order({ do: "go_on" });
    await campaign.until("the run to wait", () => campaign.entriesOf(id).at(-1)?.type === "waiting");
    await (await room.launch("beta")).tells("ready");
    await campaign.over();
    await campaign.judge();
    assert.match(JSON.stringify(campaign.entriesOf(id).at(-1)), /"beta.py: # of beta"/);
  },
};

const brokerRestarted: Row = {
  fault: 16,
  subject: "a broker that restarts while runs work",
  name: "loses nothing of them, and they go on",
  options: { hasRuns: true, factor: 0.6 },
  async play(room: Room) {
    const campaign = await runRoom(room);
    for (let round = 0; round < 3; round += 1) {
      await submitPaced(campaign, 10);
      await campaign.until("runs to be at work", () => campaign.working().length > 0);
      await room.broker.restart();
      await room.met();
    }
    await campaign.over();
    await campaign.judge();
  },
};

const brokerOfSetKilled: Row = {
  fault: 16,
  subject: "a set of three brokers, each of which is killed in turn while runs work",
  name: "loses nothing of them, whoever of them leads",
  options: { hasRuns: true, isSet: true },
  async play(room: Room) {
    const campaign = await runRoom(room);
    for (const server of room.set?.servers ?? []) {
      await submitPaced(campaign, 10);
      await campaign.until("runs to be at work", () => campaign.working().length > 0);
      await server.kill();
      await campaign.over();
      await server.restart();
      await room.set?.ready();
    }
    await campaign.judge();
  },
};

/** Runs that take their time: what befalls them finds them at work. */
async function submitPaced(campaign: Campaign, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => campaign.submit([], { everyMs: 300 })));
}

export const runs: readonly Row[] = [
  runOwnersKilled,
  accepting,
  standsStill,
  runOwnersTold,
  atAnyTime,
  filesAway,
  filesGone,
  brokerRestarted,
  brokerOfSetKilled,
];
