// Sketches in LMDB, in the cache folder: the oldest go first where they take too much room.
import { createHash } from "node:crypto";
import { AiexError } from "../../../../runtime/errors.ts";
import { StoreHeld } from "../../../../runtime/journal/failures.ts";
import { LmdbEnvironment } from "../../../../runtime/journal/journals/lmdb-environment.ts";
import { LmdbReader } from "../../../../runtime/journal/journals/lmdb-reader.ts";
import type { OrderedTable, TableHome } from "../../../../runtime/journal/journals/ordered-table.ts";
import type { World } from "../../../../runtime/world.ts";
import type { Sketch } from "../../../analysis/sketch/sketch.ts";
import type { SketchStore } from "../sketch-store.ts";
import { noSketchStore } from "./none.ts";

export interface LmdbSketchStoreOptions {
  readonly world: Pick<World, "kind" | "files">;
  /** Made with the first sketch, for its owner only. */
  readonly folder: string;
  /** Bytes of all sketches, roughly. */
  readonly bytesMax: number;
}

/** Share of the room that is kept when it is swept, so that not every batch sweeps again. */
const shareKept = 0.75;

const digestBytes = 16;

/**
 * Where another program has it open to write, it is only read; where it cannot be opened, nothing is kept. It is a cache: what
 * goes wrong costs time and no result.
 */
export async function lmdbSketchStore(options: LmdbSketchStoreOptions): Promise<SketchStore> {
  const { world, folder, bytesMax } = options;
  try {
    return new LmdbSketchStore(await LmdbEnvironment.open(world, folder), bytesMax);
  } catch (error) {
    if (error instanceof StoreHeld) return new LmdbSketchStore(new LmdbReader(world, folder), 0);
    if (error instanceof AiexError) return noSketchStore;
    throw error;
  }
}

class LmdbSketchStore implements SketchStore {
  readonly #home: TableHome;
  readonly #bytesMax: number;

  /** `bytesMax` 0: it is only read. */
  constructor(home: TableHome, bytesMax: number) {
    this.#home = home;
    this.#bytesMax = bytesMax;
  }

  async get(keys: readonly string[]): Promise<ReadonlyMap<string, Sketch>> {
    const found = await orNothing(this.#home.read((table) => keys.map((key) => table.get(sketchAt(key)))));
    const sketches = new Map<string, Sketch>();
    for (const [index, value] of (found ?? []).entries()) {
      const key = keys[index] ?? "";
      const sketch = value === undefined ? undefined : sketchIn(key, value);
      if (sketch !== undefined) sketches.set(key, sketch);
    }
    return sketches;
  }

  async put(sketches: ReadonlyMap<string, Sketch>): Promise<void> {
    if (this.#bytesMax === 0 || sketches.size === 0) return;
    const values = [...sketches].map(([key, sketch]) => ({ key, value: storedAs(key, sketch) }));
    const bytes = values.reduce((sum, { value }) => sum + value.length, 0);
    await orNothing(this.#home.write(bytes, (table) => this.#write(table, values)));
  }

  close(): Promise<void> {
    return this.#home.close();
  }

  #write(table: OrderedTable, values: readonly { readonly key: string; readonly value: Uint8Array }[]): void {
    let { bytes, last } = totalsIn(table);
    for (const { key, value } of values) {
      if (table.get(sketchAt(key)) !== undefined) continue;
      last += 1;
      bytes += value.length;
      table.put(sketchAt(key), value);
      table.put(ageAt(last), Buffer.from(key));
    }
    if (bytes > this.#bytesMax) {
      for (const { key: age, value } of [...table.forwards(ageAt(0), ageAt(last + 1))]) {
        if (bytes <= this.#bytesMax * shareKept) break;
        const at = sketchAt(Buffer.from(value).toString());
        bytes -= table.get(at)?.length ?? 0;
        table.remove(at);
        table.remove(age);
      }
    }
    table.put(totalsKey, Buffer.from(JSON.stringify({ bytes, last })));
  }
}

const totalsKey = Buffer.from("totals");

function totalsIn(table: OrderedTable): { readonly bytes: number; readonly last: number } {
  const value = table.get(totalsKey);
  if (value === undefined) return { bytes: 0, last: 0 };
  return JSON.parse(Buffer.from(value).toString()) as { readonly bytes: number; readonly last: number };
}

function sketchAt(key: string): Uint8Array {
  return Buffer.from(`sketch/${key}`);
}

/** In the order in which they came. */
function ageAt(number: number): Uint8Array {
  return Buffer.from(`age/${String(number).padStart(16, "0")}`);
}

/** What stands first vouches for the rest: a cache may be damaged, and must not give a wrong answer then. */
function storedAs(key: string, sketch: Sketch): Uint8Array {
  const body = Buffer.from(JSON.stringify(sketch));
  return Buffer.concat([digestOf(key, body), body]);
}

function sketchIn(key: string, value: Uint8Array): Sketch | undefined {
  const body = value.subarray(digestBytes);
  if (!digestOf(key, body).equals(value.subarray(0, digestBytes))) return undefined;
  return JSON.parse(Buffer.from(body).toString()) as Sketch;
}

function digestOf(key: string, body: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(body).digest().subarray(0, digestBytes);
}

async function orNothing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AiexError) return undefined;
    throw error;
  }
}
