// Frames as bytes: each comes back as it was, what a later version adds is passed over, and what is broken is told.
import { describe, expect, test } from "vitest";
import { bodyBytesMax, decodeFrame, encodeFrame } from "../../../runtime/wire/codec.ts";
import { wireLimits } from "../../../runtime/wire/limits.ts";
import { pack } from "../../../runtime/wire/packing.ts";
import { frames } from "../../fuzz/samples.ts";

/** A control frame with these fields, whatever they are. */
function control(fields: unknown): Uint8Array {
  return Buffer.concat([Buffer.of(3), pack(fields)]);
}

function why(bytes: Uint8Array): string {
  const decoded = decodeFrame(bytes);
  return decoded.kind === "malformed" ? decoded.why : expect.unreachable(`it is a ${decoded.kind}`);
}

describe("a frame", () => {
  test.each(frames.map((frame) => [frame.kind, frame] as const))("comes back as it was: %s", (_, frame) => {
    expect(decodeFrame(encodeFrame(frame))).toStrictEqual(frame);
  });

  test("of which the body is large comes back, its body a view and no copy", () => {
    const body = new Uint8Array(bodyBytesMax).fill(7);
    const bytes = encodeFrame({ kind: "envelope", yours: 1, seq: 2, ack: 3, body });
    const frame = decodeFrame(bytes);
    if (frame.kind !== "envelope") return expect.unreachable(frame.kind);
    expect(Buffer.compare(frame.body, body)).toBe(0);
    expect(frame.body.buffer).toBe(bytes.buffer);
    expect(
      why(
        encodeFrame({ kind: "envelope", yours: 1, seq: 2, ack: 3, body: new Uint8Array(bodyBytesMax + 1) }),
      ),
    ).toMatch(/a frame of 139265 bytes, above 139264/);
  });

  test("comes back out of the middle of a larger buffer", () => {
    for (const frame of frames) {
      const bytes = encodeFrame(frame);
      const buffer = new Uint8Array(bytes.length + 20).fill(0xff);
      buffer.set(bytes, 10);
      expect(decodeFrame(buffer.subarray(10, 10 + bytes.length))).toStrictEqual(frame);
    }
  });

  test("may have more fields than this version knows, which are left out (row 25)", () => {
    for (const frame of frames) {
      if (frame.kind === "envelope") continue;
      const bytes =
        frame.kind === "alive"
          ? Buffer.concat([encodeFrame(frame), Buffer.from([1])])
          : control({ ...frame, later: { a: 1 } });
      expect(decodeFrame(bytes)).toStrictEqual(frame);
    }
  });

  test("of a kind that this version does not know is told from one that is broken (row 25)", () => {
    expect(decodeFrame(control({ kind: "gossip", x: 1 }))).toEqual({ kind: "unknown", frameKind: "gossip" });
    expect(decodeFrame(control({ kind: "toString" }))).toEqual({ kind: "unknown", frameKind: "toString" });
    expect(decodeFrame(control({ kind: "k".repeat(1000) }))).toEqual({
      kind: "unknown",
      frameKind: "k".repeat(32),
    });
    expect(decodeFrame(Uint8Array.of(4, 1, 2))).toEqual({ kind: "unknown", frameKind: "layout 4" });
    expect(decodeFrame(Uint8Array.of(31))).toEqual({ kind: "unknown", frameKind: "layout 31" });
  });

  test("that is cut off anywhere is broken (row 21)", () => {
    for (const frame of frames) {
      const bytes = encodeFrame(frame);
      const least = frame.kind === "envelope" || frame.kind === "alive" ? 25 : bytes.length;
      for (let end = 0; end < least; end += 1) expect(why(bytes.subarray(0, end))).toBeTypeOf("string");
    }
  });

  test("with a field of another shape or without one is broken", () => {
    for (const frame of frames) {
      if (frame.kind === "envelope" || frame.kind === "alive") continue;
      for (const field of Object.keys(frame)) {
        const { [field]: _, ...rest } = frame as unknown as Record<string, unknown>;
        for (const value of [undefined, null, -1, 1.5, {}, [], "other", [-1], 1n]) {
          const other = { ...rest, [field]: value };
          const isFine =
            (field === "why" && frame.kind === "goodbye" && value === "other") ||
            (field === "host" && value === "other");
          const isOther = field === "kind" && value === "other";
          const isList = field === "versions" && Array.isArray(value) && value.length === 0;
          const expected = isFine || isList ? frame.kind : isOther ? "unknown" : "malformed";
          expect(decodeFrame(control(other)).kind, `${frame.kind}.${field}`).toBe(expected);
        }
      }
    }
  });

  test("is nothing else", () => {
    expect(why(new Uint8Array(0))).toMatch(/empty/);
    for (const first of [0, 32, 0x80, 0xc1, 0xff])
      expect(why(Uint8Array.of(first, 1, 2, 3))).toMatch(/begins no frame/);
    for (const fields of [1, "text", null, [1], new Uint8Array(3)])
      expect(why(control(fields))).toMatch(/one object/);
    expect(why(control({}))).toMatch(/without a kind/);
    expect(why(Buffer.concat([control({ kind: "reset", yours: 1 }), Buffer.from([1])]))).toMatch(
      /one object/,
    );
    expect(why(control({ kind: "goodbye", yours: 1, why: "x".repeat(5000) }))).toMatch(/above 4096/);
    expect(why(Buffer.concat([Buffer.of(2), Buffer.alloc(24, 0xff)]))).toMatch(/above 2\^53/);
    expect(why(new Uint8Array(wireLimits.frameBytesMax))).toMatch(/above/);
  });
});
