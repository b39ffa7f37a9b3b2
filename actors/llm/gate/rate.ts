// How much of a rate is left (a token bucket): what comes in evenly, what may go at once, and what a provider says of it.
// Time is what has passed since the last look, by the clock of whoever looks: nobody's clock is compared with another's.
import type { RateLimitConfiguration } from "../config.ts";
import type { ToldLimits } from "../provider.ts";
import { burstMs, toldMs } from "./limits.ts";

const minuteMs = 60_000;
const tiny = 1e-6;
const dimensions = ["requests", "tokens"] as const;
type Dimension = (typeof dimensions)[number];

/** Requests, and tokens of them. */
export type Amounts = Readonly<Record<Dimension, number>>;

export interface Rate {
  readonly perMinute: number;
  /** What may go at once after a pause. */
  readonly burst: number;
}

/** A dimension without a rate has no limit. */
export type Rates = { readonly [D in Dimension]?: Rate };

/** How one rate stands. A dimension that was never counted is full. */
export interface Level {
  readonly requests?: number;
  /** Below 0 after a request that was larger than all that may go at once. */
  readonly tokens?: number;
  /** What the provider says of the account, for a minute; forgotten when `leftMs` is over. */
  readonly told?: { readonly requests?: number; readonly tokens?: number; readonly leftMs: number };
}

export const nothing: Amounts = { requests: 0, tokens: 0 };

export function ratesOf(configured: RateLimitConfiguration): Rates {
  const { requests_per_minute: requests, tokens_per_minute: tokens, burst_size: burst } = configured;
  return {
    ...(requests === undefined
      ? {}
      : {
          requests: {
            perMinute: requests,
            burst: burst ?? Math.max(1, Math.floor((requests * burstMs) / minuteMs)),
          },
        }),
    ...(tokens === undefined ? {} : { tokens: { perMinute: tokens, burst: tokens } }),
  };
}

/** The rates that hold: what was told lowers what is configured, and never raises it. */
export function ratesNow(configured: Rates, { told }: Level): Rates {
  if (told === undefined) return configured;
  const rates: { [D in Dimension]?: Rate } = { ...configured };
  for (const dimension of dimensions) {
    const limit = told[dimension];
    const known = configured[dimension];
    if (limit === undefined || (known !== undefined && known.perMinute <= limit)) continue;
    rates[dimension] = { perMinute: limit, burst: Math.min(known?.burst ?? limit, limit) };
  }
  return rates;
}

/** What has come in during `elapsedMs`. */
export function aged(level: Level, configured: Rates, elapsedMs: number): Level {
  const leftMs = (level.told?.leftMs ?? 0) - elapsedMs;
  const { told, ...rest } = level;
  const rates = ratesNow(configured, level);
  const next: { -readonly [K in keyof Level]: Level[K] } =
    told && leftMs > 0 ? { ...rest, told: { ...told, leftMs } } : rest;
  for (const dimension of dimensions) {
    const rate = rates[dimension];
    const now = level[dimension];
    if (rate === undefined) delete next[dimension];
    else if (now !== undefined) {
      next[dimension] = Math.min(rate.burst, now + (rate.perMinute * elapsedMs) / minuteMs);
    }
  }
  return next;
}

/** What is left of it now. */
export function leftOf(level: Level, rates: Rates): Amounts {
  const left = (dimension: Dimension): number =>
    level[dimension] ?? rates[dimension]?.burst ?? Number.POSITIVE_INFINITY;
  return { requests: left("requests"), tokens: left("tokens") };
}

export type Taken =
  | { readonly ok: true; readonly level: Level }
  /** Milliseconds until there is enough of it, if nobody else takes any. */
  | { readonly ok: false; readonly retryInMs: number };

/** Takes `amounts`; what is more than may ever go at once goes when all of it is there. */
export function taken(level: Level, configured: Rates, amounts: Amounts): Taken {
  const rates = ratesNow(configured, level);
  const left = leftOf(level, rates);
  let retryInMs = 0;
  for (const dimension of dimensions) {
    const rate = rates[dimension];
    if (rate === undefined) continue;
    const missing = Math.min(amounts[dimension], rate.burst) - left[dimension];
    // What is short by less than sums of fractions are exact is there.
    if (missing <= tiny) continue;
    retryInMs = Math.max(retryInMs, 1, Math.ceil((missing * minuteMs) / rate.perMinute - tiny));
  }
  if (retryInMs > 0) return { ok: false, retryInMs };
  return { ok: true, level: changed(level, rates, { requests: -amounts.requests, tokens: -amounts.tokens }) };
}

/** Puts back what was taken and not used, or takes what was used beyond it. */
export function changed(level: Level, rates: Rates, by: Amounts): Level {
  const left = leftOf(level, rates);
  const next: { -readonly [K in keyof Level]: Level[K] } = { ...level };
  for (const dimension of dimensions) {
    const rate = rates[dimension];
    if (rate !== undefined) next[dimension] = Math.min(rate.burst, left[dimension] + by[dimension]);
  }
  return next;
}

/** What a provider told: its limits hold from now on where they are lower, and no more is left than it says. */
export function withTold(level: Level, configured: Rates, { requests, tokens }: ToldLimits): Level {
  if (requests === undefined && tokens === undefined) return level;
  const before = level.told;
  const told = {
    ...(before?.requests === undefined ? {} : { requests: before.requests }),
    ...(before?.tokens === undefined ? {} : { tokens: before.tokens }),
    ...(requests === undefined ? {} : { requests: atLeastOne(requests.limit) }),
    ...(tokens === undefined ? {} : { tokens: atLeastOne(tokens.limit) }),
    leftMs: toldMs,
  };
  const next = { ...level, told };
  const left = leftOf(next, ratesNow(configured, next));
  return {
    ...next,
    ...(requests === undefined ? {} : { requests: Math.min(left.requests, Math.max(0, requests.remaining)) }),
    ...(tokens === undefined ? {} : { tokens: Math.min(left.tokens, Math.max(0, tokens.remaining)) }),
  };
}

export function sum(one: Amounts, other: Amounts): Amounts {
  return { requests: one.requests + other.requests, tokens: one.tokens + other.tokens };
}

/** A limit of nothing would stop an entry for good, whoever said so. */
function atLeastOne(limit: number): number {
  return Number.isFinite(limit) ? Math.max(1, limit) : 1;
}
