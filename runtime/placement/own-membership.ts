// Says under this node's lease which cluster supervisors run here, and takes that back when they have ended.
import { isSameLease, type LeaseId } from "../leases/lease.ts";
import type { Bucket } from "../store/bucket.ts";
import type { AgreedWrites } from "./agreed-writes.ts";
import type { LocalSupervisor } from "./local-supervisors.ts";
import type { PlacementTable } from "./placement-table.ts";
import { encodeMember, memberKey } from "./supervisor-member.ts";

export interface OwnMembershipOptions {
  readonly claims: Bucket;
  readonly table: PlacementTable;
  readonly writes: AgreedWrites;
}

export class OwnMembership {
  readonly #options: OwnMembershipOptions;

  constructor(options: OwnMembershipOptions) {
    this.#options = options;
  }

  /** Under the own lease `supervisor` runs here. */
  declare({ name, logic }: LocalSupervisor, lease: LeaseId): void {
    const known = this.#options.table.member(name, lease.node);
    if (known !== undefined && isSameLease(known.member.lease, lease)) return;
    const { node, incarnation, term } = lease;
    const member = { supervisor: name, lease: { node, incarnation, term }, logic: [...logic.keys()] };
    this.#write(memberKey(name, node), encodeMember(member), known?.revision ?? 0);
  }

  /** Nobody is to give children to a supervisor that has ended, or wait for it to decide. */
  withdraw(lease: LeaseId, runs: (supervisor: string) => boolean): void {
    const { table } = this.#options;
    for (const { supervisor, lease: owner } of table.members) {
      if (!isSameLease(owner, lease) || runs(supervisor)) continue;
      const known = table.member(supervisor, lease.node);
      if (known !== undefined) this.#write(memberKey(supervisor, lease.node), undefined, known.revision);
    }
  }

  #write(key: string, value: Uint8Array | undefined, expected: number): void {
    const { claims, table, writes } = this.#options;
    void writes.write(claims, { key, value, expected }, (bytes, revision) =>
      table.noteMember(key, bytes, revision),
    );
  }
}
