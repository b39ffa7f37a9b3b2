// What is known of a whole log, kept beside its records: a record that is lost at the end would not be missed otherwise.
import { crc32 } from "node:zlib";
import { readWhole, writeWhole } from "./record-format.ts";

export interface LogHead {
  /** Of the last record; 0 where there is none. */
  readonly position: number;
  /** Of the last record; 0 where there is none. */
  readonly epoch: number;
  /** Of the last snapshot; 0 where there is none. */
  readonly snapshot: number;
  /** The last position that was ever given: what a repair takes out leaves its numbers taken. */
  readonly used: number;
}

export const emptyHead: LogHead = { position: 0, epoch: 0, snapshot: 0, used: 0 };

const version = 1;
const bodyBytes = 1 + 4 * 8;
const checksumBytes = 4;

export function encodeHead(log: string, head: LogHead): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(bodyBytes + checksumBytes);
  bytes[0] = version;
  writeWhole(bytes, head.position, 1);
  writeWhole(bytes, head.epoch, 9);
  writeWhole(bytes, head.snapshot, 17);
  writeWhole(bytes, head.used, 25);
  bytes.writeUInt32BE(checksumOf(log, bytes), bodyBytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Undefined where the bytes are not what was written. */
export function decodeHead(log: string, given: Uint8Array): LogHead | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  if (bytes.length !== bodyBytes + checksumBytes || bytes[0] !== version) return undefined;
  if (bytes.readUInt32BE(bodyBytes) !== checksumOf(log, bytes)) return undefined;
  return {
    position: readWhole(bytes, 1),
    epoch: readWhole(bytes, 9),
    snapshot: readWhole(bytes, 17),
    used: readWhole(bytes, 25),
  };
}

function checksumOf(log: string, bytes: Buffer): number {
  return crc32(bytes.subarray(0, bodyBytes), crc32(`head ${log}`));
}
