// What a lease is to those who stand on it: whose, which one in the row, and how it was last seen.

/** `term` counts how often a node of this name has acquired one, so that no two leases are the same. */
export interface LeaseId {
  readonly node: string;
  readonly incarnation: number;
  readonly term: number;
}

export type LeaseState = "held" | "released" | "tombstone";

export interface LeaseInfo extends LeaseId {
  readonly state: LeaseState;
  /** The node takes no new work. */
  readonly draining: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly host: string;
  /** For so long no change was seen; of the own one, since the last acknowledged renewal was sent. */
  readonly unchangedMs: number;
  readonly isOwn: boolean;
}

/** `replaced`: there is a later one of that node. `missing`: it was gone, and nobody has put it back. */
export type LeaseEnd = "tombstone" | "released" | "replaced" | "missing";

/** None of these may throw. */
export interface LeaseListener {
  /** The own lease stands. */
  held(id: LeaseId): void;
  /** Nobody knows whether it stands: nothing that depends on it may be done until `resumed` or `held`. */
  suspended(): void;
  resumed(): void;
  /** It is over: somebody has put it to an end, or it is not there any more. Another is acquired by itself, and `held` tells when. */
  lost(why: string): void;
  /** Another node's lease is over, or one of an earlier incarnation of this one. */
  lapsed(id: LeaseId, how: LeaseEnd): void;
  /** A new lease, or one that has changed in more than its age. */
  seen(info: LeaseInfo): void;
}

export function isSameLease(a: LeaseId, b: LeaseId): boolean {
  return a.term === b.term && a.incarnation === b.incarnation && a.node === b.node;
}

/**
 * Terms begin again where somebody makes the bucket anew, and an earlier incarnation may come back when a later one is gone:
 * of two that contradict each other neither is later.
 */
export function isLaterLease(a: LeaseId, b: LeaseId): boolean {
  return a.term >= b.term && a.incarnation >= b.incarnation && !isSameLease(a, b);
}
