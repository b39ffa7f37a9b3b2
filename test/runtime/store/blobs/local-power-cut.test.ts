// Machines that lose their power while blobs are kept and removed, and logs are taken out: what was acknowledged stays so.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobHash } from "../../../../runtime/store/blob-guard.ts";
import { localStore } from "../../../../runtime/store/local-store.ts";
import { realWorld } from "../../../../runtime/worlds/real.ts";
import { simulatedWorld } from "../../../../runtime/worlds/simulated.ts";
import { imagesOf } from "../../journal/disk-images.ts";
import { diskSteps, hasTracing, tracing } from "../../journal/disk-trace.ts";
import { ended, startProgram } from "../../journal/store-program.ts";

const sizes = [0, 10, 3_000, 9_000, 1_060_000, 40];

const keepAndRemove = `
  const store = await open();
  const blobs = store.blobs("log");
  const hashes = [];
  const done = { put: [], removed: [], gone: false };
  for (const [number, size] of ${JSON.stringify(sizes)}.entries()) {
    const append = store.journal.append("gone", { kind: "event", epoch: 1, id: "r" + number, payload: payloadOf(number), expected: number });
    hashes.push(await blobs.put(new Uint8Array(size).fill(number + 1)));
    await append;
    say({ ...done, put: [...done.put, number] });
    done.put.push(number);
  }
  for (const number of [1, 4]) {
    await blobs.remove(hashes[number]);
    done.removed.push(number);
    say(done);
  }
  await store.journal.remove("gone");
  done.gone = true;
  say(done);
  await blobs.put(new Uint8Array(${sizes[1]}).fill(2));
  done.removed.shift();
  say(done);
  await store.close();`;

interface Said {
  readonly put: readonly number[];
  readonly removed: readonly number[];
  readonly gone: boolean;
}

describe("Blobs that were acknowledged, or removed,", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiex-power-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("stay so after a power cut at any moment, whatever the disk did last", { timeout: 120_000 }, async ({
    skip,
  }) => {
    if (!hasTracing) return skip("there is no strace here");
    const trace = join(folder, "trace");
    const { code } = await ended(startProgram(keepAndRemove, folder, [...tracing, "-o", trace]));
    expect(code).toBe(0);
    const steps = diskSteps(await readFile(trace, "latin1"), "data.mdb");
    expect(steps.filter(({ kind }) => kind === "synced").length).toBeGreaterThan(8);
    const { random } = simulatedWorld({ seed: 31 });
    const hashes = sizes.map((size, number) => blobHash(new Uint8Array(size).fill(number + 1)));
    for (const [{ at, how, said }, image] of imagesOf(steps, () => random.next())) {
      const { put, removed, gone } = (said ?? { put: [], removed: [], gone: false }) as Said;
      const path = join(folder, "cut");
      mkdirSync(path, { mode: 0o700 });
      writeFileSync(join(path, "data.mdb"), image);
      const store = await localStore({ world: realWorld(), path });
      const blobs = store.blobs("log");
      const there: string[] = [];
      // Whatever is listed is whole.
      for (const { hash } of await blobs.list()) if ((await blobs.get(hash)) !== undefined) there.push(hash);
      expect(there.length, `cut ${at} ${how}`).toBe((await blobs.list()).length);
      const isLeft = (number: number): boolean => there.includes(hashes[number] ?? "");
      const kept = put.filter((number) => !removed.includes(number) && number !== 1 && number !== 4);
      expect(
        kept.filter((number) => !isLeft(number)),
        `cut ${at} ${how}`,
      ).toEqual([]);
      expect(
        removed.filter((number) => number === 4 && isLeft(number)),
        `cut ${at} ${how}`,
      ).toEqual([]);
      const { position } = await store.journal.end("gone");
      if (gone) expect(position, `cut ${at} ${how}`).toBe(0);
      else if (removed.length < 2) expect(position, `cut ${at} ${how}`).toBeGreaterThanOrEqual(put.length);
      await store.close();
      await rm(path, { recursive: true });
    }
  });
});
