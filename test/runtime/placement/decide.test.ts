// Who is to have which child, decided from what one node knows: every phase, every kind of end, and knowledge that is old.
import { describe, expect, test } from "vitest";
import { durable, ok, type Place, placedChild, server } from "../../../runtime/index.ts";
import type { LeaseInfo } from "../../../runtime/leases/lease.ts";
import {
  decide,
  type KnownRecord,
  type PlacementView,
  successorFor,
} from "../../../runtime/placement/decide.ts";
import { placementTimes } from "../../../runtime/placement/limits.ts";
import {
  newRecord,
  type PlacementRecord,
  placementKey,
} from "../../../runtime/placement/placement-record.ts";

const times = placementTimes(1);
const logic = durable(server("counter", { init: () => ok(0) }), { key: "counter", version: 1 });

interface Given {
  /** By name: what is not as usual about the node's lease, or `"over"`. */
  readonly nodes?: Readonly<Record<string, Partial<LeaseInfo> | "over">>;
  /** Keys of logic, by node; all have "counter" unless given. */
  readonly logicOf?: Readonly<Record<string, readonly string[]>>;
  readonly records?: readonly (Partial<PlacementRecord> & { readonly id: string })[];
  readonly declared?: readonly string[];
  readonly place?: Place;
  readonly self?: string;
  readonly busy?: readonly string[];
  /** Nodes of which it is not known yet whether their leases are over. */
  readonly unknown?: readonly string[];
  readonly now?: number;
  readonly lapse?: Partial<ReturnType<PlacementView["lapse"]>>;
  readonly settledAt?: number;
  readonly load?: Readonly<Record<string, number>>;
}

const roundRobin: Place = { strategy: "round_robin" };

function lease(node: string, more: Partial<LeaseInfo> = {}): LeaseInfo {
  const usual = {
    incarnation: 1,
    term: 1,
    state: "held",
    draining: false,
    labels: {},
    host: "here",
  } as const;
  return { node, ...usual, unchangedMs: 0, isOwn: false, ...more };
}

/** A record of the supervisor "work" that runs on `node`, unless something else is given. */
function record(
  { id, ...more }: Partial<PlacementRecord> & { readonly id: string },
  place: Place,
): PlacementRecord {
  const made = newRecord({
    supervisor: "work",
    id,
    logic: "counter",
    input: undefined,
    restart: "permanent",
    place,
    since: 0,
  });
  return { ...made, ...more };
}

function on(node: string, id: string, more: Partial<PlacementRecord> = {}) {
  return { id, phase: "running", owner: { node, incarnation: 1, term: 1 }, epoch: 1, ...more } as const;
}

function view(given: Given): PlacementView {
  const { nodes = { alpha: {}, beta: {} }, place = roundRobin, self = "alpha", now = 100_000 } = given;
  const isValid: PlacementView["isValid"] = ({ node, term }) =>
    !over.includes(node) && leases.some((known) => known.node === node && known.term === term);
  const over = Object.keys(nodes).filter((node) => nodes[node] === "over");
  const leases = Object.entries(nodes).map(([node, more]) =>
    lease(node, more === "over" ? { state: "tombstone" } : more),
  );
  const records = new Map<string, KnownRecord>();
  for (const [index, more] of (given.records ?? []).entries()) {
    const made = record(more, place);
    records.set(placementKey(made.supervisor, made.id), { record: made, revision: index + 1 });
  }
  return {
    self: { node: self, incarnation: 1, term: 1 },
    supervisor: "work",
    declared: (given.declared ?? []).map((id) => placedChild(logic, { id, place })),
    leases,
    isValid,
    isOver: (lease) => !isValid(lease) && !(given.unknown ?? []).includes(lease.node),
    members: leases.map(({ node, term }) => ({
      supervisor: "work",
      lease: { node, incarnation: 1, term },
      logic: given.logicOf?.[node] ?? ["counter"],
    })),
    ...{ records, open: records },
    busy: new Set((given.busy ?? []).map((id) => placementKey("work", id))),
    load: (node) => given.load?.[node] ?? 0,
    now,
    lapse: () => ({ at: now, silentMs: 0, reason: "node_down", ...given.lapse }),
    settledAt: given.settledAt ?? now,
    wallTime: 1_000_000,
    times,
  };
}

