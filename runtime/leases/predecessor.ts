// Whoever has the key of the own lease before this node: whether it lives.
import type { LeaseRecord } from "./lease-record.ts";

interface Look {
  /** Undefined for what is no lease. */
  readonly record: LeaseRecord | undefined;
  readonly revision: number;
}

export interface Predecessor extends Look {
  /** Since when nothing has changed. */
  readonly since: number;
  /** How often it was seen to renew the same lease. */
  readonly renewals: number;
}

export function lookAgain(known: Predecessor | undefined, look: Look, now: number): Predecessor {
  const isUnchanged = known?.revision === look.revision && known.record?.nonce === look.record?.nonce;
  if (isUnchanged) return known;
  const isRenewal =
    known?.record !== undefined &&
    known.record.incarnation === look.record?.incarnation &&
    known.record.term === look.record.term;
  return { ...look, since: now, renewals: isRenewal ? known.renewals + 1 : 0 };
}

/** One renewal may have been on its way when the holder died; a second one would have failed by the first. */
export function isAlive({ renewals }: Predecessor): boolean {
  return renewals > 1;
}
