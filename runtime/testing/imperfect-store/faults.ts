// What befalls a simulated store's requests and watches, and what is drawn of it.
import type { Random } from "../../world.ts";

/** Rates are from 0 to 1, spans in milliseconds: from, and below. What is left out never happens, and takes no time. */
export interface StoreFaults {
  /** The way of a request to the leader, and of its answer back, each. Requests overtake each other. */
  readonly latencyMs?: Span;
  /** From a change's arrival until it is on the disks, which is when it counts. A power cut takes what has not come so far. */
  readonly commitMs?: Span;
  /** Requests that reach nobody. */
  readonly lostRate?: number;
  /** Changes that are made, and nobody says so. Reads are lost instead, here and below. */
  readonly unackedRate?: number;
  /** Changes that nobody answers in time, and that are tried within `lateMs` after that all the same. */
  readonly lateRate?: number;
  readonly lateMs?: Span;
  /** Of requests that stay without an answer. 1,000 by default. */
  readonly timeoutMs?: number;
  /** From the first change that a watch has not told until it tells that one and all behind it. */
  readonly watchLagMs?: Span;
  /** What a watch was about to tell is lost instead, and it begins again with the entries. Below 1: it never begins otherwise. */
  readonly rewatchRate?: number;
  /** Of several changes of a key that a watch tells at once, it tells the last one alone. */
  readonly skipRate?: number;
}

export type Span = readonly [min: number, max: number];

export type Fate = "answered" | "lost" | "unacked" | "late";

/** What never happens draws nothing, so that one fault more leaves the seeds of others as they are. */
export function happens(random: Random, rate: number | undefined): boolean {
  return rate !== undefined && rate > 0 && random.next() < rate;
}

/** Undefined for a span that was left out. */
export function drawMs(random: Random, span: Span | undefined): number | undefined {
  if (span === undefined) return undefined;
  const [min, max] = span;
  return max > min ? min + random.next() * (max - min) : min;
}

export function drawFate(random: Random, faults: StoreFaults, isChange: boolean): Fate {
  const { lostRate = 0, unackedRate = 0, lateRate = 0 } = faults;
  if (!happens(random, lostRate + unackedRate + lateRate)) return "answered";
  if (!isChange) return "lost";
  const drawn = random.next() * (lostRate + unackedRate + lateRate);
  if (drawn < lostRate) return "lost";
  return drawn < lostRate + unackedRate ? "unacked" : "late";
}
