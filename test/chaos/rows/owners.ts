// Faults 13 to 15 and 50 for what a cluster owns: its owners are killed, stand still, are told to end, and are updated one by one.
import assert from "node:assert/strict";
import type { NodeProcess } from "../node-process.ts";
import { answered, atRest, type Company, company, formerProcesses, ids, now, ownedBy } from "../owners.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

/** Starts a node of that name again; comes back when it is a member and everything answers. */
export async function returned(room: Room, whole: Company, node: NodeProcess): Promise<NodeProcess> {
  const mark = whole.adder.mark;
  const again = await room.launch(node.name);
  await again.tells("ready");
  await room.met();
  await answered(whole, mark);
  return again;
}

export const ownerKilled: Row = {
  fault: 13,
  subject: "an owner that is killed",
  name: "is followed by others, which go on from everything that was answered",
  options: { owns: ids(3), factor: 0.4 },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    const [victim] = whole.owners as [NodeProcess];
    const lost = ownedBy(room, victim);
    await victim.kill();
    await answered(whole);
    const moved = room.alive.flatMap((node) => node.all("moved").filter(({ from }) => from === "alpha"));
    for (const name of lost)
      assert.ok(
        moved.some((move) => move.name === name && move.reason === "node_down"),
        `${name} is taken over`,
      );
    await returned(room, whole, victim);
    await atRest(whole);
  },
};

const frozen: Row = {
  fault: 14,
  subject: "an owner that stands still for longer than its lease lasts",
  name: "handles not one message more for what it had when it goes on",
  options: { owns: ids(6) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    const [victim] = whole.owners as [NodeProcess];
    const lost = ownedBy(room, victim);
    // Adds are on their way to it all the time, so that some wait before it when it goes on.
    victim.freeze();
    await answered(whole);
    const former = formerProcesses(victim);
    const { mark } = victim;
    victim.thaw();
    await victim.tells("ownership", ({ is }) => is === "held", mark);
    const told = victim.all("ownership", mark).map(({ is }) => is);
    assert.deepEqual(told.slice(0, 2), ["suspended", "lost"]);
    await room.met();
    await answered(whole);
    const stale = victim.all("took", mark).filter((entry) => former.has(entry.process));
    assert.deepEqual(stale, [], `of ${lost.join()}`);
    await atRest(whole);
  },
};

export const ownerTold: Row = {
  fault: 15,
  subject: "an owner that is told to end",
  name: "hands everything over with what was answered, and ends with 0",
  options: { owns: ids(3) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    const [victim] = whole.owners as [NodeProcess];
    const had = ownedBy(room, victim);
    await victim.terminate();
    assert.equal(victim.exitCode, 0);
    const drained = victim.all("drained").map(({ left, isCut }) => ({ left, isCut }));
    assert.deepEqual(drained, [{ left: 0, isCut: false }]);
    await answered(whole);
    const moved = room.alive.flatMap((node) => node.all("moved").filter(({ from }) => from === "alpha"));
    for (const name of had)
      assert.ok(
        moved.some((move) => move.name === name && move.reason === "drain"),
        `${name} is handed over`,
      );
    await atRest(whole);
  },
};

/** Each owner is told to end, and started again when it has; the next one when it is back. */
export async function rollOver(room: Room, whole: Company): Promise<void> {
  for (const node of whole.owners) {
    await node.terminate();
    assert.equal(node.exitCode, 0, `${node.name} ends in good order. ${node.report()}`);
    await returned(room, whole, node);
  }
}

const rolling: Row = {
  fault: 50,
  subject: "five owners that are started anew one after the other",
  name: "lose nothing that was answered, and hand on everything in good order",
  options: { owns: ids(10) },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma", "delta", "epsilon");
    const sinceMs = now();
    await rollOver(room, whole);
    const downs = room.nodes.flatMap((node) =>
      node.all("moved").filter(({ reason, atMs }) => reason === "node_down" && atMs >= sinceMs),
    );
    assert.deepEqual(downs, [], "nothing waits for a lease to lapse");
    await atRest(whole);
  },
};

export const owners: readonly Row[] = [ownerKilled, frozen, ownerTold, rolling];
