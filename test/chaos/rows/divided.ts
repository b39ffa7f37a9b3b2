// Faults 16 to 19 for what a cluster owns: its broker restarts, is gone, or is out of reach for some of the owners.
import assert from "node:assert/strict";
import type { NodeProcess } from "../node-process.ts";
import {
  answered,
  atRest,
  type Company,
  company,
  formerProcesses,
  ids,
  now,
  ownedBy,
  restedFirst,
} from "../owners.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

const restart: Row = {
  fault: 16,
  subject: "a broker that restarts under owners",
  name: "loses nothing that was answered, and all of them go on",
  options: { owns: ids(6) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    for (let round = 0; round < 3; round += 1) {
      await room.broker.kill();
      await room.broker.restart();
      await answered(whole);
      await room.met();
    }
    await atRest(whole);
  },
};

const gone: Row = {
  fault: 17,
  subject: "a broker that is gone for longer than leases last",
  name: "lets every owner rest until it is back, and all of them go on then",
  options: { owns: ids(6) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    const marks = whole.owners.map(({ mark }) => mark);
    await room.broker.kill();
    for (const [index, owner] of whole.owners.entries())
      await owner.tells("ownership", ({ is }) => is === "suspended", marks[index]);
    const { attempts } = whole.adder.proxy;
    await room.eventually("the adder to dial in vain", () => whole.adder.proxy.attempts >= attempts + 6);
    await room.broker.restart();
    await answered(whole);
    await room.met();
    await atRest(whole);
  },
};

/** Takes nodes out of reach, and looks whether they rest before the others take over, and let go of it all when they are back. */
async function divide(
  room: Room,
  whole: Company,
  parted: readonly NodeProcess[],
  part: (node: NodeProcess) => void,
  heal: (node: NodeProcess) => void,
): Promise<void> {
  const had = parted.map((node) => ownedBy(room, node));
  const former = parted.map(formerProcesses);
  const sinceMs = now();
  for (const node of parted) part(node);
  await answered(whole);
  for (const [index, node] of parted.entries()) restedFirst(room, node, had[index] ?? [], sinceMs);
  const marks = parted.map(({ mark }) => mark);
  for (const node of parted) heal(node);
  for (const [index, node] of parted.entries()) {
    await node.says(
      () => node.all("ownership").findLast(({ atMs }) => atMs >= sinceMs)?.is === "held",
      "a lease of its own",
      marks[index],
    );
    assert.ok(node.all("ownership").some(({ is, atMs }) => is === "lost" && atMs >= sinceMs));
  }
  await room.met();
  await answered(whole);
  for (const [index, node] of parted.entries()) {
    const stale = node.all("took", marks[index]).filter(({ process }) => former[index]?.has(process));
    assert.deepEqual(stale, []);
  }
  await atRest(whole);
}

/** Parts the first of three owners by `cut`, and joins it again. */
async function divideFirst(room: Room, cut: (node: NodeProcess, isCut: boolean) => void): Promise<void> {
  const whole = await company(room, "alpha", "beta", "gamma");
  await divide(
    room,
    whole,
    whole.owners.slice(0, 1),
    (node) => cut(node, true),
    (node) => cut(node, false),
  );
}

const halfOpen: Row = {
  fault: 18,
  subject: "an owner on whose line nothing passes any more",
  name: "rests before others take over, and lets go when it is back",
  options: { owns: ids(6) },
  play: (room: Room) => divideFirst(room, ({ proxy }, isCut) => proxy.blackhole(isCut)),
};

function shut({ proxy }: NodeProcess): void {
  proxy.refuse(true);
  proxy.cut();
}

function open({ proxy }: NodeProcess): void {
  proxy.refuse(false);
}

const one: Row = {
  fault: 19,
  subject: "an owner that is parted from two others",
  name: "rests before they take over, and lets go when it is back",
  options: { owns: ids(6) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    await divide(room, whole, whole.owners.slice(1, 2), shut, open);
  },
};

const two: Row = {
  fault: 19,
  subject: "two owners that are parted from three others",
  name: "rest before those take over, and let go when they are back",
  options: { owns: ids(10) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma", "delta", "epsilon");
    await divide(room, whole, whole.owners.slice(0, 2), shut, open);
  },
};

const deaf: Row = {
  fault: 19,
  subject: "an owner that is heard and hears nothing",
  name: "rests before others take over, and lets go when it is back",
  options: { owns: ids(6) },
  play: (room: Room) => divideFirst(room, ({ proxy }, isCut) => proxy.mute(isCut)),
};

const contended: Row = {
  fault: 19,
  subject: "K04 a name that was taken on both sides of a parting",
  name: "stays with whom the majority knows by it, and the other one exits with name_conflict",
  options: { owns: [] },
  async play(room: Room) {
    const nodes = (await room.start("alpha", "beta", "gamma")) as [NodeProcess, NodeProcess, NodeProcess];
    const [alpha, beta, gamma] = nodes;
    // Either name order: it is the record that decides.
    for (const [loser, winner] of [
      [alpha, gamma],
      [gamma, alpha],
    ] as const) {
      const name = `door of ${loser.name}`;
      assert.equal(await loser.order({ do: "register", name }), true);
      assert.equal(await winner.order({ do: "register", name }), false);
      shut(loser);
      await loser.tells("ownership", ({ is }) => is === "suspended", loser.mark);
      await room.eventually(
        `the name of ${loser.name} to be free`,
        async () => (await winner.order({ do: "register", name })) === true,
      );
      open(loser);
      const { reason } = await loser.tells("unnamed", (entry) => entry.name === name);
      assert.match(reason, /name_conflict/);
      await room.met();
      for (const node of [alpha, beta, gamma])
        await room.eventually(
          `${node.name} to know who has the name`,
          async () => (await node.order({ do: "where", name })) === winner.name,
        );
      assert.deepEqual(
        winner.all("unnamed").filter((entry) => entry.name === name),
        [],
      );
    }
  },
};

export const divided: readonly Row[] = [restart, gone, halfOpen, one, two, deaf, contended];
