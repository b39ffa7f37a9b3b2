// What can be asked of the runs of a node: by its own program, by other nodes, and by commands. Plain data, JSON where it leaves.
import type { EffectChoice, RunEntry } from "./run-entry.ts";
import type { RunEnding } from "./run-options.ts";
import type { RunSpec } from "./run-spec.ts";
import type { RunSummary } from "./run-summary.ts";

export type RunFailureCode =
  | "unknown_run"
  | "ambiguous_run"
  | "run_held"
  | "run_over"
  | "run_not_over"
  | "bad_run"
  | "no_such_event"
  | "store_unavailable"
  | "draining";

export type RunAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: RunFailureCode; readonly message: string };

export interface ReadRunRequest {
  readonly id: string;
  /** The first entry that is wanted, from 1. */
  readonly from: number;
  /** How long to wait where there is none yet, in milliseconds. */
  readonly waitMs: number;
  /** JSON bytes at most, about. */
  readonly bytesMax: number;
}

export interface RunPage {
  readonly entries: readonly RunEntry[];
  /** The number to ask for next. */
  readonly next: number;
  readonly summary: RunSummary;
}

/** For `named<RunDesk>("runs.desk")`, on this node or another. */
export interface RunDesk {
  readonly calls: {
    /** `on`: a node's name, or undefined for any of the cluster. The reply comes when it is written down. */
    readonly submit: {
      readonly payload: {
        readonly spec: RunSpec;
        readonly on: string | undefined;
        /** Nothing is kept of it once it is over, and it never leaves the program. */
        readonly brief?: boolean;
        /** The run that this one is a part of: it is kept where that one is, and worked on anywhere. */
        readonly beside?: string;
      };
      readonly reply: RunAnswer<{ readonly id: string }>;
    };
    readonly read: { readonly payload: ReadRunRequest; readonly reply: RunAnswer<RunPage> };
    readonly list: { readonly payload: undefined; readonly reply: RunAnswer<readonly RunSummary[]> };
    /** The one run whose id begins so. */
    readonly find: { readonly payload: { readonly prefix: string }; readonly reply: RunAnswer<RunSummary> };
    readonly cancel: {
      readonly payload: { readonly id: string; readonly by: string };
      readonly reply: RunAnswer<RunSummary>;
    };
    /** Has an interrupted, failed or waiting run go on; `onUnknown` answers its open questions about effects. */
    readonly resume: {
      readonly payload: {
        readonly id: string;
        readonly by: string;
        readonly onUnknown: EffectChoice | undefined;
        /** What it may cost from now on, in all; undefined where that stays as it is. Of one that failed alone. */
        readonly costUsdMax?: number;
      };
      readonly reply: RunAnswer<RunSummary>;
    };
    readonly answer: {
      readonly payload: {
        readonly id: string;
        readonly question: string;
        readonly choice: string;
        readonly by: string;
      };
      readonly reply: RunAnswer<RunSummary>;
    };
    /** Steps that listen for it end with what they have. True where it reached the run. */
    readonly cut_short: {
      readonly payload: { readonly id: string; readonly by: string };
      readonly reply: RunAnswer<boolean>;
    };
    /** A run of its own that goes on from entry `at` of another, or from its end. */
    readonly fork: {
      readonly payload: { readonly id: string; readonly at: number | undefined; readonly by: string };
      readonly reply: RunAnswer<{ readonly id: string }>;
    };
    readonly remove: { readonly payload: { readonly id: string }; readonly reply: RunAnswer<null> };
    /** A piece of what is kept under a hash. */
    readonly blob: {
      readonly payload: {
        readonly id: string;
        readonly hash: string;
        readonly offset: number;
        readonly bytesMax: number;
      };
      readonly reply: RunAnswer<{ readonly bytes: Uint8Array; readonly total: number }>;
    };
  };
  readonly casts: Record<never, never>;
  readonly messages: { readonly type: string };
}

/** What the process of a run that ends tells the desk of its node. */
export interface PartsLeft {
  readonly type: "parts_left";
  readonly run: string;
  /** Of the runs that may be parts of it, and may not be over. */
  readonly ids: readonly string[];
  readonly ending: RunEnding;
}

export const runDeskName = "runs.desk";
/** The name of a run's process on the node that has it. */
export function runProcessName(id: string): string {
  return `run.${id}`;
}
