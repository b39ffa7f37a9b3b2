// The rates of a node that shares them with nobody.
import type { Clock } from "../../../runtime/world.ts";
import type { ToldLimits } from "../provider.ts";
import { Outstanding } from "./outstanding.ts";
import { everyEntry, keyOfLimit, lesser, type Quota, type Share, type Want } from "./quota.ts";
import {
  type Amounts,
  aged,
  changed,
  type Level,
  leftOf,
  type Rates,
  ratesNow,
  taken,
  withTold,
} from "./rate.ts";

export class OwnQuota implements Quota {
  readonly #clock: Clock;
  readonly #rates: ReadonlyMap<string, Rates>;
  readonly #accounts = new Map<string, Account>();

  /** @param rates by entry, and for all of them together under `everyEntry` */
  constructor(clock: Clock, rates: ReadonlyMap<string, Rates>) {
    this.#clock = clock;
    this.#rates = rates;
  }

  take(entry: string, wants: readonly Want[]): Share {
    const accounts = [this.#account(entry), this.#account(everyEntry)];
    let count = 0;
    for (const want of wants) {
      const shares = accounts.map((account) => account.has(want.amounts));
      const least = shares.reduce(lesser);
      if (least.count === 0) return { ...least, count };
      for (const account of accounts) account.take(want);
      count += 1;
    }
    return { count, retryInMs: 0, what: "" };
  }

  done(entry: string, permit: string, used: Amounts | undefined): void {
    for (const key of [entry, everyEntry]) this.#account(key).done(permit, used);
  }

  told(entry: string, limits: ToldLimits): void {
    this.#account(entry).told(limits);
  }

  close(): void {
    this.#accounts.clear();
  }

  #account(key: string): Account {
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const account = new Account(key, this.#rates.get(key) ?? {}, this.#clock);
    this.#accounts.set(key, account);
    return account;
  }
}

class Account {
  readonly #key: string;
  readonly #configured: Rates;
  readonly #clock: Clock;
  readonly #outstanding = new Outstanding();
  #level: Level = {};
  #atMs: number;

  constructor(key: string, configured: Rates, clock: Clock) {
    this.#key = key;
    this.#configured = configured;
    this.#clock = clock;
    this.#atMs = clock.now();
  }

  has(amounts: Amounts): Share {
    this.#look();
    const result = taken(this.#level, this.#configured, amounts);
    return {
      count: result.ok ? 1 : 0,
      retryInMs: result.ok ? 0 : result.retryInMs,
      what: keyOfLimit(this.#key),
    };
  }

  take({ permit, amounts }: Want): void {
    const result = taken(this.#level, this.#configured, amounts);
    if (result.ok) this.#level = result.level;
    this.#outstanding.took(permit, amounts);
  }

  done(permit: string, used: Amounts | undefined): void {
    this.#look();
    this.#level = changed(this.#level, this.#now, this.#outstanding.done(permit, used));
  }

  told(limits: ToldLimits): void {
    this.#look();
    this.#level = withTold(this.#level, this.#configured, limits);
  }

  get #now(): Rates {
    return ratesNow(this.#configured, this.#level);
  }

  #look(): void {
    const nowMs = this.#clock.now();
    this.#level = aged(this.#level, this.#configured, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#outstanding.seen(leftOf(this.#level, this.#now), this.#now);
  }
}
