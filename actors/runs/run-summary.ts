// What a list of runs says of each: small, made from what is written of it, and never needed to go on with it.
import type { WaitCause } from "./run-entry.ts";

export type RunPhase =
  | "queued"
  | "running"
  | "waiting"
  /** Nobody works on it, and it may be gone on with: it was interrupted, or its program ended. */
  | "interrupted"
  | "done"
  | "failed"
  | "cancelled";

export interface RunSummary {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** The run that it is a part of; left out for a run of its own. */
  readonly parent?: string | undefined;
  readonly phase: RunPhase;
  readonly waiting:
    | { readonly for: WaitCause; readonly why: string; readonly until: number | undefined }
    | undefined;
  /** Why it failed; of one that is done, why it came to nothing. */
  readonly problem: string | undefined;
  readonly by: string;
  /** The node that has it, or had it last. */
  readonly node: string | undefined;
  readonly epoch: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The last entry. */
  readonly n: number;
  readonly steps: { readonly done: number; readonly total: number };
  /** Null where a price is not known. */
  readonly costUsd: number | null;
  readonly tokens: number;
  /** Requests to models whose answers were lost after they may have been paid. */
  readonly interruptedCalls: number;
  /** Open questions. */
  readonly questions: number;
  readonly bytes: number;
}

export function isOver(phase: RunPhase): boolean {
  return phase === "done" || phase === "failed" || phase === "cancelled";
}

/** Those that are parts of others, by the run that they are parts of. */
export function partsByParent(runs: readonly RunSummary[]): ReadonlyMap<string, readonly RunSummary[]> {
  const parts = new Map<string, RunSummary[]>();
  for (const run of runs) {
    if (run.parent === undefined) continue;
    const others = parts.get(run.parent);
    if (others === undefined) parts.set(run.parent, [run]);
    else others.push(run);
  }
  return parts;
}
