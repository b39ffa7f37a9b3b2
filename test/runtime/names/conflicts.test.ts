// Conformance: names of the whole cluster while nodes are cut off, and when they come back (OTP behaviours K04 to K07).
import { describe, expect, test } from "vitest";
import {
  type ConflictResolver,
  clusterNamed,
  type ExitReason,
  type Node,
  notifyAll,
  type Pid,
  type RuntimeEvent,
  receive,
  registerClusterName,
} from "../../../runtime/index.ts";
import { counter } from "../distribution/actors.ts";
import { type Member, pair, type Scene } from "./scene.ts";

/** A process that keeps what it is sent. */
async function reader(
  at: Scene,
  { node }: Member,
  name: string,
  resolve?: ConflictResolver,
): Promise<{ readonly pid: Pid; readonly got: unknown[]; readonly ends: ExitReason[] }> {
  const got: unknown[] = [];
  const pid = await at.cluster.when(
    node.spawn(async () => {
      for (;;) got.push(await receive());
    }),
  );
  const ends: ExitReason[] = [];
  node.monitor(pid, ({ reason }) => ends.push(reason));
  const options = resolve === undefined ? {} : { resolve };
  expect(await at.cluster.when(node.registerClusterName(name, pid, options))).toBe(true);
  return { pid, got, ends };
}

function where(members: readonly Member[], name: string): (Pid | undefined)[] {
  return members.map(({ node }) => node.whereClusterName(name));
}

function eventsOf(node: Node): RuntimeEvent[] {
  const events: RuntimeEvent[] = [];
  node.subscribe((event) => {
    if (event.name === "cluster_name_conflict") events.push(event);
  });
  return events;
}

/** Alpha's process has the name, alpha is cut off, beta's takes it, and alpha comes back. */
async function clash(resolve?: ConflictResolver) {
  const { at, alpha, beta } = await pair();
  const events = eventsOf(alpha.node);
  const before = await reader(at, alpha, "leader", resolve);
  at.cutOff(alpha);
  at.end(alpha);
  const since = await reader(at, beta, "leader", () => {
    throw new Error("this one is not asked");
  });
  at.comeBack(alpha);
  await at.settle();
  await at.cluster.when(alpha.node.connectNode("beta"));
  await at.settle();
  return { at, alpha, beta, before, since, events };
}

describe("two processes with one name, when a node comes back", () => {
  test("K04 the one that the cluster knows keeps it, and the other exits name_conflict", async () => {
    const { at, alpha, beta, before, since, events } = await clash();
    expect(where([alpha, beta], "leader")).toEqual([since.pid, since.pid]);
    expect(before.ends).toEqual([{ name_conflict: "leader" }]);
    expect([before.got, since.got, since.ends]).toEqual([[], [], []]);
    expect(events).toEqual([
      {
        name: "cluster_name_conflict",
        data: { name: "leader", pid: before.pid, other: since.pid, outcome: "the other one keeps it" },
      },
    ]);
    expect(alpha.resting.size).toBe(0);
    await at.cluster.when(beta.node.unregisterClusterName("leader"));
    expect(where([alpha, beta], "leader")).toEqual([undefined, undefined]);
  });

  test("K04 a resolver runs once, on the node that comes back, and its choice holds everywhere", async () => {
    const asked: unknown[] = [];
    const { at, alpha, beta, before, since, events } = await clash((...given) => {
      asked.push(given);
      return given[2];
    });
    expect(asked).toEqual([["leader", since.pid, before.pid]]);
    expect(where([alpha, beta], "leader")).toEqual([before.pid, before.pid]);
    expect([before.ends, since.ends]).toEqual([[], [{ name_conflict: "leader" }]]);
    expect(events).toHaveLength(1);
    alpha.node.send(clusterNamed("leader"), { type: "hello" });
    await at.settle();
    expect(before.got).toEqual([{ type: "hello" }]);
    expect(alpha.resting.size).toBe(0);
  });

  test("K04 a resolver may choose the other one, and take its time", async () => {
    const { alpha, beta, before, since } = await clash(async (_, holder) => {
      await Promise.resolve();
      return holder;
    });
    expect(where([alpha, beta], "leader")).toEqual([since.pid, since.pid]);
    expect(before.ends).toEqual([{ name_conflict: "leader" }]);
  });

  test("K04 a resolver runs once even where nobody acknowledges what it has decided", async () => {
    let asked = 0;
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader", (_, __, own) => {
      asked += 1;
      return own;
    });
    at.cutOff(alpha);
    at.end(alpha);
    const since = await reader(at, beta, "leader");
    alpha.store.unacknowledged.push("lost", "lost", "applied");
    at.comeBack(alpha);
    await at.cluster.eventually(() => since.ends.length === 1);
    expect(asked).toBe(1);
    await at.cluster.eventually(() => beta.node.whereClusterName("leader")?.node === "alpha");
    expect(before.ends).toEqual([]);
  });

  test("K05 notifyAll takes the name from both and tells each of the other", async () => {
    const { alpha, beta, before, since } = await clash(notifyAll);
    expect(where([alpha, beta], "leader")).toEqual([undefined, undefined]);
    expect([before.ends, since.ends]).toEqual([[], []]);
    expect(before.got).toMatchObject([{ type: "sys.name_conflict", name: "leader", other: since.pid }]);
    expect(since.got).toMatchObject([{ type: "sys.name_conflict", name: "leader", other: before.pid }]);
  });

  test.each<readonly [string, ConflictResolver]>([
    [
      "throws",
      () => {
        throw new Error("asked to fail");
      },
    ],
    ["rejects", () => Promise.reject(new Error("asked to fail"))],
    ["gives nobody", () => undefined],
    ["gives somebody else", (_, holder) => ({ ...holder, id: holder.id + 100 })],
    ["gives what is no pid", () => "leader"],
  ])("K06 a resolver that %s takes the name from both", async (_, resolve) => {
    const { at, alpha, beta, before, since } = await clash(resolve);
    expect(where([alpha, beta], "leader")).toEqual([undefined, undefined]);
    expect([before.ends, since.ends, before.got, since.got]).toEqual([[], [], [], []]);
    await reader(at, beta, "leader");
  });

  test("K06 a resolver that never answers takes the name from both, and holds nobody up before", async () => {
    const { at, alpha, beta } = await clash(() => new Promise(() => {}));
    expect(alpha.node.whereClusterName("leader")).toEqual(beta.node.whereClusterName("leader"));
    await reader(at, alpha, "other");
    await at.cluster.eventually(() => beta.node.whereClusterName("leader") === undefined);
    await at.settle();
    expect(where([alpha, beta], "leader")).toEqual([undefined, undefined]);
  });
});

