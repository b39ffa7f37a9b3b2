// Runs in the folder of a machine: a store of runs, which one program at a time works on each of, and which mends its list.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunHeld } from "../../../../actors/runs/failures.ts";
import type { RunStore } from "../../../../actors/runs/run-store.ts";
import { folderRunStore } from "../../../../actors/runs/stores/folder.ts";
import { Misuse } from "../../../../runtime/process/failures.ts";
import { StoreUnavailable } from "../../../../runtime/store/failures.ts";
import { realWorld } from "../../../../runtime/worlds/real.ts";
import { accepted, itIsARunStore, summaryOf, write } from "./run-store-conformance.ts";

const world = realWorld();
const id = "abcdefgh234567ij";
const done = { type: "done", output: { value: 1 } } as const;

itIsARunStore("A store of runs in a folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aiex-runs-"));
  const store = folderRunStore({ world, folder: join(folder, "runs") });
  const other = folderRunStore({ world, folder: join(folder, "runs") });
  return {
    store,
    other,
    until: (promise) => promise,
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      await rm(folder, { recursive: true });
    },
  };
});

describe("The runs in a folder", () => {
  let folder: string;
  let store: RunStore;
  let other: RunStore;
  const summaryPath = () => join(folder, id, "summary.json");
  const phases = async (of = other) => (await of.list()).map(({ phase, n }) => [phase, n]);

  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "aiex-runs-")), "runs");
    store = folderRunStore({ world, folder });
    other = folderRunStore({ world, folder });
  });
  afterEach(async () => {
    await Promise.all([store.close(), other.close()]);
    await rm(join(folder, ".."), { recursive: true });
  });

  it("are for their owner alone", async () => {
    const place = await store.open(id, "own");
    await store.note(summaryOf(id));
    expect((await stat(join(folder, id))).mode & 0o777).toBe(0o700);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(summaryPath())).mode & 0o077).toBe(0);
    await place.close();
  });

  it("have one owner at a time, and are not removed while they have one", async () => {
    const place = await store.open(id, "own");
    await write(place, [accepted(id)]);
    for (const each of [store, other]) {
      const failure = await each.open(id, "own").catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RunHeld);
      expect((failure as RunHeld).message).toContain(String(process.pid));
      await expect(each.remove(id)).rejects.toThrow(RunHeld);
    }
    await write(place, [{ type: "going_on" }]);
    await place.close();
    await (await other.open(id, "own")).close();
    await other.remove(id);
    expect(await readdir(folder)).toEqual([]);
  });

  it("are free as soon as a store is closed that had them", async () => {
    await write(await store.open(id, "own"), [accepted(id)]);
    await store.close();
    await (await other.open(id, "own")).close();
  });

  it("are interrupted where nobody has them and they are not over", async () => {
    const place = await store.open(id, "own");
    await write(place, [accepted(id)]);
    await store.note(summaryOf(id, { phase: "waiting", n: 1 }));
    expect(await phases()).toEqual([["waiting", 1]]);
    await place.close();
    expect(await phases()).toEqual([["interrupted", 1]]);
    await store.note(summaryOf(id, { phase: "failed", n: 4 }));
    expect(await phases()).toEqual([["failed", 4]]);
  });

  it("are listed by their logs where their owner died before it noted the last of it", async () => {
    const place = await store.open(id, "own");
    await write(place, [accepted(id)]);
    await store.note(summaryOf(id, { n: 1 }));
    await write(place, [{ type: "going_on" }, done]);
    await place.close();
    // As a program leaves it that is killed: its number is that of none that has it open.
    await writeFile(join(folder, id, "owner.1"), "");
    expect(await phases()).toEqual([["done", 3]]);
    await (await store.open(id, "own")).close();
    expect((await readdir(join(folder, id))).filter((name) => name.startsWith("owner"))).toEqual([]);
  });

  it.each<readonly [string, (was: Buffer) => Buffer | undefined]>([
    ["is missing", () => undefined],
    ["is empty", () => Buffer.alloc(0)],
    ["is cut off", (was) => was.subarray(0, was.length / 2)],
    ["is flipped in one bit", (was) => Buffer.from(was.map((byte, at) => (at === 60 ? byte ^ 1 : byte)))],
    ["is another run's", (was) => Buffer.from(was.toString().replace(id, "aaaaaaaaaaaaaaaa"))],
    ["is huge", () => Buffer.alloc(1_000_000, 0x7b)],
    ["is no summary", () => Buffer.from("[".repeat(10_000))],
  ])("are listed by their logs where what was noted %s, and that is noted again", async (_, make) => {
    const place = await store.open(id, "own");
    await write(place, [accepted(id), done]);
    await place.close();
    await store.note(summaryOf(id, { phase: "cancelled", n: 77 }));
    const bytes = make(await readFile(summaryPath()));
    if (bytes === undefined) await rm(summaryPath());
    else await writeFile(summaryPath(), bytes);
    expect(await other.list()).toMatchObject([{ id, phase: "done", n: 2, title: "An analysis" }]);
    expect(JSON.parse(await readFile(summaryPath(), "utf8"))).toMatchObject({ summary: { id, n: 2 } });
  });

  it("are listed while they are held and nothing was noted of them yet", async () => {
    const place = await store.open(id, "own");
    await write(place, [accepted(id)]);
    expect(await phases(store)).toEqual([["queued", 1]]);
    expect(await phases(other)).toEqual([["queued", 1]]);
    await place.close();
  });

  it("are listed by what was noted of them where their logs cannot be read", async () => {
    const place = await store.open(id, "own");
    await write(place, [accepted(id)]);
    await store.note(summaryOf(id, { n: 1 }));
    await place.close();
    await writeFile(join(folder, id, "owner.1"), "");
    await writeFile(join(folder, id, "data.mdb"), "hello ".repeat(5_000));
    expect(await phases()).toEqual([["interrupted", 1]]);
    await other.remove(id);
    expect(await readdir(folder)).toEqual([]);
  });

  it("are nothing else that is in the folder", async () => {
    await mkdir(join(folder, "Not-A-Run"), { recursive: true });
    await mkdir(join(folder, "empty"));
    await writeFile(join(folder, "file"), "");
    expect(await other.list()).toEqual([]);
  });

  it("are told not to be readable where the folder is none", async () => {
    await writeFile(folder, "");
    await expect(other.list()).rejects.toThrow(StoreUnavailable);
  });

  it.each(["", "..", ".", "a/b", "../../etc", "A", "-a", "a".repeat(65), "a\0"])(
    "are never called %j",
    async (bad) => {
      await expect(store.open(bad, "own")).rejects.toThrow(Misuse);
      await expect(store.open(bad, "read")).rejects.toThrow(Misuse);
      await expect(store.remove(bad)).rejects.toThrow(Misuse);
      await store.note(summaryOf(bad));
      expect(await readdir(join(folder, ".."))).toEqual([]);
    },
  );
});
