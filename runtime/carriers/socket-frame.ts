// The frames of a socket: [length][kind][number][subscription][length of the subject][subject][payload], big-endian.
import { carrierLimits } from "./limits.ts";
import { isPattern, isSubject } from "./subject-guard.ts";

export const socketFrameKinds = {
  /** The first of each side. The payload says what it speaks. */
  hello: 1,
  /** The last: the payload says why. */
  goodbye: 2,
  /** The subject is a pattern, the payload the queue. */
  subscribe: 3,
  unsubscribe: 4,
  /** To a subscriber it names the subscription; to the server it names none. */
  message: 5,
  request: 6,
  answer: 7,
  noResponders: 8,
} as const;

export type SocketFrameKind = (typeof socketFrameKinds)[keyof typeof socketFrameKinds];

export interface SocketFrame {
  readonly kind: SocketFrameKind;
  /** Of a request and its answer; else 0. */
  readonly number: number;
  /** Of a subscription; else 0. */
  readonly subscription: number;
  readonly subject: string;
  /** Valid until the taker returns. */
  readonly payload: Uint8Array;
}

const lengthBytes = 4;
/** What a frame has behind its length and before its subject. */
const headBytes = 11;
export const socketFrameBytesMax =
  headBytes + carrierLimits.subjectCharactersMax + carrierLimits.payloadBytesMax;
const kindMax = Math.max(...Object.values(socketFrameKinds));

export function encodeSocketFrame(
  kind: SocketFrameKind,
  fields: Partial<Omit<SocketFrame, "kind">> = {},
): Uint8Array {
  const { number = 0, subscription = 0, subject = "", payload = nothing } = fields;
  const frame = Buffer.allocUnsafe(lengthBytes + headBytes + subject.length + payload.length);
  frame.writeUInt32BE(headBytes + subject.length + payload.length, 0);
  frame[4] = kind;
  frame.writeUInt32BE(number, 5);
  frame.writeUInt32BE(subscription, 9);
  frame.writeUInt16BE(subject.length, 13);
  frame.write(subject, lengthBytes + headBytes, "latin1");
  frame.set(payload, lengthBytes + headBytes + subject.length);
  return frame;
}

/** Cuts a stream of bytes into frames. Holds no more than one frame and the piece that came last. */
export class SocketFrameReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes that it takes for another look. */
  #needed = lengthBytes;

  /**
   * Hands over every frame that is whole; `take` says whether it wants more. Gives back why the stream can be read no
   * further, or undefined where it can.
   */
  read(chunk: Uint8Array, take: (frame: SocketFrame) => boolean): string | undefined {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return undefined;
    const all =
      this.#parts.length === 1
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat(this.#parts);
    let start = 0;
    this.#needed = lengthBytes;
    while (all.length - start >= lengthBytes) {
      const length = all.readUInt32BE(start);
      if (length < headBytes) return `a frame of ${length} bytes was announced, which is none`;
      if (length > socketFrameBytesMax) {
        return `a frame of ${length} bytes was announced; at most ${socketFrameBytesMax} are taken`;
      }
      if (all.length - start < lengthBytes + length) {
        this.#needed = lengthBytes + length;
        break;
      }
      const frame = decode(all.subarray(start + lengthBytes, start + lengthBytes + length));
      if (typeof frame === "string") return frame;
      start += lengthBytes + length;
      if (!take(frame)) return undefined;
    }
    this.#parts = start < all.length ? [all.subarray(start)] : [];
    this.#bytes = all.length - start;
    return undefined;
  }
}

function decode(bytes: Buffer): SocketFrame | string {
  const kind = bytes[0] ?? 0;
  if (kind < 1 || kind > kindMax) return `a frame of the kind ${kind} came, which there is none of`;
  const subjectEnd = headBytes + bytes.readUInt16BE(9);
  if (subjectEnd > bytes.length) return "a frame came whose subject is longer than itself";
  const subject = bytes.toString("latin1", headBytes, subjectEnd);
  if (!hasSubject(kind, subject)) return "a frame came whose subject is none";
  return {
    kind: kind as SocketFrameKind,
    number: bytes.readUInt32BE(1),
    subscription: bytes.readUInt32BE(5),
    subject,
    payload: bytes.subarray(subjectEnd),
  };
}

function hasSubject(kind: number, subject: string): boolean {
  if (kind === socketFrameKinds.subscribe) return isPattern(subject);
  if (kind === socketFrameKinds.message || kind === socketFrameKinds.request) return isSubject(subject);
  return subject === "";
}

const nothing = new Uint8Array();
