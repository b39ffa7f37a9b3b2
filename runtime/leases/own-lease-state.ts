// What a node knows of its own lease, what happens to it, and what can be asked for.
import type { BucketEntry, Written } from "../store/bucket.ts";
import type { LeaseId } from "./lease.ts";
import type { LeaseRecord } from "./lease-record.ts";
import type { LeaseTimes } from "./limits.ts";
import type { Predecessor } from "./predecessor.ts";

/** What a node says of itself in its lease. */
export interface LeaseSelf {
  readonly node: string;
  readonly incarnation: number;
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `op` is the number of the request that this answers. */
export type OwnEvent =
  | { readonly type: "acquire" }
  /** What `dueAt` named is due; too early and too late do no harm. */
  | { readonly type: "due" }
  | { readonly type: "written"; readonly op: number; readonly outcome: Written }
  | { readonly type: "read"; readonly op: number; readonly entry: BucketEntry | undefined }
  | { readonly type: "unread"; readonly op: number; readonly why: string }
  | { readonly type: "draining"; readonly draining: boolean }
  | { readonly type: "close" };

/** All of a record but the time on the wall. */
export type LeaseDraft = Omit<LeaseRecord, "at">;

export type OwnAction =
  /** Of the own key, by the leader. */
  | { readonly type: "read"; readonly op: number }
  | { readonly type: "write"; readonly op: number; readonly draft: LeaseDraft; readonly expected: number }
  | { readonly type: "held"; readonly id: LeaseId }
  | { readonly type: "suspended" | "resumed" | "closed" }
  | { readonly type: "lost"; readonly why: string }
  /** A live node of the same name has it. Nothing is tried any more. */
  | { readonly type: "refused"; readonly incarnation: number; readonly host: string }
  /** There is no lease yet, and it is tried again. Told once for each kind of reason. */
  | { readonly type: "waiting"; readonly why: string };

export interface LeaseWrite {
  readonly kept: "held" | "released";
  readonly nonce: string;
  readonly term: number;
  readonly sentAt: number;
  readonly draining: boolean;
}

export type OwnPhase = "none" | "acquiring" | "held" | "suspended" | "lost" | "closing" | "closed";

export interface OwnLease {
  readonly self: LeaseSelf;
  readonly key: string;
  readonly times: LeaseTimes;
  /** The nonces of this keeper begin with it; nobody else's do. */
  readonly noncePrefix: string;
  phase: OwnPhase;
  draining: boolean;
  /** The last that was tried; none comes twice. */
  term: number;
  /** The last own write that is known to have been applied, and its revision. Undefined without a lease. */
  standing: (LeaseWrite & { readonly revision: number }) | undefined;
  /** Writes since then. Any of them may have been applied, or be applied yet; one at most, since all expect the same revision. */
  open: readonly LeaseWrite[];
  writes: number;
  ops: number;
  current: { readonly op: number; readonly write: LeaseWrite | undefined } | undefined;
  /** Nobody knows how the key is: look before the next write. */
  mustRead: boolean;
  /** Nothing is asked for before. */
  nextAt: number;
  predecessor: Predecessor | undefined;
  /** Since when what is not seen of others means something; undefined without a lease. */
  sightSince: number | undefined;
  /** When the store last said that a renewal was applied. */
  toldAt: number;
  waitingFor: "store" | "predecessor" | undefined;
  closeBy: number;
}

export function createOwnLease(
  self: LeaseSelf,
  given: Pick<OwnLease, "key" | "times" | "noncePrefix">,
): OwnLease {
  return {
    self,
    ...given,
    phase: "none",
    draining: false,
    term: 0,
    standing: undefined,
    open: [],
    writes: 0,
    ops: 0,
    current: undefined,
    mustRead: false,
    nextAt: Number.POSITIVE_INFINITY,
    predecessor: undefined,
    sightSince: undefined,
    toldAt: 0,
    waitingFor: undefined,
    closeBy: Number.POSITIVE_INFINITY,
  };
}

/** By the clock: a program that stood still knows it before any timer has run. */
export function isHeld({ phase, standing, times }: OwnLease, now: number): boolean {
  return phase === "held" && standing !== undefined && now - standing.sentAt < times.suspendAfterMs;
}

/** Of the lease that stands, or may stand. */
export function ownId({ phase, standing, self }: OwnLease): LeaseId | undefined {
  if (standing === undefined || (phase !== "held" && phase !== "suspended")) return undefined;
  return { node: self.node, incarnation: self.incarnation, term: standing.term };
}

/** When the next `due` has something to do. */
export function dueAt({ phase, standing, times, current, nextAt, closeBy }: OwnLease): number {
  if (phase === "none" || phase === "closed") return Number.POSITIVE_INFINITY;
  const suspendAt = phase === "held" && standing ? standing.sentAt + times.suspendAfterMs : closeBy;
  return current === undefined ? Math.min(suspendAt, nextAt) : suspendAt;
}
