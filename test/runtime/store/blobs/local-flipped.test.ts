// The file of blobs in LMDB with bits flipped anywhere: what is given is what was kept, or nothing.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { simulatedWorld } from "../../../../runtime/worlds/simulated.ts";
import { ended, startProgram } from "../../journal/store-program.ts";

const flips = 200;
const sizes = [10, 2_000, 5_000, 30_000];

const put = `
  const store = await open();
  for (const [number, size] of ${JSON.stringify(sizes)}.entries())
    await store.blobs("log").put(new Uint8Array(size).fill(number + 1));
  await store.close();`;

/** Opens one file after the other from a number on, and says what it found; LMDB may end the program. */
const getFrom = (first: number): string => `
  import { existsSync } from "node:fs";
  import { createHash } from "node:crypto";
  for (let number = ${first}; existsSync(folder + "/" + number); number += 1) {
    say({ number });
    try {
      const store = await localStore({ world: realWorld(), path: folder + "/" + number, access: "read" });
      try {
        const found = { right: 0, wrong: 0, none: 0 };
        for (const [at, size] of ${JSON.stringify(sizes)}.entries()) {
          const kept = Buffer.alloc(size, at + 1);
          const got = await store.blobs("log").get(createHash("sha256").update(kept).digest("hex"));
          found[got === undefined ? "none" : kept.equals(got) ? "right" : "wrong"] += 1;
        }
        await store.blobs("log").list();
        say({ number, found });
      } finally { await store.close(); }
    } catch (error) { say({ number, failed: error.name }); }
  }`;

interface Line {
  readonly number: number;
  readonly found?: { readonly right: number; readonly wrong: number; readonly none: number };
  readonly failed?: string;
}

describe("The file of blobs with a bit flipped", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiex-flip-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives no bytes that were not kept", { timeout: 60_000 }, async () => {
    await ended(startProgram(put, folder));
    const file = await readFile(join(folder, "store", "data.mdb"));
    const { random } = simulatedWorld({ seed: 33 });
    for (let number = 0; number < flips; number += 1) {
      const bytes = Buffer.from(file);
      const bit = Math.floor(random.next() * file.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      mkdirSync(join(folder, String(number)), { mode: 0o700 });
      writeFileSync(join(folder, String(number), "data.mdb"), bytes);
    }
    const seen = new Map<number, Line>();
    for (let first = 0; first < flips; ) {
      const { lines } = await ended(startProgram(getFrom(first), folder));
      for (const line of lines as Line[]) seen.set(line.number, line);
      first = ((lines.at(-1) as Line | undefined)?.number ?? first) + 1;
    }
    const told = [...seen.values()];
    expect(told).toHaveLength(flips);
    expect(told.filter(({ found }) => (found?.wrong ?? 0) > 0)).toEqual([]);
    // Most flips are in what was kept, and each hurts one blob alone.
    expect(told.filter(({ found }) => found?.none === 1 && found.right === 3).length).toBeGreaterThan(20);
    // LMDB trusts the pages by which it finds its way: a wrong one may end the program.
    const crashed = told.filter(({ found, failed }) => found === undefined && failed === undefined);
    expect(crashed.length).toBeLessThan(flips / 10);
  });
});
