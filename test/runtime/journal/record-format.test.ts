// The bytes of a record, of a log's end and of an LMDB file: what is not as it was written is never taken for it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Append, RecordKind } from "../../../runtime/journal/journal.ts";
import { isUnfinished, whyNotLmdb } from "../../../runtime/journal/journals/lmdb-header.ts";
import { decodeHead, encodeHead } from "../../../runtime/journal/log-head.ts";
import { decodeRecord, encodeRecord } from "../../../runtime/journal/record-format.ts";

const place = { log: "orders/17", position: 5 };
const append: Append = {
  kind: "event",
  epoch: 3,
  id: "step 4",
  payload: new Uint8Array(Buffer.from("what happened")),
  expected: 4,
};
const written = encodeRecord(place, append);

const text = fc.string({ unit: "binary", maxLength: 64 });
const whole = fc.maxSafeNat();

describe("A record", () => {
  it("is read as it was written", () => {
    const kind = fc.constantFrom<RecordKind>("claim", "event", "snapshot");
    fc.assert(
      fc.property(
        text,
        kind,
        text,
        whole,
        whole,
        whole,
        fc.uint8Array({ maxLength: 300 }),
        (log, ...given) => {
          const [kind, id, epoch, expected, position, payload] = given;
          for (const known of [position, undefined]) {
            const at = { log, position: known };
            const bytes = encodeRecord(at, { kind, id, epoch, expected, payload });
            expect(decodeRecord(at, position, bytes)).toEqual({
              kind: "record",
              record: { position, kind, epoch, id, payload },
              previous: expected,
            });
          }
        },
      ),
    );
  });

  it("is never read where any bit of it is flipped", () => {
    for (let bit = 0; bit < written.length * 8; bit += 1) {
      const bytes = Uint8Array.from(written);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeRecord(place, 5, bytes).kind, `bit ${bit}`).toBe("unreadable");
    }
  });

  it("is never read where it is cut off at any byte, or goes on", () => {
    for (let length = 0; length < written.length; length += 1) {
      expect(decodeRecord(place, 5, written.slice(0, length)).kind, `${length} bytes`).toBe("unreadable");
      const torn = new Uint8Array(written.length);
      torn.set(written.slice(0, length));
      expect(decodeRecord(place, 5, torn).kind, `${length} bytes and zeros`).toBe("unreadable");
    }
    expect(decodeRecord(place, 5, Uint8Array.of(...written, 0)).kind).toBe("unreadable");
    expect(decodeRecord(place, 5, Uint8Array.of(...written, ...written)).kind).toBe("unreadable");
  });

  it("is never read elsewhere than where it was written", () => {
    for (const other of [
      { log: "orders/18", position: 5 },
      { log: "orders/17", position: 6 },
      { log: "orders/17", position: undefined },
      { log: "5 orders/17", position: 5 },
    ]) {
      expect(decodeRecord(other, 5, written).kind).toBe("unreadable");
    }
  });

  it("is nothing that arbitrary bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeRecord(place, 5, bytes).kind).toBe("unreadable");
        expect(decodeHead(place.log, bytes)).toBeUndefined();
      }),
    );
  });
});

describe("What is known of a whole log", () => {
  const head = { position: 9, epoch: 2, snapshot: 7, used: 2 ** 53 - 1 };

  it("is read as it was written, and never where a bit is flipped, it is cut off, or another log's", () => {
    const bytes = encodeHead("log", head);
    expect(decodeHead("log", bytes)).toEqual(head);
    expect(decodeHead("lo", bytes)).toBeUndefined();
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeHead("log", flipped), `bit ${bit}`).toBeUndefined();
      expect(decodeHead("log", bytes.slice(0, bit >> 3))).toBeUndefined();
    }
  });
});

describe("The beginning of an LMDB file", () => {
  it("is none that arbitrary bytes are, and an empty one is a new one", () => {
    expect(whyNotLmdb(new Uint8Array())).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 10_000 }), (bytes) => {
        expect(whyNotLmdb(bytes)).toMatch(/file/);
        if (bytes.some((byte) => byte !== 0)) expect(isUnfinished(bytes)).toBe(false);
      }),
    );
  });
});
