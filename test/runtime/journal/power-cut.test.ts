// Programs that are killed and machines that lose their power, in the middle of appends: what was acknowledged is there.

import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Journal, JournalRecord } from "../../../runtime/journal/journal.ts";
import { localStore } from "../../../runtime/store/local-store.ts";
import { realWorld } from "../../../runtime/worlds/real.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { type Cut, imagesOf } from "./disk-images.ts";
import { diskSteps, hasTracing, tracing } from "./disk-trace.ts";
import { ended, startProgram } from "./store-program.ts";

/** Claims the log and appends until somebody ends it, ten at a time; says each position once it is acknowledged. */
const appendForEver = `
  const store = await open();
  const { epoch, end } = await claimLog(store.journal, "log", { owner: "me", id: "claim " + process.pid });
  say({ epoch, position: end.position });
  const busy = async (log) => {
    for (let at = 0; ; ) {
      const made = await store.journal.append(log, { kind: "event", epoch, id: "busy " + at, payload: payloadOf(at), expected: at });
      at = made.position;
    }
  };
  for (let number = 0; number < 10; number += 1) void busy("busy " + number + " " + process.pid);
  for (let at = end.position; ; ) {
    const made = await store.journal.append("log", { kind: "event", epoch, id: "record " + at, payload: payloadOf(at), expected: at });
    at = made.position;
    say({ position: at });
  }`;

const appendSome = `
  const store = await open();
  for (let number = 0; number < 12; number += 1) {
    const others = [1, 2, 3].map((other) => store.journal.append("other " + other + " " + number,
      { kind: "event", epoch: 1, id: "other", payload: payloadOf(other), expected: 0 }));
    say({ position: await append(store, number, number) });
    await Promise.all(others);
  }
  await store.journal.append("log", { kind: "snapshot", epoch: 1, id: "all", payload: payloadOf(1), expected: 12 });
  await store.journal.truncate("log", 13);
  say({ position: 13 });
  for (let number = 13; number < 20; number += 1) say({ position: await append(store, number, number) });
  await store.close();`;

describe("What a journal acknowledged", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "aiex-power-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function recordsIn(
    path: string,
  ): Promise<{ readonly records: JournalRecord[]; readonly epoch: number }> {
    const store = await localStore({ world: realWorld(), path });
    try {
      const records = await everything(store.journal, "log");
      return { records, epoch: (await store.journal.end("log")).epoch };
    } finally {
      await store.close();
    }
  }

  it("is there after the program was killed, again and again", async () => {
    let acknowledged = 0;
    for (const [round, appends] of [1, 7, 2, 30, 11].entries()) {
      const child = startProgram(appendForEver, folder);
      let heard = 0;
      const { signal } = await ended(child, (line) => {
        acknowledged = (line as { position: number }).position;
        heard += 1;
        if (heard === appends) child.kill("SIGKILL");
      });
      expect(signal).toBe("SIGKILL");
      const { records, epoch } = await recordsIn(join(folder, "store"));
      expect(epoch).toBe(round + 1);
      expect(records.map(({ position }) => position)).toEqual(records.map((_, index) => index + 1));
      expect(records.length).toBeGreaterThanOrEqual(acknowledged);
      for (const { kind, position, payload } of records) {
        if (kind === "event") expect(Buffer.from(payload).toString()).toBe(String(position - 1).repeat(300));
      }
    }
  });

  it("is there after a power cut at any moment, whatever the disk did last", async ({ skip }) => {
    if (!hasTracing) return skip("there is no strace here");
    const trace = join(folder, "trace");
    const { code } = await ended(startProgram(appendSome, folder, [...tracing, "-o", trace]));
    expect(code).toBe(0);
    const steps = diskSteps(await readFile(trace, "latin1"), "data.mdb");
    expect(steps.filter(({ kind }) => kind === "synced").length).toBeGreaterThan(20);
    const { random } = simulatedWorld({ seed: 29 });
    for (const [cut, image] of imagesOf(steps, () => random.next())) {
      const path = join(folder, `cut-${cut.at}-${cut.how}`);
      mkdirSync(path, { mode: 0o700 });
      writeFileSync(join(path, "data.mdb"), image);
      const { records } = await recordsIn(path);
      const positions = records.map(({ position }) => position);
      const first = positions[0] ?? 1;
      expect([1, 13], `cut ${cut.at} ${cut.how}`).toContain(first);
      expect(positions).toEqual(positions.map((_, index) => first + index));
      expect(positions.at(-1) ?? 0, `cut ${cut.at} ${cut.how}`).toBeGreaterThanOrEqual(acknowledgedBy(cut));
      await rm(path, { recursive: true });
    }
  });
});

async function everything(journal: Journal, log: string): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for (let after = 0; ; ) {
    const page = await journal.read(log, after);
    expect(page.damage).toBeUndefined();
    records.push(...page.records);
    if (page.isEnd) return records;
    after = records.at(-1)?.position ?? after;
  }
}

/** The last position that the program had said by then. */
function acknowledgedBy({ said }: Cut): number {
  return said === undefined ? 0 : (said as { position: number }).position;
}
