// The framing between us and a child program: any chunks give the same frames, and nothing broken is ever taken for one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrame, type FrameEvent, frameDecoder } from "../../runtime/framing.ts";
import { limits } from "../../runtime/limits.ts";

const text = new TextEncoder();

function frameOf(value: unknown): Uint8Array {
  const frame = encodeFrame(value);
  if (frame === null) throw new Error("The value does not fit in a frame.");
  return frame;
}

/** A frame around any bytes. */
function framed(payload: Uint8Array, length = payload.length): Uint8Array {
  const frame = new Uint8Array(4 + payload.length);
  new DataView(frame.buffer).setUint32(0, length);
  frame.set(payload, 4);
  return frame;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What a decoder makes of a whole stream that comes in `chunks` and then ends. */
function decoded(chunks: readonly Uint8Array[], bytesMax?: number): readonly FrameEvent[] {
  const decoder = frameDecoder(bytesMax);
  const events = chunks.flatMap((chunk) => decoder.push(chunk));
  const end = decoder.end();
  return end === null ? events : [...events, end];
}

/** Cuts `stream` at the given places, wherever they are. */
function cut(stream: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places.map((place) => place % (stream.length + 1)), stream.length].sort((a, b) => a - b);
  let start = 0;
  return ends.map((end) => {
    const chunk = stream.slice(start, end);
    start = end;
    return chunk;
  });
}

const json = fc
  .jsonValue({ noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe("encodeFrame()", () => {
  test("writes four bytes of length, big end first, and then UTF-8 JSON", () => {
    expect([...frameOf({ a: "ä" })]).toEqual([0, 0, 0, 10, ...text.encode('{"a":"ä"}')]);
  });

  test("refuses what is larger than it may be, by bytes and not by characters", () => {
    expect(encodeFrame("ää", 6)).not.toBeNull();
    expect(encodeFrame("ää", 5)).toBeNull();
    expect(encodeFrame("x".repeat(limits.portFrameBytesMax - 2))?.length).toBe(limits.portFrameBytesMax + 4);
    expect(encodeFrame("x".repeat(limits.portFrameBytesMax - 1))).toBeNull();
  });

  test("writes null for what JSON leaves out, and throws for what it cannot say", () => {
    expect(decoded([frameOf(undefined)])).toEqual([{ kind: "frame", value: null }]);
    expect(() => encodeFrame(1n)).toThrow(TypeError);
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => encodeFrame(circle)).toThrow(TypeError);
  });
});

describe("frameDecoder()", () => {
  test("gives back every value in order, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(json, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (values, places) => {
          const stream = joined(...values.map(frameOf));
          const expected = values.map((value) => ({ kind: "frame", value }));
          expect(decoded(cut(stream, places))).toEqual(expected);
          expect(decoded([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
        },
      ),
    );
  });

  test("gives a frame as soon as its last byte is there, and not before", () => {
    const decoder = frameDecoder();
    const frame = frameOf([1, 2]);
    for (const byte of frame.slice(0, -1)) expect(decoder.push(Uint8Array.of(byte))).toEqual([]);
    expect(decoder.push(frame.slice(-1))).toEqual([{ kind: "frame", value: [1, 2] }]);
    expect(decoder.push(new Uint8Array())).toEqual([]);
    expect(decoder.end()).toBeNull();
  });

  test("never takes a wrong length for right: something is malformed or broken by the end of the stream", () => {
    fc.assert(
      fc.property(
        fc.array(json, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.integer({ min: 1, max: 0xffffffff }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (values, which, flips, places) => {
          const frames = values.map(frameOf);
          const victim = frames[which % frames.length] as Uint8Array;
          const header = new DataView(victim.buffer);
          header.setUint32(0, (header.getUint32(0) ^ flips) >>> 0);
          const events = decoded(cut(joined(...frames), places));
          expect(events.some((event) => event.kind !== "frame")).toBe(true);
          expect(events.length).toBeLessThanOrEqual(frames.length + 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("ends and throws nothing for any bytes at all", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const events = decoded(chunks, 20);
        const broken = events.findIndex((event) => event.kind === "broken");
        if (broken >= 0) expect(broken).toBe(events.length - 1);
      }),
    );
  });

  test("refuses a length above the cap at once, without waiting for the bytes", () => {
    const decoder = frameDecoder(10);
    expect(decoder.push(framed(new Uint8Array(10).fill(0x31)))).toEqual([
      { kind: "frame", value: 1_111_111_111 },
    ]);
    const [event, ...others] = decoder.push(Uint8Array.of(0, 0, 0, 11));
    expect(event).toEqual({
      kind: "broken",
      reason: "a frame of 11 bytes was announced; at most 10 are accepted",
    });
    expect(others).toEqual([]);
    expect(frameDecoder().push(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toMatchObject([{ kind: "broken" }]);
  });

  test("yields nothing more once it is broken", () => {
    const decoder = frameDecoder(10);
    const events = decoder.push(joined(frameOf(1), Uint8Array.of(1, 0, 0, 0), frameOf(2)));
    expect(events.map((event) => event.kind)).toEqual(["frame", "broken"]);
    expect(decoder.push(frameOf(3))).toEqual([]);
    expect(decoder.end()).toBeNull();
  });

  test("stays in step past a payload that is no JSON, or no UTF-8", () => {
    const payloads = [
      text.encode("{"),
      new Uint8Array(),
      Uint8Array.of(0x22, 0xff, 0x22),
      Uint8Array.of(0xef, 0xbb, 0xbf, 0x31),
      text.encode("[".repeat(100_000)),
    ];
    for (const payload of payloads) {
      expect(decoded([joined(framed(payload), frameOf("next"))])).toEqual([
        { kind: "malformed", reason: `a frame of ${payload.length} bytes holds no UTF-8 JSON` },
        { kind: "frame", value: "next" },
      ]);
    }
  });

  test("tells of a stream that ended inside a frame, wherever that was", () => {
    const frame = frameOf("abc");
    for (let length = 1; length < frame.length; length += 1) {
      expect(decoded([frame.slice(0, length)])).toMatchObject([{ kind: "broken" }]);
    }
    expect(decoded([frame])).toMatchObject([{ kind: "frame" }]);
    expect(decoded([])).toEqual([]);
  });

  test("reads the length where the chunk is a part of a larger buffer", () => {
    const buffer = joined(Uint8Array.of(9, 9, 9), frameOf({ a: 1 }));
    expect(decoded([buffer.subarray(3)])).toEqual([{ kind: "frame", value: { a: 1 } }]);
  });

  test("takes a frame of many megabytes in many chunks, in little time", () => {
    const value = "x".repeat(8 * 1024 * 1024);
    const stream = frameOf(value);
    const decoder = frameDecoder();
    const events: FrameEvent[] = [];
    for (let start = 0; start < stream.length; start += 1_000) {
      events.push(...decoder.push(stream.subarray(start, start + 1_000)));
    }
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: "frame" });
  });
});
