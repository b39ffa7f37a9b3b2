// What an own name and the cluster's record of it come to.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Displaced,
  decodeNameRecord,
  displacedNow,
  encodeNameRecord,
  type NameRecord,
  nameKey,
  nameOfKey,
  type PidData,
} from "../../../runtime/names/name-record.ts";
import { judge } from "../../../runtime/names/verdict.ts";

const own: PidData = { node: "beta", incarnation: 1, id: 1 };
const other: PidData = { node: "gamma", incarnation: 1, id: 9 };
const pids = fc.record({
  node: fc.constantFrom("alpha", "beta", "gamma"),
  incarnation: fc.nat(2),
  id: fc.nat(2),
});
const displaced = fc.record({
  pid: pids,
  how: fc.constantFrom("exit" as const, "notify" as const, "unnamed" as const),
  by: fc.option(pids),
});
const records: fc.Arbitrary<NameRecord> = fc.record({
  v: fc.constant(1 as const),
  name: fc.string(),
  pid: fc.option(pids),
  term: fc.nat(5),
  epoch: fc.nat(5),
  at: fc.nat(),
  displaced: fc.array(displaced, { maxLength: 8 }),
});

function record(more: Partial<NameRecord>): NameRecord {
  return { v: 1, name: "leader", pid: other, term: 3, epoch: 5, at: 0, displaced: [], ...more };
}

describe("judge()", () => {
  const claim = { pid: own, epoch: 5, term: 2 };

  test.each([
    ["nothing there", undefined, 2, false, { is: "write", epoch: 5 }],
    ["the own record", record({ pid: own, term: 2 }), 2, false, { is: "kept" }],
    [
      "the own record under an earlier lease",
      record({ pid: own, term: 1 }),
      2,
      true,
      { is: "write", epoch: 5 },
    ],
    ["nobody", record({ pid: null }), 2, false, { is: "write", epoch: 6 }],
    ["somebody whose lease is over", record({}), 2, true, { is: "write", epoch: 6 }],
    ["another process of this node", record({ pid: { ...own, id: 7 } }), 2, false, { is: "write", epoch: 6 }],
    [
      "a live one, under the same own lease, later",
      record({ epoch: 6 }),
      2,
      false,
      { is: "displaced", how: "exit" },
    ],
    [
      "a live one, under the same own lease, earlier",
      record({ epoch: 4 }),
      2,
      false,
      { is: "write", displaced: other },
    ],
    [
      "a live one at the same epoch, of a greater node",
      record({}),
      2,
      false,
      { is: "write", displaced: other },
    ],
    ["a live one, under another own lease", record({}), 3, false, { is: "clash", other }],
    [
      "a decision against it",
      record({ displaced: [{ pid: own, how: "notify", by: other }] }),
      3,
      false,
      { is: "displaced", how: "notify", by: other },
    ],
  ] as const)("of %s", (_, given, term, isOver, expected) => {
    expect(judge(claim, given, term, isOver)).toMatchObject(expected);
  });

  test("never lets an epoch go backwards", () => {
    fc.assert(
      fc.property(records, fc.nat(5), fc.nat(5), fc.boolean(), (given, epoch, term, isOver) => {
        const verdict = judge({ pid: own, epoch, term: 2 }, given, term, isOver);
        if (verdict.is === "write")
          expect(verdict.epoch).toBeGreaterThanOrEqual(Math.max(epoch, given.epoch));
      }),
    );
  });

  test("lets one of two live claims win, whichever side judges", () => {
    fc.assert(
      fc.property(pids, fc.nat(5), pids, fc.nat(5), (left, leftEpoch, right, rightEpoch) => {
        fc.pre(left.node !== right.node);
        const judged = (mine: PidData, epoch: number, theirs: PidData, theirEpoch: number): boolean =>
          judge({ pid: mine, epoch, term: 1 }, record({ pid: theirs, epoch: theirEpoch }), 1, false).is ===
          "write";
        expect(judged(left, leftEpoch, right, rightEpoch)).toBe(!judged(right, rightEpoch, left, leftEpoch));
      }),
    );
  });
});

describe("a record of a name", () => {
  test("is the same after it was written and read", () => {
    fc.assert(
      fc.property(records, (given) => {
        expect(decodeNameRecord(given.name, encodeNameRecord(given))).toEqual(given);
      }),
    );
  });

  test("is never read out of anything else, and nothing throws", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          expect(decodeNameRecord("leader", bytes)).toBeUndefined();
        },
      ),
    );
    for (const broken of [{ pid: {} }, { epoch: -1 }, { term: 1.5 }, { displaced: [{}] }, { name: "other" }])
      expect(
        decodeNameRecord("leader", new TextEncoder().encode(JSON.stringify({ ...record({}), ...broken }))),
      ).toBeUndefined();
  });

  test("has a key from which the name comes back", () => {
    for (const name of ["leader", "a.b", "*", "ä\n"]) expect(nameOfKey(nameKey(name))).toBe(name);
    for (const key of ["l.leader", "n.", "n.a.b", "leader"]) expect(nameOfKey(key)).toBeUndefined();
  });

  test("tells of the latest who have lost it, each once, and not of who has it", () => {
    const losers: Displaced[] = Array.from({ length: 20 }, (_, id) => ({
      pid: { ...other, id },
      how: "exit",
      by: null,
    }));
    const all = losers.reduce<readonly Displaced[]>((before, more) => displacedNow(before, own, more), []);
    expect(all).toEqual(losers.slice(-8));
    expect(displacedNow(all, other, { pid: { ...other, id: 19 }, how: "notify", by: own })).toHaveLength(8);
    expect(displacedNow(all, { ...other, id: 19 }, undefined)).toEqual(losers.slice(-8, -1));
  });
});
