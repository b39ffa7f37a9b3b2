// Journals: appends that are on the disk when they are acknowledged, and reading them again; beside LMDB with nothing around it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClusterStore, localStore, realWorld } from "aiex/runtime";
import { open, type RootDatabase } from "lmdb";
import { measure, rate } from "./measure.ts";

const lmdbName = "lmdb";
const payload = new Uint8Array(200).fill(7);
const singles = 200;
const batches = 50;
const batchSize = 100;
const readCount = 20_000;

const folder = mkdtempSync(join(tmpdir(), "aiex-bench-"));
const store = await localStore({ world: realWorld(), path: join(folder, "ours") });
const raw: RootDatabase<Uint8Array, Uint8Array> = open(join(folder, "raw"), {
  encoding: "binary",
  keyEncoding: "binary",
});
let runs = 0;

await measure({
  name: "durable appends, one at a time",
  unit: "records/s",
  better: "higher",
  ours: () => {
    const log = newLog();
    return rate(singles, async () => {
      for (let at = 0; at < singles; at += 1) await append(store, log, at);
    });
  },
  peers: [
    {
      name: lmdbName,
      does: "`put`, then `flushed`",
      round: () => {
        const log = newLog();
        return rate(singles, async () => {
          for (let at = 0; at < singles; at += 1) {
            await raw.put(keyOf(log, at), payload);
            await raw.flushed;
          }
        });
      },
    },
  ],
  reach: { against: lmdbName, atLeast: 0.9 },
  note: "Each waits until the disk has it: the figure is mostly the disk's.",
});

await measure({
  name: "durable appends, 100 logs at once",
  unit: "records/s",
  better: "higher",
  ours: () => {
    const logs = Array.from({ length: batchSize }, newLog);
    return rate(batches * batchSize, async () => {
      for (let at = 0; at < batches; at += 1) await Promise.all(logs.map((log) => append(store, log, at)));
    });
  },
  peers: [
    {
      name: lmdbName,
      does: "100 `put` in one commit, then `flushed`",
      round: () => {
        const logs = Array.from({ length: batchSize }, newLog);
        return rate(batches * batchSize, async () => {
          for (let at = 0; at < batches; at += 1) {
            await Promise.all(logs.map((log) => raw.put(keyOf(log, at), payload)));
            await raw.flushed;
          }
        });
      },
    },
  ],
  reach: { against: lmdbName, atLeast: 0.9 },
  note: "Ours looks at each log's end within the commit, and writes it beside the record.",
});

const written = newLog();
await Promise.all(Array.from({ length: readCount }, (_, at) => append(store, written, at)));
await Promise.all(Array.from({ length: readCount }, (_, at) => raw.put(keyOf(written, at), payload)));

await measure({
  name: "records read in order",
  unit: "records/s",
  better: "higher",
  ours: () => rate(readCount, () => readAll(written)),
  peers: [
    {
      name: lmdbName,
      does: "`getRange`, each value once",
      round: () => rate(readCount, () => readRaw(written)),
    },
  ],
  note: "Ours checks that each record is whole and follows the one before it.",
});

await store.close();
await raw.close();
rmSync(folder, { recursive: true });

function newLog(): string {
  runs += 1;
  return `log ${runs}`;
}

async function append({ journal }: ClusterStore, log: string, at: number): Promise<void> {
  const made = await journal.append(log, {
    kind: "event",
    epoch: 1,
    id: `record ${at}`,
    payload,
    expected: at,
  });
  if (made.kind !== "appended") throw new Error(`Record ${at} was not appended: ${made.kind}.`);
}

async function readAll(log: string): Promise<void> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = await store.journal.read(log, after);
    count += page.records.length;
    after = page.records.at(-1)?.position ?? after;
    if (page.isEnd || page.damage !== undefined) break;
  }
  if (count !== readCount) throw new Error(`${count} records were read.`);
}

function readRaw(log: string): void {
  let count = 0;
  for (const { value } of raw.getRange({ start: keyOf(log, 0), end: keyOf(log, readCount) })) {
    count += value.length > 0 ? 1 : 0;
  }
  if (count !== readCount) throw new Error(`${count} records were read.`);
}

function keyOf(log: string, at: number): Uint8Array {
  const key = Buffer.alloc(log.length + 4);
  key.write(log);
  key.writeUInt32BE(at, log.length);
  return key;
}