/** What is changed, as words: `id: phase node`. */
function changes(given: Given): readonly string[] {
  return decide(view(given)).changes.map(
    ({ record: { id, phase, owner } }) => `${id}: ${phase} ${owner?.node ?? "-"}`,
  );
}

describe("decide()", () => {
  test("is done by the first by name that is up, runs the supervisor, and does not drain", () => {
    const declared = ["one"];
    expect(changes({ declared })).toEqual(["one: assigned alpha"]);
    expect(changes({ declared, self: "beta" })).toEqual([]);
    expect(changes({ declared, self: "beta", nodes: { alpha: "over", beta: {} } })).toEqual([
      "one: assigned beta",
    ]);
    expect(changes({ declared, self: "beta", nodes: { alpha: { draining: true }, beta: {} } })).toEqual([
      "one: assigned beta",
    ]);
    const { members, ...rest } = view({ declared, self: "beta" });
    const others = members.filter(({ lease: { node } }) => node !== "alpha");
    expect(decide({ ...rest, members: others }).changes).toHaveLength(1);
  });

  test("is done by the first of those that drain where all do, which gives nobody anything", () => {
    const nodes = { alpha: { draining: true }, beta: { draining: true } };
    expect(changes({ nodes, declared: ["one"] })).toEqual(["one: waiting -"]);
    expect(changes({ nodes, declared: ["one"], self: "beta" })).toEqual([]);
  });

  test("gives each child that there is not yet to a node, evenly and once", () => {
    const declared = ["a", "b", "c", "d"];
    expect(changes({ declared })).toEqual([
      "a: assigned alpha",
      "b: assigned beta",
      "c: assigned alpha",
      "d: assigned beta",
    ]);
    expect(changes({ declared, busy: ["a", "c"] })).toEqual(["b: assigned alpha", "d: assigned beta"]);
    const records = [on("alpha", "a"), on("beta", "b", { phase: "leaving" })];
    expect(changes({ declared, records })).toEqual(["c: assigned alpha", "d: assigned beta"]);
  });

  test("writes over exactly what it has seen", () => {
    const { changes: made } = decide(view({ declared: ["new"], records: [{ id: "one" }, { id: "two" }] }));
    expect(made.map(({ key, expected }) => [key, expected])).toEqual([
      [placementKey("work", "new"), 0],
      [placementKey("work", "one"), 1],
      [placementKey("work", "two"), 2],
    ]);
  });

  test("is told of children that its own program has not, by another node, when the nodes have been the same for a while", () => {
    const given = {
      declared: ["one", "two", "three"],
      records: [on("alpha", "two")],
      busy: ["three"],
      self: "beta",
    };
    expect(decide(view({ ...given, settledAt: 99_000 }))).toEqual({
      changes: [],
      wakeInMs: times.settledMs - 1_000,
    });
    const { changes: made } = decide(view({ ...given, settledAt: 100_000 - times.settledMs }));
    expect(made.map(({ record, expected }) => [record.id, record.phase, expected])).toEqual([
      ["one", "waiting", 0],
    ]);
  });

  test("leaves children of other supervisors alone, and counts them where the load decides", () => {
    const records = [on("alpha", "theirs", { supervisor: "other" }), { id: "mine" }];
    expect(changes({ records })).toEqual(["mine: assigned alpha"]);
    expect(changes({ records, place: { strategy: "least_loaded" } })).toEqual(["mine: assigned beta"]);
  });

  test.each(["finished", "stopped", "failed"] as const)("does nothing about one that is %s", (phase) => {
    const gone = { id: "one", phase, owner: undefined };
    expect(changes({ records: [gone], nodes: { alpha: {}, beta: "over" } })).toEqual([]);
  });

  test.each(["assigned", "running", "leaving"] as const)(
    "gives one that is %s to another when its node is lost",
    (phase) => {
      const records = [on("beta", "one", { phase, pid: 7 })];
      const [change] = decide(view({ records, nodes: { alpha: {}, beta: "over" } })).changes;
      expect(change?.record).toMatchObject({
        phase: "assigned",
        owner: { node: "alpha" },
        pid: undefined,
        from: "beta",
      });
      expect(change?.record.reason).toBe("node_down");
    },
  );

  test("tells since when it was gone: from the last sign of its node on, less what was waited on purpose", () => {
    const nodes = { alpha: {}, beta: "over" } as const;
    const place = { strategy: "priority", nodes: ["beta", "alpha"], failoverAfterMs: 2_000 } as const;
    const lapse = { at: 97_000, silentMs: 3_500, reason: "node_left" } as const;
    const since = (given: Given): unknown => decide(view(given)).changes[0]?.record;
    expect(since({ records: [on("beta", "one")], nodes, lapse, place })).toMatchObject({
      since: 1_000_000 - 3_500 - 2_000,
      reason: "node_left",
    });
    expect(since({ records: [on("beta", "one")], nodes, lapse })).toMatchObject({ since: 1_000_000 - 3_500 });
  });

  test("waits as long as a list of nodes says, and says when to look again", () => {
    const place = { strategy: "priority", nodes: ["beta", "alpha"], failoverAfterMs: 2_000 } as const;
    const given = {
      records: [on("beta", "one"), on("beta", "two")],
      nodes: { alpha: {}, beta: "over" },
      place,
    } as const;
    expect(decide(view({ ...given, lapse: { at: 98_500 } }))).toEqual({ changes: [], wakeInMs: 500 });
    expect(changes({ ...given, lapse: { at: 98_000 } })).toEqual([
      "one: assigned alpha",
      "two: assigned alpha",
    ]);
    // One whose end nobody here has seen was over before.
    expect(changes({ ...given, lapse: { at: Number.NEGATIVE_INFINITY } })).toHaveLength(2);
  });

  test("tells of one who was lost before it began why the child moved, and where from", () => {
    const records = [on("beta", "one", { phase: "assigned", reason: "drain", from: "gamma", since: 5 })];
    const [change] = decide(view({ records, nodes: { alpha: {}, beta: "over" } })).changes;
    expect(change?.record).toMatchObject({ reason: "drain", from: "gamma", since: 5 });
  });

  test.each<[string, string, Partial<PlacementRecord>]>([
    ["keeps to where somebody asked for on its way", "alpha", { phase: "leaving", reason: "move" }],
    ["keeps to where somebody asked for it to be", "alpha", { reason: "balance" }],
    ["chooses anew where it was on its way to be spread", "gamma", { phase: "leaving", reason: "balance" }],
    [
      "chooses anew where it was on its way back",
      "gamma",
      { phase: "assigned", reason: "takeover", from: "x" },
    ],
  ])("%s when its owner is lost", (_, node, more) => {
    const records = [on("beta", "one", { wants: "alpha", ...more })];
    const nodes = { alpha: {}, beta: "over", gamma: {} } as const;
    expect(changes({ records, nodes })).toEqual([`one: assigned ${node}`]);
  });

  test("takes an owner under an earlier lease for lost", () => {
    const records = [on("beta", "one")];
    expect(changes({ records, nodes: { alpha: {}, beta: { term: 2 } } })).toEqual(["one: assigned alpha"]);
  });

  test("waits for news of an owner whose lease is not known yet", () => {
    const records = [on("gamma", "one"), on("gamma", "two", { phase: "assigned" })];
    expect(changes({ records, unknown: ["gamma"] })).toEqual([]);
    expect(changes({ records })).toEqual(["one: assigned alpha", "two: assigned beta"]);
  });

  test("has one wait that fits nowhere, says so once, and gives it away when somebody fits", () => {
    const logicOf = { alpha: [], beta: ["other"] };
    expect(changes({ declared: ["one"], logicOf })).toEqual(["one: waiting -"]);
    expect(changes({ records: [{ id: "one", phase: "waiting" }], logicOf })).toEqual([]);
    expect(changes({ records: [on("gamma", "one")], logicOf })).toEqual(["one: waiting -"]);
    expect(changes({ records: [{ id: "one" }], logicOf: { ...logicOf, beta: ["counter"] } })).toEqual([
      "one: assigned beta",
    ]);
  });

  test("gives nothing to nodes that may not have it, that drain, or that are gone", () => {
    const nodes = { alpha: {}, beta: { draining: true }, gamma: "over", delta: {} } as const;
    const one = { id: "one", denied: { alpha: "it is not permitted there" } };
    expect(changes({ records: [one], nodes })).toEqual(["one: assigned delta"]);
    expect(changes({ records: [{ ...one, denied: { alpha: "a", delta: "b" } }], nodes })).toEqual([]);
    expect(changes({ records: [{ ...one, denied: JSON.parse('{"__proto__":"x"}') }], nodes })).toEqual([
      "one: assigned alpha",
    ]);
  });

  test("gives one to the node that was asked for, where that can have it", () => {
    expect(changes({ records: [{ id: "one", wants: "beta" }] })).toEqual(["one: assigned beta"]);
    expect(changes({ records: [{ id: "one", wants: "gamma" }] })).toEqual(["one: assigned alpha"]);
    const denied = { beta: "it has no disk" };
    expect(changes({ records: [{ id: "one", wants: "beta", denied }] })).toEqual(["one: assigned alpha"]);
  });
});

