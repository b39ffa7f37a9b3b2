// Runs in this program's memory: for services that keep nothing, and for tests.
import { MemoryJournal } from "../../../runtime/journal/journals/memory.ts";
import { MemoryBlobs } from "../../../runtime/store/blobs/memory.ts";
import type { Clock } from "../../../runtime/world.ts";
import type { RunPlace, RunStore } from "../run-store.ts";
import type { RunSummary } from "../run-summary.ts";
import { runLogName } from "./run-log-name.ts";
import { isNewer } from "./summary-codec.ts";

/** @param clock tells when a blob was kept; without one, that is 0 */
export function memoryRunStore(clock: Pick<Clock, "wallTime"> = { wallTime: () => 0 }): RunStore {
  return new MemoryRunStore(clock);
}

class MemoryRunStore implements RunStore {
  readonly place = "memory";
  readonly #clock: Pick<Clock, "wallTime">;
  readonly #journal = new MemoryJournal();
  readonly #blobs = new Map<string, MemoryBlobs>();
  readonly #summaries = new Map<string, RunSummary>();

  constructor(clock: Pick<Clock, "wallTime">) {
    this.#clock = clock;
  }

  /** One that is not there reads as an empty log, as it does everywhere. */
  async open(id: string, access: "own" | "read"): Promise<RunPlace> {
    const blobs = this.#blobs.get(id) ?? new MemoryBlobs(this.#clock);
    if (access === "own") this.#blobs.set(id, blobs);
    return { journal: this.#journal, log: runLogName(id), blobs, close: async () => {} };
  }

  async list(): Promise<readonly RunSummary[]> {
    return [...this.#summaries.values()];
  }

  async isListed(id: string): Promise<boolean> {
    return this.#summaries.has(id);
  }

  async note(summary: RunSummary): Promise<boolean> {
    const { id } = summary;
    const { position } = await this.#journal.end(runLogName(id));
    // A late owner's run that was removed stays removed.
    if (position > 0 && isNewer(summary, this.#summaries.get(id))) this.#summaries.set(id, summary);
    return true;
  }

  async remove(id: string): Promise<void> {
    this.#summaries.delete(id);
    this.#blobs.delete(id);
    await this.#journal.remove(runLogName(id));
  }

  async close(): Promise<void> {
    await this.#journal.close();
    this.#blobs.clear();
    this.#summaries.clear();
  }
}
