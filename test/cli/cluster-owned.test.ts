// The commands on what a cluster owns, against nodes that are data: draining a node, moving a child, and what they show of it.
import { describe, expect, it } from "vitest";
import { ControlRefused } from "../../actors/control/envelope.ts";
import type { Reports } from "../../actors/control/reports.ts";
import { NodeUnreachable } from "../../supervisors/remote/failures.ts";
import { leaseRow, placedRow, toldOwnership } from "../actors/control/owned-report.ts";
import type { Stage } from "./fixtures.ts";
import {
  type AskedOfNode,
  member,
  nodeReport,
  type RemoteStageOptions,
  ranRemotely,
  statusReport,
} from "./remote-stage.ts";

const begun = { incarnation: 7, osPid: 42, isNew: true };

function nobody(): never {
  throw new NodeUnreachable("There is nobody.");
}

function draining(over: Partial<Reports["drain"]> = {}): Reports["drain"] {
  const none = { owned: 3, left: 0, calls: 0, isDone: false, isCut: false, why: null };
  return { draining: true, ...none, ...over };
}

/** Answers one after the other; at last, nobody does. */
function inTurn(...answers: readonly unknown[]): () => unknown {
  const left = [...answers];
  return () => {
    const next = left.shift();
    return next === undefined ? nobody() : typeof next === "function" ? next() : next;
  };
}

describe("aiex cluster drain", () => {
  const whole = () =>
    inTurn(draining({ left: 2, calls: 1 }), draining({ left: 1 }), draining({ isDone: true }));

  it("shows how far it is as lines, and says at last what was handed over", async () => {
    const { code, out, err, asked, opened } = await ranRemotely("cluster drain beta", {
      answers: { drain: answersBoth(whole()), node: nobody },
    });
    expect([code, out]).toEqual([0, "beta has handed over 3 children and left.\n"]);
    expect(err).toBe("Draining beta: 1 of 3 children handed over, 1 call to answer\n");
    expect(opened).toEqual([{ node: "beta" }]);
    expect(asked[0]).toMatchObject({ node: "beta", verb: "drain", request: { deadlineMs: 30_000 } });
  });

  it("shows it on a terminal as one line that is taken away", async () => {
    const { err } = await ranRemotely("cluster drain beta", {
      isTTY: true,
      answers: { drain: answersBoth(whole()), node: nobody },
    });
    expect(err.split("\r\u001b[2K")).toEqual([
      "",
      "Draining beta: 1 of 3 children handed over, 1 call to answer",
      "Draining beta: 2 of 3 children handed over",
      "Draining beta: 3 of 3 children handed over",
      "",
    ]);
  });

  it.each([
    ["this machine's only node", "alpha"],
    ["a node of another machine", "beta@rack"],
  ])("takes the name of %s", async (_, node) => {
    const { code, opened } = await ranRemotely(`cluster drain ${node} --deadline 2m`, {
      answers: { drain: answersBoth(inTurn(draining({ isDone: true }))), node: nobody },
    });
    expect([code, opened]).toEqual([0, [{ node }]]);
  });

  it("gives programs the outcome", async () => {
    const { out } = await ranRemotely("cluster drain beta --format json", {
      answers: { drain: answersBoth(inTurn(draining({ isDone: true }))), node: nobody },
    });
    expect(JSON.parse(out)).toEqual({
      ...{ schema: "aiex.cluster-drained/1", node: "beta", incarnation: 7, osPid: 42 },
      ...{ complete: true, owned: 3, left: 0, calls: 0, why: null },
    });
  });

  it("ends with 7 where the deadline came first, and says what becomes of the rest", async () => {
    const cut = draining({ left: 2, calls: 1, isDone: true, isCut: true });
    const { code, out } = await ranRemotely("cluster drain beta --deadline 5s", {
      answers: { drain: answersBoth(inTurn(cut)), node: nobody },
    });
    expect(code).toBe(7);
    expect(out).toBe(
      "beta has left. Its deadline (5s) came before all was done: 2 of 3 children and 1 call were left. Those children start again elsewhere from their last checkpoints.\n",
    );
  });

  it("ends with 7 where the node was gone before it had said how it ended", async () => {
    const { code, out } = await ranRemotely("cluster drain beta", {
      answers: { drain: answersBoth(inTurn(draining({ left: 1 }))), node: nobody },
    });
    expect(code).toBe(7);
    expect(out).toContain("ended before it said that everything was handed over");
  });

  it("takes a node of that name that has been started again for the end of the one that drained", async () => {
    const again = draining({ draining: false, owned: 0 });
    const { code } = await ranRemotely("cluster drain beta", {
      answers: {
        drain: answersBoth(inTurn(draining({ left: 1 }), again)),
        node: nodeReport({ incarnation: 8 }),
      },
    });
    expect(code).toBe(7);
  });

  it("waits on where the node is too busy to answer, and says whose deadline holds where it drained already", async () => {
    const busy = (): never => {
      throw new ControlRefused("beta", "busy", "Try again.", true);
    };
    const { code, err } = await ranRemotely("cluster drain beta", {
      answers: {
        drain: answersBoth(inTurn(busy, draining({ isDone: true })), { ...begun, isNew: false }),
        node: nobody,
      },
    });
    expect(code).toBe(0);
    expect(err).toContain("beta was draining already; it keeps the deadline that it has.");
  });

  it("ends with 124 where it neither ends nor leaves", async () => {
    const { code, err } = await ranRemotely("cluster drain beta --deadline 1s --timeout 2s", {
      answers: { drain: answersBoth(() => draining({ left: 3 })), node: nobody },
    });
    expect(code).toBe(124);
    expect(err).toContain("Draining beta took longer than 3s");
    const stuck = await ranRemotely("cluster drain beta --timeout 2s", {
      answers: { drain: answersBoth(() => draining({ isDone: true })), node: nodeReport({ incarnation: 7 }) },
    });
    expect(stuck.code).toBe(124);
  });

  it.each([
    ["denied", 5],
    ["unknown_request", 1],
  ])("ends for a node that answers %s with %i", async (word, code) => {
    const refused = (): never => {
      throw new ControlRefused("beta", word, "It does not.");
    };
    expect((await ranRemotely("cluster drain beta", { answers: { drain: refused } })).code).toBe(code);
  });

  it("ends with 76 where there is no such node", async () => {
    expect((await ranRemotely("cluster drain beta", { answers: { drain: nobody } })).code).toBe(76);
  });

  it("leaves the drain alone where it is interrupted, and says so", async () => {
    let stage: Stage | undefined;
    const ran = await ranRemotely("cluster drain beta", {
      answers: {
        drain: answersBoth(() => {
          stage?.signal("SIGINT");
          return draining({ left: 3 });
        }),
      },
      onStage: (given) => {
        stage = given;
      },
    });
    expect(ran.code).toBe(130);
    expect(ran.err).toContain("beta goes on draining.");
  });

  it.each([
    "cluster drain",
    "cluster drain a b",
    "cluster drain a/b",
    "cluster drain a --deadline 5",
    "cluster drain a --deadline 0s",
  ])("refuses %j", async (line) => {
    const { code, opened } = await ranRemotely(line);
    expect({ code, opened }).toEqual({ code: 2, opened: [] });
  });
});

