// The seam to who has runs begin and keeps them going: this program alone, or the nodes of a cluster together.
import type { Address, Pid, Protocol } from "../../runtime/index.ts";
import type { RunCommand } from "./run-options.ts";
import type { RunSpec } from "./run-spec.ts";
import type { RunStore } from "./run-store.ts";
import { isOver, type RunSummary } from "./run-summary.ts";

/** How somebody looks after a run. */
export type RunCare =
  /** Its keeper runs, or is on its way to a node. */
  | "kept"
  /** Nobody does, until somebody asks for it. */
  | "left"
  /** It was accepted, and nobody has begun it yet: that comes by itself. */
  | "due";

export interface RunHome {
  readonly store: RunStore;
  /** Runs whose logs it has may be begun here. */
  readonly kind: "own" | "brief" | "placed";
  care(id: string): Promise<RunCare>;
  /** True for a run that somebody looks after and that is on no node now. Left out where there is one node alone. */
  isWithoutNode?(id: string): boolean;
  /** Whether a new run can go to that node. @throws {RunRefusal} */
  check?(on: string | undefined): Promise<void>;
  /** The process of a run, where it is known; it may have ended. */
  process(id: string): Pid | Address<Protocol> | undefined;
  /**
   * Has a run begun that is written down, or gone on with. One that somebody looks after already stays as it is.
   * @throws {RunRefusal}; {RunHeld}; where it cannot be agreed on now
   */
  begin(
    spec: Pick<RunSpec, "id" | "workspace" | "parent">,
    reason: "start" | "resume" | "restart",
    on: string | undefined,
  ): Promise<void>;
  /** Has something told to a run that is kept; false where nobody took it. */
  tell(id: string, command: RunCommand): Promise<boolean>;
  /** Resolves when nothing of it runs, and nobody begins it again by himself. */
  stop(id: string): Promise<void>;
  /** Takes out what is known of it beside its store, once nothing of it runs. */
  forget(id: string): Promise<void>;
  /** True where this node is the one, of those that share the store, that takes out what is kept no longer. */
  tidies(): boolean;
}

/** How a run stands, seen from where it is kept. */
export async function summaryIn(
  home: Pick<RunHome, "care" | "isWithoutNode">,
  summary: RunSummary,
): Promise<RunSummary> {
  const { id, phase, node } = summary;
  if (isOver(phase)) return summary;
  const care = await home.care(id);
  // What was let go is on its way to the next who has it.
  if (phase === "interrupted") return care === "kept" ? { ...summary, phase: "queued" } : summary;
  if (care === "left") return { ...summary, phase: "interrupted", waiting: undefined };
  if (phase === "queued" || home.isWithoutNode?.(id) !== true) return summary;
  const why = `Node "${node ?? "?"}", which had it, has it no more. It goes on as soon as another one does.`;
  return { ...summary, phase: "waiting", waiting: { for: "node", why, until: undefined } };
}
