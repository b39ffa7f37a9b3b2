// A store over a line that fails, on a broker that others change: what it says then is true, and nothing of it is left there.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { durableNames } from "../../../runtime/broker/durable-names.ts";
import { JournalFailed } from "../../../runtime/journal/failures.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { natsStore } from "../../../runtime/store/nats-store.ts";
import { natsServer } from "../../nats/nats-server.ts";
import { serverPrograms } from "../../nats/server-program.ts";
import {
  brokerRoom,
  isAskedAll,
  type JetStreamRoom,
  line,
  newCluster,
  standing,
  world,
} from "./jetstream-room.ts";
import { bytesOf, Told } from "./told.ts";

const programs = await serverPrograms();

describe.each(programs)("A store on a broker $version", (program) => {
  /** What takes as long as a store waits, and is no different on an older broker. */
  const itWaits = it.runIf(isAskedAll || program === programs.at(-1));
  let room: JetStreamRoom;
  let cluster: string;
  let one: ClusterStore;
  let two: ClusterStore;

  beforeAll(async () => {
    room = await brokerRoom(program);
  }, 60_000);
  afterAll(() => room.close());
  beforeEach(() => {
    cluster = newCluster();
    [one, two] = room.stores(cluster);
  });
  afterEach(async () => {
    room.proxy.refuse(false);
    room.proxy.blackhole(false);
    await Promise.all([one.close(), two.close()]);
    await standing(room.one);
  });

  async function disconnected(): Promise<void> {
    room.proxy.refuse(true);
    room.proxy.cut();
    for await (const { type } of room.one.status()) if (type === "disconnect") return;
  }

  it("says at once that it does not know while the line is lost, and sends nothing later", async () => {
    const bucket = one.bucket("leases");
    expect(await bucket.read("key")).toBeUndefined();
    await one.journal.end("log");
    await disconnected();
    const append = { kind: "claim", epoch: 1, id: "id", payload: bytesOf("x"), expected: 0 } as const;
    expect(await bucket.write("key", bytesOf("x"), 0)).toMatchObject({ kind: "unknown" });
    expect(await bucket.remove("key", 1)).toMatchObject({ kind: "unknown" });
    expect(await one.journal.append("log", append)).toMatchObject({ kind: "unknown" });
    await expect(bucket.read("key")).rejects.toThrow(StoreUnavailable);
    await expect(one.journal.read("log", 0)).rejects.toThrow(StoreUnavailable);
    room.proxy.refuse(false);
    await standing(room.one);
    expect(await bucket.read("key")).toBeUndefined();
    expect(await one.journal.end("log")).toEqual({ position: 0, epoch: 0 });
  });

  it("does not know of a write whose answer is lost, which a read tells and a repeat finds out", async () => {
    const bucket = one.bucket("leases");
    const append = { kind: "claim", epoch: 1, id: "id", payload: bytesOf("x"), expected: 0 } as const;
    await Promise.all([bucket.read("key"), one.journal.end("log")]);
    // Both are remembered here as empty: nothing has to be asked before.
    await one.journal.append("log", { ...append, epoch: 1, id: "before" });
    const { position } = await one.journal.end("log");
    room.proxy.mute(true);
    const later = { ...append, kind: "event", expected: position } as const;
    const writing = [bucket.write("key", bytesOf("x"), 0), one.journal.append("log", later)];
    const seen = new Told();
    two.bucket("leases").watch(seen);
    await seen.untilValue("key", "x");
    room.proxy.cut();
    expect(await Promise.all(writing)).toMatchObject([{ kind: "unknown" }, { kind: "unknown" }]);
    await standing(room.one);
    expect((await bucket.read("key"))?.value).toEqual(bytesOf("x"));
    expect(await bucket.write("key", bytesOf("y"), 0)).toEqual({ kind: "conflict" });
    expect(await one.journal.append("log", later)).toMatchObject({ kind: "appended", isRepeat: true });
    expect((await one.journal.read("log", 0)).records.length).toBe(2);
  });

  it("leaves no consumers behind where its line is lost twenty times, nor when it is closed", async () => {
    const stream = `KV_${durableNames(cluster).bucket("names")}`;
    const told = new Told();
    one.bucket("names").watch(told);
    await told.until(() => told.wholes === 1);
    for (let round = 2; round <= 21; round += 1) {
      room.proxy.cut();
      await told.until(() => told.wholes === round);
    }
    expect((await room.manager.consumers.list(stream).next()).length).toBe(1);
    expect(told.wrong).toEqual([]);
    await one.close();
    await room.one.flush();
    await expect.poll(async () => (await room.manager.consumers.list(stream).next()).length).toBe(0);
  });

  itWaits("goes on watching where its consumer is taken away", async () => {
    const stream = `KV_${durableNames(cluster).bucket("names")}`;
    const told = new Told();
    one.bucket("names").watch(told);
    await told.until(() => told.wholes === 1);
    const [consumer] = await room.manager.consumers.list(stream).next();
    await room.manager.consumers.delete(stream, consumer?.name ?? "");
    await two.bucket("names").write("key", bytesOf("x"), 0);
    await told.untilValue("key", "x");
    expect(told.wholes).toBe(2);
  });

  it("makes what is missing, whoever else does so at the same time", async () => {
    const stores = Array.from({ length: 8 }, () => room.stores(cluster)).flat();
    const written = await Promise.all(
      stores.map((store, index) => store.bucket("claims").write(`key.${index}`, bytesOf("x"), 0)),
    );
    expect(new Set(written.map(({ kind }) => kind))).toEqual(new Set(["written"]));
    const ends = await Promise.all(stores.map((store) => store.journal.end("log")));
    expect(new Set(ends.map(({ position }) => position))).toEqual(new Set([0]));
    await Promise.all(stores.map((store) => store.close()));
  });

  it("makes a bucket anew that is gone, with revisions that nobody can hold for earlier ones", async () => {
    const bucket = one.bucket("leases");
    const written = await bucket.write("key", bytesOf("old"), 0);
    const before = written.kind === "written" ? written.revision : 0;
    await room.manager.streams.delete(`KV_${durableNames(cluster).bucket("leases")}`);
    expect(await bucket.write("key", bytesOf("late"), before)).toEqual({ kind: "conflict" });
    const anew = await two.bucket("leases").write("key", bytesOf("new"), 0);
    // Older servers begin every stream at 1.
    const isOld = /^2\.[0-9]\./.test(program.version);
    if (!isOld) expect(anew.kind === "written" && anew.revision).toBeGreaterThan(before);
    expect(await bucket.write("key", bytesOf("late"), before + 1)).toEqual({ kind: "conflict" });
    expect((await bucket.read("key"))?.value).toEqual(bytesOf("new"));
  });

  it("keeps what an operator has set up, and says of a full journal that it failed", async () => {
    const names = durableNames(cluster);
    const name = names.stream("journal");
    const subjects = [names.streamSubjects("journal")];
    await room.manager.streams.add({ name, subjects, max_bytes: 2_000, discard: "new" as never });
    const append = {
      kind: "claim",
      epoch: 1,
      id: "id",
      payload: new Uint8Array(1_000),
      expected: 0,
    } as const;
    const first = await one.journal.append("log", append);
    const expected = first.kind === "appended" ? first.position : 0;
    const failing = one.journal.append("log", { ...append, id: "next", epoch: 2, expected });
    await expect(failing).rejects.toThrow(JournalFailed);
    await expect(failing).rejects.toThrow(/maximum bytes exceeded/);
    expect(await two.journal.end("log")).toEqual({ position: expected, epoch: 1 });
    expect((await room.manager.streams.info(name)).config.max_bytes).toBe(2_000);
  });

  it("says of a record that the broker is too small for that it failed", async () => {
    const small = await natsServer({ program, jetstream: true, config: "max_payload: 4096" });
    const connection = await line([small.url]);
    const store = natsStore({ connection, cluster, world });
    const append = {
      kind: "claim",
      epoch: 1,
      id: "id",
      payload: new Uint8Array(5_000),
      expected: 0,
    } as const;
    await expect(store.journal.append("log", append)).rejects.toThrow(/the broker takes 4096/);
    expect(await store.bucket("leases").write("key", new Uint8Array(5_000), 0)).toMatchObject({
      kind: "unknown",
    });
    await store.close();
    await connection.close();
  });

  itWaits("names what is wrong where a broker keeps no streams", async () => {
    const bare = await natsServer({ program });
    const connection = await line([bare.url]);
    const store = natsStore({ connection, cluster, world });
    const writing = store.bucket("leases").write("key", bytesOf("x"), 0);
    await expect(store.bucket("leases").read("key")).rejects.toThrow(/JetStream is off there/);
    expect(await writing).toMatchObject({
      kind: "unknown",
      why: expect.stringContaining("JetStream is off there"),
    });
    await store.close();
    await connection.close();
  });

  it("says that it does not know once its connection is closed, and can be closed after it", async () => {
    const connection = await line([room.proxy.url]);
    const store = natsStore({ connection, cluster, world });
    const bucket = store.bucket("leases");
    const told = new Told();
    bucket.watch(told);
    await told.until(() => told.wholes === 1);
    await connection.close();
    expect(await bucket.write("key", bytesOf("x"), 0)).toMatchObject({ kind: "unknown" });
    await expect(bucket.read("key")).rejects.toThrow(StoreUnavailable);
    bucket.watch(told)();
    await store.close();
    await store.close();
    expect(store.place).toMatch(/away/);
    await expect(store.journal.end("log")).rejects.toThrow(/is closed/);
  });

  it("is closed where its broker is silent, and says of what was under way that it does not know", async () => {
    const bucket = one.bucket("leases");
    await Promise.all([bucket.read("key"), one.journal.end("log")]);
    room.proxy.blackhole(true);
    const append = { kind: "claim", epoch: 1, id: "id", payload: bytesOf("x"), expected: 0 } as const;
    const writing = [bucket.write("key", bytesOf("x"), 0), one.journal.append("log", append)];
    const reading = one.journal.read("log", 0);
    await Promise.all([one.close(), expect(reading).rejects.toThrow(/the line to the broker is lost/)]);
    const lost = { kind: "unknown", why: "the line to the broker is lost" };
    expect(await Promise.all(writing)).toEqual([lost, lost]);
  });

  it("still hears what becomes of an append that is under way when it is closed", async () => {
    await one.journal.end("log");
    const append = { kind: "claim", epoch: 1, id: "id", payload: bytesOf("x"), expected: 0 } as const;
    const writing = one.journal.append("log", append);
    await one.close();
    expect(await writing).toMatchObject({ kind: "appended" });
  });

  it("tells what its acknowledgement means", async () => {
    expect(await one.journal.acknowledgement()).toEqual({ kind: "flush", everyMs: 120_000 });
    const synced = natsStore({ connection: room.two, cluster, world, isSynced: true });
    expect(await synced.journal.acknowledgement()).toEqual({ kind: "fsync" });
    await synced.close();
    expect(one.place).toBe(room.proxy.url);
  });
});