/** The verb and the question have the same word: the first is answered with `asked`. */
function answersBoth(progress: () => unknown, asked: unknown = begun) {
  return ({ verb }: AskedOfNode) => (verb === "drain" ? asked : progress());
}

describe("aiex cluster move", () => {
  const moved = toldOwnership({
    children: [
      placedRow({
        ...{ node: "alpha", epoch: 4 },
        lastMove: { from: "beta", to: "alpha", reason: "move", epoch: 4, tookMs: 71 },
      }),
    ],
  });

  it("has a child moved, and says under which epoch it runs there", async () => {
    const { code, out, asked, opened } = await ranRemotely("cluster move shop/cart alpha", {
      answers: { ownership: inTurn(toldOwnership(), moved), move: {} },
    });
    expect([code, out]).toEqual([0, "shop/cart moved from beta to alpha (epoch 4, 71 ms).\n"]);
    expect(opened).toEqual([{ anyMember: true }]);
    expect(asked[1]).toMatchObject({
      verb: "move",
      request: { supervisor: "shop", id: "cart", node: "alpha" },
    });
  });

  it("gives programs the outcome", async () => {
    const { out } = await ranRemotely("cluster move shop/cart alpha@desk --format json", {
      answers: { ownership: inTurn(toldOwnership(), moved), move: {} },
    });
    expect(JSON.parse(out)).toEqual({
      ...{ schema: "aiex.cluster-moved/1", child: "shop/cart", from: "beta", to: "alpha" },
      ...{ epoch: 4, tookMs: 71, moved: true },
    });
  });

  it("moves nothing that runs there already", async () => {
    const { code, out, asked } = await ranRemotely("cluster move shop/cart beta@rack", {
      answers: { ownership: toldOwnership() },
    });
    expect([code, out]).toEqual([0, "shop/cart runs on beta already (epoch 3).\n"]);
    expect(asked).toHaveLength(1);
  });

  it("takes an id with a slash, and leaves a list that was cut to the node", async () => {
    const cut = toldOwnership({ children: [], cut: { leases: 0, children: 9, names: 0 } });
    const { code, asked } = await ranRemotely("cluster move shop/a/b alpha", {
      answers: { ownership: cut, move: {} },
    });
    expect(code).toBe(0);
    expect(asked[1]?.request).toEqual({ supervisor: "shop", id: "a/b", node: "alpha" });
  });

  it.each([
    ["shop/crat alpha", 1, 'Did you mean "shop/cart"'],
    ["zzz/qqq alpha", 1, 'Known are "shop/cart", "shop/desk".'],
    ["shop/cart alhpa", 76, 'Did you mean "alpha"'],
    ["shop/cart beta@desk", 76, 'no node "beta@desk"'],
  ])("names for %s the nearest, and ends with %i", async (words, code, said) => {
    const {
      code: ended,
      err,
      asked,
    } = await ranRemotely(`cluster move ${words}`, {
      answers: { ownership: toldOwnership() },
    });
    expect(ended).toBe(code);
    expect(err.replaceAll(/\s+/g, " ")).toContain(said);
    expect(asked).toHaveLength(1);
  });

  it("asks which one is meant where several are called so", async () => {
    const leases = [leaseRow({ node: "beta@a" }), leaseRow({ node: "beta@b" })];
    const { code, err } = await ranRemotely("cluster move shop/cart beta", {
      answers: { ownership: toldOwnership({ leases }) },
    });
    expect(code).toBe(2);
    expect(err).toContain("beta@a and beta@b");
  });

  it.each([
    ["not_owner", true, 75],
    ["move_pending", true, 124],
    ["unfit_node", false, 1],
    ["denied", false, 5],
  ])("ends where the node refuses it with %s (retryable: %s) with %i", async (word, retryable, code) => {
    const move = (): never => {
      throw new ControlRefused("alpha", word, "It does not go.", retryable);
    };
    const ran = await ranRemotely("cluster move shop/cart alpha", {
      answers: { ownership: toldOwnership(), move },
    });
    expect([ran.code, ran.err]).toEqual([code, "Error: It does not go.\n"]);
  });

  it.each([
    "cluster move",
    "cluster move shop/cart",
    "cluster move cart alpha",
    "cluster move /cart alpha",
    "cluster move shop/ alpha",
  ])("refuses %j", async (line) => {
    const { code, opened } = await ranRemotely(line);
    expect({ code, opened }).toEqual({ code: 2, opened: [] });
  });
});

