// One watch of a simulated bucket: behind the times by a while, never back in them, and now and then from the beginning.
import type { BucketListener } from "../../store/bucket.ts";
import type { BucketTable, TableChange } from "../../store/buckets/bucket-table.ts";
import type { Line } from "./line.ts";

export class ImperfectWatch {
  readonly #line: Line;
  readonly #table: BucketTable;
  readonly #listener: BucketListener;
  readonly #ends: readonly (() => void)[];
  /** What is under way to the listener, in order. */
  #pending: (() => void)[] = [];
  #changes: TableChange[] = [];
  /** From the entries on, in which everything is that came before them. */
  #isFollowing = false;
  #isArmed = false;
  #isStopped = false;

  constructor(line: Line, table: BucketTable, listener: BucketListener) {
    this.#line = line;
    this.#table = table;
    this.#listener = listener;
    this.#ends = [
      table.follow({ changed: (change) => this.#changed(change), remade: () => this.#remade() }),
      line.whenRecovered(() => this.#recovered()),
    ];
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    for (const end of this.#ends) end();
  }

  #changed(change: TableChange): void {
    this.#changes.push(change);
    this.#arm();
  }

  #remade(): void {
    this.#changes = [];
    this.#pending = [() => this.#listener.entries([])];
    this.#arm();
  }

  /** Either the brokers have kept its place, or they have not. */
  #recovered(): void {
    if (this.#line.toss()) this.#isFollowing = false;
    this.#arm();
  }

  #arm(): void {
    if (this.#isArmed || this.#isStopped) return;
    this.#isArmed = true;
    this.#line.lag(() => {
      this.#isArmed = false;
      if (!this.#isStopped && this.#line.isReachable) this.#goOn();
    });
  }

  #goOn(): void {
    if (!this.#isFollowing) {
      const entries = this.#table.entries();
      this.#isFollowing = true;
      this.#changes = [];
      this.#pending = [() => this.#listener.entries(entries)];
      this.#arm();
      return;
    }
    if (this.#line.happens("rewatchRate")) {
      this.#isFollowing = false;
      this.#arm();
      return;
    }
    const changes = this.#line.happens("skipRate") ? lastOfEach(this.#changes) : this.#changes;
    const told = [...this.#pending, ...changes.map((change) => () => this.#tell(change))];
    this.#changes = [];
    this.#pending = [];
    if (told.length === 0) return;
    this.#line.tell(() => {
      for (const tell of told) if (!this.#isStopped) tell();
    });
  }

  #tell({ key, value, revision }: TableChange): void {
    this.#listener.changed(key, value?.slice(), revision);
  }
}

/** A bucket keeps one value of each key: what was not sent in time is not there any more. */
function lastOfEach(changes: readonly TableChange[]): readonly TableChange[] {
  const last = new Map(changes.map((change) => [change.key, change]));
  return changes.filter((change) => last.get(change.key) === change);
}