describe("decide() for a child whose move was asked for before its owner ran it", () => {
  const records = [on("alpha", "one", { wants: "beta", reason: "move" })];

  test("has it go on to the node that was asked for, whatever its place says", () => {
    const [change] = decide(view({ records })).changes;
    expect(change?.record).toMatchObject({ phase: "leaving", wants: "beta", reason: "move", from: "alpha" });
    const place = { strategy: "priority", nodes: ["alpha"], takeover: true } as const;
    expect(changes({ records, place })).toEqual(["one: leaving alpha"]);
  });

  test("leaves it where it is while that node cannot have it, and spreads it with the others", () => {
    const settledAt = 100_000 - times.settledMs;
    const nodes = { alpha: {}, beta: { draining: true }, gamma: {} };
    expect(changes({ records, nodes, settledAt })).toEqual([]);
    const three = [...records, on("alpha", "two"), on("alpha", "three")];
    expect(changes({ records: three, nodes, settledAt })).toEqual(["one: leaving alpha"]);
  });
});

describe("decide() for a list of nodes with takeover", () => {
  const place = { strategy: "priority", nodes: ["alpha", "beta"], takeover: true } as const;

  test("L17 asks the owner to give it to a better node that is there", () => {
    const { changes: made } = decide(view({ records: [on("beta", "one")], place }));
    expect(made[0]?.record).toMatchObject({
      phase: "leaving",
      owner: { node: "beta" },
      wants: "alpha",
      reason: "takeover",
      from: "beta",
    });
  });

  test.each<[string, Given]>([
    ["it is the better one already", { records: [on("alpha", "one")], place }],
    [
      "the better one drains",
      { records: [on("beta", "one")], place, nodes: { alpha: { draining: true }, beta: {} }, self: "beta" },
    ],
    ["the better one may not have it", { records: [on("beta", "one", { denied: { alpha: "no" } })], place }],
    ["somebody asked for it to be there", { records: [on("beta", "one", { wants: "beta" })], place }],
    ["it does not run yet", { records: [on("beta", "one", { phase: "assigned" })], place }],
    ["nobody said so", { records: [on("beta", "one")], place: { ...place, takeover: false } }],
  ])("L17 leaves it where it is where %s", (_, given) => {
    expect(changes(given)).toEqual([]);
  });

  test("L17 takes it back from a node that is not on the list at all", () => {
    expect(
      changes({ records: [on("gamma", "one")], place, nodes: { alpha: {}, beta: {}, gamma: {} } }),
    ).toEqual(["one: leaving gamma"]);
  });
});

