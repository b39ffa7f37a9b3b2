// What a cluster keeps of one name: who holds it, under which lease and epoch, and who has lost it since.
import type { Pid } from "../process/pid.ts";
import { isRecord, isWhole } from "../wire/shape.ts";
import { decodeToken, encodeToken } from "../wire/token.ts";
import { nameLimits } from "./limits.ts";

export interface PidData {
  readonly node: string;
  readonly incarnation: number;
  readonly id: number;
}

/** `exit`: it has to end. `notify`: it is told of the other one. `unnamed`: it goes on without the name. */
export type Displacement = "exit" | "notify" | "unnamed";

export interface Displaced {
  readonly pid: PidData;
  readonly how: Displacement;
  /** Who had the better claim, or the same. */
  readonly by: PidData | null;
}

export interface NameRecord {
  readonly v: 1;
  readonly name: string;
  /** Null where nobody holds it: what is left keeps the epoch from going backwards. */
  readonly pid: PidData | null;
  /** Of the holder's lease. */
  readonly term: number;
  /** Grows with every change of the holder. */
  readonly epoch: number;
  /** Wall-clock milliseconds since the epoch, for people. */
  readonly at: number;
  /** The latest who have lost the name, for their nodes to read. */
  readonly displaced: readonly Displaced[];
}

const prefix = "n.";

/** The key of a name. @throws {UnusableName} */
export function nameKey(name: string): string {
  return prefix + encodeToken(name);
}

/** The name that a key is of; undefined where it is another key. */
export function nameOfKey(key: string): string | undefined {
  return key.startsWith(prefix) ? decodeToken(key.slice(prefix.length)) : undefined;
}

export function encodeNameRecord(record: NameRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** Undefined for what is no record of this name. */
export function decodeNameRecord(name: string, bytes: Uint8Array | undefined): NameRecord | undefined {
  if (bytes === undefined) return undefined;
  const value = parsed(bytes);
  if (!isRecord(value) || value.v !== 1 || value.name !== name) return undefined;
  const { pid, term, epoch, at, displaced = [] } = value;
  if (!isPidOrNull(pid) || !isWhole(term) || !isWhole(epoch)) return undefined;
  if (!Array.isArray(displaced) || !displaced.every(isDisplaced)) return undefined;
  return { v: 1, name, pid, term, epoch, at: isWhole(at) ? at : 0, displaced };
}

/** As JSON; undefined for what is none. */
export function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Who has lost a name, with one more; whoever has it now is not among them. */
export function displacedNow(
  before: readonly Displaced[],
  holder: PidData | null,
  more: Displaced | undefined,
): readonly Displaced[] {
  const all = more === undefined ? before : [...before.filter(({ pid }) => !isSamePid(pid, more.pid)), more];
  return all.filter(({ pid }) => !isSamePid(pid, holder)).slice(-nameLimits.displacedMax);
}

export function isSamePid(left: PidData | null, right: PidData | null): boolean {
  if (left === null || right === null) return left === right;
  return left.id === right.id && left.incarnation === right.incarnation && left.node === right.node;
}

export function pidData({ node, incarnation, id }: Pid | PidData): PidData {
  return { node, incarnation, id };
}

function isPidOrNull(value: unknown): value is PidData | null {
  if (value === null) return true;
  return isRecord(value) && typeof value.node === "string" && isWhole(value.incarnation) && isWhole(value.id);
}

function isDisplaced(value: unknown): value is Displaced {
  return (
    isRecord(value) &&
    value.pid !== null &&
    isPidOrNull(value.pid) &&
    isPidOrNull(value.by) &&
    (value.how === "exit" || value.how === "notify" || value.how === "unnamed")
  );
}
