// What names and locks need to know of the leases that they stand on.
import type { LeaseId } from "../leases/lease.ts";

export interface Leases {
  /** By the clock, at this very moment. */
  isHeld(): boolean;
  /** The own one, while it stands or may stand. */
  readonly id: LeaseId | undefined;
  /** By what was last seen: that lease is held. */
  isValid(id: LeaseId): boolean;
  /** That lease is known to be over, and will never be held again. */
  isOver(id: LeaseId): boolean;
  /** Has a lease looked for that was not seen here, and put to an end where it is not there. */
  doubt(id: LeaseId): void;
}

/** Whether somebody may still own by this lease: what stands on it may be taken only where it is over for certain. */
export function mayStand(leases: Leases, id: LeaseId): boolean {
  if (leases.isOver(id)) return false;
  if (!leases.isValid(id)) leases.doubt(id);
  return true;
}
