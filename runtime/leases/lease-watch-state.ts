// What a node knows of the leases of others, what happens to them, and what can be asked for.
import type { BucketEntry, Written } from "../store/bucket.ts";
import { encodeToken } from "../wire/token.ts";
import {
  isLaterLease,
  isSameLease,
  type LeaseEnd,
  type LeaseId,
  type LeaseInfo,
  type LeaseState,
} from "./lease.ts";
import type { LeaseTimes } from "./limits.ts";
import type { LeaseDraft } from "./own-lease-state.ts";

export type WatchEvent =
  | { readonly type: "entries"; readonly entries: readonly BucketEntry[] }
  | {
      readonly type: "changed";
      readonly key: string;
      readonly value: Uint8Array | undefined;
      readonly revision: number;
    }
  | { readonly type: "tick" }
  /** What the leader said of the key of this node. */
  | { readonly type: "looked"; readonly node: string; readonly entry: BucketEntry | undefined }
  | { readonly type: "unlooked"; readonly node: string }
  /** What became of a tombstone. */
  | { readonly type: "challenged"; readonly draft: LeaseDraft; readonly outcome: Written }
  /** Somebody stands on a lease that was not seen here: it may be too new, or gone. */
  | { readonly type: "doubt"; readonly id: LeaseId };

export type WatchAction =
  /** By the leader. */
  | { readonly type: "look"; readonly node: string }
  | { readonly type: "challenge"; readonly draft: LeaseDraft; readonly expected: number }
  /** This node has put it to an end. */
  | { readonly type: "ended"; readonly id: LeaseId }
  | { readonly type: "lapsed"; readonly id: LeaseId; readonly how: LeaseEnd }
  | { readonly type: "seen"; readonly node: string };

export interface Seen extends LeaseId {
  readonly state: LeaseState;
  readonly draining: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly host: string;
  readonly nonce: string;
  /** Of the key, whatever is there; 0 for nothing. */
  readonly revision: number;
  /** False where the key holds something else, or nothing. */
  readonly isThere: boolean;
  readonly changedAt: number;
}

interface Attempt {
  readonly isRunning: boolean;
  /** When it began, or when the next one may. */
  readonly at: number;
}

export interface LeaseWatch {
  readonly self: { readonly node: string; readonly incarnation: number };
  readonly times: LeaseTimes;
  readonly noncePrefix: string;
  /** By the names of the nodes. */
  readonly seen: Map<string, Seen>;
  readonly attempts: Map<string, Attempt>;
  /** By the names of the nodes: what somebody stands on, and was not seen here. */
  readonly doubts: Map<string, { readonly id: LeaseId; readonly since: number }>;
  /** Such as the leader knew nothing of, by the names of the nodes. */
  readonly denied: Map<string, LeaseId>;
  writes: number;
}

export function createLeaseWatch(
  self: LeaseWatch["self"],
  times: LeaseTimes,
  noncePrefix: string,
): LeaseWatch {
  return {
    self,
    times,
    noncePrefix,
    seen: new Map(),
    attempts: new Map(),
    doubts: new Map(),
    denied: new Map(),
    writes: 0,
  };
}

/** By what was last seen. */
export function isValid({ seen }: LeaseWatch, id: LeaseId): boolean {
  const known = seen.get(id.node);
  return known?.state === "held" && isSameLease(known, id);
}

/** True where it is known to be over, or cannot be; one that was never seen is neither valid nor over. */
export function isOver({ seen, denied }: LeaseWatch, id: LeaseId): boolean {
  if (!hasKey(id.node)) return true;
  const known = seen.get(id.node);
  const other = denied.get(id.node);
  if (other !== undefined && isSameLease(other, id)) return true;
  if (known === undefined) return false;
  return isSameLease(known, id) ? known.state !== "held" : isLaterLease(known, id);
}

export function infoOf({ seen, self }: LeaseWatch, node: string, now: number): LeaseInfo | undefined {
  const known = seen.get(node);
  if (known === undefined) return undefined;
  const { incarnation, term, state, draining, labels, host, changedAt } = known;
  const isOwn = isSelf(self, known);
  return { node, incarnation, term, state, draining, labels, host, unchangedMs: now - changedAt, isOwn };
}

export function isSelf(self: LeaseWatch["self"], { node, incarnation }: LeaseId): boolean {
  return node === self.node && incarnation === self.incarnation;
}

/** What others have written may name anybody. */
function hasKey(node: string): boolean {
  try {
    return encodeToken(node) !== "";
  } catch {
    return false;
  }
}
