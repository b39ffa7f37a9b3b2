// A journal and a bucket while lines are cut amid writes; and on a set of three brokers whose leader dies, freezes and comes back.
import type { NatsConnection } from "nats";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import type { Journal } from "../../../runtime/journal/journal.ts";
import type { Bucket } from "../../../runtime/store/bucket.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { type NatsSet, natsSet } from "../../nats/nats-set.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import { type TcpProxy, tcpProxy } from "../../nats/tcp-proxy.ts";
import { isAskedAll, line, newCluster, world } from "../store/jetstream-room.ts";
import { Told } from "../store/told.ts";

let cluster: string;
let stores: readonly ClusterStore[];

/** What goes wrong while both nodes write, and is over when this resolves. */
type Fault<Where> = readonly [name: string, happen: (where: Where) => Promise<void>];

const faultsOfSets: readonly Fault<NatsSet>[] = [
  [
    "the leader of the logs is killed and comes back",
    async (set) => {
      const leader = set.servers[await set.leaderOf(durableNames(cluster).stream("journal"))];
      await leader?.kill();
      await leader?.restart();
    },
  ],
  [
    "the leader of a bucket is frozen until there is another one",
    async (set) => {
      const stream = `KV_${durableNames(cluster).bucket("leases")}`;
      const old = await set.leaderOf(stream);
      const leader = set.servers[old];
      leader?.pause();
      // The frozen one gives no answer, and whoever is asked by the others is not it.
      await set.leaderOf(stream, old);
      leader?.resume();
    },
  ],
];

const faultsOfLines: readonly Fault<readonly TcpProxy[]>[] = [
  [
    "all lines are cut again and again",
    async (proxies) => {
      for (let round = 0; round < 10; round += 1) {
        for (const proxy of proxies) proxy.cut();
        await pause(60);
      }
    },
  ],
  [
    "answers are held back, and the lines cut before they come",
    async (proxies) => {
      for (let round = 0; round < 5; round += 1) {
        for (const proxy of proxies) proxy.mute(true);
        await pause(40);
        for (const proxy of proxies) proxy.cut();
        await pause(80);
      }
    },
  ],
];

describe("On one broker", () => {
  let proxies: readonly TcpProxy[];

  beforeAll(async () => {
    const program = (await serverPrograms()).at(-1);
    const server = await natsServer({ jetstream: true, ...(program && { program }) });
    proxies = await Promise.all([tcpProxy(server), tcpProxy(server)]);
    return async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await server.close();
    };
  });
  beforeEach(() => stand(proxies));

  it.each(faultsOfLines)("%s: nothing is lost or done twice", async (_, happen) => {
    await nothingIsLostWhile(() => happen(proxies));
  });
});

describe.runIf(isAskedAll)("On a set of three brokers", { timeout: 60_000 }, () => {
  let set: NatsSet;

  beforeAll(async () => {
    set = await natsSet();
  }, 60_000);
  afterAll(() => set.close());
  beforeEach(() => stand(set.proxies));
  afterEach(() => set.ready());

  it.each(faultsOfSets)("%s: nothing is lost or done twice", async (_, happen) => {
    await nothingIsLostWhile(() => happen(set));
  });
  it.each(faultsOfLines)("%s: nothing is lost or done twice", async (_, happen) => {
    await nothingIsLostWhile(() => happen(set.proxies));
  });
});

/** Two nodes with a store each, through the proxies, and by themselves to whichever broker is there. Gives how to end them. */
async function stand(proxies: readonly TcpProxy[]): Promise<() => Promise<void>> {
  cluster = newCluster();
  const urls = proxies.map(({ url }) => url);
  const connections: readonly NatsConnection[] = await Promise.all([line(urls), line(urls.toReversed())]);
  stores = connections.map((connection) => natsStore({ connection, cluster, world }));
  await stores[0]?.journal.end("any");
  await stores[0]?.bucket("leases").read("any");
  return async () => {
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(connections.map((connection) => connection.close()));
  };
}

/**
 * Both nodes write before, during and after it: what was acknowledged is there once then, everything else was found out by repeating
 * it, and watches tell how it ends.
 */
