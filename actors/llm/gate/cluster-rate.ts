// One rate that all nodes of a cluster take from: a record that each changes only if nobody else has meanwhile. What a node takes
// ahead it uses soon or loses, and what it had taken when it died is lost: never is anything given twice.
import type { Bucket, BucketEntry } from "../../../runtime/store/bucket.ts";
import type { World } from "../../../runtime/world.ts";
import type { ToldLimits } from "../provider.ts";
import { aheadMs, aheadUseMs, peaksKept, racePauseMs, raceTriesMax } from "./limits.ts";
import { Outstanding } from "./outstanding.ts";
import { keyOfLimit, type Share, type Want } from "./quota.ts";
import {
  type Amounts,
  aged,
  changed,
  type Level,
  leftOf,
  nothing,
  type Rate,
  type Rates,
  ratesNow,
  sum,
  taken,
  withTold,
} from "./rate.ts";
import { decodeRateRecord, encodeRateRecord, type RateRecord } from "./rate-record.ts";

export interface ClusterRateOptions {
  readonly world: World;
  readonly bucket: Bucket;
  /** Its place in the bucket, and the entry that it is of. */
  readonly key: string;
  readonly entry: string;
  readonly configured: Rates;
  /** Whoever writes: nobody else in the cluster is called the same. */
  readonly writer: string;
}

interface Known {
  readonly record: RateRecord;
  readonly revision: number;
  /** When this node learned of it, or made it: what has come in since is counted from here. */
  readonly atMs: number;
}

const ahead = "ahead";
const empty: RateRecord = { changes: 0, mark: "", level: {}, peaks: [] };

export class ClusterRate {
  readonly #options: ClusterRateOptions;
  readonly #configured: Rates;
  readonly #mayTakeAhead: boolean;
  readonly #outstanding = new Outstanding();
  #known: Known | undefined;
  #owed: Amounts = nothing;
  #told: ToldLimits | undefined;
  #purse: Amounts & { readonly untilMs: number } = { ...nothing, untilMs: 0 };
  #marks = 0;
  #line: Promise<unknown> = Promise.resolve();
  #demand = { sinceMs: 0, now: nothing, before: nothing };

  constructor(options: ClusterRateOptions) {
    this.#options = options;
    const rates = Object.values(options.configured) as readonly Rate[];
    this.#mayTakeAhead = rates.every((rate) => aheadOf(rate) * 10 <= rate.burst);
    this.#configured = this.#mayTakeAhead ? lowered(options.configured) : options.configured;
  }

