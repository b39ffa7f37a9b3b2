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

const [one, other] = ["n1#1", "n2#1"];
/** A process here, and one over there. */
const [a, b] = ["n1#1.3", "n2#1.4"];

const born = (pid: string): Happening => ({ type: "born", pid });
const ended = (pid: string): Happening => ({ type: "ended", pid });
const up = (node: string, peer: string): Happening => ({ type: "up", node, peer });
const down = (node: string, peer: string): Happening => ({ type: "down", node, peer, why: "gap" });
const dropped: Happening = { type: "dropped", node: one, peer: "n2", why: "session ended" };
const sent = (number: number, from = a, to = b): Happening => ({ type: "sent", from, to, number });
const got = (number: number, from = a, to = b): Happening => ({ type: "got", from, to, number });
const monitored: Happening = { type: "monitored", ref: "n1#1:7", by: a, of: b };
const demonitored = (wasActive: boolean): Happening => ({ type: "demonitored", ref: "n1#1:7", wasActive });
const toldDown = (reason: string): Happening => ({ type: "told_down", ref: "n1#1:7", to: a, reason });
const linked: Happening = { type: "linked", by: a, of: b };
const unlinked: Happening = { type: "unlinked", by: b, of: a };
const toldExit = (reason: string): Happening => ({ type: "told_exit", to: a, from: b, reason });
const asked: Happening = { type: "asked", call: 1, by: a, of: b };
const answered = (outcome: string, isRight = true): Happening => ({
  type: "answered",
  call: 1,
  outcome,
  isRight,
});
const quiet = (...alive: readonly string[]): Happening => ({ type: "quiet", nodes: [one, other], alive });
const sees = (node: string, ...peers: readonly string[]): Happening => ({ type: "sees", node, peers });
const members = (node: string, ...pids: readonly string[]): Happening => ({
  type: "members",
  node,
  group: "red",
  pids,
});

const listens: Happening = { type: "listens", pid: a };
const toldNode = (kind: "up" | "down"): Happening => ({ type: "told_node", to: a, kind, peer: other });

const both = [born(a), born(b), up(one, other), up(other, one)];

/** A small life in which everything happens as it should. */
const sound = ledger(
  ...both,
  listens,
  sent(1),
  sent(2),
  got(1),
  got(2),
  monitored,
  linked,
  asked,
  answered("replied"),
  sent(3),
  1_000,
  toldDown("noconnection"),
  toldExit("noconnection"),
  down(one, other),
  toldNode("down"),
  dropped,
  down(other, one),
  sent(4),
  2_000,
  up(one, other),
  toldNode("up"),
  up(other, one),
  sent(5),
  got(5),
  linked,
  toldExit("told 17"),
  unlinked,
  { type: "joined", pid: a, group: "red" },
  { type: "joined", pid: b, group: "red" },
  { type: "left", pid: b, group: "red" },
  sees(one, other),
  sees(other, one),
  members(one, a),
  members(other, a),
  quiet(a, b),
);

