// What stands before a provider, and is shared by all nodes of a cluster: breakers, limits and budgets. Whoever makes attempts
// asks it first, and tells it afterwards how each went.
import type { Lane } from "./completion.ts";
import type { Usage } from "./model-event.ts";
import type { ToldLimits } from "./provider.ts";

export interface GateAsk {
  /** The entry of llm.providers, and the model that is asked for: breakers are kept for both together. */
  readonly entry: string;
  readonly model: string;
  readonly lane: Lane;
  /** Estimates of the most that the attempt takes: text in and out. */
  readonly tokens: number;
  /** US dollars that it costs at most; null where no price is known. */
  readonly costMaxUsd: number | null;
  readonly run: string | undefined;
  readonly user: string | undefined;
  /** Milliseconds that it may wait in line for a rate, a place or a probe. */
  readonly waitMsMax: number;
}

/** Why an attempt may not be made now. */
export type GateRefusal =
  /** The breaker is open, or another request is trying the provider. */
  | { readonly reason: "breaker"; readonly retryInMs: number }
  /** A rate or the number of requests at the same time; `retryInMs` is when there is room. */
  | { readonly reason: "limit"; readonly retryInMs: number; readonly what: string }
  /** A budget is used up: until it renews itself, or for good where `retryInMs` is null. */
  | { readonly reason: "budget"; readonly retryInMs: number | null; readonly what: string };

export type Granted =
  | { readonly granted: true; readonly permit: string }
  | { readonly granted: false; readonly refusal: GateRefusal };

export type GateOutcome = "success" | "failure" | "neutral";

export interface GateReport {
  readonly permit: string;
  /** What it says of the provider: see `countsAgainstProvider`. */
  readonly outcome: GateOutcome;
  /** Undefined where nobody knows what was used: the estimate stays reserved then, and counts. */
  readonly usage: Usage | undefined;
  /** Undefined where nobody knows: the most that it could cost counts then; 0 for what was never sent. */
  readonly costUsd: number | undefined;
  /** Milliseconds from asking to the end, and to the first piece of the answer. */
  readonly tookMs: number;
  readonly firstMs: number | undefined;
  /** What the provider told of its limits, and how long it wants to be left alone. */
  readonly limits: ToldLimits | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Its functions are for code of processes. A permit whose holder ends without a report is given back as one of which nothing is known. */
export interface Gate {
  acquire(ask: GateAsk): Promise<Granted>;
  report(report: GateReport): void;
}