async function nothingIsLostWhile(happen: () => Promise<void>): Promise<void> {
  const [one, two] = stores.map(({ journal }) => journal) as [Journal, Journal];
  const [near, far] = stores.map((store) => store.bucket("leases")) as [Bucket, Bucket];
  const told = [near, far].map((bucket) => watched(bucket));
  const writing = [new Writer(one, "log one"), new Writer(two, "log two")];
  const counting = [new Counter(near, "a"), new Counter(far, "b")];
  const workers = [...writing, ...counting];
  await Promise.all(workers.map((worker) => worker.reached(5)));
  await happen();
  await Promise.all(workers.map((worker) => worker.reached(worker.count + 5)));
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const { log, acknowledged } of writing) {
    for (const journal of [one, two]) expect(await everything(journal, log)).toEqual(acknowledged);
  }
  const entry = await patiently(() => far.read("count"));
  const total = JSON.parse(textOf(entry?.value)) as { readonly a: number; readonly b: number };
  expect([total.a, total.b]).toEqual(counting.map(({ count }) => count));
  for (const each of told) {
    await each.untilValue("count", textOf(entry?.value));
    expect(each.wrong).toEqual([]);
  }
}

/** Somebody who does one step after the other until it is stopped. */
abstract class Worker {
  count = 0;
  #isStopped = false;
  #running: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  abstract step(): Promise<void>;

  /** Begins where it has not begun. */
  async reached(count: number): Promise<void> {
    this.#running ??= this.#run();
    while (this.count < count)
      await Promise.race([this.#running, new Promise<void>((done) => this.#waiting.push(done))]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      await this.step();
      this.count += 1;
      for (const done of this.#waiting.splice(0)) done();
      // All of it is read again in the end.
      await pause(10);
    }
  }
}

/** Appends numbers to a log of its own, each until it hears that it is there. */
class Writer extends Worker {
  readonly log: string;
  readonly #journal: Journal;
  #expected = 0;
  readonly acknowledged: string[] = [];

  constructor(journal: Journal, log: string) {
    super();
    this.#journal = journal;
    this.log = log;
  }

  async step(): Promise<void> {
    const text = `${this.count}`;
    const append = {
      kind: this.count === 0 ? "claim" : "event",
      epoch: 1,
      id: `id ${text}`,
      payload: Buffer.from(text),
      expected: this.#expected,
    } as const;
    for (;;) {
      const appended = await this.#journal.append(this.log, append);
      if (appended.kind === "appended") {
        this.#expected = appended.position;
        this.acknowledged.push(text);
        return;
      }
      // Nobody else writes here: anything but not knowing would be a lie.
      if (appended.kind !== "unknown") throw new Error(`Append ${text}: ${JSON.stringify(appended)}`);
      await pause(10);
    }
  }
}

/** Counts its steps in a value that another one changes as well. */
class Counter extends Worker {
  readonly #bucket: Bucket;
  readonly #name: "a" | "b";

  constructor(bucket: Bucket, name: "a" | "b") {
    super();
    this.#bucket = bucket;
    this.#name = name;
  }

  async step(): Promise<void> {
    for (;;) {
      const entry = await patiently(() => this.#bucket.read("count"));
      const now = entry === undefined ? { a: 0, b: 0 } : JSON.parse(textOf(entry.value));
      // It was made after all, by a try of which nobody heard.
      if (now[this.#name] === this.count + 1) return;
      expect(now[this.#name]).toBe(this.count);
      const next = Buffer.from(JSON.stringify({ ...now, [this.#name]: this.count + 1 }));
      const written = await this.#bucket.write("count", next, entry?.revision ?? 0);
      if (written.kind === "written") return;
    }
  }
}

function watched(bucket: Bucket): Told {
  const told = new Told();
  bucket.watch(told);
  return told;
}

async function everything(journal: Journal, log: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let after = 0; ; ) {
    const { records, isEnd } = await patiently(() => journal.read(log, after));
    texts.push(...records.map(({ payload }) => textOf(payload)));
    if (isEnd) return texts;
    expect(records).not.toEqual([]);
    after = records.at(-1)?.position ?? after;
  }
}

/** Asks again while nobody can tell. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { readonly code?: string }).code !== "store_unavailable") throw error;
      await pause(10);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function textOf(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("utf8");
}
