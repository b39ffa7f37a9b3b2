// The framing between us and a child program: a 4-byte big-endian length, then that many bytes of UTF-8 JSON.
import { limits } from "./limits.ts";

const headerBytes = 4;

/**
 * `frame` carries a value. `malformed` is a payload that is no JSON: the frames after it are still in step.
 * `broken` is a length above the cap or a stream that ended inside a frame: nothing after it can be trusted.
 */
export type FrameEvent =
  | { readonly kind: "frame"; readonly value: unknown }
  | { readonly kind: "malformed"; readonly reason: string }
  | { readonly kind: "broken"; readonly reason: string };

export interface FrameDecoder {
  /** Takes the next bytes of the stream, in pieces of any size. After `broken` it yields nothing more. */
  push(chunk: Uint8Array): FrameEvent[];
  /** The stream has ended: null where it ended between two frames. */
  end(): FrameEvent | null;
}

/**
 * The bytes of one frame, or null where the value needs more than `bytesMax` bytes. `undefined` is sent as JSON's null.
 * @throws {TypeError} the value is nothing that JSON can say: a bigint, or a cycle
 */
export function encodeFrame(value: unknown, bytesMax: number = limits.portFrameBytesMax): Uint8Array | null {
  const payload = new TextEncoder().encode(JSON.stringify(value) ?? "null");
  if (payload.length > bytesMax) return null;
  const frame = new Uint8Array(headerBytes + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, headerBytes);
  return frame;
}

export function frameDecoder(bytesMax: number = limits.portFrameBytesMax): FrameDecoder {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let payloadBytes: number | null = null;
  let broken = false;

  function take(count: number): Uint8Array {
    const whole = joined(pending, pendingBytes);
    pending = whole.length > count ? [whole.subarray(count)] : [];
    pendingBytes -= count;
    return whole.subarray(0, count);
  }

  function next(): FrameEvent | null {
    if (payloadBytes === null) {
      if (pendingBytes < headerBytes) return null;
      payloadBytes = readLength(take(headerBytes));
      if (payloadBytes > bytesMax) {
        broken = true;
        return {
          kind: "broken",
          reason: `a frame of ${payloadBytes} bytes was announced; at most ${bytesMax} are accepted`,
        };
      }
    }
    if (pendingBytes < payloadBytes) return null;
    const payload = take(payloadBytes);
    payloadBytes = null;
    return decoded(payload);
  }

  return {
    push(chunk) {
      const events: FrameEvent[] = [];
      if (broken) return events;
      pending.push(chunk);
      pendingBytes += chunk.length;
      while (!broken) {
        const event = next();
        if (event === null) break;
        events.push(event);
      }
      return events;
    },
    end() {
      if (broken || (pendingBytes === 0 && payloadBytes === null)) return null;
      broken = true;
      return { kind: "broken", reason: `the stream ended inside a frame, after ${pendingBytes} bytes of it` };
    },
  };
}

function decoded(payload: Uint8Array): FrameEvent {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
    return { kind: "frame", value: JSON.parse(text) };
  } catch {
    return { kind: "malformed", reason: `a frame of ${payload.length} bytes holds no UTF-8 JSON` };
  }
}

function readLength(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset, header.byteLength).getUint32(0);
}

function joined(chunks: readonly Uint8Array[], totalBytes: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(totalBytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
