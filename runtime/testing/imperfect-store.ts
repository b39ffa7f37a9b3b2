// A store for simulated nodes, as imperfect as one on JetStream: it never lies, it is late, silent, away, or empty. The seed decides.
import type { BucketName } from "../broker/durable-names.ts";
import { checkLog } from "../journal/journal-guard.ts";
import type { LogTable } from "../journal/log-table.ts";
import type { MemoryBlobs } from "../store/blobs/memory.ts";
import type { BucketEntry } from "../store/bucket.ts";
import type { ClusterStore } from "../store/cluster-store.ts";
import type { World } from "../world.ts";
import { ImperfectBlobs } from "./imperfect-store/blobs.ts";
import { ImperfectBucket } from "./imperfect-store/bucket.ts";
import type { StoreFaults } from "./imperfect-store/faults.ts";
import { ImperfectJournal } from "./imperfect-store/journal.ts";
import { type AppliedChange, Leader } from "./imperfect-store/leader.ts";
import { Line } from "./imperfect-store/line.ts";
import { testingLimits } from "./limits.ts";

export interface ImperfectStoreOptions {
  /** Told of every change of a bucket at the moment when it is made, whoever will hear of it. */
  readonly applied?: (change: AppliedChange) => void;
  /** Where the journal's bytes are: for who wants to damage them. */
  readonly logs?: LogTable;
}

export interface ImperfectStore {
  /**
   * The store as one program on the node called `node` has it. `arrive` runs what reaches that program (at once by default), for
   * one that stands still or is gone. Whoever ends the program closes its store.
   */
  of(node: string, arrive?: (run: () => void) => void): ClusterStore;
  /** Sets the faults of one node, or of all others; of what was set before, nothing stays. */
  faults(faults: StoreFaults, node?: string): void;
  /** The node reaches nobody, and nobody's answer reaches it. */
  cut(node: string): void;
  /** Takes back the node's cut; or, for all, every cut, every fault, and the election that is under way. */
  heal(node?: string): void;
  /** For so long, in milliseconds, nobody leads: nothing is read or changed, and no watch goes on. */
  elect(durationMs?: number): void;
  /** As an election; and what was not on the disks is gone, which nobody was told to be there. */
  powerCut(downMs?: number): void;
  /** The bucket, or all of them, are taken away and made anew. */
  remake(bucket?: BucketName): void;
  /** How things are, for who judges nodes by it: none of them can know. */
  entries(bucket: BucketName): readonly BucketEntry[];
  /** What is kept under a scope, for who wants to look at it or to damage it. */
  blobs(scope: string): MemoryBlobs;
}

export function imperfectStore(world: World, options: ImperfectStoreOptions = {}): ImperfectStore {
  return new Twin(world, options);
}

const place = "the simulated store";

class Twin implements ImperfectStore {
  readonly #leader: Leader;
  readonly #lines = new Set<Line>();
  readonly #cuts = new Set<string>();
  readonly #ownFaults = new Map<string, StoreFaults>();
  #faults: StoreFaults = {};

  constructor(world: World, options: ImperfectStoreOptions) {
    this.#leader = new Leader(world, options);
  }

  of(node: string, arrive: (run: () => void) => void = (run) => run()): ClusterStore {
    const leader = this.#leader;
    const faults = (): StoreFaults => this.#ownFaults.get(node) ?? this.#faults;
    const line = new Line({ node, place, leader, faults, arrive }, this.#cuts.has(node));
    this.#lines.add(line);
    const buckets = new Map<BucketName, ImperfectBucket>();
    const bucket = (name: BucketName): ImperfectBucket => {
      const known = buckets.get(name) ?? new ImperfectBucket(name, line, leader.table(name));
      buckets.set(name, known);
      return known;
    };
    const journal = new ImperfectJournal(line);
    const close = async (): Promise<void> => {
      for (const each of buckets.values()) each.close();
      line.close();
      this.#lines.delete(line);
      await journal.close();
    };
    const blobs = (scope: string): ImperfectBlobs => {
      checkLog(scope);
      return new ImperfectBlobs(line, scope);
    };
    return { place, journal, runs: journal, context: journal, bucket, blobs, close };
  }

  faults(faults: StoreFaults, node?: string): void {
    if (node === undefined) this.#faults = faults;
    else this.#ownFaults.set(node, faults);
  }

  cut(node: string): void {
    this.#cuts.add(node);
    for (const line of this.#linesOf(node)) line.cut();
  }

  heal(node?: string): void {
    if (node === undefined) {
      this.#faults = {};
      this.#ownFaults.clear();
      this.#cuts.clear();
      this.#leader.back();
    } else this.#cuts.delete(node);
    for (const line of this.#linesOf(node)) line.heal();
  }

  elect(durationMs: number = testingLimits.electionMsDefault): void {
    this.#leader.away(durationMs);
  }

  powerCut(downMs: number = testingLimits.electionMsDefault): void {
    this.#leader.cutPower(downMs);
  }

  remake(bucket?: BucketName): void {
    const tables = bucket === undefined ? this.#leader.tables() : [this.#leader.table(bucket)];
    for (const table of tables) table.remake();
  }

  entries(bucket: BucketName): readonly BucketEntry[] {
    return this.#leader.table(bucket).entries();
  }

  blobs(scope: string): MemoryBlobs {
    return this.#leader.blobs(scope);
  }

  #linesOf(node: string | undefined): Line[] {
    return [...this.#lines].filter((line) => node === undefined || line.node === node);
  }
}