describe("decide() in calm times", () => {
  const three = [on("alpha", "a"), on("alpha", "b"), on("alpha", "c")];
  const settledAt = 100_000 - times.settledMs;

  test("moves one child from who has two more than another, and one only", () => {
    expect(changes({ records: three, settledAt })).toEqual(["a: leaving alpha"]);
    expect(changes({ records: [...three.slice(1), on("beta", "a")], settledAt })).toEqual([]);
  });

  test("waits until the nodes have been the same for a while, and every child runs", () => {
    expect(decide(view({ records: three, settledAt: 99_000 }))).toEqual({
      changes: [],
      wakeInMs: times.settledMs - 1_000,
    });
    expect(changes({ records: [...three, on("beta", "d", { phase: "assigned" })], settledAt })).toEqual([]);
    expect(changes({ records: three, busy: ["b"], settledAt })).toEqual([]);
    expect(changes({ records: three, settledAt, nodes: { alpha: {} } })).toEqual([]);
  });

  test("leaves where it is what somebody asked to be there, what has a list of nodes, and what drains", () => {
    const asked = three.map((each) => ({ ...each, wants: "alpha" }));
    expect(changes({ records: asked, settledAt })).toEqual([]);
    expect(changes({ records: three, settledAt, place: { strategy: "priority", nodes: ["beta"] } })).toEqual(
      [],
    );
    const nodes = { alpha: { draining: true }, beta: {}, gamma: {} };
    expect(changes({ records: three, settledAt, nodes, self: "beta" })).toEqual([]);
  });

  test("moves by affinity to more labels, and never to fewer", () => {
    const place = { strategy: "affinity", labels: { zone: "a" } } as const;
    const zoned = { alpha: {}, beta: { labels: { zone: "a" } } };
    expect(changes({ records: [on("alpha", "a")], settledAt, place, nodes: zoned })).toEqual([
      "a: leaving alpha",
    ]);
    const all = three.map(({ id }) => on("beta", id));
    expect(changes({ records: all, settledAt, place, nodes: zoned })).toEqual([]);
    expect(changes({ records: three, settledAt, place })).toEqual(["a: leaving alpha"]);
    // One that is less fit has fewer still, and is no reason to leave the children uneven among those that are as fit.
    const other = { alpha: { labels: { zone: "a" } }, beta: { labels: { zone: "a" } }, gamma: {} };
    const uneven = [...three, on("beta", "d")];
    expect(changes({ records: uneven, settledAt, place, nodes: other })).toEqual(["a: leaving alpha"]);
  });

  test("moves by hash to where the key belongs", () => {
    const place = { strategy: "consistent_hash", key: "k" } as const;
    const [first] = decide(view({ records: [{ id: "a" }], place })).changes;
    const home = first?.record.owner?.node ?? "";
    const other = home === "alpha" ? "beta" : "alpha";
    expect(changes({ records: [on(other, "a")], settledAt, place })).toEqual([`a: leaving ${other}`]);
    expect(changes({ records: [on(home, "a"), on(home, "b"), on(home, "c")], settledAt, place })).toEqual([]);
  });
});

describe("successorFor()", () => {
  test("is another node than this one, or nobody", () => {
    const made = record({ ...on("alpha", "one"), wants: "alpha" }, roundRobin);
    expect(successorFor(view({ records: [on("alpha", "one")] }), made)?.node).toBe("beta");
    expect(successorFor(view({ nodes: { alpha: {} } }), made)).toBeUndefined();
    expect(successorFor(view({ nodes: { alpha: {}, beta: { draining: true } } }), made)).toBeUndefined();
    const wanting = { ...made, wants: "gamma" };
    expect(successorFor(view({ nodes: { alpha: {}, beta: {}, gamma: {} } }), wanting)).toEqual({
      node: "gamma",
      incarnation: 1,
      term: 1,
    });
  });
});
