// What a node that is alone keeps in a folder: buckets and a journal that last, for one program at a time.
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JournalFailed, StoreHeld } from "../../../runtime/journal/failures.ts";
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
