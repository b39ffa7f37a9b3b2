// The checkers themselves: each catches a ledger that is broken in its own way, and none objects to one that is sound.
import { describe, expect, test } from "vitest";
import { checkers, judge } from "./checkers.ts";
import type { Entry, Happening } from "./ledger.ts";

type Born = Extract<Happening, { readonly type: "born" }>;
type Told = Extract<Happening, { readonly type: "told" }>;

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

const supervisor = 1;

function born(pid: number, more: Partial<Born> = {}): Happening {
  return {
    type: "born",
    pid,
    place: `root/${pid}`,
    parent: pid === supervisor ? undefined : supervisor,
    isSupervised: pid !== supervisor,
    isOnly: true,
    isBounded: false,
    isTable: false,
    isOrdered: pid === supervisor,
    ...more,
  };
}

function started(pid: number, more: Partial<Born> = {}): readonly Happening[] {
  return [born(pid, more), ready(pid)];
}

const ready = (pid: number): Happening => ({ type: "ready", pid });
const ended = (pid: number): Happening => ({ type: "ended", pid });
const stopped = (pid: number): Happening => ({ type: "stopped", pid });

function told(event: string, child: number, more: Partial<Told> = {}): Happening {
  const none = { reason: undefined, restarts: undefined, maxRestarts: undefined, needsRestart: false };
  return { type: "told", by: supervisor, event, child: `c${child}`, pid: child, ...none, ...more };
}

function spent(isAllowed: boolean): Happening {
  return { type: "spent", by: supervisor, isAllowed, maxRestarts: 1, withinMs: 100 };
}

function monitored(more: { readonly isPriority?: boolean; readonly mayEndItself?: boolean } = {}): Happening {
  return { type: "monitored", ref: 9, pid: 2, of: 3, isPriority: false, mayEndItself: false, ...more };
}

const down = { item: "down", ref: 9, of: 3, reason: "boom" } as const;
const exit = { item: "exit", from: 3, reason: "boom" } as const;
const delivered = (to: number, item: typeof down | typeof exit): Happening => ({
  type: "delivered",
  to,
  ...item,
});
const peerEnded = (isTrapping: boolean): Happening => ({ type: "peer_ended", pid: 2, of: 3, isTrapping });
const quiet = (...alive: readonly number[]): Happening => ({ type: "quiet", alive });

const arrives = (number: number): Happening => ({
  type: "delivered",
  to: 2,
  item: "message",
  from: 3,
  number,
});
const handles = (number: number): Happening => ({ type: "handled", by: 2, item: "message", from: 3, number });

const asked: Happening = { type: "asked", call: 5, by: 2, of: 3 };
function answered(isRight = true): Happening {
  return { type: "answered", call: 5, outcome: "replied", isRight };
}

/** A small life in which everything happens as it should. */
const sound = ledger(
  ...started(supervisor),
  ...started(2),
  told("child_started", 2),
  ...started(3),
  told("child_started", 3),
  monitored(),
  asked,
  answered(),
  arrives(1),
  handles(1),
  arrives(2),
  ended(3),
  peerEnded(true),
  delivered(2, down),
  delivered(2, exit),
  handles(2),
  { type: "handled", by: 2, ...down },
  spent(true),
  told("child_exited", 3, { reason: "boom", needsRestart: true }),
  ...started(4, { place: "root/3" }),
  told("child_restarted", 3, { pid: 4, restarts: 1 }),
  quiet(1, 2, 4),
  { type: "listed", supervisor, children: [4, 2] },
  { type: "stopping", pid: supervisor, reason: "shutdown" },
  ended(4),
  told("child_stopped", 3, { pid: 4, reason: "shutdown" }),
  ended(2),
  told("child_stopped", 2, { reason: "shutdown" }),
  stopped(supervisor),
  ended(supervisor),
  quiet(),
);

const unpaid = told("child_exited", 2, { needsRestart: true });
const two = [...started(supervisor), ...started(2), ...started(3)];

