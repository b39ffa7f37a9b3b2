// A node that leaves: it takes no new work, hands over what it owns, and lets calls finish, all of it before a deadline.
import type { LeaseKeeper } from "../leases/lease-keeper.ts";
import { placementLimits } from "../placement/limits.ts";
import type { Placement } from "../placement/placement.ts";
import type { Kernel } from "../process/kernel.ts";
import { openCalls } from "./open-calls.ts";
import type { DrainProgress } from "./report.ts";

export interface DrainOptions {
  readonly kernel: Kernel;
  /** Undefined for a node that owns nothing. */
  readonly parts: { readonly keeper: LeaseKeeper; readonly placement: Placement } | undefined;
  readonly setDraining: () => void;
  /** Milliseconds. */
  readonly deadlineMs: number;
  /** Milliseconds without a lease after which there is nothing to hand over: others have it, or take it by themselves. */
  readonly partedMs: number;
  readonly tell: (progress: DrainProgress) => void;
}

export async function drain({
  kernel,
  parts,
  setDraining,
  deadlineMs,
  partedMs,
  tell,
}: DrainOptions): Promise<DrainProgress> {
  const { clock, timers } = kernel.world;
  const until = clock.now() + deadlineMs;
  const isDue = (): boolean => clock.now() >= until;
  let heldAt = clock.now();
  const isCut = (): boolean => {
    if (parts?.keeper.isHeld() !== false) heldAt = clock.now();
    return isDue() || clock.now() - heldAt >= partedMs;
  };
  let progress: DrainProgress = { owned: 0, left: 0, calls: openCalls(kernel), isDone: false, isCut: false };
  const say = (change: Partial<DrainProgress>): void => {
    const next = { ...progress, ...change };
    const isNew = (Object.keys(next) as (keyof DrainProgress)[]).some(
      (field) => next[field] !== progress[field],
    );
    progress = next;
    if (isNew) tell(progress);
  };
  tell(progress);
  kernel.events.emit("node_draining", { deadlineMs });
  setDraining();
  parts?.keeper.setDraining(true);
  await parts?.placement.drain(isCut, (left, owned) => say({ left, owned, calls: openCalls(kernel) }));
  const wasCut = progress.left > 0 || isDue();
  while (openCalls(kernel) > 0 && !isDue()) {
    await new Promise<void>((resolve) => timers.set(placementLimits.drainLookMs, resolve));
    say({ calls: openCalls(kernel) });
  }
  say({ calls: openCalls(kernel), isDone: true, isCut: wasCut || openCalls(kernel) > 0 });
  const { owned, calls } = progress;
  kernel.events.emit("node_drained", { owned, calls, cut: progress.isCut });
  return progress;
}
