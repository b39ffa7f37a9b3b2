// What this node knows of all children and of all who run cluster supervisors, as the store's watches tell it.
import type { PlacedChildInfo } from "../ownership/report.ts";
import { makePid } from "../process/pid.ts";
import type { Bucket, BucketEntry } from "../store/bucket.ts";
import type { KnownRecord } from "./decide.ts";
import { decodePlacement, isEnded, type PlacementRecord, placementKey } from "./placement-record.ts";
import { decodeMember, memberKey, type SupervisorMember } from "./supervisor-member.ts";

export interface KnownMember {
  readonly member: SupervisorMember;
  readonly revision: number;
}

export interface Found extends KnownRecord {
  readonly key: string;
}

export class PlacementTable {
  readonly records = new Map<string, KnownRecord>();
  /** Those about which something may be to be done. What has ended stays, and comes to be many times as much. */
  readonly open = new Map<string, KnownRecord>();
  readonly #members = new Map<string, KnownMember>();
  readonly #revisions = new Map<string, { readonly at: number; readonly isRemoved: boolean }>();
  readonly #changed: () => void;
  readonly #stops: readonly (() => void)[];
  #seen = 0;
  #era = 0;

  /** @param changed something is known that was not */
  constructor(placement: Bucket, claims: Bucket, changed: () => void) {
    this.#changed = changed;
    this.#stops = [
      placement.watch({
        entries: (entries) => this.#allRecords(entries),
        changed: (key, value, revision) => this.noteRecord(key, value, revision),
      }),
      claims.watch({
        entries: (entries) => this.#allMembers(entries),
        changed: (key, value, revision) => this.noteMember(key, value, revision),
      }),
    ];
  }

  /** False until both buckets were seen as a whole. */
  get isComplete(): boolean {
    return this.#seen === 3;
  }

  /** Another number each time that everything is told anew: what was asked before may be of an earlier bucket, with higher revisions. */
  get era(): number {
    return this.#era;
  }

  get members(): readonly SupervisorMember[] {
    return [...this.#members.values()].map(({ member }) => member);
  }

  member(supervisor: string, node: string): KnownMember | undefined {
    return this.#members.get(memberKey(supervisor, node));
  }

  /** What was told late changes nothing. */
  noteRecord(key: string, value: Uint8Array | undefined, revision: number): void {
    if (revision <= (this.#revisions.get(key)?.at ?? 0)) return;
    this.#revisions.set(key, { at: revision, isRemoved: value === undefined });
    const record = value && decodePlacement(value);
    const known = record && { record, revision };
    put(this.records, key, known);
    put(this.open, key, known !== undefined && isSettled(known.record) ? undefined : known);
    this.#changed();
  }

  noteMember(key: string, value: Uint8Array | undefined, revision: number): void {
    const known = this.#members.get(key);
    if (known !== undefined && revision <= known.revision) return;
    const member = value && decodeMember(value);
    if (member === undefined) this.#members.delete(key);
    else this.#members.set(key, { member, revision });
    this.#changed();
  }

  /** The revision that a key has now, whether or not its value is a record; 0 for one without a value. */
  revisionOf(key: string): number {
    const known = this.#revisions.get(key);
    return known === undefined || known.isRemoved ? 0 : known.at;
  }

  /** The record of `<supervisor>/<id>`: either may have a "/" of its own. */
  find(name: string): Found | undefined {
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      const key = keyOf(name.slice(0, at), name.slice(at + 1));
      const known = key === undefined ? undefined : this.records.get(key);
      if (key !== undefined && known !== undefined) return { key, ...known };
    }
    return undefined;
  }

  children(): readonly PlacedChildInfo[] {
    return [...this.records.values()].map(({ record }) => infoOf(record));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #allRecords(entries: readonly BucketEntry[]): void {
    this.#seen |= 1;
    this.#era += 1;
    this.records.clear();
    this.open.clear();
    this.#revisions.clear();
    for (const { key, value, revision } of entries) this.noteRecord(key, value, revision);
    this.#changed();
  }

  #allMembers(entries: readonly BucketEntry[]): void {
    this.#seen |= 2;
    this.#era += 1;
    this.#members.clear();
    for (const { key, value, revision } of entries) this.noteMember(key, value, revision);
    this.#changed();
  }
}

function put<Value>(into: Map<string, Value>, key: string, value: Value | undefined): void {
  if (value === undefined) into.delete(key);
  else into.set(key, value);
}

/** It has ended, and no node has refused it that may take that back. */
function isSettled(record: PlacementRecord): boolean {
  return isEnded(record) && Object.keys(record.denied).length === 0;
}

function keyOf(supervisor: string, id: string): string | undefined {
  try {
    return placementKey(supervisor, id);
  } catch {
    // No record has so long a name.
    return undefined;
  }
}

function infoOf({
  supervisor,
  id,
  logic,
  phase,
  owner,
  epoch,
  pid,
  denied,
  lastMove,
}: PlacementRecord): PlacedChildInfo {
  return {
    supervisor,
    id,
    logic,
    phase,
    node: owner?.node,
    incarnation: owner?.incarnation,
    epoch,
    pid: owner === undefined || pid === undefined ? undefined : makePid(owner.node, owner.incarnation, pid),
    denied,
    lastMove,
  };
}