const members = { members: [member({ isSelf: true }), member({ name: "beta", host: "rack" })], cut: 0 };

function seeing(ownership: unknown): RemoteStageOptions {
  return { answers: { members, status: statusReport(), ownership } };
}

describe("aiex cluster status of a cluster that owns something", () => {
  it("shows leases, children and names, and what an acknowledgement means", async () => {
    const { code, out } = await ranRemotely("cluster status", seeing(toldOwnership()));
    expect(code).toBe(0);
    expect(out.split("\n").slice(5)).toMatchInlineSnapshot(`
      [
        "",
        "NODE   LEASE  TERM     RENEWED",
        "alpha  held      2  310 ms ago",
        "beta   held      2  310 ms ago",
        "",
        "CHILD      OWNER  EPOCH  PHASE    LAST MOVE",
        "shop/cart  beta       3  running  from alpha, node down, 812 ms",
        "shop/desk  alpha      1  running  -",
        "",
        "NAME    HELD ON  EPOCH",
        "leader  alpha        4",
        "",
        "Nothing is wrong.",
        "",
      ]
    `);
  });

  it.each([
    [{ kind: "fsync" }, "nats://b:4222", "is on the broker's disk (fsync): a power cut takes nothing of it"],
    [{ kind: "fsync" }, "/var/aiex/store", "kept by this machine alone, on its disk (fsync)"],
    [{ kind: "replicated", replicas: 3, synced: true }, "nats://b:4222", "on the disks of most of 3 brokers"],
    [{ kind: "replicated", replicas: 3, synced: false }, "nats://b:4222", "on its way to their disks"],
    [
      { kind: "flush", everyMs: 120_000 },
      "nats://b:4222",
      "a power cut of the broker's machine loses up to that",
    ],
    [{ kind: "memory" }, "memory", "gone with the program"],
    [{ kind: "unknown" }, "nats://b:4222", "not known"],
  ] as const)("says of %j at %s in plain words: %s", async (acknowledgement, place, words) => {
    const owned = toldOwnership({ store: { place, acknowledgement } });
    const { out } = await ranRemotely("cluster status", seeing(owned));
    expect(out).toContain(words);
    expect(out).toContain(`(${place})`);
  });

  it("gives programs all that the node told", async () => {
    const { out } = await ranRemotely("cluster status --format json", seeing(toldOwnership()));
    expect(JSON.parse(out).ownership).toEqual(toldOwnership());
  });

  it("asks another node where the first one is cut off", async () => {
    const asked: string[] = [];
    const ownership = ({ node }: AskedOfNode) => {
      asked.push(node);
      return toldOwnership({ state: node === "alpha" ? "suspended" : "held", names: [] });
    };
    const { out } = await ranRemotely("cluster status --format json", seeing(ownership));
    expect(asked).toEqual(["alpha", "beta"]);
    expect(JSON.parse(out).ownership.state).toBe("held");
  });

  it.each([
    ["suspended", true],
    ["held", false],
  ] as const)("says that it is old where every node that answers is %s: %s", async (state, isOld) => {
    const { out } = await ranRemotely("cluster status", seeing(toldOwnership({ state })));
    expect(out.includes("Last known, by a node that is cut off")).toBe(isOld);
  });

  it("shows nothing of it where no node tells, and for one by itself", async () => {
    const silent = await ranRemotely("cluster status", {
      answers: { members, status: statusReport() },
    });
    expect([silent.code, silent.out.includes("LEASE")]).toEqual([0, false]);
    const alone = toldOwnership({ state: "none", store: null, leases: [], children: [], names: [] });
    expect((await ranRemotely("cluster status", seeing(alone))).out).not.toContain("LEASE");
  });

  it("shows a part of very many, and what a hostile node says harmlessly", async () => {
    const children = Array.from({ length: 60 }, (_, index) =>
      placedRow({ id: `c${index}\u001b[31m\n`, node: "x\u202ey" }),
    );
    const cut = { leases: 0, children: 5, names: 0 };
    const { out } = await ranRemotely("cluster status", seeing(toldOwnership({ children, cut })));
    expect(out).toContain("25 more not shown");
    for (const odd of ["\u001b", "\u202e"]) expect(out).not.toContain(odd);
  });
});

