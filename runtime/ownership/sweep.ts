// What nodes have left in the store that went away: their leases, which are over, and which supervisors they ran.
import { isSameLease, type LeaseId } from "../leases/lease.ts";
import { decodeLease } from "../leases/lease-record.ts";
import { decodeMember, memberKey } from "../placement/supervisor-member.ts";
import type { ClusterStore } from "../store/cluster-store.ts";
import { encodeToken } from "../wire/token.ts";

/**
 * Takes out a lease that is over, and what its node has said under it of `supervisors`. False where the node has come back
 * meanwhile. The names and children that it had are others' by then, or wait for whoever takes them.
 * @throws {StoreUnavailable}
 */
export async function sweepLease(
  store: ClusterStore,
  lease: LeaseId,
  supervisors: readonly string[],
): Promise<boolean> {
  const leases = store.bucket("leases");
  const key = encodeToken(lease.node);
  const entry = await leases.read(key);
  const record = entry && decodeLease(key, entry.value);
  if (entry === undefined || record === undefined) return true;
  if (record.state === "held" || !isSameLease(record, lease)) return false;
  const claims = store.bucket("claims");
  for (const supervisor of supervisors) {
    const claim = await claims.read(memberKey(supervisor, lease.node));
    const member = claim && decodeMember(claim.value);
    if (claim !== undefined && member !== undefined && isSameLease(member.lease, lease))
      await claims.remove(claim.key, claim.revision);
  }
  return (await leases.remove(key, entry.revision)).kind === "written";
}
