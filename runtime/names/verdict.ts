// What an own name and the cluster's record of it come to: a decision without any act.
import { type Displacement, isSamePid, type NameRecord, type PidData } from "./name-record.ts";

/** An own name as this node knows it. */
export interface Claim {
  readonly pid: PidData;
  readonly epoch: number;
  /** Of the lease under which it was last written. */
  readonly term: number;
}

export type Verdict =
  /** The record says so already. */
  | { readonly is: "kept" }
  /** It has to be written, in place of `displaced` where there is one. */
  | { readonly is: "write"; readonly epoch: number; readonly displaced: PidData | undefined }
  /** Somebody has decided against it. */
  | { readonly is: "displaced"; readonly how: Displacement; readonly by: PidData | null }
  /** Another live process has got the name while this node was cut off: whoever comes back decides. */
  | { readonly is: "clash"; readonly other: PidData };

/** `isOver` says whether the lease that the record stands on is. `term` is that of the own lease now. */
export function judge(claim: Claim, record: NameRecord | undefined, term: number, isOver: boolean): Verdict {
  const write = (epoch: number, displaced?: PidData): Verdict => ({ is: "write", epoch, displaced });
  // The bucket was made anew: the name is put back.
  if (record === undefined) return write(claim.epoch);
  const { pid, epoch } = record;
  if (isSamePid(pid, claim.pid))
    return record.term === term ? { is: "kept" } : write(Math.max(epoch, claim.epoch));
  const fate = record.displaced.find((displaced) => isSamePid(displaced.pid, claim.pid));
  if (fate !== undefined) return { is: "displaced", how: fate.how, by: fate.by };
  const isOfThisNode = pid?.node === claim.pid.node;
  if (pid === null || isOver || isOfThisNode) return write(Math.max(epoch + 1, claim.epoch));
  if (claim.term !== term) return { is: "clash", other: pid };
  // The own lease never lapsed, so nobody took the name from here: the bucket was made anew, and somebody was quicker.
  const isBetter = claim.epoch > epoch || (claim.epoch === epoch && claim.pid.node < pid.node);
  return isBetter ? write(Math.max(epoch + 1, claim.epoch), pid) : { is: "displaced", how: "exit", by: pid };
}
