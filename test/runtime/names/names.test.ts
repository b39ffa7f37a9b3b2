// Conformance: names of the whole cluster (OTP behaviours K01 to K03, K08).
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  call,
  cast,
  clusterNamed,
  type ExitReason,
  monitor,
  type Node,
  type Pid,
  type ProtocolOf,
  receive,
  registerClusterName,
  self,
  send,
  sendAfter,
  sendRequest,
  stop,
  tryCall,
  unregisterClusterName,
  whereClusterName,
} from "../../../runtime/index.ts";
import { counter } from "../distribution/actors.ts";
import { type Member, pair, type Scene, scene } from "./scene.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};

/** Starts a counter on a node and gives it a name of the cluster. */
async function holder(at: Scene, { node }: Member, name: string, start = 0): Promise<Pid> {
  const pid = await at.cluster.when(node.spawn(counter, { input: { start } }));
  expect(await at.cluster.when(node.registerClusterName(name, pid))).toBe(true);
  return pid;
}

function reasons(node: Node, address: Parameters<Node["monitor"]>[0]): ExitReason[] {
  const told: ExitReason[] = [];
  node.monitor(address, ({ reason }) => told.push(reason));
  return told;
}

describe("registerClusterName()", () => {
  test("K01 gives true when every connected node resolves the name, even one whose watch is late", async () => {
    const { at, alpha, beta } = await pair();
    const gamma = await at.member("gamma");
    beta.store.lag();
    const pid = await holder(at, alpha, "leader");
    const { reads } = gamma.store;
    for (const { node } of [alpha, beta, gamma]) {
      expect(node.whereClusterName("leader")).toEqual(pid);
      expect(node.clusterNames()).toEqual(["leader"]);
    }
    expect(gamma.store.reads).toBe(reads);
  });

  test("K01 gives false for a name that somebody holds, on whichever node, and for a process that has another", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await holder(at, alpha, "leader");
    for (const { node } of [alpha, beta]) {
      const other = await cluster.when(node.spawn(endless));
      expect(await cluster.when(node.registerClusterName("leader", other))).toBe(false);
      expect(await cluster.when(node.registerClusterName("other", other))).toBe(true);
      expect(await cluster.when(node.unregisterClusterName("other"))).toBeUndefined();
    }
    expect(await cluster.when(alpha.node.registerClusterName("second", pid))).toBe(false);
    expect(await cluster.when(alpha.node.registerClusterName("leader", pid))).toBe(false);
    expect(beta.node.whereClusterName("second")).toBeUndefined();
    expect(beta.node.whereClusterName("leader")).toEqual(pid);
  });

  test("K01 gives true to one alone of those who ask at once", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const nodes = [alpha, beta, await at.member("gamma")].map(({ node }) => node);
    const asked = nodes.flatMap((node) => [node, node]);
    const pids = await Promise.all(asked.map((node) => cluster.when(node.spawn(endless))));
    const got = await cluster.when(
      Promise.all(asked.map((node, index) => node.registerClusterName("leader", pids[index]))),
    );
    expect(got.filter((isTrue) => isTrue)).toHaveLength(1);
    const winner = pids[got.indexOf(true)];
    for (const node of nodes) expect(node.whereClusterName("leader")).toEqual(winner);
  });

  test("K01 registers the own process by default", async () => {
    const { cluster, alpha, beta } = await pair();
    const { done, pid } = await cluster.inside(alpha.node, async () => {
      const isMine = await registerClusterName("me");
      expect(whereClusterName("me")).toEqual(self());
      return { done: isMine, pid: beta.node.whereClusterName("me") };
    });
    expect(done).toBe(true);
    expect(pid?.node).toBe("alpha");
  });

  test.each([
    ["huge", "x".repeat(100_000)],
    ["empty", ""],
    ["half a character", "\ud800"],
    ["undefined", "undefined"],
  ])("refuses a name that is %s", async (_, name) => {
    const { cluster, alpha } = await pair();
    const pid = await cluster.when(alpha.node.spawn(endless));
    await expect(cluster.when(alpha.node.registerClusterName(name, pid))).rejects.toMatchObject({
      code: expect.stringMatching(/misuse|unusable_name/),
    });
    expect(alpha.node.whereClusterName(name)).toBeUndefined();
    expect(() => alpha.node.send(clusterNamed(name), { type: "hello" })).toThrow(/no process/);
    await expect(cluster.when(alpha.node.call(clusterNamed(name), "get"))).rejects.toMatchObject({
      code: "noproc",
    });
  });

  test("takes names of any other kind", async () => {
    const { at, alpha, beta } = await pair();
    for (const name of ["a.b", "a b", "*", ">", "ä\n\u0000", "n.x", "__proto__"]) {
      const pid = await holder(at, alpha, name);
      expect(beta.node.whereClusterName(name)).toEqual(pid);
    }
  });

  test("refuses processes that are gone, of another node, or nobody's", async () => {
    const { cluster, alpha, beta } = await pair();
    const gone = await cluster.when(alpha.node.spawn(() => undefined));
    const far = await cluster.when(beta.node.spawn(endless));
    await at(cluster, alpha.node, gone);
    await at(cluster, alpha.node, far);
    await at(cluster, alpha.node, undefined);
    expect(alpha.node.clusterNames()).toEqual([]);
  });

  test("is a misuse on a node that keeps no names with others", async () => {
    const { cluster } = await scene();
    const node = await cluster.member("lonely");
    const pid = await cluster.when(node.spawn(endless));
    await expect(cluster.when(node.registerClusterName("leader", pid))).rejects.toMatchObject({
      code: "misuse",
    });
    await expect(cluster.when(node.spawn(endless, { clusterName: "leader" }))).rejects.toMatchObject({
      code: "misuse",
    });
    expect(node.whereClusterName("leader")).toBeUndefined();
    expect(node.clusterNames()).toEqual([]);
  });

  test.each(["applied", "lost"] as const)(
    "knows in the end of a write that nobody acknowledged: %s",
    async (how) => {
      const { at, alpha, beta } = await pair();
      alpha.store.unacknowledged.push(how, how);
      const pid = await holder(at, alpha, "leader");
      expect(beta.node.whereClusterName("leader")).toEqual(pid);
      const [reported] = beta.names.report();
      expect(reported?.epoch).toBe(1);
    },
  );

  test("fails where nobody can be asked, and what is written late for it is taken back", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await cluster.when(alpha.node.spawn(endless));
    alpha.store.unacknowledged.push("late");
    const asked = alpha.node.registerClusterName("leader", pid);
    await at.settle();
    alpha.store.cut();
    await expect(cluster.when(asked)).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
    alpha.store.heal();
    for (const write of alpha.store.late) await write();
    await at.settle();
    await cluster.eventually(() => beta.node.whereClusterName("leader") === undefined);
    await holder(at, beta, "leader");
  });
});

