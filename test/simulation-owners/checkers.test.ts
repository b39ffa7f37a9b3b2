// The checkers themselves: each catches a ledger that is broken in its own way, and none objects to one that is sound.
import { describe, expect, test } from "vitest";
import { checkers, judge } from "./checkers.ts";
import type { Entry, Happening } from "./ledger.ts";

/** Everything at one time, unless a number of milliseconds stands before it. */
function ledger(...steps: readonly (Happening | number)[]): Entry[] {
  let atMs = 0;
  const entries: Entry[] = [];
  for (const step of steps) {
    if (typeof step === "number") atMs = step;
    else entries.push({ atMs, ...step });
  }
  return entries;
}

const child = "s1/a";
const [one, other] = ["n1#1", "n2#1"];
/** A process here, and one over there. */
const [a, b] = ["n1#1.3", "n2#1.4"];

const claimed = (node: string, epoch: number, position = epoch * 10): Happening => ({
  type: "claimed",
  child,
  node,
  epoch,
  position,
});
const begins = (pid: string, epoch: number, added: readonly number[] = []): Happening => ({
  type: "begins",
  child,
  pid,
  epoch,
  isFresh: epoch === 1,
  count: added.length,
  added,
});
const turn = (pid: string): Happening => ({ type: "turn", child, pid, count: 0 });
const lasts = (number: number): Happening => ({ type: "lasts", child, pid: a, number });
const kept = (node: string, epoch: number, position: number, count = 0): Happening => ({
  type: "kept",
  child,
  node,
  epoch,
  position,
  count,
});
const named = (pid: string | undefined, epoch: number, isTaken = false): Happening => ({
  type: "named",
  name: "red",
  pid,
  epoch,
  isTaken,
});
const resolves = (node: string, pid: string | undefined): Happening => ({
  type: "resolves",
  node,
  name: "red",
  pid,
});
const alive = (pid: string): Happening => ({ type: "alive", pid });
const entered = (by: string, node: string, entry: number): Happening => ({
  type: "entered",
  lock: "ink",
  by,
  node,
  entry,
});
const left = (entry: number): Happening => ({ type: "left", lock: "ink", entry, how: "done" });
const freeze = (node: string): Happening => ({ type: "fault", what: `freeze ${node}`, node });
const thaw = (node: string): Happening => ({ type: "fault", what: `thaw ${node}`, node });
const remade: Happening = { type: "remade", bucket: "all" };
const stands = (node: string, state = "held"): Happening => ({ type: "stands", node, state });
const places = (node: string, phase: string, pid?: string, of = child): Happening => ({
  type: "places",
  node,
  child: of,
  phase,
  pid,
});
const fitOn = (...nodes: readonly string[]): Happening => canRun(child, nodes);
const canRun = (of: string, nodes: readonly string[], isSpread = true): Happening => ({
  type: "fit",
  child: of,
  nodes,
  isWanted: true,
  isSpread,
});
/** Two children of one supervisor on one node, which another one could have as well; by their ids. */
const both = (ids: readonly string[], isSpread = true): readonly Happening[] =>
  ids.flatMap((id) => [places(one, "running", a, id), canRun(id, ["n1", "n2"], isSpread)]);
const runs = (pid: string): Happening => ({ type: "runs", child, pid, node: pid.slice(0, 4) });
const holds = (count: number | undefined, ...added: readonly number[]): Happening => ({
  type: "holds",
  child,
  count,
  added,
});

const first = [claimed(one, 1), begins(a, 1), turn(a)];
const second = [claimed(other, 2), begins(b, 2), turn(b)];

/** A small life in which everything happens as it should. */
const sound = ledger(
  ...first,
  lasts(1),
  kept(one, 1, 11, 1),
  1_000,
  claimed(other, 2),
  begins(b, 2, [1]),
  turn(b),
  kept(other, 2, 21, 1),
  named(a, 1),
  named(undefined, 1),
  named(b, 2),
  entered(a, one, 1),
  1_100,
  freeze(one),
  2_000,
  entered(b, other, 2),
  3_000,
  thaw(one),
  left(1),
  4_000,
  left(2),
  stands(one),
  stands(other),
  places(one, "running", b),
  places(other, "running", b),
  fitOn("n1", "n2"),
  runs(b),
  alive(b),
  resolves(one, b),
  resolves(other, b),
  holds(1, 1),
);

