// What a cluster has written down of one child: what it is, who has it, and how that came. As bytes and back.
import type { LeaseId } from "../leases/lease.ts";
import type { ChildMove, ChildPhase, MoveReason } from "../ownership/report.ts";
import { Misuse } from "../process/failures.ts";
import type { Restart } from "../supervision/child-spec.ts";
import { roomOf, whyUnpackable } from "../wire/packable.ts";
import { pack, unpackAll } from "../wire/packing.ts";
import { encodeToken } from "../wire/token.ts";
import { placementLimits } from "./limits.ts";
import { type Place, problemOfPlace } from "./place.ts";

export interface PlacementRecord {
  readonly supervisor: string;
  readonly id: string;
  /** The key of its logic. */
  readonly logic: string;
  readonly input: unknown;
  readonly restart: Restart;
  readonly place: Place;
  readonly phase: ChildPhase;
  /** Who has it, from `assigned` on. */
  readonly owner: LeaseId | undefined;
  /** The node that somebody has asked it to be moved to. */
  readonly wants: string | undefined;
  /** Of the last owner who claimed it; 0 before the first. */
  readonly epoch: number;
  /** The number of its process, while it runs. */
  readonly pid: number | undefined;
  /** Nodes that may not have it, and why. */
  readonly denied: Readonly<Record<string, string>>;
  /** Why it is to have another owner than before, since when by the wall clock, and who had it. */
  readonly reason: MoveReason;
  readonly since: number;
  readonly from: string | undefined;
  /** Supervisors in a row that gave up because of it. */
  readonly failures: number;
  readonly lastMove: ChildMove | undefined;
}

/** Why a node may not have a child that somebody has decided about; every other reason is the node's own. */
export const notPermitted = "it is not permitted there";

/** Whether a child that moves for this reason goes where somebody asked for, and not where the cluster has it go by itself. */
export function isAsked(reason: MoveReason): boolean {
  return reason !== "balance" && reason !== "takeover";
}

/** It came to its end by itself, or was given up: it has no owner, and begins again only where somebody asks for that. */
export function isEnded({ phase }: PlacementRecord): boolean {
  return phase === "finished" || phase === "failed";
}

const version = 1;

/** @throws {UnusableName} the supervisor's name or the child's id is too long */
export function placementKey(supervisor: string, id: string): string {
  return `${encodeToken(supervisor)}.${encodeToken(id)}`;
}

/** @throws {Misuse} its input is no plain data, or too large */
export function checkRecord(record: PlacementRecord): void {
  encodePlacement(record);
}

/** @throws {Misuse} the input is no plain data, or too large */
export function encodePlacement(record: PlacementRecord): Uint8Array {
  const row = { v: version, ...record };
  const why = whyUnpackable(row, 0, roomOf(0));
  const bytes = why === undefined ? new Uint8Array(pack(row)) : undefined;
  if (bytes !== undefined && bytes.length <= placementLimits.recordBytesMax) return bytes;
  throw new Misuse(
    `The input of child "${record.id}" of "${record.supervisor}" is ${why === "not_data" ? "no plain data" : `larger than ${placementLimits.recordBytesMax} bytes`}. It is kept by the cluster and read by other nodes: give it small plain values.`,
  );
}

/** Undefined for what is no record: somebody else's, or a later version's. */
export function decodePlacement(bytes: Uint8Array): PlacementRecord | undefined {
  if (bytes.length > placementLimits.recordBytesMax) return undefined;
  let row: Partial<Record<string, unknown>> | undefined;
  try {
    const [value] = unpackAll(bytes, 0);
    row = isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
  if (row?.v !== version) return undefined;
  const { owner, denied, place, lastMove } = row;
  const isRecord =
    [row.supervisor, row.id, row.logic, row.phase, row.reason].every((text) => typeof text === "string") &&
    [row.epoch, row.since, row.failures].every((number) => typeof number === "number") &&
    ["permanent", "transient", "temporary"].includes(row.restart as string) &&
    phases.has(row.phase as string) &&
    problemOfPlace(place) === undefined &&
    isObject(denied) &&
    (owner === undefined || isLease(owner)) &&
    (row.pid === undefined || typeof row.pid === "number") &&
    [row.wants, row.from].every((text) => text === undefined || typeof text === "string") &&
    (lastMove === undefined || isObject(lastMove));
  const { v: _, ...record } = row;
  return isRecord ? (record as unknown as PlacementRecord) : undefined;
}

const phases: ReadonlySet<string> = new Set<ChildPhase>([
  "waiting",
  "assigned",
  "running",
  "leaving",
  "finished",
  "stopped",
  "failed",
]);

function isObject(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLease(value: unknown): value is LeaseId {
  if (!isObject(value)) return false;
  const { node, incarnation, term } = value;
  return typeof node === "string" && typeof incarnation === "number" && typeof term === "number";
}

/** One of a child that nobody has yet. */
export function newRecord(
  given: Pick<PlacementRecord, "supervisor" | "id" | "logic" | "input" | "restart" | "place" | "since">,
): PlacementRecord {
  return {
    ...given,
    phase: "waiting",
    owner: undefined,
    wants: undefined,
    epoch: 0,
    pid: undefined,
    denied: {},
    reason: "start",
    from: undefined,
    failures: 0,
    lastMove: undefined,
  };
}