async function at(cluster: Scene["cluster"], node: Node, pid: Pid | undefined): Promise<void> {
  await expect(cluster.when(node.registerClusterName("leader", pid))).rejects.toMatchObject({
    code: "misuse",
  });
}

describe("the end of a holder", () => {
  test("K02 removes its name everywhere", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await holder(at, alpha, "leader");
    alpha.node.exit(pid, "kill");
    await at.settle();
    expect(alpha.node.whereClusterName("leader")).toBeUndefined();
    expect(beta.node.whereClusterName("leader")).toBeUndefined();
    expect(beta.node.clusterNames()).toEqual([]);
    await expect(
      cluster.when(beta.node.call(clusterNamed("leader"), "bump", { by: 1 })),
    ).rejects.toMatchObject({
      code: "noproc",
    });
    await holder(at, beta, "leader");
    expect(alpha.names.report()).toEqual([{ name: "leader", node: "beta", epoch: 2 }]);
  });

  test("K02 removes the name that it was about to get", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await cluster.when(alpha.node.spawn(endless));
    alpha.store.unacknowledged.push("applied");
    const asked = alpha.node.registerClusterName("leader", pid);
    alpha.node.exit(pid, "kill");
    expect(await cluster.when(asked)).toBe(false);
    await at.settle();
    expect(beta.node.whereClusterName("leader")).toBeUndefined();
    await holder(at, beta, "leader");
  });

  test("K02 removes its name as soon as its store can be reached again", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await holder(at, alpha, "leader");
    alpha.store.cut();
    alpha.node.exit(pid, "kill");
    await cluster.inside(alpha.node, () => receive(undefined, { timeoutMs: 20_000 }).catch(() => {}));
    expect(beta.node.whereClusterName("leader")).toEqual(pid);
    alpha.store.heal();
    await cluster.eventually(() => beta.node.whereClusterName("leader") === undefined);
  });

  test("K02 leaves the name to the next one of its node, even where it could not be taken out", async () => {
    const { at, alpha, beta } = await pair();
    alpha.store.lag();
    const { name: node, incarnation } = alpha.node;
    const record = { v: 1, name: "leader", pid: { node, incarnation, id: 999 }, term: 1, epoch: 4, at: 0 };
    await at.bucket.write("n.leader", new TextEncoder().encode(JSON.stringify(record)), 0);
    const pid = await holder(at, alpha, "leader");
    expect(beta.node.whereClusterName("leader")).toEqual(pid);
    expect(beta.names.report()).toEqual([{ name: "leader", node: "alpha", epoch: 5 }]);
  });

  test("K02 of its node, which the end of the lease tells, makes all its names lead nowhere at once", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const names = ["one", "two", "three"];
    for (const name of names) await holder(at, alpha, name);
    at.cutOff(alpha);
    at.end(alpha);
    for (const name of names) expect(beta.node.whereClusterName(name)).toBeUndefined();
    const pid = await holder(at, beta, "two");
    expect(beta.node.clusterNames()).toEqual(["two"]);
    expect(await cluster.when(beta.node.call(clusterNamed("two"), "bump", { by: 1 }))).toBe(1);
    expect(beta.node.whereClusterName("two")).toEqual(pid);
  });
});

