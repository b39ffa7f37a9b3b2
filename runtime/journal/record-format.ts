// The bytes of one record: they tell by themselves that they are whole, and where they belong.
import { crc32 } from "node:zlib";
import type { Append, JournalRecord, RecordKind } from "./journal.ts";

/** Where a record is, which its checksum covers: one that was moved elsewhere is damage too. */
export interface RecordPlace {
  readonly log: string;
  /** Undefined where a journal learns it only once the record is written: `expected` has to do there. */
  readonly position: number | undefined;
}

export type ReadRecord =
  | {
      readonly kind: "record";
      readonly record: JournalRecord;
      /** The position of the record before it, when it was written; 0 for the first one. */
      readonly previous: number;
    }
  | { readonly kind: "unreadable"; readonly why: string };

const version = 1;
const kinds: readonly RecordKind[] = ["claim", "event", "snapshot"];

// version, kind, length of the id, length of the payload, epoch, previous position; then id, payload and checksum.
const idLengthAt = 2;
const payloadLengthAt = 4;
const epochAt = 8;
const previousAt = 16;
const headBytes = 24;
const checksumBytes = 4;
const uint32Range = 2 ** 32;

export function encodeRecord(place: RecordPlace, append: Append): Uint8Array {
  const idBytes = Buffer.byteLength(append.id);
  const payloadAt = headBytes + idBytes;
  const checksumAt = payloadAt + append.payload.length;
  const bytes = Buffer.allocUnsafeSlow(checksumAt + checksumBytes);
  bytes[0] = version;
  bytes[1] = kinds.indexOf(append.kind) + 1;
  bytes.writeUInt16BE(idBytes, idLengthAt);
  bytes.writeUInt32BE(append.payload.length, payloadLengthAt);
  writeWhole(bytes, append.epoch, epochAt);
  writeWhole(bytes, append.expected, previousAt);
  bytes.write(append.id, headBytes);
  bytes.set(append.payload, payloadAt);
  bytes.writeUInt32BE(checksumOf(place, bytes.subarray(0, checksumAt)), checksumAt);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** `position` is that which the record gets. Its payload is a part of `given`, not a copy. */
export function decodeRecord(place: RecordPlace, position: number, given: Uint8Array): ReadRecord {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  if (bytes.length < headBytes + checksumBytes) return unreadable(`it has ${bytes.length} bytes, too few`);
  const idEnd = headBytes + bytes.readUInt16BE(idLengthAt);
  const checksumAt = idEnd + bytes.readUInt32BE(payloadLengthAt);
  if (checksumAt + checksumBytes !== bytes.length) return unreadable("its length is not what it was");
  if (checksumOf(place, bytes.subarray(0, checksumAt)) !== bytes.readUInt32BE(checksumAt))
    return unreadable("its checksum does not match");
  const kind = kinds[(bytes[1] ?? 0) - 1];
  if (bytes[0] !== version || kind === undefined) return unreadable("a later version of aiex wrote it");
  const record = {
    position,
    kind,
    epoch: readWhole(bytes, epochAt),
    id: bytes.toString("utf8", headBytes, idEnd),
    payload: new Uint8Array(given.buffer, given.byteOffset + idEnd, checksumAt - idEnd),
  };
  return { kind: "record", record, previous: readWhole(bytes, previousAt) };
}

/** Eight bytes, in the order of the numbers. */
export function writeWhole(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / uint32Range), at);
  bytes.writeUInt32BE(value % uint32Range, at + 4);
}

export function readWhole(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * uint32Range + bytes.readUInt32BE(at + 4);
}

/** It finds what disks and networks do; it is no proof against people. */
function checksumOf({ log, position }: RecordPlace, bytes: Uint8Array): number {
  return crc32(bytes, crc32(`${position ?? "?"} ${log}`));
}

function unreadable(why: string): ReadRecord {
  return { kind: "unreadable", why };
}
