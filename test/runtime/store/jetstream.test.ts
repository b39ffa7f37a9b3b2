// Buckets on real brokers, old and new, and on a set of three: they are buckets.
import { afterAll, beforeAll, describe } from "vitest";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import { type BucketBench, itIsABucket } from "./bucket-conformance.ts";
import { brokerRoom, interrupted, type JetStreamRoom, newCluster, setRoom } from "./jetstream-room.ts";

const programs = await serverPrograms();

const places: readonly (readonly [string, () => Promise<JetStreamRoom>])[] = [
  ...programs.map((program) => [`a broker ${program.version}`, () => brokerRoom(program)] as const),
  ["a set of three brokers", setRoom],
];

describe.each(places)("On %s", (_, open) => {
  let room: JetStreamRoom;
  beforeAll(async () => {
    room = await open();
  }, 60_000);
  afterAll(() => room.close());
  itIsABucket("a bucket", () => benchOf(room));
});

async function benchOf(room: JetStreamRoom): Promise<BucketBench> {
  const cluster = newCluster();
  const [one, two] = room.stores(cluster);
  const stream = `KV_${durableNames(cluster).bucket("leases")}`;
  // Made before a rule begins: a set takes its time to agree on where it is.
  await Promise.all([one.bucket("leases").read("any"), one.bucket("names").read("any")]);
  return {
    one: one.bucket("leases"),
    two: two.bucket("leases"),
    other: one.bucket("names"),
    until: (promise) => promise,
    remake: async () => {
      const { config } = await room.manager.streams.info(stream);
      const { first_seq: _first, ...plain } = config as typeof config & { readonly first_seq?: number };
      await room.manager.streams.delete(stream);
      // As whoever puts it back by hand: it begins again at 1.
      await room.manager.streams.add(plain);
    },
    interrupt: (during) => interrupted(room, during),
    close: async () => {
      await Promise.all([one.close(), two.close()]);
      for (const name of await room.manager.streams.names().next()) await room.manager.streams.delete(name);
    },
  };
}
