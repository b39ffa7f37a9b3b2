// The simulated brokers behind a simulated store: whether there is a leader, and what it has.
import type { BucketName } from "../../broker/durable-names.ts";
import type { Journal } from "../../journal/journal.ts";
import { MemoryJournal, MemoryLogTable } from "../../journal/journals/memory.ts";
import type { LogTable } from "../../journal/log-table.ts";
import { MemoryBlobs } from "../../store/blobs/memory.ts";
import { BucketTable, type TableChange } from "../../store/buckets/bucket-table.ts";
import type { TimerHandle, World } from "../../world.ts";

/** The bytes of its value are the store's own: they are not to be changed. */
export interface AppliedChange extends TableChange {
  readonly bucket: BucketName;
}

export interface LeaderOptions {
  readonly applied?: (change: AppliedChange) => void;
  readonly logs?: LogTable;
}

export class Leader {
  readonly world: World;
  readonly #applied: ((change: AppliedChange) => void) | undefined;
  readonly #logs: LogTable;
  readonly #tables = new Map<BucketName, BucketTable>();
  readonly #blobs = new Map<string, MemoryBlobs>();
  readonly #waiting = new Set<() => void>();
  #election: TimerHandle;
  #isThere = true;
  #powerCuts = 0;

  #journal: Journal;

  constructor(world: World, { applied, logs = new MemoryLogTable() }: LeaderOptions) {
    this.world = world;
    this.#applied = applied;
    this.#logs = logs;
    this.#journal = new MemoryJournal(logs);
  }

  get journal(): Journal {
    return this.#journal;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Grows with each power cut: what was under way before it is gone. */
  get powerCuts(): number {
    return this.#powerCuts;
  }

  table(name: BucketName): BucketTable {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new BucketTable();
    this.#tables.set(name, table);
    table.follow({
      changed: (change) => this.#applied?.({ ...change, bucket: name }),
      remade: () => {},
    });
    return table;
  }

  blobs(scope: string): MemoryBlobs {
    const blobs = this.#blobs.get(scope) ?? new MemoryBlobs(this.world.clock);
    this.#blobs.set(scope, blobs);
    return blobs;
  }

  tables(): readonly BucketTable[] {
    return [...this.#tables.values()];
  }

  /** Nobody leads for so long, from now. */
  away(durationMs: number): void {
    this.world.timers.clear(this.#election);
    this.#isThere = false;
    this.#election = this.world.timers.set(durationMs, () => this.back());
  }

  cutPower(downMs: number): void {
    this.#powerCuts += 1;
    // Whoever begins again knows what is on the disk, and nothing else.
    this.#journal = new MemoryJournal(this.#logs);
    this.away(downMs);
  }

  back(): void {
    if (this.#isThere) return;
    this.world.timers.clear(this.#election);
    this.#isThere = true;
    for (const run of [...this.#waiting]) run();
  }

  /** Runs `run` whenever somebody leads again. Gives back how to stop. */
  whenBack(run: () => void): () => void {
    this.#waiting.add(run);
    return () => {
      this.#waiting.delete(run);
    };
  }
}
