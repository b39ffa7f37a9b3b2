// Frames as bytes, and back. Of envelopes and keep-alives, which are nearly all, every field has its place; the others are data.
import type { Frame } from "./frame.ts";
import { wireLimits } from "./limits.ts";
import { pack, unpackAll } from "./packing.ts";
import { Refusal } from "./screen.ts";
import { isRecord, isWhole } from "./shape.ts";
import { type Malformed, malformed } from "./signals.ts";

export { decodeSignals, encodeSignals, type Malformed, SignalBatch } from "./signals.ts";

export type DecodedFrame = Frame | Malformed | UnknownFrame;

/** A frame of a kind that a later version may have: to be counted, and passed over. */
export interface UnknownFrame {
  readonly kind: "unknown";
  readonly frameKind: string;
}

/** The first byte of a frame. */
const layout = { envelope: 1, alive: 2, control: 3 } as const;
/** First bytes beyond this are nobody's; those up to it may become a later version's. */
const layoutMax = 31;
/** A whole number of 53 bits, the highest byte first. */
const wholeBytes = 8;
const { frameHeaderBytes: headerBytes } = wireLimits;
const high = 2 ** 32;

/** The longest body that an envelope may have. */
export const bodyBytesMax: number = wireLimits.envelopeBytesMax - headerBytes;

/** The bytes of a frame. A body that has left room for the header in front of it is not copied: the frame is good until the next. */
export function encodeFrame(frame: Frame): Uint8Array {
  if (frame.kind === "envelope") {
    const { buffer, byteOffset, length } = frame.body;
    const hasRoom = byteOffset === headerBytes && buffer.byteLength === headerBytes + length;
    const bytes = hasRoom ? Buffer.from(buffer) : Buffer.allocUnsafe(headerBytes + length);
    writeHeader(bytes, layout.envelope, frame);
    if (!hasRoom) bytes.set(frame.body, headerBytes);
    return bytes;
  }
  if (frame.kind === "alive") {
    const bytes = Buffer.allocUnsafe(headerBytes);
    writeHeader(bytes, layout.alive, frame);
    return bytes;
  }
  const packed = pack(frame);
  const bytes = new Uint8Array(1 + packed.length);
  bytes[0] = layout.control;
  bytes.set(packed, 1);
  return bytes;
}

/** Never throws. The body of an envelope is a view on `bytes`. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const { envelopeBytesMax, controlBytesMax } = wireLimits;
  if (bytes.length > envelopeBytesMax)
    return malformed(`a frame of ${bytes.length} bytes, above ${envelopeBytesMax}`);
  const first = bytes[0];
  if (first === undefined) return malformed("an empty frame");
  if (first === layout.envelope || first === layout.alive) return readHeader(first, bytes);
  if (first !== layout.control)
    return first > 0 && first <= layoutMax
      ? { kind: "unknown", frameKind: `layout ${first}` }
      : malformed(`the byte 0x${first.toString(16)}, which begins no frame`);
  if (bytes.length > controlBytesMax)
    return malformed(`a control frame of ${bytes.length} bytes, above ${controlBytesMax}`);
  return controlFrame(bytes.subarray(1));
}

interface Numbers {
  readonly yours: number;
  readonly seq: number;
  readonly ack: number;
}

function writeHeader(bytes: Buffer, kind: number, { yours, seq, ack }: Numbers): void {
  bytes[0] = kind;
  writeWhole(bytes, 0, yours);
  writeWhole(bytes, 1, seq);
  writeWhole(bytes, 2, ack);
}

function writeWhole(bytes: Buffer, index: number, value: number): void {
  bytes.writeUInt32BE(Math.floor(value / high), 1 + index * wholeBytes);
  bytes.writeUInt32BE(value % high, 5 + index * wholeBytes);
}

function readWhole(bytes: Uint8Array, index: number): number {
  const start = 1 + index * wholeBytes;
  return readHalf(bytes, start) * high + readHalf(bytes, start + wholeBytes / 2);
}

/** 32 bits, the highest byte first. */
function readHalf(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  return ((first << 24) | (second << 16) | (third << 8) | (bytes[at + 3] ?? 0)) >>> 0;
}

