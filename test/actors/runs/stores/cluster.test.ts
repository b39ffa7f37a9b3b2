// Runs of a cluster, on a real broker, on a simulated one, and on a node that is alone: a store of runs.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterRunStore } from "../../../../actors/runs/stores/cluster.ts";
import type { Bucket, BucketEntry, BucketListener } from "../../../../runtime/store/bucket.ts";
import type { ClusterStore } from "../../../../runtime/store/cluster-store.ts";
import { StoreUnavailable } from "../../../../runtime/store/failures.ts";
import { localStore } from "../../../../runtime/store/local-store.ts";
import { imperfectStore } from "../../../../runtime/testing/imperfect-store.ts";
import { realWorld } from "../../../../runtime/worlds/real.ts";
import { type SimulatedWorld, simulatedWorld } from "../../../../runtime/worlds/simulated.ts";
import { serverPrograms } from "../../../nats/server-program.ts";
import { brokerRoom, type JetStreamRoom } from "../../../runtime/store/jetstream-room.ts";
import { accepted, itIsARunStore, type RunStoreScene, summaryOf, write } from "./run-store-conformance.ts";

const id = "abcdefgh234567ij";

function sceneOf(
  stores: readonly [ClusterStore, ClusterStore],
  until: RunStoreScene["until"],
  close: () => Promise<void> = async () => {},
): RunStoreScene {
  const [store, other] = stores.map(clusterRunStore) as [RunStoreScene["store"], RunStoreScene["store"]];
  return {
    store,
    other,
    until,
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      for (const each of new Set(stores)) await each.close();
      await close();
    },
  };
}

itIsARunStore("Runs of a simulated cluster", async () => {
  const world = simulatedWorld();
  const store = imperfectStore(world);
  return sceneOf([store.of("one"), store.of("two")], (promise) => world.until(promise));
});

itIsARunStore("Runs placed on a node that is alone", async () => {
  const path = await mkdtemp(join(tmpdir(), "aiex-runs-"));
  const store = await localStore({ world: realWorld(), path });
  const gone = (): Promise<void> => rm(path, { recursive: true });
  return sceneOf([store, store], (promise) => promise, gone);
});

describe.each(await serverPrograms())("On a broker $version", (program) => {
  let room: JetStreamRoom;
  beforeAll(async () => {
    room = await brokerRoom(program);
  }, 60_000);
  afterAll(() => room.close());
  itIsARunStore("runs of a cluster", async () => sceneOf(room.stores(), (promise) => promise));
});

