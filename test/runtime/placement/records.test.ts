// What is written down of children and of those who run their supervisors, as bytes and back; and bytes that are neither.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placementLimits } from "../../../runtime/placement/limits.ts";
import {
  decodePlacement,
  encodePlacement,
  newRecord,
  type PlacementRecord,
  placementKey,
} from "../../../runtime/placement/placement-record.ts";
import { decodeMember, encodeMember, memberKey } from "../../../runtime/placement/supervisor-member.ts";
import { pack } from "../../../runtime/wire/packing.ts";

const owner = { node: "alpha", incarnation: 1_767_225_600_000, term: 3 };

const running: PlacementRecord = {
  ...newRecord({
    supervisor: "work",
    id: "one",
    logic: "counter",
    input: { start: 10, bytes: new Uint8Array([1, 2]) },
    restart: "transient",
    place: { strategy: "priority", nodes: ["alpha", "beta"], failoverAfterMs: 10, takeover: true },
    since: 5,
  }),
  phase: "running",
  owner,
  wants: "alpha",
  epoch: 4,
  pid: 17,
  denied: { gamma: "it has no disk" },
  reason: "move",
  from: "beta",
  failures: 1,
  lastMove: { from: "beta", to: "alpha", reason: "move", epoch: 4, tookMs: 12 },
};

/** The bytes of a record as others may write them. */
function bytesOf(change: object): Uint8Array {
  return new Uint8Array(pack({ v: 1, ...running, ...change }));
}

describe("a placement record", () => {
  test("comes back as it was written", () => {
    expect(decodePlacement(encodePlacement(running))).toEqual(running);
    const plain = newRecord({
      supervisor: "s",
      id: "i",
      logic: "l",
      input: undefined,
      restart: "permanent",
      place: { strategy: "round_robin" },
      since: 0,
    });
    expect(decodePlacement(encodePlacement(plain))).toEqual(plain);
  });

  test.each<[string, object]>([
    ["a later version", { v: 2 }],
    ["no version", { v: undefined }],
    ["another phase", { phase: "sleeping" }],
    ["a phase of Object's", { phase: "constructor" }],
    ["an owner that is a name", { owner: "alpha" }],
    ["an owner without a term", { owner: { node: "alpha", incarnation: 1 } }],
    ["an owner that is a list", { owner: [owner] }],
    ["a number for an id", { id: 1 }],
    ["no supervisor", { supervisor: undefined }],
    ["a restart that is none", { restart: "always" }],
    ["a place that is none", { place: { strategy: "somewhere" } }],
    ["a place of null", { place: null }],
    ["denied nodes in a list", { denied: ["gamma"] }],
    ["an epoch in words", { epoch: "4" }],
    ["a pid that is an object", { pid: { id: 17 } }],
    ["a wish that is a number", { wants: 1 }],
    ["a last move that is a text", { lastMove: "beta" }],
    ["failures that are missing", { failures: undefined }],
  ])("is none with %s", (_, change) => {
    expect(decodePlacement(bytesOf({}))).toBeDefined();
    expect(decodePlacement(bytesOf(change))).toBeUndefined();
  });

  test.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array()],
    ["null", new Uint8Array(pack(null))],
    ["a list", new Uint8Array(pack([1]))],
    ["a text", new Uint8Array(pack("record"))],
    ["JSON", new TextEncoder().encode(JSON.stringify({ v: 1, ...running }))],
    ["more than the most", new Uint8Array(placementLimits.recordBytesMax + 1)],
    ["a map of a length that it has not", new Uint8Array([0xdf, 0xff, 0xff, 0xff, 0xff])],
    ["a deep list", new Uint8Array(60_000).fill(0x91)],
  ])("is none from %s", (_, bytes) => {
    expect(decodePlacement(bytes)).toBeUndefined();
  });

  test("is none, or is one, whatever becomes of its bytes", () => {
    const whole = encodePlacement(running);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, byte) => {
        const hurt = whole.slice(0, length);
        if (at < length) hurt[at] = byte;
        const decoded = decodePlacement(hurt);
        if (decoded !== undefined) expect(typeof decoded.id).toBe("string");
        expect(decodePlacement(whole.slice(0, Math.min(length, whole.length - 1)))).toBeUndefined();
      }),
    );
  });

  test("cannot be written with an input that is no plain data, or too large", () => {
    for (const input of [() => 1, new Map([[1, 2]]), Symbol("no"), { deep: { of: class {} } }])
      expect(() => encodePlacement({ ...running, input })).toThrow(/no plain data/);
    const large = "x".repeat(placementLimits.recordBytesMax);
    expect(() => encodePlacement({ ...running, input: large })).toThrow(/larger than 65536 bytes/);
  });

  test("has a key of its own for each supervisor and id", () => {
    const names = ["a", "a/b", "b", "a.b", "*", ">", "ä", "A", "__proto__"];
    const keys = names.flatMap((supervisor) => names.map((id) => placementKey(supervisor, id)));
    expect(new Set(keys).size).toBe(names.length ** 2);
    for (const key of keys) expect(key).toMatch(/^[\w=/-]+\.[\w=/-]+$/);
    expect(() => placementKey("x".repeat(10_000), "a")).toThrow();
  });
});

describe("a member of a supervisor", () => {
  const member = { supervisor: "work", lease: owner, logic: ["counter", "ä"] };

  test("comes back as it was written", () => {
    expect(decodeMember(encodeMember(member))).toEqual(member);
    expect(memberKey("work", "alpha")).not.toBe(memberKey("alpha", "work"));
  });

  test.each([
    "",
    "{",
    "null",
    "[]",
    "7",
    "\u0000\u00ff",
    "{}",
    JSON.stringify({ v: 2, ...member }),
    JSON.stringify({ v: 1, ...member, supervisor: 1 }),
    JSON.stringify({ v: 1, ...member, lease: null }),
    JSON.stringify({ v: 1, ...member, lease: { node: "alpha", incarnation: "1", term: 1 } }),
    JSON.stringify({ v: 1, ...member, logic: "counter" }),
    JSON.stringify({ v: 1, ...member, logic: ["counter", 1] }),
    "[".repeat(1_000),
  ])("is none from %s", (text) => {
    expect(decodeMember(new TextEncoder().encode(text))).toBeUndefined();
  });
});
