// What a cluster keeps of one lock: for whom it is held, and on which nodes.
import type { LeaseId } from "../leases/lease.ts";
import { isRecord, isWhole } from "../wire/shape.ts";
import { decodeToken, encodeToken } from "../wire/token.ts";
import { parsed } from "./name-record.ts";

export interface LockRecord {
  readonly v: 1;
  readonly id: string;
  readonly requester: string;
  /** The leases of the nodes that hold it for the requester: it is free when all of them are over. */
  readonly holders: readonly LeaseId[];
}

const prefix = "l.";

/** The key of a lock. @throws {UnusableName} */
export function lockKeyOf(id: string): string {
  return prefix + encodeToken(id);
}

/** The lock that a key is of; undefined where it is another key. */
export function lockOfKey(key: string): string | undefined {
  return key.startsWith(prefix) ? decodeToken(key.slice(prefix.length)) : undefined;
}

export function encodeLockRecord(record: LockRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Undefined for what is no record of this lock. */
export function decodeLockRecord(id: string, bytes: Uint8Array | undefined): LockRecord | undefined {
  if (bytes === undefined) return undefined;
  const value = parsed(bytes);
  if (!isRecord(value) || value.v !== 1 || value.id !== id) return undefined;
  const { requester, holders } = value;
  if (typeof requester !== "string" || !Array.isArray(holders) || !holders.every(isLeaseId)) return undefined;
  return { v: 1, id, requester, holders };
}

function isLeaseId(value: unknown): value is LeaseId {
  return (
    isRecord(value) && typeof value.node === "string" && isWhole(value.incarnation) && isWhole(value.term)
  );
}
