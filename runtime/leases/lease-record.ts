// A lease as it is kept in the store: JSON, so that people can read along.
import { Misuse } from "../process/failures.ts";
import { decodeToken, encodeToken } from "../wire/token.ts";
import type { LeaseId, LeaseState } from "./lease.ts";
import { leaseLimits } from "./limits.ts";

export interface LeaseRecord extends LeaseId {
  readonly state: LeaseState;
  /** New with each write: tells a writer what became of its own ones. */
  readonly nonce: string;
  readonly draining: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly host: string;
  /** The node that wrote it: of a tombstone, not the one whose lease it was. */
  readonly by: string;
  /** When it was written, by the writer's wall clock: for people. */
  readonly at: number;
}

/** Later versions only add fields. */
const version = 1;

/** @throws {Misuse} no record can hold it: nearly always the labels are more, or longer, than one takes */
export function encodeLease(record: LeaseRecord): Uint8Array {
  const { labelsMax, labelCharactersMax, recordBytesMax, hostCharactersMax } = leaseLimits;
  const host = record.host.slice(0, hostCharactersMax);
  const bytes = new TextEncoder().encode(JSON.stringify({ v: version, ...record, host }));
  if (decodeLease(encodeToken(record.node), bytes) !== undefined) return bytes;
  const labels = Object.keys(record.labels).length;
  throw new Misuse(
    `No lease can be written for node "${record.node}", incarnation ${record.incarnation}, with ${labels} labels, in ${bytes.byteLength} bytes. Give at most ${labelsMax} labels of at most ${labelCharactersMax} characters each, and ${recordBytesMax} bytes together.`,
  );
}

/** Undefined for everything that is no lease of the node whose key this is. */
export function decodeLease(key: string, bytes: Uint8Array): LeaseRecord | undefined {
  if (bytes.byteLength > leaseLimits.recordBytesMax) return undefined;
  const value = parse(bytes);
  if (typeof value !== "object" || value === null) return undefined;
  const { v, node, incarnation, term, nonce, state, draining, labels, host, by, at } = value as Record<
    string,
    unknown
  >;
  if (!isCount(v) || v === 0 || !isCount(incarnation) || !isCount(term) || term === 0) return undefined;
  const { nodeCharactersMax, nonceCharactersMax, hostCharactersMax } = leaseLimits;
  if (!isText(node, nodeCharactersMax) || decodeToken(key) !== node) return undefined;
  if (!isText(by, nodeCharactersMax) || !isText(nonce, nonceCharactersMax)) return undefined;
  if (!isText(host, hostCharactersMax) || !isState(state) || typeof draining !== "boolean") return undefined;
  if (typeof at !== "number" || !isLabels(labels)) return undefined;
  return { node, incarnation, term, nonce, state, draining, labels, host, by, at };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown, charactersMax: number): value is string {
  return typeof value === "string" && value.length <= charactersMax;
}

function isState(value: unknown): value is LeaseState {
  return value === "held" || value === "released" || value === "tombstone";
}

function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const { labelsMax, labelCharactersMax } = leaseLimits;
  const labels = Object.entries(value);
  return (
    labels.length <= labelsMax &&
    labels.every((label) => label.every((text) => isText(text, labelCharactersMax)))
  );
}
