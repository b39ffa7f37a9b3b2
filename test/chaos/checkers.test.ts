// The checkers of the chaos room see what they are for, and nothing where all is well.
import { describe, expect, test } from "vitest";
import { judge, unfinished } from "./checkers.ts";
import type { Entry, Happening, Ledger } from "./ledger.ts";

function ledger(name: string, happenings: readonly Happening[], isWhole = true): Ledger {
  const entries = happenings.map((happening, index): Entry => ({ atMs: index, ...happening }));
  return { node: `${name}#1`, name, entries, isWhole };
}

const up: Happening = { type: "nodeup", peer: "beta", incarnation: 1, reason: "" };
const down: Happening = { type: "nodedown", peer: "beta", incarnation: 1, reason: "missed_beats" };
const parted: Happening = { type: "parted", peer: "beta#1" };
const got = (first: number, last: number): Happening => ({ type: "got", from: "beta#1", first, last });
const monitored: Happening = { type: "monitored", key: 1, node: "beta" };
const fell: Happening = { type: "down", key: 1, reason: "noconnection" };
const linked: Happening = { type: "linked", key: 2, node: "beta" };
const exited: Happening = { type: "exit", key: 2, reason: "noconnection" };
const asked: Happening = { type: "asked", key: 3, node: "beta" };
const settled: Happening = { type: "outcome", key: 3, outcome: "nodedown" };

function problems(happenings: readonly Happening[]): readonly string[] {
  return judge([ledger("alpha", happenings)]).map(({ problem }) => problem);
}

describe("the checkers of the chaos room", () => {
  test("have nothing against a life in which everything was told", () => {
    const life = [
      up,
      monitored,
      linked,
      asked,
      got(1, 5),
      down,
      fell,
      exited,
      settled,
      got(6, 7),
      parted,
      up,
    ];
    expect(problems([...life, got(9, 12)])).toEqual([]);
  });

  test.each<[string, readonly Happening[], RegExp]>([
    ["a message that comes twice", [up, got(1, 5), got(5, 6)], /got 5 .* after 5/],
    ["messages in another order", [up, got(4, 5), got(2, 3)], /got 2 .* after 5/],
    ["a gap in silence", [up, got(1, 5), got(7, 8)], /misses 6 to 6/],
    ["a second gap behind one that was told", [up, got(1, 1), parted, got(3, 3), got(5, 5)], /misses 4 to 4/],
    ["two DOWN of one monitor", [up, monitored, fell, fell], /has 2 of number 1/],
    ["no DOWN where the node is down", [up, monitored, down], /has 0 of number 1/],
    ["two EXIT of one link", [up, linked, exited, exited], /has 2 of number 2/],
    ["no EXIT where the node is down", [up, linked, down], /has 0 of number 2/],
    ["two outcomes of a call", [up, asked, settled, settled], /has 2 outcomes/],
    ["a call that is forgotten", [up, asked, down], /has 0 outcomes/],
    ["a node that comes up twice", [up, up], /while beta#1 is up/],
    ["a node that goes twice", [up, down, down], /end of beta#1, and up is undefined/],
  ])("see %s", (_, happenings, problem) => {
    expect(problems(happenings)).toEqual([expect.stringMatching(problem)]);
  });

  test("ask nothing of what a dead node did not come to write down", () => {
    expect(judge([ledger("alpha", [up, monitored, linked, asked, down], false)])).toEqual([]);
  });

  test("miss what was sent last in a session that stands, and that alone", () => {
    const sent: Happening = { type: "sent", to: "alpha", first: 1, last: 9 };
    const gone: Happening = { type: "nodedown", peer: "alpha", incarnation: 1, reason: "disconnect" };
    const alpha = ledger("alpha", [got(1, 8)]);
    expect(unfinished([alpha, ledger("beta", [sent])])).toMatchObject([{ check: "tail", node: "alpha#1" }]);
    expect(unfinished([ledger("alpha", [got(1, 9)]), ledger("beta", [sent])])).toEqual([]);
    expect(unfinished([alpha, ledger("beta", [sent, gone])])).toEqual([]);
    expect(unfinished([alpha, ledger("beta", [sent], false)])).toEqual([]);
  });
});
