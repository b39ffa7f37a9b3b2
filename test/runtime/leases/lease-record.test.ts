// Lease records: what is written is read again, and nothing else is a lease.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeLease, encodeLease } from "../../../runtime/leases/lease-record.ts";
import { leaseLimits, leaseTimes } from "../../../runtime/leases/limits.ts";
import { encodeToken } from "../../../runtime/wire/token.ts";
import { recordOf } from "./record.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("a lease record", () => {
  test.each([
    recordOf(),
    recordOf({ node: "Größe é_x.y", state: "tombstone", by: "beta", draining: true, at: 1.7e12 }),
    recordOf({ labels: { zone: "b", __proto__x: "y", "": "" }, incarnation: 0 }),
  ])("is read as it was written: $node", (record) => {
    expect(decodeLease(encodeToken(record.node), encodeLease(record))).toEqual(record);
  });

  test("may have fields of later versions", () => {
    const later = text(JSON.stringify({ ...recordOf(), v: 2, zone: { a: 1 } }));
    expect(decodeLease("self", later)).toEqual(recordOf());
  });

  test("is none under the key of another node", () => {
    expect(decodeLease("alpha", encodeLease(recordOf()))).toBeUndefined();
    expect(decodeLease("_zz", encodeLease(recordOf()))).toBeUndefined();
  });

  test("loses the end of a host's name that is longer than any", () => {
    const read = decodeLease("self", encodeLease(recordOf({ host: "h".repeat(10_000) })));
    expect(read?.host).toHaveLength(leaseLimits.hostCharactersMax);
  });

  test.each([
    ["too many labels", Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`l${at}`, ""]))],
    ["a label that is too long", { zone: "x".repeat(257) }],
    [
      "too many bytes",
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`l${at}`, "x".repeat(250)])),
    ],
  ])("is refused with %s", (_, labels) => {
    expect(() => encodeLease(recordOf({ labels }))).toThrow(/Give at most 64 labels/);
  });

  test.each<readonly [string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["no JSON", text("{")],
    ["no object", text("null")],
    ["a list", text("[]")],
    ["no UTF-8", Uint8Array.from([0x7b, 0xff, 0x7d])],
    ["too long", text(`${JSON.stringify(recordOf())}${" ".repeat(leaseLimits.recordBytesMax)}`)],
    ["deeply nested", text("[".repeat(4_000))],
    ...Object.entries({
      v: 0,
      incarnation: -1,
      term: 0,
      nonce: "n".repeat(65),
      state: "lost",
      draining: 1,
      labels: [],
      host: null,
      by: 7,
      at: "now",
      node: {},
    }).map(
      ([field, value]) =>
        [`a wrong ${field}`, text(JSON.stringify({ v: 1, ...recordOf(), [field]: value }))] as const,
    ),
    ["a label that is no text", text(JSON.stringify({ v: 1, ...recordOf(), labels: { a: 1 } }))],
  ])("is not what is %s", (_, bytes) => {
    expect(decodeLease("self", bytes)).toBeUndefined();
  });

  test("is not what is anything else, whatever the bytes are", () => {
    const whole = encodeLease(recordOf());
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(whole.length), (noise, cut) => {
        expect(decodeLease("self", noise)).toBeUndefined();
        expect(
          decodeLease("self", Uint8Array.from([...whole.slice(0, cut), ...noise, 0x7d, 0x7d])),
        ).toBeUndefined();
        expect(decodeLease(Buffer.from(noise).toString("latin1"), whole)).toBeUndefined();
      }),
    );
  });
});

describe("the times of leases", () => {
  test("are scaled by one factor", () => {
    const { challengeAfterMs, suspendAfterMs } = leaseTimes(0.1);
    expect([challengeAfterMs, suspendAfterMs].map(Math.round)).toEqual([350, 250]);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("have no factor %s", (factor) => {
    expect(() => leaseTimes(factor)).toThrow(RangeError);
  });
});
