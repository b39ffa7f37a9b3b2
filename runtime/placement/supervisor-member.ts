// Who runs a cluster supervisor: each node that does says so under its lease, with the keys of the logic that it has.
import type { LeaseId } from "../leases/lease.ts";
import { encodeToken } from "../wire/token.ts";

export interface SupervisorMember {
  readonly supervisor: string;
  readonly lease: LeaseId;
  readonly logic: readonly string[];
}

const version = 1;

export function memberKey(supervisor: string, node: string): string {
  return `m.${encodeToken(supervisor)}.${encodeToken(node)}`;
}

export function encodeMember(member: SupervisorMember): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ v: version, ...member }));
}

/** Undefined for what is none. */
export function decodeMember(bytes: Uint8Array): SupervisorMember | undefined {
  try {
    const { v, supervisor, lease, logic } = JSON.parse(new TextDecoder().decode(bytes));
    const isMember =
      v === version &&
      typeof supervisor === "string" &&
      typeof lease?.node === "string" &&
      typeof lease.incarnation === "number" &&
      typeof lease.term === "number" &&
      Array.isArray(logic) &&
      logic.every((key) => typeof key === "string");
    return isMember ? { supervisor, lease, logic } : undefined;
  } catch {
    return undefined;
  }
}
