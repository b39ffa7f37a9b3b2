// Buckets, journals and blobs on real brokers, old and new, and on a set of three: they are what all of their kind are.
import { afterAll, beforeAll, describe } from "vitest";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import type { Acknowledgement } from "../../../runtime/journal/journal.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import { sceneOf } from "../journal/jetstream-scene.ts";
import { itIsAJournal } from "../journal/journal-conformance.ts";
import { itTakesLogsOut } from "../journal/removal-conformance.ts";
import { itKeepsBlobs } from "./blobs/blobs-conformance.ts";
import { blobsSceneOf } from "./blobs/jetstream-scene.ts";
import { type BucketBench, bucketRules, itIsABucket, tellingRules } from "./bucket-conformance.ts";
import {
  answered,
  brokerRoom,
  interrupted,
  isAskedAll,
  type JetStreamRoom,
  newCluster,
  setRoom,
  withoutStream,
} from "./jetstream-room.ts";

interface Place {
  readonly name: string;
  readonly open: () => Promise<JetStreamRoom>;
  readonly acknowledgement: Acknowledgement;
  readonly isAskedAll: boolean;
}

const programs = await serverPrograms();

const places: readonly Place[] = [
  ...programs.map((program) => ({
    name: `a broker ${program.version}`,
    open: () => brokerRoom(program),
    acknowledgement: { kind: "flush", everyMs: 120_000 } as const,
    isAskedAll: isAskedAll || program === programs.at(-1),
  })),
  {
    name: "a set of three brokers",
    open: setRoom,
    acknowledgement: { kind: "replicated", replicas: 3, synced: false },
    isAskedAll,
  },
];

describe.each(places)("On $name", ({ open, acknowledgement, isAskedAll: isWhole }) => {
  let room: JetStreamRoom;
  beforeAll(async () => {
    room = await open();
  }, 60_000);
  afterAll(() => room.close());
  itIsAJournal("a journal", () => sceneOf(room, acknowledgement), { hasPages: isWhole });
  itTakesLogsOut("a journal", () => sceneOf(room, acknowledgement));
  itKeepsBlobs("blobs", () => blobsSceneOf(room));
  // Takes all streams away after each rule.
  itIsABucket("a bucket", () => benchOf(room), isWhole ? bucketRules : tellingRules);
});

async function benchOf(room: JetStreamRoom): Promise<BucketBench> {
  const cluster = newCluster();
  const [one, two] = room.stores(cluster);
  const stream = `KV_${durableNames(cluster).bucket("leases")}`;
  // Made before a rule begins: a set takes its time to agree on where it is.
  await Promise.all(
    [one.bucket("leases"), one.bucket("names")].map((each) => answered(() => each.read("any"))),
  );
  return {
    one: one.bucket("leases"),
    two: two.bucket("leases"),
    other: one.bucket("names"),
    until: (promise) => promise,
    remake: async () => {
      const { config } = await answered(() => room.manager.streams.info(stream));
      const { first_seq: _first, ...plain } = config as typeof config & { readonly first_seq?: number };
      await withoutStream(room.manager, stream);
      // As whoever puts it back by hand: it begins again at 1.
      await answered(() => room.manager.streams.add(plain));
    },
    interrupt: (during) => interrupted(room, during),
    close: async () => {
      await Promise.all([one.close(), two.close()]);
      const names = await answered(() => room.manager.streams.names().next());
      for (const name of names) await withoutStream(room.manager, name);
    },
  };
}
