// What is written of a run, in the order in which it happened: all that its owners, its readers and its rebuilding know.
import type { RunSpec } from "./run-spec.ts";

/** A value, or where it is kept because it is large. */
export type Kept =
  | { readonly value: unknown }
  /** `hash` is that of its bytes, as `packKept` makes them. */
  | { readonly blob: string; readonly bytes: number };

/** A spec as it is written down. */
export type KeptSpec = Omit<RunSpec, "plan"> & { readonly plan: Kept };

/** What a run can wait for. `limit`: a rate or a budget that renews itself. `node`: one that may have it. */
export type WaitCause = "limit" | "workspace" | "answer" | "node";

/** What is found out about an effect of which nobody knows whether it happened. */
export type EffectFate = "done" | "not_done" | "unknown";

/** What can be answered to a question about such an effect: do it again, take it as done, or give the run up. */
export type EffectChoice = "retry" | "done" | "fail";

/** Why a run came to this owner. */
export type OwnedReason =
  | "start"
  | "restart"
  | "resume"
  | "node_down"
  | "node_left"
  | "drain"
  | "move"
  | "permission"
  | "takeover"
  | "wake";

export type RunFact =
  /** The first of every run. `steps` is how many its plan begins with. */
  | { readonly type: "accepted"; readonly spec: KeptSpec; readonly steps: number }
  /** An owner began. Of a run that had another one: which, and how long nobody had it, as far as that is known. */
  | {
      readonly type: "owned";
      readonly epoch: number;
      readonly reason: OwnedReason;
      readonly from?: string;
      readonly tookMs?: number;
    }
  /** Its owner let it go in good order: the node drains, or the person interrupted it. It may be gone on with. */
  | { readonly type: "released"; readonly why: string }
  | {
      readonly type: "step_started";
      readonly step: string;
      readonly operation: string;
      readonly attempt: number;
    }
  /** `added` steps were found to be needed: an array of `Step`. */
  | {
      readonly type: "step_finished";
      readonly step: string;
      readonly output: Kept;
      readonly added: number;
      readonly steps?: Kept;
    }
  | {
      readonly type: "step_failed";
      readonly step: string;
      readonly attempt: number;
      readonly reason: string;
    }
  /** What a step wants to find again when it is tried again, or its run is somewhere else. `step` is "" for what all of them share. */
  | { readonly type: "noted"; readonly step: string; readonly key: string; readonly value: Kept }
  /** An effect is about to happen. `effect` is `<step>/<key>`. */
  | {
      readonly type: "intent";
      readonly effect: string;
      readonly step: string;
      readonly kind: string;
      readonly about: unknown;
    }
  /** `found`: after a crash it was looked at, or a person said so. */
  | {
      readonly type: "outcome";
      readonly effect: string;
      readonly fate: "done" | "not_done" | "failed";
      readonly found: boolean;
      readonly value?: Kept;
      readonly reason?: string;
    }
  | {
      readonly type: "asked";
      readonly question: string;
      readonly step: string;
      readonly text: string;
      /** None where any text is an answer. */
      readonly choices: readonly string[];
      /** What the one who answers may want to look at. */
      readonly about?: unknown;
    }
  | {
      readonly type: "answered";
      readonly question: string;
      readonly choice: string;
      readonly by: string;
    }
  /** A person has heard enough of what a step says: it comes to its end with what it has. */
  | { readonly type: "cut_short"; readonly step: string; readonly by: string }
  | {
      readonly type: "waiting";
      readonly for: WaitCause;
      readonly why: string;
      /** By the wall clock, in milliseconds: it goes on by itself then. */
      readonly until?: number;
    }
  | { readonly type: "going_on" }
  /** What it may cost from now on, in all: the run that it is a part of has more left for it, or less. */
  | { readonly type: "allowed"; readonly costUsdMax: number }
  /** What a model was asked and what that cost. `interrupted`: it may have been paid, and nobody has its answer. */
  | {
      readonly type: "usage";
      readonly step: string;
      readonly provider: string;
      readonly model: string | null;
      readonly inputTokens: number | null;
      readonly outputTokens: number | null;
      readonly costUsd: number | null;
      readonly interrupted: boolean;
    }
  /** What a step says while it works, a piece at a time. `answer`: of which of its answers it is a piece. */
  | { readonly type: "text"; readonly step: string; readonly text: string; readonly answer?: string }
  /** News for the reader that no other entry has: those of answers are in `answer-news.ts`. */
  | { readonly type: "told"; readonly step: string; readonly name: string; readonly about: unknown }
  | { readonly type: "done"; readonly output: Kept }
  | { readonly type: "failed"; readonly code: string; readonly message: string; readonly step?: string }
  | { readonly type: "cancelled"; readonly by: string };

export type RunEntry = RunFact & {
  /** From 1, without a gap. */
  readonly n: number;
  /** By the wall clock of the owner, in milliseconds. */
  readonly at: number;
  /** The node that wrote it. */
  readonly node: string;
};

export type RunEntryType = RunFact["type"];