describe("a node that is cut off", () => {
  test("K07 resolves none of its own names and registers none, while the others register them anew", async () => {
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader");
    const other = await reader(at, beta, "other");
    const idle = await at.cluster.when(alpha.node.spawn(counter, { input: { start: 0 } }));
    at.cutOff(alpha);
    expect([...alpha.resting].map(({ pid }) => pid)).toEqual([before.pid]);
    expect(alpha.node.whereClusterName("leader")).toBeUndefined();
    expect(alpha.node.whereClusterName("other")).toEqual(other.pid);
    const refused = { code: "not_owner", retryable: true };
    await expect(at.cluster.when(alpha.node.registerClusterName("new", idle))).rejects.toMatchObject(refused);
    await expect(at.cluster.when(alpha.node.reregisterClusterName("new", idle))).rejects.toMatchObject(
      refused,
    );
    await expect(at.cluster.when(alpha.node.unregisterClusterName("other"))).rejects.toMatchObject(refused);
    await expect(at.cluster.when(alpha.node.call(clusterNamed("leader"), "get"))).rejects.toMatchObject({
      code: "noproc",
    });
    expect(beta.node.whereClusterName("leader")).toEqual(before.pid);
    at.end(alpha);
    expect(beta.node.whereClusterName("leader")).toBeUndefined();
    const since = await reader(at, beta, "leader");
    expect(beta.node.whereClusterName("leader")).toEqual(since.pid);
    expect(before.ends).toEqual([]);
  });

  test("goes on with its names where its lease was not put to an end", async () => {
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader");
    at.cutOff(alpha);
    at.cluster.restore("alpha");
    at.resume(alpha);
    expect(alpha.resting.size).toBe(0);
    expect(where([alpha, beta], "leader")).toEqual([before.pid, before.pid]);
  });

  test("claims its names anew under its next lease, where nobody has taken them", async () => {
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader");
    at.cutOff(alpha);
    at.end(alpha);
    expect(where([beta], "leader")).toEqual([undefined]);
    at.comeBack(alpha);
    expect([...alpha.resting]).toHaveLength(1);
    await at.settle();
    expect(alpha.resting.size).toBe(0);
    await at.cluster.eventually(() => beta.node.whereClusterName("leader") !== undefined);
    expect(where([alpha, beta], "leader")).toEqual([before.pid, before.pid]);
    expect(beta.names.report()).toEqual([{ name: "leader", node: "alpha", epoch: 1 }]);
  });

  test("claims its names anew where somebody had taken them and is gone", async () => {
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader");
    at.cutOff(alpha);
    at.end(alpha);
    const since = await reader(at, beta, "leader");
    beta.node.exit(since.pid, "kill");
    await at.settle();
    at.comeBack(alpha);
    await at.settle();
    expect(where([alpha, beta], "leader")).toEqual([before.pid, before.pid]);
    expect(beta.names.report()).toEqual([{ name: "leader", node: "alpha", epoch: 3 }]);
  });

  test("has its processes rest until their names are their own again, however long that takes", async () => {
    const { at, alpha } = await pair();
    const before = await reader(at, alpha, "leader");
    at.cutOff(alpha);
    at.end(alpha);
    alpha.store.unacknowledged.push("lost", "lost", "lost");
    at.comeBack(alpha);
    await at.settle();
    expect([...alpha.resting].map(({ pid }) => pid)).toEqual([before.pid]);
    expect(alpha.node.whereClusterName("leader")).toBeUndefined();
    // A lease that is doubted again in between proves nothing of names that were not claimed under it.
    at.suspend(alpha);
    at.resume(alpha);
    expect([...alpha.resting].map(({ pid }) => pid)).toEqual([before.pid]);
    await at.cluster.eventually(() => alpha.resting.size === 0);
    expect(alpha.node.whereClusterName("leader")).toEqual(before.pid);
  });

  test("gives up the names of those that ended meanwhile when it is back", async () => {
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader");
    at.cutOff(alpha);
    alpha.node.exit(before.pid, "kill");
    await at.settle();
    expect(beta.node.whereClusterName("leader")).toEqual(before.pid);
    at.cluster.restore("alpha");
    at.resume(alpha);
    await at.cluster.eventually(() => beta.node.whereClusterName("leader") === undefined);
  });

  test("lets go of a name that somebody took by reregister while its watch was late", async () => {
    const { at, alpha, beta } = await pair();
    const before = await reader(at, alpha, "leader");
    alpha.store.lag();
    beta.node.disconnectNode("alpha");
    const taker = await at.cluster.when(beta.node.spawn(counter, { input: { start: 0 } }));
    await at.cluster.when(beta.node.reregisterClusterName("leader", taker));
    beta.node.exit(taker, "kill");
    await at.settle();
    const last = await reader(at, beta, "leader");
    alpha.store.heal();
    await at.settle();
    expect(where([alpha, beta], "leader")).toEqual([last.pid, last.pid]);
    expect(before.ends).toEqual([]);
  });
});