const broken: readonly (readonly [check: string, problem: RegExp, entries: readonly Entry[]])[] = [
  ["sessions", /n1#1 was not told to be down/, ledger(up(other, one), up(other, "n1#2"))],
  ["sessions", /has n2#1 down, and nobody was up/, ledger(down(one, other))],
  ["sessions", /has n2#1 down, and n2#2 was up/, ledger(up(one, "n2#2"), down(one, other))],
  ["messages", /comes to n2#1.4 after 2/, ledger(...both, sent(1), sent(2), got(2), got(1))],
  ["messages", /comes to n2#1.4 after 1/, ledger(...both, sent(1), got(1), got(1))],
  ["messages", /was never sent/, ledger(...both, got(1))],
  ["messages", /in no session with n1#1/, ledger(up(one, other), sent(1), got(1))],
  ["messages", /in no session with n1#1/, ledger(up(one, other), up(other, "n1#2"), sent(1), got(1))],
  ["messages", /1 before it was lost in silence/, ledger(...both, sent(1), sent(2), got(2))],
  ["messages", /2 before it was lost in silence/, ledger(...both, sent(1), sent(2), sent(3), got(1), got(3))],
  ["messages", /never comes to n2#1.4/, ledger(...both, sent(1), sent(2), got(1), quiet(a, b))],
  [
    "messages",
    /never comes to n1#1.5/,
    ledger(born(a), born("n1#1.5"), sent(1, a, "n1#1.5"), quiet(a, "n1#1.5")),
  ],
  ["monitors", /that nobody made/, ledger(...both, ended(b), toldDown("boom"))],
  ["monitors", /fires 2 times/, ledger(...both, monitored, ended(b), toldDown("boom"), toldDown("boom"))],
  [
    "monitors",
    /answers true, and that is not so/,
    ledger(...both, monitored, ended(b), toldDown("boom"), demonitored(true)),
  ],
  ["monitors", /answers false, and that is not so/, ledger(...both, monitored, demonitored(false))],
  [
    "monitors",
    /fires after it was taken back/,
    ledger(...both, monitored, demonitored(true), ended(b), toldDown("boom")),
  ],
  ["monitors", /a connection that was not lost/, ledger(...both, monitored, toldDown("noconnection"))],
  [
    "monitors",
    /after the news that its node is down/,
    ledger(...both, monitored, down(one, other), toldDown("noconnection")),
  ],
  ["monitors", /noproc\), which lives/, ledger(...both, monitored, toldDown("noproc"))],
  ["monitors", /which has ended, does not fire/, ledger(...both, monitored, ended(b), quiet(a))],
  [
    "monitors",
    /the session was lost/,
    ledger(...both, monitored, 1, down(one, other), up(one, other), quiet(a, b)),
  ],
  ["links", /1 times of n2#1.4, for 0 links/, ledger(...both, ended(b), toldExit("boom"))],
  [
    "links",
    /2 times of n2#1.4, for 1 links/,
    ledger(...both, linked, ended(b), toldExit("boom"), toldExit("boom")),
  ],
  ["links", /is lost, and it is not/, ledger(...both, linked, toldExit("noconnection"))],
  ["links", /boom\), which lives/, ledger(...both, linked, toldExit("boom"))],
  ["links", /never told of the end of n2#1.4/, ledger(...both, linked, ended(b), quiet(a))],
  [
    "links",
    /never told that the connection/,
    ledger(...both, linked, 1, down(one, other), up(one, other), quiet(a, b)),
  ],
  ["calls", /second outcome: replied/, ledger(...both, asked, answered("timeout"), answered("replied"))],
  ["calls", /reply to another question/, ledger(...both, asked, answered("replied", false))],
  ["calls", /says that its node is down/, ledger(...both, asked, answered("nodedown"))],
  ["calls", /has no outcome/, ledger(...both, asked, quiet(a, b))],
  ["views", /n1#1 sees nobody, and there are n2#1/, ledger(sees(one), sees(other, one))],
  ["views", /n1#1 sees n2#1, n3#1/, ledger(sees(one, other, "n3#1"), sees(other, one))],
  ["memberships", /and there are n1#1.3/, ledger({ type: "joined", pid: a, group: "red" }, members(other))],
  [
    "memberships",
    /has n1#1.3 in red/,
    ledger({ type: "joined", pid: a, group: "red" }, ended(a), members(other, a)),
  ],
  ["news", /is told up n2#1, where nothing is to be told/, ledger(toldNode("up"))],
  ["news", /is told down n2#1, where up n2#1 is/, ledger(listens, up(one, other), toldNode("down"))],
  ["news", /is told up n2#1, where nothing/, ledger(listens, up(one, other), toldNode("up"), toldNode("up"))],
  ["news", /is not told up n2#1/, ledger(listens, up(one, other), quiet(a))],
  ["liveness", /it hangs/, ledger({ type: "stuck", what: "it hangs" })],
  ["liveness", /when all is stopped: 1 timer/, ledger({ type: "remains", what: "1 timer" })],
];

describe("A checker of nodes", () => {
  test("says nothing of a ledger that is sound", () => {
    expect(judge(sound)).toEqual([]);
    expect(judge([])).toEqual([]);
  });

  test.each(broken)("of %s objects: %s", (check, problem, entries) => {
    const found = judge(entries).filter((violation) => violation.check === check);
    expect(found.map((violation) => violation.problem)).toContainEqual(expect.stringMatching(problem));
  });

  test("is proven here, whichever it is", () => {
    const proven = new Set(broken.map(([check]) => check));
    expect(proven.size).toBe(checkers.length);
  });

  test("allows what was sent without a session, or before its end, to be lost", () => {
    const early = ledger(born(a), born(b), sent(1), ...both.slice(2), sent(2), got(2), quiet(a, b));
    expect(judge(early)).toEqual([]);
    const late = ledger(
      ...both,
      sent(1),
      sent(2),
      got(1),
      1,
      down(one, other),
      down(other, one),
      quiet(a, b),
    );
    expect(judge(late)).toEqual([]);
  });

  test("allows a call to be told of the loss of a session when another one stands", () => {
    const entries = ledger(
      ...both,
      asked,
      1,
      down(one, other),
      up(one, other),
      answered("nodedown"),
      quiet(a, b),
    );
    expect(judge(entries)).toEqual([]);
  });
});