describe("aiex cluster health of a cluster that owns something", () => {
  it("is told what became of children without an owner, and what to do", async () => {
    const children = [
      placedRow({ phase: "failed", denied: { beta: "it crashed 5 times" } }),
      placedRow({ id: "desk", phase: "waiting", node: null }),
      placedRow({ id: "fine" }),
    ];
    const { code, out } = await ranRemotely("cluster health", seeing(toldOwnership({ children })));
    expect(code).toBe(1);
    const text = out.replaceAll(/\s+/g, " ");
    expect(text).toContain(
      "critical: shop/cart has failed: no node could keep it running (beta: it crashed 5 times).",
    );
    expect(text).toContain("warning: shop/desk has no owner");
    expect(text).not.toContain("shop/fine");
  });

  it.each([
    [{ kind: "flush", everyMs: 120_000 }, 1],
    [{ kind: "memory" }, 1],
    [{ kind: "replicated", replicas: 3, synced: false }, 0],
    [{ kind: "fsync" }, 0],
  ] as const)("warns of a store that acknowledges by %j: %i", async (acknowledgement, warnings) => {
    const owned = toldOwnership({ store: { place: "nats://b:4222", acknowledgement } });
    const { code, out } = await ranRemotely("cluster health --format json", seeing(owned));
    const { problems, healthy } = JSON.parse(out);
    expect([code, healthy, problems.length]).toEqual([0, true, warnings]);
    for (const problem of problems) expect(problem).toMatchObject({ severity: "warning", node: null });
  });
});

describe("aiex cluster nodes", () => {
  it("asks nobody what is owned", async () => {
    const { asked } = await ranRemotely("cluster nodes", seeing(toldOwnership()));
    expect(asked.map(({ request }) => request.what)).not.toContain("ownership");
  });
});
