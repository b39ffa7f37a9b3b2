// Nodes that come and go: who hears of it, in what order, and what becomes of their names.
import { describe, expect, test } from "vitest";
import {
  call,
  monitor,
  monitorNode,
  monitorNodes,
  type Node,
  named,
  receive,
  send,
  sleep,
} from "../../../runtime/index.ts";
import { counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const endless = async (): Promise<void> => void (await receive());
const logic = { counter, endless };

async function pair(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic });
  const beta = await cluster.member("beta", { logic });
  return { cluster, alpha, beta };
}

function namesOf(node: Node): readonly string[] {
  return node
    .nodes()
    .map(({ name }) => name)
    .sort();
}

describe.each(clusterKinds)("over %s", (kind) => {
  test("J12 node events say who and why", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const changes: unknown[] = [];
    alpha.monitorNodes(({ kind: change, node, reason }) => changes.push([change, node, reason]));
    alpha.disconnectNode("beta");
    await cluster.eventually(() => changes.length === 2);
    cluster.silence("beta");
    await cluster.eventually(() => changes.length === 3);
    cluster.restore("beta");
    await cluster.eventually(() => changes.length === 4);
    await cluster.when(beta.halt());
    await cluster.eventually(() => changes.length === 5);
    expect(changes).toEqual([
      ["down", "beta", "goodbye"],
      ["up", "beta", undefined],
      ["down", "beta", expect.stringMatching(/missed_beats|down/)],
      ["up", "beta", undefined],
      ["down", "beta", expect.stringMatching(/goodbye|down/)],
    ]);
  });

  test("J13 nodeup comes before any signal of the node, and DOWN before nodedown", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const seen = await cluster.inside(alpha, async () => {
      const pid = await beta.spawn(endless);
      monitorNodes(true);
      monitor(pid);
      await sleep(50);
      alpha.disconnectNode("beta");
      const types = [(await receive()).type, (await receive()).type];
      const up = receive(({ type }) => type === "sys.nodeup");
      beta.send(named("reader").on("alpha"), { type: "hello" });
      types.push((await up).type);
      return types;
    });
    expect(seen).toEqual(["sys.down", "sys.nodedown", "sys.nodeup"]);
  });

  test("J14 each call of monitorNodes counts, until it is taken back", async () => {
    const { cluster, alpha } = await pair(kind);
    const counts = await cluster.inside(alpha, async () => {
      monitorNodes(true);
      monitorNodes(true);
      monitorNode("beta", true);
      alpha.disconnectNode("beta");
      let downs = 0;
      for (;;) {
        const { type } = await receive();
        if (type === "sys.nodeup") break;
        downs += 1;
      }
      await receive();
      monitorNodes(false);
      alpha.disconnectNode("beta");
      await sleep(50);
      const more = await receive(undefined, { timeoutMs: 20 }).catch(() => "nothing");
      return [downs, more];
    });
    expect(counts).toEqual([3, "nothing"]);
  });

  test("monitorNode() of a node that cannot be reached tells so", async () => {
    const { cluster, alpha } = await pair(kind);
    const message = await cluster.inside(alpha, () => {
      monitorNode("nowhere", true);
      return receive();
    });
    expect(message).toMatchObject({ type: "sys.nodedown", node: "nowhere" });
  });

  test("J16 J17 a node that fell silent is down for both sides, and a new session begins when it is back", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const before = alpha.nodes()[0]?.incarnation;
    cluster.silence("beta");
    await cluster.eventually(() => namesOf(alpha).length === 0 && namesOf(beta).length === 0);
    cluster.restore("beta");
    await cluster.eventually(() => namesOf(alpha).length === 1 && namesOf(beta).length === 1);
    expect(alpha.nodes()[0]?.incarnation).toBe(before);
  });

  test("J19 members form a full mesh by themselves, and J20 N06 losing one of them is between two", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const gamma = await cluster.member("gamma", { logic });
    await cluster.eventually(() => namesOf(gamma).length === 2);
    expect([namesOf(alpha), namesOf(beta), namesOf(gamma)]).toEqual([
      ["beta", "gamma"],
      ["alpha", "gamma"],
      ["alpha", "beta"],
    ]);
    const others: string[] = [];
    gamma.monitorNodes(({ kind: change, node }) => others.push(`${change} ${node}`));
    alpha.disconnectNode("beta");
    await cluster.eventually(() => namesOf(alpha).length === 2 && namesOf(beta).length === 2);
    expect(others).toEqual([]);
  });

  test("J19 M15 a hidden node appears nowhere and takes no part, and is answered", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    await cluster.when(beta.spawn(counter, { input: { start: 1 }, name: "counter" }));
    const seen: unknown[] = [];
    await cluster.inside(alpha, () => monitorNodes(true));
    const processSees = cluster.inside(beta, async () => {
      monitorNodes(true);
      return receive(undefined, { timeoutMs: 300 }).catch(() => "nothing");
    });
    const tool = await cluster.member("cli-anna", { hidden: true });
    const again = await cluster.member("cli-anna", { hidden: true });
    beta.subscribe((event) => seen.push(event));
    expect(await cluster.when(tool.call(named("counter").on("beta"), "bump", { by: 1 }))).toBe(2);
    expect(await cluster.when(again.call(named("counter").on("beta"), "bump", { by: 1 }))).toBe(3);
    expect(await cluster.when(tool.call(named("counter").on("beta"), "bump", { by: 1 }))).toBe(4);
    expect(namesOf(beta)).toEqual(["alpha"]);
    await cluster.eventually(() => (beta.distribution?.members().length ?? 0) > 0);
    expect(beta.distribution?.members().map(({ name }) => name)).toEqual(["alpha"]);
    expect(await processSees).toBe("nothing");
    const victim = await cluster.when(beta.spawn(endless));
    tool.exit(victim, "kill");
    await expect(cluster.when(tool.spawnOn("beta", "endless"))).rejects.toThrow(/takes messages and calls/);
    await cluster.eventually(() => seen.length > 0);
    expect(beta.isAlive(victim)).toBe(true);
    expect(seen).toContainEqual({
      name: "signals_refused",
      data: { peer: "cli-anna", signals: 1, why: "not for tools" },
    });
  });

  test("a name that begins as those of commands do is refused to a member", async () => {
    const cluster = await startCluster(kind);
    await expect(cluster.lone("cli-anna")).rejects.toThrow(/belong to commands/);
  });

  test("J25 T11 a second node of a live name is refused, and told who has it", async () => {
    const { cluster } = await pair(kind);
    const place = { host: "here", osPid: 7, version: "" };
    await cluster.member("gamma", { place });
    await expect(cluster.member("gamma")).rejects.toMatchObject({
      code: "name_held",
      message: expect.stringContaining("OS process 7 on here"),
    });
  });

  test("a node that starts again under its name is another one: what knew the first is told noproc", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const old = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
    await cluster.when(beta.halt());
    await cluster.eventually(() => namesOf(alpha).length === 0);
    await cluster.member("beta", { logic });
    await expect(cluster.when(alpha.call(old, "bump", { by: 1 }))).rejects.toMatchObject({ code: "noproc" });
  });

  test("D17 N02 what is sent faster than it can go waits, in order, and is lost only with the session, which is told", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const told: string[] = [];
    alpha.subscribe(({ name }) => told.push(name));
    const reader = await cluster.when(beta.spawn(endless, { name: "reader" }));
    const watch: unknown[] = [];
    alpha.monitor(reader, ({ reason }) => watch.push(reason));
    await cluster.inside(alpha, () => sleep(50));
    cluster.silence("beta");
    const bytes = new Uint8Array(4 * 1024 * 1024);
    await cluster.inside(alpha, () => {
      for (let count = 0; count < 40; count += 1) send(reader, { type: "large", bytes });
    });
    await cluster.eventually(() => watch.length === 1);
    expect(watch).toEqual(["noconnection"]);
    expect(told).toContain("signals_dropped");
    cluster.restore("beta");
    await cluster.eventually(() => namesOf(alpha).length === 1);
    expect(
      await cluster.inside(alpha, () => call(named("nobody").on("beta"), "x").catch((e) => e.code)),
    ).toBe("noproc");
  });
});
