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
const added = (total: number, tries = 1): Happening => ({ type: "added", name: "work/c1", total, tries });
const took = (process: number, total: number): Happening => ({
  type: "took",
  name: "work/c1",
  process,
  total,
});
const is = (is: "held" | "suspended" | "resumed" | "lost"): Happening => ({ type: "ownership", is });
const moved = (epoch: number): Happening => ({
  type: "moved",
  name: "work/c1",
  from: null,
  reason: "start",
  epoch,
});

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
    ["an answer that is lost", [added(1), added(2), added(2)], /told 2 .* after 2: what lasted is lost/],
    ["an add that counts twice", [added(1), added(3)], /told 3 .* after 1 and 1 tries/],
    ["a former process that goes on", [took(4, 1), took(5, 2), took(4, 3)], /work\/c1 as process 4/],
    ["an epoch that begins twice", [moved(1), moved(2), moved(2)], /begins epoch 2 of work\/c1/],
    ["work without a lease", [is("held"), took(4, 1), is("suspended"), took(4, 2)], /without its lease/],
    ["work after a lease", [is("held"), took(4, 1), is("lost"), took(4, 2)], /without its lease/],
    ["a node that goes twice", [up, down, down], /end of beta#1, and up is undefined/],
  ])("see %s", (_, happenings, problem) => {
    expect(problems(happenings)).toEqual([expect.stringMatching(problem)]);
  });

  test("have nothing against adds that are tried again, and owners that rest and follow one another", () => {
    const rests = [is("held"), took(4, 1), added(1), is("suspended"), is("resumed"), took(4, 2)];
    const follows = [added(3, 2), is("suspended"), is("lost"), is("held"), moved(1), moved(2), took(9, 4)];
    expect(problems([...rests, ...follows, added(5, 3)])).toEqual([]);
  });

  test("see two owners that take turns, whoever writes it down", () => {
    const life = (name: string, ...totals: readonly number[]): Ledger => ({
      node: `${name}#1`,
      name,
      entries: totals.map((total): Entry => ({ atMs: total, ...took(7, total) })),
      isWhole: true,
    });
    const found = judge([life("alpha", 1, 2, 5), life("beta", 3, 4)]);
    expect(found).toMatchObject([{ check: "owner", node: "alpha#1" }]);
    expect(judge([life("alpha", 1, 2), life("beta", 3, 4)])).toEqual([]);
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