const broken: readonly (readonly [check: string, problem: RegExp, entries: readonly Entry[]])[] = [
  ["owners", /n1#1.3 handles a message as s1\/a, and n2#1.4/, ledger(...first, ...second, turn(a))],
  ["owners", /and nobody has begun/, ledger(turn(a))],
  ["epochs", /n2#1 claims epoch 1 of s1\/a, which is n1#1's/, ledger(claimed(one, 1), claimed(other, 1))],
  ["epochs", /in epoch 2, which is not its node's/, ledger(claimed(other, 2), begins(a, 2))],
  ["epochs", /in epoch 1, after epoch 2/, ledger(...first, ...second, begins(a, 1))],
  ["epochs", /in epoch 1, after epoch 2/, ledger(remade, ...first, 15_000, ...second, begins(a, 1))],
  [
    "epochs",
    /keeps s1\/a in epoch 1, after n2#1 has claimed 2/,
    ledger(...first, ...second, kept(one, 1, 21)),
  ],
  ["counters", /has lost 1 of s1\/a/, ledger(...first, lasts(1), ...second)],
  ["counters", /whoever answers has lost 1/, ledger(...first, lasts(1), holds(0))],
  ["counters", /has 7 of s1\/a twice/, ledger(...first, holds(2, 7, 7))],
  ["counters", /begins s1\/a anew, which was kept at 0/, ledger(...first, kept(one, 1, 11), begins(a, 1))],
  ["counters", /begins s1\/a at 0, which was kept at 3/, ledger(...first, kept(one, 1, 11, 3), ...second)],
  ["names", /n2#1.4 takes red from whoever holds it/, ledger(named(a, 1), named(b, 2, true))],
  ["names", /red gets n2#1.4 in epoch 1, after epoch 1/, ledger(named(a, 1), named(b, 1))],
  ["names", /n2#1 knows nobody as red/, ledger(alive(a), resolves(one, a), resolves(other, undefined))],
  ["names", /which does not answer on n1#1/, ledger(resolves(one, a))],
  ["locks", /n2#1.4 works under ink/, ledger(entered(a, one, 1), entered(b, other, 2), 1, left(1))],
  [
    "locks",
    /n2#1.4 works under ink/,
    ledger(entered(a, one, 1), freeze(one), entered(b, other, 2), 1, thaw(one), 2, left(1)),
  ],
  ["places", /n1#1 has no lease: it is suspended/, ledger(stands(one, "suspended"))],
  ["places", /n2#1 knows s1\/a as running/, ledger(places(one, "waiting"), places(other, "running", b))],
  ["places", /s1\/a is waiting as nobody, and could run on n1/, ledger(places(one, "waiting"), fitOn("n1"))],
  ["places", /could run on n1/, ledger(places(one, "running", b), fitOn("n1"))],
  ["places", /could run on none/, ledger(places(one, "running", b), fitOn())],
  ["places", /n1#1.3 runs as s1\/a, which is running as n2#1.4/, ledger(places(one, "running", b), runs(a))],
  ["places", /s1\/a is one of 2 on n1, and n2 has 0/, ledger(...both(["s1/a", "s1/b"]))],
  ["places", /s1\/a does not answer/, ledger(places(one, "running", b), holds(undefined))],
  ["liveness", /it hangs/, ledger({ type: "stuck", what: "it hangs" })],
  ["liveness", /when all is stopped: 1 timer/, ledger({ type: "remains", what: "1 timer" })],
];

describe("A checker of owners", () => {
  test("says nothing of a ledger that is sound", () => {
    expect(judge(sound)).toEqual([]);
    expect(judge([])).toEqual([]);
    expect(judge(ledger(...first, remade, ...second, begins(a, 1)))).toEqual([]);
    const even = [both(["s1/a", "s2/b"]), both(["s1/a", "s1/b"], false), both(["s1/a"])];
    for (const entries of even) expect(judge(ledger(...entries))).toEqual([]);
  });

  test.each(broken)("of %s objects: %s", (check, problem, entries) => {
    const found = judge(entries).filter((violation) => violation.check === check);
    expect(found.map((violation) => violation.problem)).toContainEqual(expect.stringMatching(problem));
  });

  test("is proven here, whichever it is", () => {
    const proven = new Set(broken.map(([check]) => check));
    expect(proven.size).toBe(checkers.length);
  });

  test("allows two processes for a while after nobody can know any more who had what", () => {
    expect(judge(ledger(...first, remade, ...second, turn(a)))).toEqual([]);
    expect(judge(ledger(...first, remade, ...second, 16_000, turn(a)))).toHaveLength(1);
  });
});