  get isLimited(): boolean {
    const rates = ratesNow(this.#configured, this.#known?.record.level ?? {});
    return rates.requests !== undefined || rates.tokens !== undefined;
  }

  get isConfigured(): boolean {
    return this.#configured.requests !== undefined || this.#configured.tokens !== undefined;
  }

  /** Whether something is to be written that nobody waits for. */
  get hasNews(): boolean {
    return this.#told !== undefined || this.#owed !== nothing;
  }

  /** Another node has changed it, or it was read. */
  learn(entry: Pick<BucketEntry, "value" | "revision">): void {
    if (this.#known === undefined || entry.revision > this.#known.revision) this.#adopt(entry);
  }

  /** It was taken out, or made anew: nothing is known of it. */
  forget(): void {
    this.#known = undefined;
    this.#outstanding.missed();
  }

  /** @throws {StoreUnavailable} */
  async take(wants: readonly Want[]): Promise<Share> {
    this.#count(wants);
    let count = 0;
    for (const want of wants) {
      if (!this.#fromPurse(want)) break;
      count += 1;
    }
    if (count === wants.length) return { count, retryInMs: 0, what: "" };
    const share = await this.#next(() => this.#agree(wants.slice(count)));
    return { ...share, count: share.count + count };
  }

  /** Writes what is owed and what was told. @throws {StoreUnavailable} */
  async flush(): Promise<void> {
    await this.#next(async () => {
      if (this.hasNews) await this.#agree([]);
    });
  }

  done(permit: string, used: Amounts | undefined): void {
    this.#look();
    const back = this.#outstanding.done(permit, used);
    if (back.requests !== 0 || back.tokens !== 0) this.#owed = sum(this.#owed, back);
  }

  told(limits: ToldLimits): void {
    const level = this.#look() ?? {};
    const next = withTold(level, this.#configured, limits);
    const { told } = level;
    const isSame = told?.requests === next.told?.requests && told?.tokens === next.told?.tokens;
    const isFresh = told !== undefined && next.told !== undefined && told.leftMs * 2 > next.told.leftMs;
    const isLess = next.requests !== level.requests || next.tokens !== level.tokens;
    if (!isSame || !isFresh || isLess) this.#told = limits;
  }

  async #agree(wants: readonly Want[]): Promise<Share> {
    const { world, bucket, key, writer } = this.#options;
    for (let tries = 1; tries <= raceTriesMax; tries += 1) {
      const known = this.#known ?? (await this.#read());
      const nowMs = world.clock.now();
      const plan = this.#plan(known, nowMs, wants);
      if (plan.record === undefined) return plan.share;
      this.#marks += 1;
      const record = { ...plan.record, mark: `${writer}/${this.#marks}` };
      const written = await bucket.write(key, encodeRateRecord(record), known.revision);
      let revision = written.kind === "written" ? written.revision : undefined;
      if (revision === undefined) {
        if (tries > 1) await pause(world, world.random.next() * racePauseMs);
        const found = await this.#read();
        // Nobody said so, and it was written all the same.
        if (written.kind === "unknown" && found.record.mark === record.mark) revision = found.revision;
      }
      if (revision === undefined) continue;
      this.#known = { record, revision, atMs: nowMs };
      this.#keep(plan, wants);
      return plan.share;
    }
    return { count: 0, retryInMs: racePauseMs, what: keyOfLimit(this.#options.entry) };
  }

  /** What is taken of how it stands now; no record where nothing changes. */
  #plan(known: Known, nowMs: number, wants: readonly Want[]): Plan {
    const { record, atMs } = known;
    let level = aged(record.level, this.#configured, nowMs - atMs);
    const rates = ratesNow(this.#configured, level);
    const peak = leftOf(level, rates);
    this.#outstanding.seen(peak, rates);
    const [owed, told] = [this.#owed, this.#told];
    level = changed(level, rates, owed);
    if (told !== undefined) level = withTold(level, this.#configured, told);
    let share: Share = { count: 0, retryInMs: 0, what: "" };
    for (const { amounts } of wants) {
      const result = taken(level, this.#configured, amounts);
      if (!result.ok) {
        share = { ...share, retryInMs: result.retryInMs, what: keyOfLimit(this.#options.entry) };
        break;
      }
      level = result.level;
      share = { ...share, count: share.count + 1 };
    }
    const more = share.count === wants.length && wants.length > 0 ? this.#ahead(level) : nothing;
    if (share.count === 0 && owed === nothing && told === undefined)
      return { share, owed, told, more, nowMs };
    level = changed(level, ratesNow(this.#configured, level), {
      requests: -more.requests,
      tokens: -more.tokens,
    });
    const next = { changes: record.changes + 1, level, peaks: [...record.peaks, peak].slice(-peaksKept) };
    return { share, owed, told, more, nowMs, record: next };
  }

  #keep({ share, owed, told, more, nowMs }: Plan, wants: readonly Want[]): void {
    // What came to be owed while it was being written still is.
    const { requests, tokens } = this.#owed;
    const left = { requests: requests - owed.requests, tokens: tokens - owed.tokens };
    this.#owed = left.requests === 0 && left.tokens === 0 ? nothing : left;
    if (this.#told === told) this.#told = undefined;
    for (const { permit, amounts } of wants.slice(0, share.count)) this.#outstanding.took(permit, amounts);
    if (more.requests === 0) return;
    this.#outstanding.done(ahead, undefined);
    this.#outstanding.took(ahead, more);
    this.#purse = { ...more, untilMs: nowMs + aheadUseMs };
  }

  #fromPurse({ permit, amounts }: Want): boolean {
    const { requests, tokens, untilMs } = this.#purse;
    const isThere = requests >= amounts.requests && tokens >= amounts.tokens;
    if (!isThere || this.#options.world.clock.now() >= untilMs) return false;
    this.#purse = { requests: requests - amounts.requests, tokens: tokens - amounts.tokens, untilMs };
    this.#outstanding.took(permit, amounts, ahead);
    return true;
  }

  /** What is taken beyond what waits: what was asked for of late in as much time, of what is there, and not much of that. */
  #ahead(level: Level): Amounts {
    if (!this.#mayTakeAhead) return nothing;
    const rates = ratesNow(this.#configured, level);
    const left = leftOf(level, rates);
    const { before } = this.#demand;
    const most = Math.min(
      before.requests * (aheadMs / aheadUseMs),
      left.requests,
      (rates.requests?.burst ?? before.requests) / 10,
    );
    const requests = Math.floor(most);
    if (requests < 1) return nothing;
    const tokens = Math.ceil((before.tokens / before.requests) * requests);
    if (rates.tokens === undefined) return { requests, tokens: Number.MAX_SAFE_INTEGER };
    return tokens <= Math.min(left.tokens, rates.tokens.burst / 10) ? { requests, tokens } : nothing;
  }

  /** Counts what is asked for, by the last whole span of time. */
  #count(wants: readonly Want[]): void {
    const nowMs = this.#options.world.clock.now();
    const passedMs = nowMs - this.#demand.sinceMs;
    if (passedMs >= aheadUseMs) {
      const before = passedMs >= 2 * aheadUseMs ? nothing : this.#demand.now;
      this.#demand = { sinceMs: nowMs, now: nothing, before };
    }
    for (const { amounts } of wants) this.#demand = { ...this.#demand, now: sum(this.#demand.now, amounts) };
  }

  #look(): Level | undefined {
    if (this.#known === undefined) return undefined;
    const { record, atMs } = this.#known;
    const level = aged(record.level, this.#configured, this.#options.world.clock.now() - atMs);
    const rates = ratesNow(this.#configured, level);
    this.#outstanding.seen(leftOf(level, rates), rates);
    return level;
  }

  /** Those changes that were not heard of are looked at by what their record says of them. */
  #saw(record: RateRecord | undefined): void {
    const before = this.#known?.record;
    const count = record === undefined || before === undefined ? 0 : record.changes - before.changes;
    if (record === undefined || count <= 0 || count > record.peaks.length) {
      if (before !== undefined) this.#outstanding.missed();
      return;
    }
    const rates = ratesNow(this.#configured, record.level);
    for (const peak of record.peaks.slice(-count)) this.#outstanding.seen(peak, rates);
  }

  async #read(): Promise<Known> {
    const { bucket, key, world } = this.#options;
    const entry = await bucket.read(key);
    if (entry !== undefined && entry.revision === this.#known?.revision) return this.#known;
    if (entry !== undefined) return this.#adopt(entry);
    if (this.#known !== undefined) this.#outstanding.missed();
    this.#known = { record: empty, revision: 0, atMs: world.clock.now() };
    return this.#known;
  }

  #adopt({ value, revision }: Pick<BucketEntry, "value" | "revision">): Known {
    const record = decodeRateRecord(value);
    this.#saw(record);
    this.#known = { record: record ?? empty, revision, atMs: this.#options.world.clock.now() };
    return this.#known;
  }

  /** One change at a time. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(work);
    this.#line = done.catch(() => undefined);
    return done;
  }
}

interface Plan {
  readonly share: Share;
  readonly owed: Amounts;
  readonly told: ToldLimits | undefined;
  readonly more: Amounts;
  readonly nowMs: number;
  readonly record?: Omit<RateRecord, "mark">;
}

/** What comes in while what was taken ahead may still be used. */
function aheadOf({ perMinute }: Rate): number {
  return (perMinute * aheadUseMs) / 60_000;
}

/** So that what is used in some time never is more than may go at once and what comes in, although some was taken before it. */
function lowered(configured: Rates): Rates {
  const lower = (rate: Rate): Rate => ({ ...rate, burst: rate.burst - aheadOf(rate) });
  return {
    ...(configured.requests === undefined ? {} : { requests: lower(configured.requests) }),
    ...(configured.tokens === undefined ? {} : { tokens: lower(configured.tokens) }),
  };
}

function pause(world: World, delayMs: number): Promise<void> {
  return new Promise((resolve) => world.timers.set(delayMs, resolve));
}
