// What nodes tell each other of their groups, as data on the wire: changes and whole lists by number, and requests for the latter.
import { wireLimits } from "../wire/limits.ts";
import { pack, unpackOne } from "../wire/packing.ts";
import { isRecord, isWhole } from "../wire/shape.ts";

/** Processes by their numbers on the node that tells. */
export interface GroupEntry {
  readonly group: string;
  readonly ids: readonly number[];
}

/** Of one scope, which the subject names with the sender. `incarnation` is the sender's. */
export type GroupFrame =
  /** Change number `seq`. */
  | {
      readonly kind: "change";
      readonly incarnation: number;
      readonly seq: number;
      readonly change: "join" | "leave";
      readonly entries: readonly GroupEntry[];
    }
  /** Everything as it is after change number `seq`, in parts from 0. A group may be in several entries. */
  | {
      readonly kind: "sync";
      readonly incarnation: number;
      readonly seq: number;
      readonly part: number;
      readonly isLast: boolean;
      readonly entries: readonly GroupEntry[];
    }
  /** The last change was number `seq`. */
  | { readonly kind: "head"; readonly incarnation: number; readonly seq: number }
  /** These nodes are asked for everything. */
  | { readonly kind: "discover"; readonly incarnation: number; readonly from: readonly string[] };

export function encodeGroupFrame(frame: GroupFrame): Uint8Array {
  return new Uint8Array(pack(frame));
}

/** Undefined for everything that is no such frame; never throws. */
export function decodeGroupFrame(bytes: Uint8Array): GroupFrame | undefined {
  if (bytes.length > wireLimits.frameBytesMax) return undefined;
  const value = unpackOne(bytes);
  if (!isRecord(value) || !isWhole(value.incarnation)) return undefined;
  const { kind, seq, change, part, isLast, entries, from } = value;
  if (kind === "discover") return isListOf(from, isText) ? (value as GroupFrame) : undefined;
  if (!isWhole(seq)) return undefined;
  if (kind === "head") return value as GroupFrame;
  if (!isListOf(entries, isEntry)) return undefined;
  if (kind === "change") return change === "join" || change === "leave" ? (value as GroupFrame) : undefined;
  if (kind === "sync")
    return isWhole(part) && typeof isLast === "boolean" ? (value as GroupFrame) : undefined;
  return undefined;
}

function isEntry(value: unknown): value is GroupEntry {
  return isRecord(value) && isText(value.group) && isListOf(value.ids, isWhole);
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