describe("The list of a cluster's runs", () => {
  it("keeps what a later owner noted, whatever an earlier one says late", async () => {
    const world = simulatedWorld();
    const cluster = imperfectStore(world);
    const [one, two] = ["one", "two"].map((node) => clusterRunStore(cluster.of(node)));
    if (one === undefined || two === undefined) throw new Error("There are two.");
    await world.until(write(await one.open(id, "own"), [accepted(id)]));
    const later = summaryOf(id, { epoch: 4, n: 7, node: "two" });
    await world.until(one.note(summaryOf(id, { epoch: 3, n: 7 })));
    await world.until(two.note(later));
    for (const late of [summaryOf(id, { epoch: 3, n: 50 }), summaryOf(id, { epoch: 4, n: 6 })])
      await world.until(one.note(late));
    await world.advance(1_000);
    expect(await world.until(one.list())).toEqual([later]);
    expect(await world.until(two.list())).toEqual([later]);
  });

  it("says so where nobody can be reached, and is there when somebody can", async () => {
    const world = simulatedWorld();
    const cluster = imperfectStore(world);
    cluster.cut("one");
    const one = clusterRunStore(cluster.of("one"));
    await expect(world.until(one.list())).rejects.toThrow(StoreUnavailable);
    await world.until(one.note(summaryOf(id)));
    cluster.heal("one");
    expect(await world.until(one.list())).toEqual([]);
  });

  it("is right at once for what was noted and removed here, however late it is told what has changed", async () => {
    const world = simulatedWorld();
    const whole = imperfectStore(world).of("one");
    const late = lateBucket(whole.bucket("runs"));
    const store = clusterRunStore({ ...only(whole), bucket: () => late.bucket });
    const ids = async () => (await world.until(store.list())).map((found) => found.id);
    await world.until(write(await store.open(id, "own"), [accepted(id)]));
    await late.tell(world);
    late.hold();
    await world.until(store.note(summaryOf(id)));
    expect(await ids()).toEqual([id]);
    await world.until(store.note(summaryOf(id, { phase: "done", n: 9 })));
    expect(await world.until(store.list())).toEqual([summaryOf(id, { phase: "done", n: 9 })]);
    await world.until(store.remove(id));
    expect(await ids()).toEqual([]);
    // Now it is told of each of these changes, one after the other.
    await late.tell(world, async () => expect(await ids()).toEqual([]));
    await world.until(write(await store.open(id, "own"), [accepted(id)]));
    await world.until(store.note(summaryOf(id)));
    await late.tell(world);
    expect(await ids()).toEqual([id]);
  });

  it("asks for what was noted here where all is told anew and that is not among it", async () => {
    const world = simulatedWorld();
    const whole = imperfectStore(world).of("one");
    const late = lateBucket(whole.bucket("runs"));
    const store = clusterRunStore({ ...only(whole), bucket: () => late.bucket });
    const ids = async () => (await world.until(store.list())).map((found) => found.id);
    await late.tell(world);
    late.hold();
    for (const each of [id, "aaaaaaaaaaaaaaaa"]) {
      await world.until(write(await store.open(each, "own"), [accepted(each)]));
      await world.until(store.note(summaryOf(each)));
    }
    // One of them is taken out by somebody else, of whom this node does not hear.
    await world.until(clusterRunStore(only(whole)).remove("aaaaaaaaaaaaaaaa"));
    late.tellAnew([]);
    expect(await ids()).toEqual([id]);
  });

  it("leaves out what cannot be read of it", async () => {
    const world = simulatedWorld();
    const own = imperfectStore(world).of("one");
    const store = clusterRunStore(own);
    await world.until(write(await store.open(id, "own"), [accepted(id)]));
    await world.until(own.bucket("runs").write("other", Buffer.from('{"summary":{},"check":1}\n'), 0));
    await world.until(store.note(summaryOf(id)));
    await world.advance(1_000);
    expect(await world.until(store.list())).toEqual([summaryOf(id)]);
  });
});

/** A bucket whose watch tells what has changed when it is let, and not before. */
function lateBucket(bucket: Bucket) {
  let isHeld = false;
  let listening: BucketListener | undefined;
  const held: (() => void)[] = [];
  const later = (telling: () => void): void => {
    if (isHeld) held.push(telling);
    else telling();
  };
  const late: Bucket = {
    name: bucket.name,
    read: (key) => bucket.read(key),
    write: (...given) => bucket.write(...given),
    remove: (...given) => bucket.remove(...given),
    watch: (listener) => {
      listening = listener;
      return bucket.watch({
        entries: (entries) => later(() => listener.entries(entries)),
        changed: (...told) => later(() => listener.changed(...told)),
      });
    },
  };
  return {
    bucket: late,
    hold: (): void => {
      isHeld = true;
    },
    /** All that has changed so far; `between` looks after each. */
    tell: async (world: SimulatedWorld, between: () => Promise<void> = async () => {}): Promise<void> => {
      await world.advance(1_000);
      for (const telling of held.splice(0)) {
        telling();
        await between();
      }
      isHeld = false;
    },
    tellAnew: (entries: readonly BucketEntry[]): void => {
      held.length = 0;
      listening?.entries(entries);
    },
  };
}

/** What a store has, as an object of its own. */
function only(store: ClusterStore): ClusterStore {
  const { place, journal, runs, context } = store;
  return {
    ...{ place, journal, runs, context },
    bucket: (name) => store.bucket(name),
    blobs: (scope) => store.blobs(scope),
    close: () => store.close(),
  };
}
