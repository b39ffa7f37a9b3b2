// Messages between two sides that take turns: whatever is lost, repeated or late, each comes once, whole and in order.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ChannelBroken,
  type Parcel,
  ParcelChannel,
  type Piece,
} from "../../../actors/workspace/parcel-channel.ts";

const piece = (over: Partial<Piece>): Piece => ({
  n: 1,
  id: 1,
  isLast: false,
  bytes: new Uint8Array(1),
  ...over,
});

/** What one turn of the asking side comes to. */
const turn = fc.constantFrom("arrives", "lost on the way", "lost on the way back", "comes twice");

describe("a parcel channel", () => {
  test("brings every message of both sides once, in order, whatever is lost or comes twice", () => {
    const messages = fc.array(fc.constantFrom(0, 1, 131_072, 140_000, 400_000), { maxLength: 4 });
    fc.assert(
      fc.property(messages, messages, fc.array(turn), (toFar, toNear, turns) => {
        const near = new ParcelChannel();
        const far = new ParcelChannel();
        const came = { near: [] as unknown[], far: [] as unknown[] };
        for (const [index, bytes] of toFar.entries()) near.send(index + 1, new Uint8Array(bytes));
        for (const [index, bytes] of toNear.entries()) far.send(index + 1, new Uint8Array(bytes));
        const asked = (pieces: readonly Piece[], seen: number) => {
          far.acknowledge(seen);
          came.far.push(...far.take(pieces).map(lengthOf));
          return { pieces: far.pieces(), seen: far.seen };
        };
        for (const kind of [...turns, ...Array<string>(20).fill("arrives")]) {
          if (kind === "lost on the way") continue;
          const sent = [near.pieces(), near.seen] as const;
          if (kind === "comes twice") asked(...sent);
          const reply = asked(...sent);
          if (kind === "lost on the way back") continue;
          near.acknowledge(reply.seen);
          came.near.push(...near.take(reply.pieces).map(lengthOf));
        }
        expect(came).toEqual({ far: toFar, near: toNear });
        expect([near.hasPieces, far.hasPieces]).toEqual([false, false]);
      }),
      { numRuns: 30 },
    );
  });

  test("sends no more at once than a message holds, and always something", () => {
    const channel = new ParcelChannel();
    channel.send(1, { bytes: new Uint8Array(2_000_000) });
    const bytes = channel.pieces().reduce((sum, { bytes: { length } }) => sum + length, 0);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(256 * 1024);
  });

  test("passes over what came before, and what follows on something that is missing", () => {
    const channel = new ParcelChannel();
    channel.take([piece({ n: 2 }), piece({ n: 7 })]);
    expect(channel.seen).toBe(0);
    channel.take([piece({ n: 1 }), piece({ n: 1 }), piece({ n: 2 }), piece({ n: 4 })]);
    expect(channel.seen).toBe(2);
  });

  test("gives undefined for bytes that are no message", () => {
    const channel = new ParcelChannel();
    for (const [index, bytes] of [[], [0xc1], [0xd9, 0xff], [1, 2]].entries()) {
      const parcels = channel.take([piece({ n: index + 1, isLast: true, bytes: Uint8Array.from(bytes) })]);
      expect(parcels).toEqual([{ id: 1, value: undefined }]);
    }
  });

  test("breaks where more comes than is ever sent, as one message or as many", () => {
    const bytes = new Uint8Array(1024 * 1024);
    const flood = (idOf: (n: number) => number) => () => {
      const channel = new ParcelChannel();
      for (let n = 1; n <= 80; n += 1) channel.take([piece({ n, id: idOf(n), bytes })]);
    };
    expect(flood(() => 1)).toThrow(ChannelBroken);
    expect(flood((n) => n)).toThrow(ChannelBroken);
  });
});

function lengthOf({ value }: Parcel): unknown {
  return value instanceof Uint8Array ? value.length : value;
}