const broken: readonly (readonly [check: string, problem: RegExp, entries: readonly Entry[]])[] = [
  ["orphans", /its child 2 lives/, ledger(...started(1), ...started(2), stopped(1), ended(1))],
  ["orphans", /2 outlived its supervisor/, ledger(...started(1), ...started(2), ended(1), quiet(2))],
  ["orphans", /does not know its child 3/, ledger(...two, { type: "listed", supervisor, children: [2] })],
  ["orphans", /lists 3, which/, ledger(...two, ended(3), { type: "listed", supervisor, children: [2, 3] })],
  [
    "double starts",
    /while 2 lives there/,
    ledger(...started(1), ...started(2), born(3, { place: "root/2" })),
  ],
  ["double starts", /start of its sibling 2 is under way/, ledger(...started(1), born(2), born(3))],
  ["double starts", /tells of the end of 2, which lives/, ledger(...two, told("child_exited", 2))],
  ["double starts", /twice/, ledger(...two, ended(2), told("child_exited", 2), told("child_stopped", 2))],
  ["double starts", /never told of the end of its child 2/, ledger(...two, ended(2), stopped(1), ended(1))],
  [
    "monitors",
    /fires 2 times/,
    ledger(...two, monitored(), ended(3), delivered(2, down), delivered(2, down)),
  ],
  ["monitors", /does not fire/, ledger(...two, monitored(), ended(3))],
  ["monitors", /fires before 3 has ended/, ledger(...two, monitored(), delivered(2, down), ended(3))],
  [
    "monitors",
    /fires after demonitor/,
    ledger(
      ...two,
      monitored(),
      { type: "demonitored", ref: 9, wasActive: true },
      ended(3),
      delivered(2, down),
    ),
  ],
  [
    "monitors",
    /answers false/,
    ledger(...two, monitored(), { type: "demonitored", ref: 9, wasActive: false }),
  ],
  [
    "monitors",
    /gives boom, and it had ended before/,
    ledger(...two, ended(3), delivered(2, down), monitored()),
  ],
  [
    "monitors",
    /gives noproc, and it had not/,
    ledger(...two, monitored(), ended(3), delivered(2, { ...down, reason: "noproc" as "boom" })),
  ],
  ["links", /gets 0 EXIT/, ledger(...two, ended(3), peerEnded(true))],
  ["links", /gets 2 EXIT/, ledger(...two, ended(3), peerEnded(true), delivered(2, exit), delivered(2, exit))],
  ["links", /gets 1 EXIT .* in place of 0/, ledger(...two, ended(3), peerEnded(false), delivered(2, exit))],
  ["links", /no peer of its own/, ledger(...two, ended(3), delivered(2, exit))],
  [
    "links",
    /survives its peer 3/,
    ledger(...two, ended(3), peerEnded(false), told("child_exited", 3, { reason: "boom" }), quiet(1, 2)),
  ],
  [
    "reasons",
    /told in 2 ways: boom \/ killed/,
    ledger(...two, monitored(), ended(3), delivered(2, down), told("child_exited", 3, { reason: "killed" })),
  ],
  ["leftovers", /still there: name ada/, ledger({ type: "found", by: 2, dead: 3, where: "name ada" })],
  ["leftovers", /left when all have ended: 1 names/, ledger({ type: "left", what: "1 names" })],
  ["calls", /has no outcome/, ledger(...two, asked, quiet(1, 2, 3))],
  ["calls", /second outcome/, ledger(...two, asked, answered(), answered())],
  ["calls", /reply to another question/, ledger(...two, asked, answered(false))],
  ["order", /comes to 2 out of order/, ledger(...two, arrives(2), arrives(1))],
  ["order", /handles message 2 .* before 1/, ledger(...two, arrives(1), arrives(2), handles(2))],
  ["order", /never came or came before/, ledger(...two, arrives(1), handles(1), handles(1))],
  ["order", /never handled message 1/, ledger(...two, arrives(1), quiet(1, 2, 3))],
  [
    "order",
    /told of the end of 3 before message 1/,
    ledger(...two, monitored(), arrives(1), ended(3), { type: "handled", by: 2, ...down }),
  ],
  ["budgets", /is allowed a restart after 1 of 1/, ledger(...started(1), spent(true), 100, spent(true))],
  ["budgets", /is refused a restart after 0 of 1/, ledger(...started(1), spent(true), 101, spent(false))],
  ["budgets", /does not give up/, ledger(...started(1), spent(true), spent(false), quiet(1))],
  ["budgets", /gives up and need not/, ledger(...started(1), told("gave_up", 2))],
  ["budgets", /gives up and goes on living/, ledger(...started(1), told("gave_up", 2), quiet(1))],
  [
    "budgets",
    /gave up and starts a child/,
    ledger(...started(1), told("gave_up", 2), told("child_started", 3)),
  ],
  ["budgets", /pays 0 times for 1/, ledger(...started(1), told("child_exited", 2, { needsRestart: true }))],
  ["budgets", /pays 0 times for 2/, ledger(...started(1), unpaid, unpaid, ended(1))],
  ["budgets", /pays 1 times for 0/, ledger(...started(1), spent(true))],
  ["budgets", /has paid for 0/, ledger(...started(1), told("child_restarted", 2, { restarts: 1 }))],
  [
    "budgets",
    /has not paid for it/,
    ledger(...started(1), spent(true), told("start_failed", 2), told("child_restarted", 2, { restarts: 1 })),
  ],
  ["bounds", /2 has 4 of 3/, ledger({ type: "crowded", pid: 2, waiting: 4, max: 3 })],
  [
    "sweeps",
    /stops c3 after c2/,
    ledger(
      ...two,
      told("child_started", 2),
      told("child_started", 3),
      told("child_stopped", 2),
      told("child_stopped", 3),
    ),
  ],
  [
    "sweeps",
    /starts c2 after c3/,
    ledger(
      ...two,
      told("child_started", 2),
      told("child_started", 3),
      spent(true),
      told("child_restarted", 3),
      told("child_restarted", 2),
    ),
  ],
  ["liveness", /does not stop/, ledger({ type: "stuck", what: "the tree does not stop" })],
];

describe("A checker", () => {
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

  test("allows those that were killed to leave somebody behind who ignores orders", () => {
    const left = ledger(...started(1), ...started(2), ended(1), { type: "defies", pid: 2 }, quiet(2));
    expect(judge(left)).toEqual([]);
  });

  test("allows a bounded mailbox to lose messages, and a DOWN of priority to overtake them", () => {
    const bounded = [...started(1), ...started(2, { isBounded: true }), ...started(3)];
    expect(judge(ledger(...bounded, arrives(1), arrives(2), handles(2), quiet(1, 2, 3)))).toEqual([]);
    const news: Happening = { type: "handled", by: 2, ...down };
    const prompt = [
      monitored({ isPriority: true }),
      arrives(1),
      ended(3),
      delivered(2, down),
      news,
      handles(1),
    ];
    expect(judge(ledger(...two, ...prompt))).toEqual([]);
  });
});
