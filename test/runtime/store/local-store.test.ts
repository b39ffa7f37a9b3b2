// What a node that is alone keeps in a folder: buckets and a journal that last, for one program at a time.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JournalFailed, StoreHeld } from "../../../runtime/journal/failures.ts";
import { LmdbReader } from "../../../runtime/journal/journals/lmdb-reader.ts";
import { Misuse } from "../../../runtime/process/failures.ts";
import type { ClusterStore } from "../../../runtime/store/cluster-store.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";
import { localStore } from "../../../runtime/store/local-store.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { ended, startProgram } from "../journal/store-program.ts";
import { itIsABucket } from "./bucket-conformance.ts";
import { bytesOf, Told, textOf } from "./told.ts";

const world = realWorld();

itIsABucket("A bucket of a node that is alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aiex-store-"));
  const store = await localStore({ world, path: folder });
  return {
    one: store.bucket("leases"),
    two: store.bucket("leases"),
    other: store.bucket("names"),
    until: (promise) => promise,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

describe("What a node that is alone keeps", () => {
  let folder: string;
  const open: ClusterStore[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiex-store-"));
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
    await rm(folder, { recursive: true });
  });

  async function opened(path = join(folder, "deep", "store")): Promise<ClusterStore> {
    const store = await localStore({ world, path });
    open.push(store);
    return store;
  }

  it("is there when it is opened again, buckets and journal", async () => {
    const store = await opened();
    const bucket = store.bucket("names");
    await bucket.write("gone", bytesOf("1"), 0);
    await bucket.remove("gone", 1);
    await bucket.write("kept", bytesOf("value"), 0);
    await store.journal.append("log", {
      kind: "claim",
      epoch: 1,
      id: "c",
      payload: bytesOf("x"),
      expected: 0,
    });
    await store.close();
    const again = await opened();
    const entry = await again.bucket("names").read("kept");
    expect({ ...entry, value: textOf(entry?.value ?? bytesOf("")) }).toEqual({
      key: "kept",
      value: "value",
      revision: 3,
    });
    expect(await again.bucket("names").read("gone")).toBeUndefined();
    expect(await again.bucket("leases").read("kept")).toBeUndefined();
    expect(await again.journal.end("log")).toEqual({ position: 1, epoch: 1 });
    expect(await again.bucket("names").write("another", bytesOf(""), 0)).toEqual({
      kind: "written",
      revision: 4,
    });
  });

  it("says where it is, and that what it acknowledges is on the disk", async () => {
    const store = await opened();
    expect(store.place).toBe(join(folder, "deep", "store"));
    expect(store.journal.place).toBe(store.place);
    expect(await store.journal.acknowledgement()).toEqual({ kind: "fsync" });
  });

  it("says what to do about its disk, and nothing of a broker, where it cannot be read", async () => {
    const store = await opened();
    await store.close();
    const failure = await store
      .bucket("names")
      .read("key")
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreUnavailable);
    expect((failure as StoreUnavailable).message).toMatch(/its disk has room/);
    expect((failure as StoreUnavailable).message).not.toMatch(/broker/);
  });

  it("is for its owner alone", async () => {
    const { place } = await opened();
    expect((await stat(place)).mode & 0o777).toBe(0o700);
    for (const name of ["data.mdb", "lock.mdb"]) {
      expect((await stat(join(place, name))).mode & 0o077 & ~0o044).toBe(0);
    }
  });

  it("is open once in a program", async () => {
    const { place } = await opened();
    const failure = await localStore({ world, path: place }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreHeld);
    expect((failure as StoreHeld).message).toContain(String(process.pid));
    const bucket = open[0]?.bucket("names");
    expect(await bucket?.write("a", bytesOf("1"), 0)).toEqual({ kind: "written", revision: 1 });
  });

  it("is refused to another program as long as one has it open, and free when that is dead", async () => {
    const { place } = await opened(join(folder, "store"));
    const body = `try { await (await open()).close(); say("opened"); } catch (error) { say([error.code, error.details]); }`;
    const { lines } = await ended(startProgram(body, folder));
    expect(lines).toEqual([["store_held", { place, osPid: process.pid }]]);
    for (const store of open.splice(0)) await store.close();
    const staying = startProgram(`await open(); say("opened"); setInterval(() => {}, 1000);`, folder);
    let failure: unknown;
    const end = ended(staying, async () => {
      failure = await localStore({ world, path: place }).catch((error: unknown) => error);
      staying.kill("SIGKILL");
    });
    expect((await end).signal).toBe("SIGKILL");
    expect(failure).toBeInstanceOf(StoreHeld);
    expect((failure as StoreHeld).message).toContain(String(staying.pid));
    await opened(place);
  });

  it("is read by another program while one has it open, as it was committed last", async () => {
    const { place, journal, blobs } = await opened(join(folder, "store"));
    const look = `
      const read = await localStore({ world: realWorld(), path: folder + "/store", access: "read" });
      say([await count(read), (await read.blobs("log").list()).length]);
      await read.close();`;
    for (const round of [0, 1]) {
      // The second time, the file has grown by a lot.
      for (let number = 0; number < 1 + 20 * round; number += 1) {
        const { position: expected } = await journal.end("log");
        const payload = new Uint8Array(1 + 500_000 * round);
        await journal.append("log", { kind: "event", epoch: 1, id: `r ${expected}`, payload, expected });
      }
      await blobs("log").put(Uint8Array.of(round));
      expect((await ended(startProgram(look, folder))).lines).toEqual([[1 + 21 * round, 1 + round]]);
    }
    expect(await readdir(place)).toContain(`owner.${process.pid}`);
  });

  it("is free for an owner while others have it open to read", async () => {
    const path = join(folder, "store");
    await (await opened(path)).close();
    const reading = `
      const read = await localStore({ world: realWorld(), path: folder + "/store", access: "read" });
      say(await count(read));
      setInterval(() => read.journal.end("log"), 5);`;
    const reader = startProgram(reading, folder);
    const end = ended(reader, async () => {
      const store = await opened(path);
      for (let expected = 0; expected < 20; expected += 1) {
        const append = {
          kind: "event",
          epoch: 1,
          id: `${expected}`,
          payload: bytesOf("x"),
          expected,
        } as const;
        await store.journal.append("log", append);
      }
      reader.kill("SIGKILL");
    });
    expect((await end).signal).toBe("SIGKILL");
    const read = await localStore({ world, path, access: "read" });
    expect((await read.journal.end("log")).position).toBe(20);
    await read.close();
    await expect(read.journal.end("log")).rejects.toThrow(/closed/);
  });

  it("is changed by nobody who only reads it", async () => {
    const store = await opened();
    await store.bucket("names").write("key", bytesOf("1"), 0);
    await store.blobs("log").put(bytesOf("blob"));
    await store.close();
    const before = await Promise.all([readFile(join(store.place, "data.mdb")), readdir(store.place)]);
    const read = await localStore({ world, path: store.place, access: "read" });
    expect((await read.bucket("names").read("key"))?.revision).toBe(1);
    expect((await read.bucket("names").write("key", bytesOf("2"), 1)).kind).toBe("unknown");
    const append = { kind: "event", epoch: 1, id: "x", payload: bytesOf("x"), expected: 0 } as const;
    await expect(read.journal.append("log", append)).rejects.toThrow(Misuse);
    await expect(read.blobs("log").put(bytesOf("x"))).rejects.toThrow(Misuse);
    const told = new Told();
    const stop = read.bucket("names").watch(told);
    await told.untilValue("key", "1");
    stop();
    expect(await Promise.all([readFile(join(store.place, "data.mdb")), readdir(store.place)])).toEqual(
      before,
    );
  });

  it("is empty to be read where there is nothing, and is not made", async () => {
    const read = await localStore({ world, path: join(folder, "nothing"), access: "read" });
    expect(await read.journal.end("log")).toEqual({ position: 0, epoch: 0 });
    expect(await read.bucket("names").read("key")).toBeUndefined();
    expect(await read.blobs("log").list()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
    expect(() => new LmdbReader(simulatedWorld(), folder)).toThrow(Misuse);
  });

  it("is not what is in the folder where that is no folder, or was written by somebody else", async () => {
    const path = join(folder, "file");
    await writeFile(path, "hello");
    await expect(localStore({ world, path })).rejects.toThrow(JournalFailed);
    await writeFile(join(folder, "data.mdb"), "hello ".repeat(5_000));
    await expect(localStore({ world, path: folder })).rejects.toThrow(JournalFailed);
  });

  it("is not for a simulated world, which has no disk", async () => {
    await expect(localStore({ world: simulatedWorld(), path: folder })).rejects.toThrow(Misuse);
  });

  it("tells that it is closed, whoever asks", async () => {
    const store = await opened();
    const bucket = store.bucket("names");
    const told = new Told();
    bucket.watch(told);
    await told.until(() => told.wholes > 0);
    const written = bucket.write("a", bytesOf("1"), 0);
    await store.close();
    expect(await written).toEqual({ kind: "written", revision: 1 });
    expect((await bucket.write("a", bytesOf("2"), 1)).kind).toBe("unknown");
    await expect(bucket.read("a")).rejects.toThrow(/closed/);
    await store.close();
  });
});
