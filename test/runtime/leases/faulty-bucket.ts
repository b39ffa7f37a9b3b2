// A bucket at its worst, in virtual time: what is written is applied and not acknowledged, acknowledged and late, or much too late.
import type { SimulatedWorld } from "../../../runtime/index.ts";
import type { Bucket, BucketEntry, BucketListener, Written } from "../../../runtime/store/bucket.ts";
import { StoreUnavailable } from "../../../runtime/store/failures.ts";

type Change = { readonly key: string; readonly value: Uint8Array | undefined; readonly revision: number };

/** What all views look at. */
export class FaultyBucket {
  readonly world: SimulatedWorld;
  /** How likely what may go wrong goes wrong, from 0 to 1. */
  odds = 0;
  isDown = false;
  readonly #entries = new Map<string, BucketEntry>();
  readonly #views = new Set<FaultyView>();
  readonly #onApplied: (key: string, value: Uint8Array) => void;
  #revision = 0;

  constructor(world: SimulatedWorld, onApplied: (key: string, value: Uint8Array) => void = () => {}) {
    this.world = world;
    this.#onApplied = onApplied;
  }

  view(deliver: (run: () => void) => void): FaultyView {
    const view = new FaultyView(this, deliver);
    this.#views.add(view);
    return view;
  }

  get entries(): readonly BucketEntry[] {
    return [...this.#entries.values()];
  }

  read(key: string): BucketEntry | undefined {
    return this.#entries.get(key);
  }

  apply(key: string, value: Uint8Array | undefined, expected: number): Written {
    if ((this.#entries.get(key)?.revision ?? 0) !== expected) return { kind: "conflict" };
    this.#revision += 1;
    const revision = this.#revision;
    if (value === undefined) this.#entries.delete(key);
    else this.#entries.set(key, { key, value, revision });
    if (value !== undefined) this.#onApplied(key, value);
    for (const view of this.#views) view.changed({ key, value, revision });
    return { kind: "written", revision };
  }

  remake(): void {
    this.#entries.clear();
    this.#revision = 0;
    for (const view of this.#views) view.again();
  }

  chance(share: number): boolean {
    return this.world.random.next() < this.odds * share;
  }

  /** Milliseconds, up to `mostMs`. */
  some(mostMs: number): number {
    return this.world.random.next() * mostMs;
  }
}

/** What one program sees of it. */
export class FaultyView implements Bucket {
  readonly name = "leases";
  isCut = false;
  readonly #bucket: FaultyBucket;
  readonly #deliver: (run: () => void) => void;
  #listener: BucketListener | undefined;
  #told = 0;

  constructor(bucket: FaultyBucket, deliver: (run: () => void) => void) {
    this.#bucket = bucket;
    this.#deliver = deliver;
  }

  async read(key: string): Promise<BucketEntry | undefined> {
    await this.#after(this.#latency);
    if (this.#isAway) {
      await this.#after(this.#bucket.some(1_500));
      throw new StoreUnavailable("nowhere", "nobody answers");
    }
    const entry = this.#bucket.read(key);
    await this.#after(this.#latency);
    if (this.#isAway) await this.#never();
    return entry;
  }

  async write(key: string, value: Uint8Array, expected: number): Promise<Written> {
    const bucket = this.#bucket;
    await this.#after(this.#latency);
    const late = (): void => {
      bucket.world.timers.set(bucket.some(4_000), () => bucket.apply(key, value, expected));
    };
    if (this.#isAway) {
      if (bucket.chance(0.3)) late();
      return this.#unknown();
    }
    if (bucket.chance(0.05)) {
      late();
      return this.#unknown();
    }
    if (bucket.chance(0.05)) return this.#unknown();
    const outcome = bucket.apply(key, value, expected);
    await this.#after(this.#latency);
    return this.#isAway || bucket.chance(0.1) ? this.#unknown() : outcome;
  }

  async remove(key: string, expected: number): Promise<Written> {
    return this.#bucket.apply(key, undefined, expected);
  }

  watch(listener: BucketListener): () => void {
    this.#listener = listener;
    this.again();
    return () => {
      this.#listener = undefined;
    };
  }

  /** The whole bucket once more, as it was a while ago where that is likely. */
  again(): void {
    const entries = this.#bucket.entries;
    this.#tell((listener) => listener.entries(entries));
  }

  changed({ key, value, revision }: Change): void {
    // Lost with the line; the whole comes after it.
    if (!this.#isAway) this.#tell((listener) => listener.changed(key, value, revision));
  }

  /** The line is there again. */
  heal(): void {
    this.isCut = false;
    this.again();
  }

  get #isAway(): boolean {
    return this.isCut || this.#bucket.isDown;
  }

  get #latency(): number {
    return this.#bucket.chance(0.05) ? this.#bucket.some(1_200) : this.#bucket.some(5);
  }

  /** In order, and up to some seconds late. */
  #tell(tell: (listener: BucketListener) => void): void {
    const { timers, clock } = this.#bucket.world;
    const lag = this.#bucket.chance(0.02) ? this.#bucket.some(4_000) : this.#bucket.some(5);
    this.#told = Math.max(this.#told, clock.now() + lag);
    timers.set(this.#told - clock.now(), () =>
      this.#deliver(() => {
        if (this.#listener !== undefined) tell(this.#listener);
      }),
    );
  }

  async #unknown(): Promise<Written> {
    if (this.#bucket.chance(0.2)) await this.#never();
    await this.#after(this.#bucket.some(1_200));
    return { kind: "unknown", why: "nobody answers" };
  }

  #never(): Promise<never> {
    return new Promise(() => {});
  }

  #after(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#bucket.world.timers.set(delayMs, () => this.#deliver(resolve));
    });
  }
}
