// What a reader knows of a log: how the run stands, where in the log which entries are, and the latest of them.
import type { Journal } from "../../runtime/journal/journal.ts";
import { deskLimits } from "./desk-limits.ts";
import { entriesOf, unpackBatch } from "./entry-codec.ts";
import { RunUnreadable } from "./failures.ts";
import type { RunEntry } from "./run-entry.ts";
import { RunState } from "./run-state.ts";
import type { RunPlace } from "./run-store.ts";

/** A place in the log: entry `n` is the first behind the record at `after`. */
interface Mark {
  readonly n: number;
  readonly after: number;
}

export interface TailPage {
  readonly entries: readonly RunEntry[];
  readonly next: number;
}

export class RunTail {
  readonly state = new RunState();
  /** Of all records. */
  bytes = 0;
  readonly #id: string;
  readonly #journal: Journal;
  readonly #log: string;
  readonly #marks: Mark[] = [{ n: 1, after: 0 }];
  #position = 0;
  #markedBytes = 0;
  /** The latest entries, with about as many bytes as each has, and those of all of them. */
  #recent: { readonly entry: RunEntry; readonly bytes: number }[] = [];
  #recentBytes = 0;

  constructor(id: string, { journal, log }: Pick<RunPlace, "journal" | "log">) {
    this.#id = id;
    this.#journal = journal;
    this.#log = log;
  }

  /** Takes in what was written since. @throws {StoreUnavailable}; {RunUnreadable} */
  async advance(): Promise<void> {
    for await (const { batch, position, bytes } of this.#batches(this.#position)) {
      this.#mark(batch[0]?.n);
      for (const entry of batch) {
        if (!this.state.apply(entry)) throw new RunUnreadable(this.#id, this.#journal.place, position);
        this.#keep(entry, bytes / batch.length);
      }
      this.#position = position;
      this.bytes += bytes;
    }
  }

  /** Entries from number `from` on, at least one where there is one, else as many as `bytesMax` holds. @throws as `advance` */
  async page(from: number, bytesMax: number): Promise<TailPage> {
    const page = new Page(from, bytesMax);
    const first = this.#recent[0]?.entry.n;
    if (first !== undefined && from >= first) {
      for (const { entry } of this.#recent.slice(from - first)) if (!page.take(entry)) break;
      return page;
    }
    const mark = this.#marks.findLast(({ n }) => n <= from);
    for await (const { batch } of this.#batches(mark?.after ?? 0))
      for (const entry of batch) {
        // Not yet part of the state: its reader learns of it when that is.
        if (entry.n > this.state.n) return page;
        if (entry.n >= from && !page.take(entry)) return page;
      }
    return page;
  }

  async *#batches(after: number): AsyncGenerator<{
    readonly batch: readonly RunEntry[];
    readonly position: number;
    readonly bytes: number;
  }> {
    for (let at = after; ; ) {
      const { records, isEnd, damage } = await this.#journal.read(this.#log, at);
      for (const { kind, payload, position } of records) {
        at = position;
        if (kind !== "event") continue;
        const batch = unpackBatch(payload);
        if (batch === undefined) throw new RunUnreadable(this.#id, this.#journal.place, position);
        yield { batch: entriesOf(batch), position, bytes: payload.length };
      }
      if (damage !== undefined) throw new RunUnreadable(this.#id, this.#journal.place, damage.position);
      if (isEnd) return;
    }
  }

  #mark(n: number | undefined): void {
    if (n === undefined || this.bytes - this.#markedBytes < deskLimits.markEveryBytes) return;
    this.#markedBytes = this.bytes;
    this.#marks.push({ n, after: this.#position });
  }

  #keep(entry: RunEntry, bytes: number): void {
    this.#recent.push({ entry, bytes });
    this.#recentBytes += bytes;
    if (this.#recentBytes <= deskLimits.recentBytesMax) return;
    let dropped = 0;
    while (dropped < this.#recent.length - 1 && this.#recentBytes > deskLimits.recentBytesMax / 2) {
      this.#recentBytes -= this.#recent[dropped]?.bytes ?? 0;
      dropped += 1;
    }
    this.#recent = this.#recent.slice(dropped);
  }
}

class Page implements TailPage {
  readonly entries: RunEntry[] = [];
  next: number;
  #left: number;

  constructor(from: number, bytesMax: number) {
    this.next = from;
    this.#left = bytesMax;
  }

  /** False where it does not fit any more. */
  take(entry: RunEntry): boolean {
    this.#left -= jsonBytesOf(entry);
    if (this.#left < 0 && this.entries.length > 0) return false;
    this.entries.push(entry);
    this.next = entry.n + 1;
    return this.#left > 0;
  }
}

/** About as many bytes as a value has as JSON, its own bytes in base64. */
export function jsonBytesOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value) + 2;
  if (value instanceof Uint8Array) return Math.ceil(value.length / 3) * 4 + 16;
  if (Array.isArray(value)) return value.reduce((sum: number, part) => sum + jsonBytesOf(part) + 1, 2);
  if (typeof value !== "object" || value === null) return 8;
  return Object.entries(value).reduce((sum, [key, part]) => sum + key.length + 4 + jsonBytesOf(part), 2);
}
