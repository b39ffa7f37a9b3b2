// What the room measures of owners, at the times that nodes have by default: for how long nobody answers for what they had.
import assert from "node:assert/strict";
import type { NodeProcess } from "./node-process.ts";
import { answered, atRest, type Company, company, gaps, ids, now, ownedBy, spread } from "./owners.ts";
import { Room, type RoomOptions } from "./room.ts";
import { killEach } from "./rows/broker-set.ts";
import { returned, rollOver } from "./rows/owners.ts";
import { type Spread, spreadOf } from "./spread.ts";

export interface OwnerFigures {
  /** From kill -9 of an owner to the first answer of its successor; of each counter that it had. */
  readonly takeoverMs: Spread;
  /** From SIGTERM to the first answer of the successor. */
  readonly handoverMs: Spread;
  /** For each counter the longest time without an answer, while five owners are started anew one after the other. */
  readonly rollingMs: Spread;
  /** The same in as long a time in which nothing is done: what the machine alone is to blame for. */
  readonly undisturbedMs: Spread;
  /** The same while a broker of a set of three is killed: the leader of the journal, that of the leases, another. */
  readonly brokerKillMs: Readonly<Record<string, Spread>>;
}

export async function measureOwners(rounds: number): Promise<OwnerFigures> {
  const three = ["alpha", "beta", "gamma"];
  const [takeoverMs, handoverMs] = await inRoom({ owns: ids(6) }, three, async (room, whole) => {
    const killed = await successions(room, whole, rounds, (victim) => victim.kill());
    const told = await successions(room, whole, rounds, (victim) => victim.terminate());
    return [spreadOf(killed), spreadOf(told)] as const;
  });
  const five = [...three, "delta", "epsilon"];
  const [rollingMs, undisturbedMs] = await inRoom({ owns: ids(10) }, five, async (room, whole) => {
    const [{ mark }, sinceMs] = [whole.adder, now()];
    await rollOver(room, whole);
    const rolling = spreadOf(gaps(whole, mark));
    const { mark: next } = whole.adder;
    await new Promise((resolve) => setTimeout(resolve, now() - sinceMs));
    return [rolling, spreadOf(gaps(whole, next))] as const;
  });
  const brokerKillMs = await inRoom({ owns: ids(6), isSet: true }, three, async (room, whole) => {
    const found: Record<string, Spread> = {};
    await killEach(room, whole, (mark, led) => {
      found[led] = spreadOf(gaps(whole, mark));
    });
    return found;
  });
  return { takeoverMs, handoverMs, rollingMs, undisturbedMs, brokerKillMs };
}

async function inRoom<T>(
  options: RoomOptions,
  names: readonly string[],
  work: (room: Room, whole: Company) => Promise<T>,
): Promise<T> {
  const room = await Room.open({ ...options, factor: 1 });
  try {
    const whole = await company(room, ...names);
    const found = await work(room, whole);
    await atRest(whole);
    await room.judge();
    return found;
  } finally {
    await room.close();
  }
}

/** Milliseconds from what is done to an owner to the first answer of whoever has a counter of its then. */
async function successions(
  room: Room,
  whole: Company,
  rounds: number,
  end: (victim: NodeProcess) => Promise<void>,
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await spread(room);
    const victim = room.alive.find((node) => ownedBy(room, node).length > 0);
    assert.ok(victim !== undefined);
    const had = ownedBy(room, victim);
    const { mark } = whole.adder;
    const sinceMs = now();
    await end(victim);
    await answered(whole);
    for (const name of had) taken.push(firstAnswer(room, whole, name, victim, sinceMs, mark) - sinceMs);
    await returned(room, whole, victim);
  }
  return taken;
}

/** When the adder had the first answer of another owner. */
function firstAnswer(
  room: Room,
  { adder }: Company,
  name: string,
  victim: NodeProcess,
  sinceMs: number,
  mark: number,
): number {
  const begun = room.nodes
    .filter((node) => node !== victim)
    .flatMap((node) => node.all("took").filter((entry) => entry.name === name && entry.atMs > sinceMs))
    .map(({ atMs }) => atMs);
  const first = Math.min(...begun);
  const answer = adder.all("added", mark).find((entry) => entry.name === name && entry.atMs > first);
  assert.ok(answer !== undefined, `${name} has another owner, who answers`);
  return answer.atMs;
}
