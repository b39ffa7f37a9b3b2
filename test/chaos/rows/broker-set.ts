// Fault 16 for a set of three brokers: each of them is killed in turn, those that lead among them.
import assert from "node:assert/strict";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import type { NatsSet } from "../../nats/nats-set.ts";
import { answered, atRest, type Company, company, ids } from "../owners.ts";
import type { Room } from "../room.ts";
import type { Row } from "../row.ts";

const killed: Row = {
  fault: 16,
  subject: "a set of three brokers, each of which is killed in turn",
  name: "loses nothing that was answered, whoever of them leads",
  options: { owns: ids(6), isSet: true },
  async play(room: Room) {
    const whole = await company(room, "alpha", "beta", "gamma");
    await killEach(room, whole, () => {});
    await atRest(whole);
  },
};

/** Kills every broker of the set once: first the one that leads the journal, and then the one that leads the leases if that is another. */
export async function killEach(
  room: Room,
  whole: Company,
  done: (mark: number, led: string) => void,
): Promise<void> {
  const { set, cluster } = room;
  assert.ok(set !== undefined);
  const names = durableNames(cluster);
  const left = new Set(set.servers.keys());
  for (const stream of [names.stream("journal"), `KV_${names.bucket("leases")}`, undefined]) {
    const leader = stream === undefined ? undefined : await set.leaderOf(stream);
    const next = leader !== undefined && left.has(leader) ? leader : [...left][0];
    if (next === undefined) break;
    left.delete(next);
    const { mark } = whole.adder;
    await killOne(set, next, whole);
    done(mark, next === leader ? `leader of ${stream}` : "another");
    await room.met();
  }
}

async function killOne(set: NatsSet, index: number, whole: Company): Promise<void> {
  const server = set.servers[index];
  assert.ok(server !== undefined);
  await server.kill();
  await answered(whole);
  await server.restart();
  await set.ready();
  await answered(whole);
}

export const brokerSet: readonly Row[] = [killed];