describe("a name of the cluster that nobody holds", () => {
  test("K03 throws at who sends, fails who calls, and tells who watches", async () => {
    const { cluster, alpha } = await pair();
    const nobody = clusterNamed("nobody");
    await cluster.inside(alpha.node, async () => {
      expect(() => send(nobody, { type: "hello" })).toThrow(expect.objectContaining({ code: "noproc" }));
      cast(nobody, "hello");
      await expect(call(nobody, "hello")).rejects.toMatchObject({ code: "noproc" });
      expect(await tryCall(nobody, "hello")).toMatchObject({ ok: false, error: { code: "noproc" } });
      await expect(sendRequest(nobody, "hello").receive(100)).rejects.toMatchObject({ code: "noproc" });
      await expect(stop(nobody)).rejects.toMatchObject({ code: "noproc" });
      sendAfter(nobody, { type: "hello" }, 1);
      const ref = monitor(nobody);
      expect(await receive()).toMatchObject({ type: "sys.down", ref, object: nobody, reason: "noproc" });
    });
  });

  test("K03 behaves the same on a node that keeps no names", async () => {
    const { cluster } = await scene();
    const node = await cluster.member("lonely");
    expect(() => node.send(clusterNamed("x"), { type: "hello" })).toThrow(/"x" of the cluster/);
    await expect(cluster.when(node.call(clusterNamed("x"), "hello"))).rejects.toMatchObject({
      code: "noproc",
    });
    await expect(cluster.when(node.stop(clusterNamed("x")))).rejects.toMatchObject({ code: "noproc" });
  });
});

