// The file of the journal in LMDB with bits flipped anywhere: never a record that was not written, never one too few in silence.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { ended, startProgram } from "./store-program.ts";

const flips = 300;

const write = `
  const store = await open();
  for (let number = 0; number < 40; number += 1) await append(store, number, number);
  await store.close();`;

/** Opens one file after the other from a number on, and says what it found; LMDB may end the program. */
const readFrom = (first: number): string => `
  import { existsSync } from "node:fs";
  for (let number = ${first}; existsSync(folder + "/" + number); number += 1) {
    say({ number });
    try {
      const store = await localStore({ world: realWorld(), path: folder + "/" + number });
      try {
        const { records, damage } = await store.journal.read("log", 0);
        const isRight = records.every(({ position, payload }, index) =>
          position === index + 1 && Buffer.from(payload).toString() === String(index).repeat(300));
        let end = 0;
        try { end = (await store.journal.end("log")).position; } catch (error) { end = error.name; }
        say({ number, isRight, count: records.length, isTold: damage !== undefined, end });
      } finally { await store.close(); }
    } catch (error) { say({ number, failed: error.name }); }
  }`;

interface Found {
  readonly number: number;
  readonly isRight?: boolean;
  readonly count?: number;
  readonly isTold?: boolean;
  readonly end?: number | string;
  readonly failed?: string;
}

describe("The file of a journal with a bit flipped", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiex-flip-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("gives no record that was not written, and says what it lacks", async () => {
    await ended(startProgram(write, folder));
    const file = await readFile(join(folder, "store", "data.mdb"));
    const { random } = simulatedWorld({ seed: 28 });
    for (let number = 0; number < flips; number += 1) {
      const bytes = Buffer.from(file);
      const bit = Math.floor(random.next() * file.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      mkdirSync(join(folder, String(number)), { mode: 0o700 });
      writeFileSync(join(folder, String(number), "data.mdb"), bytes);
    }
    const found = new Map<number, Found>();
    let crashes = 0;
    for (let first = 0; first < flips; ) {
      const { lines } = await ended(startProgram(readFrom(first), folder));
      for (const line of lines as Found[]) found.set(line.number, line);
      const last = (lines.at(-1) as Found | undefined)?.number ?? first;
      first = last + 1;
      const seen = found.get(last);
      if (seen?.isRight === undefined && seen?.failed === undefined) crashes += 1;
    }
    const kinds = { whole: 0, told: 0, failed: 0, silent: [] as Found[] };
    for (const each of found.values()) {
      if (each.failed !== undefined) kinds.failed += 1;
      else if (each.isRight === undefined) continue;
      else if (!each.isRight) kinds.silent.push(each);
      else if (each.count === 40 && !each.isTold && each.end === 40) kinds.whole += 1;
      else if (each.isTold || each.end === "JournalDamaged") kinds.told += 1;
      else kinds.silent.push(each);
    }
    expect(kinds.silent).toEqual([]);
    expect(found.size).toBe(flips);
    // LMDB trusts the pages by which it finds its way: a wrong one may end the program, which no owner of a log takes for an answer.
    expect(crashes).toBeLessThan(flips / 10);
    expect(kinds.whole + kinds.told + kinds.failed + crashes).toBe(flips);
  });
});