describe("a bucket that was made anew", () => {
  test("gets the names back that are held", async () => {
    const { at, alpha, beta } = await pair();
    const one = await reader(at, alpha, "one");
    const two = await reader(at, beta, "two");
    at.bucket.remake();
    await at.settle();
    expect(where([alpha, beta], "one")).toEqual([one.pid, one.pid]);
    expect(where([alpha, beta], "two")).toEqual([two.pid, two.pid]);
    expect(alpha.names.report().map(({ epoch }) => epoch)).toEqual([1, 1]);
    const other = await at.cluster.when(beta.node.spawn(counter, { input: { start: 0 } }));
    expect(await at.cluster.when(beta.node.registerClusterName("one", other))).toBe(false);
  });

  test("gives a name to the higher epoch where somebody was quicker", async () => {
    const { at, alpha, beta } = await pair();
    const first = await reader(at, beta, "leader");
    beta.node.exit(first.pid, "kill");
    await at.settle();
    const before = await reader(at, beta, "leader");
    beta.store.cut();
    at.bucket.remake();
    await at.settle();
    const quick = await reader(at, alpha, "leader");
    beta.store.heal();
    await at.settle();
    expect(where([alpha, beta], "leader")).toEqual([before.pid, before.pid]);
    expect([before.ends, quick.ends]).toEqual([[], [{ name_conflict: "leader" }]]);
  });

  test.each([
    ["alpha", "beta"],
    ["beta", "alpha"],
  ])("gives a name to the smaller node's where the epochs are the same: %s was late", async (late, quick) => {
    const { at, alpha, beta } = await pair();
    const member = (name: string): Member => (name === "alpha" ? alpha : beta);
    const before = await reader(at, member(late), "leader");
    member(late).store.cut();
    at.bucket.remake();
    await at.settle();
    const since = await reader(at, member(quick), "leader");
    member(late).store.heal();
    await at.settle();
    const [winner, loser] = late === "alpha" ? [before, since] : [since, before];
    expect(where([alpha, beta], "leader")).toEqual([winner.pid, winner.pid]);
    expect([winner.ends, loser.ends]).toEqual([[], [{ name_conflict: "leader" }]]);
  });
});

describe("what is found in the bucket", () => {
  test.each([
    "",
    "{",
    "[]",
    "null",
    '{"v":1}',
    '{"v":2,"name":"leader","pid":null,"term":1,"epoch":1}',
    "\u0000\u00ff",
  ])("that is no record counts as nothing: %j", async (text) => {
    const { at, alpha, beta } = await pair();
    await at.bucket.write("n.leader", new TextEncoder().encode(text), 0);
    await at.bucket.write("l.leader", new TextEncoder().encode(text), 0);
    await at.settle();
    expect(where([alpha, beta], "leader")).toEqual([undefined, undefined]);
    const { pid } = await reader(at, alpha, "leader");
    expect(where([alpha, beta], "leader")).toEqual([pid, pid]);
    expect(await at.cluster.when(beta.node.withClusterLock("leader", () => "in"))).toBe("in");
  });

  test("of this node, and held by nobody, is taken out", async () => {
    const { at, alpha, beta } = await pair();
    const { name: node, incarnation } = alpha.node;
    const record = { v: 1, name: "stray", pid: { node, incarnation, id: 999 }, term: 1, epoch: 7, at: 0 };
    await at.bucket.write("n.stray", new TextEncoder().encode(JSON.stringify(record)), 0);
    await at.cluster.eventually(() => beta.node.whereClusterName("stray") === undefined);
    await at.settle();
    const pid = await at.cluster.inside(beta.node, () => registerClusterName("stray"));
    expect(pid).toBe(true);
  });
});