describe("an address of the cluster", () => {
  test.each(["alpha", "beta"] as const)("leads every verb to the holder, asked from %s", async (from) => {
    const { at, cluster, alpha, beta } = await pair();
    await holder(at, alpha, "counter", 10);
    const { node } = from === "alpha" ? alpha : beta;
    const address = clusterNamed("counter");
    const told = reasons(node, address);
    const seen = await cluster.inside(node, async () => {
      cast(address, "add", { by: 1 });
      send(address, { type: "ignored" });
      const called = await call(address, "bump", { by: 1 });
      const tried = await tryCall(address, "bump", { by: 1 });
      const requested = await sendRequest(address, "bump", { by: 1 }).receive(1_000);
      return [called, tried, requested];
    });
    expect(seen).toEqual([12, { ok: true, value: 13 }, 14]);
    await cluster.when(node.stop(address));
    await cluster.eventually(() => told.length === 1);
    expect(told).toEqual(["normal"]);
  });

  test("carries the protocol of whoever has the name", () => {
    const address = clusterNamed<ProtocolOf<typeof counter>>("counter");
    const typed = (node: Node): void => {
      expectTypeOf(node.call(address, "bump", { by: 1 })).resolves.toEqualTypeOf<number>();
      // @ts-expect-error: "bump" needs a number.
      void node.call(address, "bump", { by: "one" });
      // @ts-expect-error: there is no such call.
      void node.call(address, "jump");
    };
    expect([typeof typed, address]).toEqual(["function", { clusterName: "counter" }]);
  });

  test("is looked up when a timer fires", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const address = clusterNamed("late");
    const heard = cluster.inside(beta.node, async () => {
      await registerClusterName("late");
      return (await receive()).type;
    });
    alpha.node.sendAfter(address, { type: "tick" }, 500);
    expect(await heard).toBe("tick");
    await at.settle();
  });

  test("is looked up once more for a call that its known holder cannot have taken", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const first = await holder(at, alpha, "counter");
    beta.store.lag();
    alpha.node.exit(first, "kill");
    await at.settle();
    const second = await cluster.when(alpha.node.spawn(counter, { input: { start: 40 } }));
    // Nobody tells beta: the node that it is asked on cannot be reached by it.
    alpha.node.disconnectNode("beta");
    await cluster.when(alpha.node.registerClusterName("counter", second));
    expect(await cluster.when(beta.node.call(clusterNamed("counter"), "bump", { by: 2 }))).toBe(42);
    expect(beta.node.whereClusterName("counter")).toEqual(second);
  });

  test("is looked up for a call where nothing is known of it here", async () => {
    const { at, cluster, alpha, beta } = await pair();
    beta.store.lag();
    alpha.node.disconnectNode("beta");
    await holder(at, alpha, "counter", 1);
    expect(beta.node.whereClusterName("counter")).toBeUndefined();
    expect(await cluster.when(beta.node.call(clusterNamed("counter"), "bump", { by: 1 }))).toBe(2);
  });

  test("does not repeat a call that was under way when the holder was lost", async () => {
    const { at, cluster, alpha, beta } = await pair();
    await holder(at, alpha, "counter");
    const { reads } = beta.store;
    const asked = beta.node.call(clusterNamed("counter"), "hang");
    await at.settle();
    beta.node.disconnectNode("alpha");
    await expect(cluster.when(asked)).rejects.toMatchObject({ code: "nodedown" });
    expect(beta.store.reads).toBe(reads);
  });

  test("fails a call at its deadline, whoever is asked who the holder is", async () => {
    const { cluster, alpha } = await pair();
    alpha.store.read = () => new Promise(() => {});
    await expect(
      cluster.when(alpha.node.call(clusterNamed("counter"), "bump", undefined as never, { timeoutMs: 200 })),
    ).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("unregisterClusterName()", () => {
  test("takes the name from whoever has it, and the process lives on", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await holder(at, alpha, "leader");
    await cluster.when(beta.node.unregisterClusterName("leader"));
    await cluster.when(beta.node.unregisterClusterName("nobody"));
    for (const { node } of [alpha, beta]) expect(node.whereClusterName("leader")).toBeUndefined();
    await at.settle();
    expect(alpha.node.isAlive(pid)).toBe(true);
    expect(await cluster.when(alpha.node.registerClusterName("other", pid))).toBe(true);
  });

  test("frees the own name", async () => {
    const { cluster, alpha, beta } = await pair();
    const seen = await cluster.inside(alpha.node, async () => {
      await registerClusterName("me");
      await unregisterClusterName("me");
      return [beta.node.whereClusterName("me"), await registerClusterName("other")];
    });
    expect(seen).toEqual([undefined, true]);
  });
});

describe("reregisterClusterName()", () => {
  test("K08 replaces the holder for all nodes, and the one before lives on without the name", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const first = await holder(at, alpha, "leader");
    const second = await cluster.when(beta.node.spawn(endless));
    await cluster.when(beta.node.reregisterClusterName("leader", second));
    for (const { node } of [alpha, beta]) expect(node.whereClusterName("leader")).toEqual(second);
    await at.settle();
    expect(alpha.node.isAlive(first)).toBe(true);
    expect(await cluster.when(alpha.node.registerClusterName("other", first))).toBe(true);
    expect(alpha.node.whereClusterName("leader")).toEqual(second);
    alpha.node.exit(first, "kill");
    await at.settle();
    expect(alpha.node.whereClusterName("leader")).toEqual(second);
  });

  test("K08 never leaves the name without a holder, and gives it back as well", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const first = await holder(at, alpha, "leader");
    const second = await cluster.when(beta.node.spawn(endless));
    for (let round = 0; round < 3; round += 1) {
      const [node, pid] = round % 2 === 0 ? [beta.node, second] : [alpha.node, first];
      const seen: unknown[] = [];
      const asked = node.reregisterClusterName("leader", pid).then(() => seen.push("done"));
      while (seen.length === 0) {
        expect(alpha.node.whereClusterName("leader")).toBeDefined();
        await at.settle();
      }
      await asked;
      expect(alpha.node.whereClusterName("leader")).toEqual(pid);
      await at.settle();
    }
    expect(alpha.names.report()).toEqual([{ name: "leader", node: "beta", epoch: 4 }]);
  });

  test("K08 registers a name that nobody has, and refuses a process that has another", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await cluster.when(alpha.node.spawn(endless));
    await cluster.when(alpha.node.reregisterClusterName("leader", pid));
    await cluster.when(alpha.node.reregisterClusterName("leader", pid));
    expect(beta.node.whereClusterName("leader")).toEqual(pid);
    await expect(cluster.when(alpha.node.reregisterClusterName("other", pid))).rejects.toMatchObject({
      code: "misuse",
    });
    await holder(at, beta, "other");
  });
});
