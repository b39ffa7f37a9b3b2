// What the process of an order tells the coordinator while it works: casts, for its status and its figures.
import type { FailureCode } from "./failure.ts";
import type { Usage } from "./model-event.ts";

/** Where an order is. */
export interface RequestPlace {
  readonly job: number;
  readonly entry: string;
  /** `waiting`: in line at the gate; `pausing`: until its next attempt. */
  readonly is: "waiting" | "running" | "pausing";
}

/** How an attempt went that asked a provider. */
export interface AttemptReport {
  readonly entry: string;
  /** Undefined: the own node. */
  readonly node: string | undefined;
  /** Null where it gave an answer. */
  readonly code: FailureCode | null;
  /** Milliseconds from asking to the end, and to the first piece of the answer. */
  readonly tookMs: number;
  readonly firstMs: number | undefined;
  readonly usage: Usage | undefined;
  /** US dollars; null where nobody knows. */
  readonly costUsd: number | null;
}

/** It has answered the order. */
export interface RequestOver {
  readonly job: number;
  /** How its last attempt went; undefined where none asked a provider. */
  readonly report: AttemptReport | undefined;
}
