// What requests take of the rates that are configured, or that a provider has told of: alone from memory, in a cluster from what
// all its nodes share.
import type { ToldLimits } from "../provider.ts";
import type { Amounts } from "./rate.ts";

export interface Want {
  readonly permit: string;
  readonly amounts: Amounts;
}

export interface Share {
  /** How many of those that were asked for, from the first on, may go now. */
  readonly count: number;
  /** Milliseconds until the next one may, as far as can be known; 0 where all go. */
  readonly retryInMs: number;
  /** Which limit it is, as a key of the configuration or in words. */
  readonly what: string;
}

export interface Quota {
  /** At once where nobody has to be asked. One question at a time for an entry. */
  take(entry: string, wants: readonly Want[]): Share | Promise<Share>;
  /** The request is done, or was never made; undefined where nobody knows what it used. */
  done(entry: string, permit: string, used: Amounts | undefined): void;
  told(entry: string, limits: ToldLimits): void;
  close(): void;
}

/** All entries together. An entry's name is never empty. */
export const everyEntry = "";

export function keyOfLimit(entry: string): string {
  return entry === everyEntry ? "llm.rate_limit" : `llm.providers.${entry}.rate_limit`;
}

/** The larger of two shares that both have to be there, which is the smaller one. */
export function lesser(one: Share, other: Share): Share {
  if (one.count !== other.count) return one.count < other.count ? one : other;
  return one.retryInMs >= other.retryInMs ? one : other;
}