function readHeader(kind: number, bytes: Uint8Array): Frame | Malformed {
  if (bytes.length < headerBytes) return malformed("a frame that is cut off in its header");
  const numbers = { yours: readWhole(bytes, 0), seq: readWhole(bytes, 1), ack: readWhole(bytes, 2) };
  if (!isWhole(numbers.yours) || !isWhole(numbers.seq) || !isWhole(numbers.ack))
    return malformed("a number above 2^53 - 1 in the header");
  if (kind === layout.envelope) {
    const body = new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, bytes.length - headerBytes);
    return { kind: "envelope", ...numbers, body };
  }
  // What a later version says behind the header is an optional field like any other.
  return { kind: "alive", ...numbers };
}

function controlFrame(bytes: Uint8Array): DecodedFrame {
  try {
    const [fields, ...more] = unpackAll(bytes, 0);
    if (!isRecord(fields) || more.length > 0) return malformed("a control frame that is not one object");
    return knownFrame(fields);
  } catch (error) {
    if (error instanceof Refusal) return malformed(error.why);
    throw error;
  }
}

/** Takes the known fields alone: what else is in it belongs to a later version. */
function knownFrame(fields: Fields): DecodedFrame {
  const { kind } = fields;
  if (typeof kind !== "string") return malformed("a control frame without a kind");
  if (!Object.hasOwn(readers, kind)) return { kind: "unknown", frameKind: kind.slice(0, shownKindMax) };
  return readers[kind as ControlKind](fields) ?? malformed(`a "${kind}" with a field of another shape`);
}

type Fields = Readonly<Record<string, unknown>>;
type ControlKind = Exclude<Frame["kind"], "envelope" | "alive">;
const shownKindMax = 32;

const readers: Readonly<Record<ControlKind, (fields: Fields) => Frame | undefined>> = {
  hello: ({ versions, incarnation, half, hidden, windowBytes }) =>
    areVersions(versions) && isWhole(incarnation) && isWhole(half) && isFlag(hidden) && isWhole(windowBytes)
      ? { kind: "hello", versions, incarnation, half, hidden, windowBytes }
      : undefined,
  welcome: ({ version, incarnation, half, yours, hidden, windowBytes }) =>
    isWhole(version) &&
    isWhole(incarnation) &&
    isWhole(half) &&
    isWhole(yours) &&
    isFlag(hidden) &&
    isWhole(windowBytes)
      ? { kind: "welcome", version, incarnation, half, yours, hidden, windowBytes }
      : undefined,
  refuse: ({ yours, incarnation, why, versions }) =>
    isWhole(yours) &&
    isWhole(incarnation) &&
    (why === "version" || why === "closing" || why === "name") &&
    areVersions(versions)
      ? { kind: "refuse", yours, incarnation, why, versions }
      : undefined,
  nack: ({ yours, from }) => (isWhole(yours) && isWhole(from) ? { kind: "nack", yours, from } : undefined),
  reset: ({ yours }) => (isWhole(yours) ? { kind: "reset", yours } : undefined),
  goodbye: ({ yours, why }) =>
    isWhole(yours) && typeof why === "string" ? { kind: "goodbye", yours, why } : undefined,
  ping: ({ incarnation, nonce }) =>
    isWhole(incarnation) && isWhole(nonce) ? { kind: "ping", incarnation, nonce } : undefined,
  pong: ({ incarnation, nonce, host, osPid }) =>
    isWhole(incarnation) && isWhole(nonce) && typeof host === "string" && isWhole(osPid)
      ? { kind: "pong", incarnation, nonce, host, osPid }
      : undefined,
};

function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function areVersions(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isWhole);
}
