// Frames of a socket: whatever is cut in pieces comes out whole, and whatever bytes come, nothing breaks.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeSocketFrame,
  socketFrameKinds as kinds,
  type SocketFrame,
  SocketFrameReader,
} from "../../../runtime/carriers/socket-frame.ts";

const frames = fc.array(
  fc.record({
    number: fc.nat({ max: 0xffff_ffff }),
    subscription: fc.nat({ max: 0xffff_ffff }),
    subject: fc.constantFrom("a", "a.b", `a.${"x".repeat(510)}`),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  { maxLength: 20 },
);

/** What a reader makes of the pieces, copied, and why it stopped. */
function readAll(pieces: readonly Uint8Array[]): { taken: SocketFrame[]; broken: string | undefined } {
  const reader = new SocketFrameReader();
  const taken: SocketFrame[] = [];
  for (const piece of pieces) {
    const broken = reader.read(piece, (frame) => {
      taken.push({ ...frame, payload: Uint8Array.from(frame.payload) });
      return true;
    });
    if (broken !== undefined) return { taken, broken };
  }
  return { taken, broken: undefined };
}

describe("SocketFrameReader", () => {
  it("gives what was written, however the stream is cut", () => {
    fc.assert(
      fc.property(frames, fc.array(fc.nat({ max: 700 })), (written, cuts) => {
        const stream = Buffer.concat(written.map((fields) => encodeSocketFrame(kinds.message, fields)));
        const pieces: Uint8Array[] = [];
        let start = 0;
        for (const cut of cuts) {
          pieces.push(stream.subarray(start, start + cut));
          start += cut;
        }
        pieces.push(stream.subarray(start));
        const expected = written.map((fields) => ({ kind: kinds.message, ...fields }));
        expect(readAll(pieces)).toEqual({ taken: expected, broken: undefined });
      }),
    );
  });

  it("throws at no bytes, and says what is wrong with those that are none of it", () => {
    fc.assert(
      fc.property(frames, fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (written, noise, at) => {
        const stream = Buffer.concat(written.map((fields) => encodeSocketFrame(kinds.message, fields)));
        const start = at % (stream.length + 1);
        const spoilt = Buffer.concat([stream.subarray(0, start), noise, stream.subarray(start)]);
        const { broken } = readAll([spoilt]);
        expect(["string", "undefined"]).toContain(typeof broken);
      }),
      { numRuns: 1_000 },
    );
  });

  it("stops when it is told to", () => {
    const frame = encodeSocketFrame(kinds.message, { subject: "a" });
    let taken = 0;
    const reader = new SocketFrameReader();
    expect(
      reader.read(Buffer.concat([frame, frame, Buffer.from("nonsense here")]), () => ++taken < 1),
    ).toBeUndefined();
    expect(taken).toBe(1);
  });
});
