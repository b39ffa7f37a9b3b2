// Carriers and nodes that go in the middle of everything: what is lost is told, once, and what stays works on.
import { describe, expect, test } from "vitest";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import {
  call,
  exit,
  link,
  monitor,
  type Node,
  noReply,
  ok,
  type Pid,
  receive,
  refuse,
  replyWith,
  send,
  server,
  simulatedWorld,
  spawnRequest,
  startNode,
  trapExit,
  tryCall,
} from "../../../runtime/index.ts";
import { counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};
const never = server("never", {
  init: () => ok(0),
  calls: { hang: (state: number, _: number) => noReply(state) },
});
/** Declines with a reason that is no data. */
const unspeakable = server("unspeakable", { init: () => refuse({ why: () => "a function" } as never) });
/** Answers with what is no data, and ends with it. */
const unspeakableServer = server("unspeakable server", {
  init: () => ok(0),
  calls: {
    answer: (state: number, _: number) => replyWith((() => 1) as never, state),
    die: (): never => exit({ why: () => "a function" } as never),
  },
});
const logic = { counter, endless, never, unspeakable };

async function pair(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic });
  const beta = await cluster.member("beta", { logic });
  return { cluster, alpha, beta };
}

describe.each(clusterKinds)("over %s", (kind) => {
  test("everything that is asked in the same tick as a break has one outcome", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const there = await cluster.when(beta.spawn(never));
    const count = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
    const seen = await cluster.inside(alpha, async () => {
      trapExit(true);
      const before = tryCall(there, "hang", 1, { timeoutMs: Number.POSITIVE_INFINITY });
      const first = monitor(there);
      link(there);
      alpha.disconnectNode("beta");
      const after = tryCall(count, "bump", { by: 1 });
      const second = monitor(there);
      link(there);
      const downs: string[] = [];
      const one = await receive();
      const two = await receive();
      downs.push(one.type, two.type);
      const outcomes = [await before, await after];
      exit(there, "storm");
      const late = [(await receive()).type, (await receive()).type];
      return {
        downs: downs.sort(),
        refs: [(one as { ref?: { ref: number } }).ref?.ref, first.ref, second.ref].length,
        codes: outcomes.map((outcome) =>
          outcome.ok ? outcome.value : (outcome.error as { code?: string }).code,
        ),
        late: late.sort(),
      };
    });
    expect(seen).toMatchObject({
      downs: ["sys.down", "sys.exit"],
      codes: ["nodedown", 1],
      late: ["sys.down", "sys.exit"],
    });
  });

  test("a node that halts in the middle of everything is lost once to each", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const there = await cluster.when(beta.spawn(never));
    const outcome = cluster.inside(alpha, async () => {
      trapExit(true);
      const waits: Promise<unknown>[] = [];
      for (let round = 0; round < 50; round += 1) {
        waits.push(
          call(there, "hang", 1).then(
            () => "?",
            (error) => error.code,
          ),
        );
        send(there, { type: "noise" });
        monitor(there);
        waits.push(
          spawnRequest("beta", "endless", { isWatched: true, onDown: () => {} }).ready.then(
            () => "ready",
            (error) => error.code,
          ),
        );
      }
      link(there);
      const told: unknown[] = [];
      for (let round = 0; round < 51; round += 1) {
        const message = (await receive()) as unknown as { type: string; reason: unknown };
        told.push(message.type);
      }
      const codes = new Set(await Promise.all(waits));
      const more = await receive(undefined, { timeoutMs: 50 }).catch(() => "nothing");
      return { told: told.filter((type) => type === "sys.down").length, codes: [...codes], more };
    });
    const halted = [beta.halt(), beta.halt()];
    await cluster.when(Promise.all(halted));
    const { told, codes, more } = await outcome;
    expect(told).toBe(50);
    expect(more).toBe("nothing");
    for (const code of codes) expect(["nodedown", "ready", "noproc", "callee_exited"]).toContain(code);
    expect(alpha.nodes()).toEqual([]);
  });

  test("a carrier that is removed under load and added again loses what was under way, and nothing else", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const there = await cluster.when(beta.spawn(never));
    const count = await cluster.when(beta.spawn(counter, { input: { start: 0 } }));
    const [carrier] = alpha.distribution?.carriers ?? [];
    if (carrier === undefined) throw new Error("There is no carrier.");
    const codes = new Set<unknown>();
    const told: unknown[] = [];
    const waits = Array.from({ length: 200 }, () =>
      alpha.call(there, "hang", 1).catch((error) => codes.add(error.code)),
    );
    alpha.monitor(there, ({ reason }) => told.push(reason));
    await cluster.when(alpha.distribution?.removeCarrier(carrier) ?? Promise.resolve());
    await cluster.when(Promise.all(waits));
    await cluster.eventually(() => told.length === 1 && beta.nodes().length === 0);
    expect([...codes]).toEqual(["nodedown"]);
    expect(told).toEqual(["noconnection"]);
    expect(await cluster.when(alpha.tryCall(count, "bump", { by: 1 }))).toMatchObject({ ok: false });
    alpha.distribution?.addCarrier(carrier);
    await cluster.eventually(() => alpha.nodes().length === 1 && beta.nodes().length === 1);
    expect(await cluster.when(alpha.call(count, "bump", { by: 1 }))).toBe(1);
  });

  test("a carrier is added once, to a node that lives", async () => {
    const { cluster, alpha } = await pair(kind);
    const [carrier] = alpha.distribution?.carriers ?? [];
    if (carrier === undefined) throw new Error("There is no carrier.");
    expect(() => alpha.distribution?.addCarrier(carrier)).toThrow(/already/);
    await cluster.when(alpha.halt());
    expect(() => alpha.distribution?.addCarrier(carrier)).toThrow(/has ended/);
  });
});

describe("where nothing checks what is sent", () => {
  test("a reason, an output and a reply that are no data are told as failures, and both nodes live on", async () => {
    const world = simulatedWorld();
    const network = memoryNetwork(world);
    const output = async (): Promise<() => void> => () => {};
    const [alpha, beta] = ["alpha", "beta"].map((name) => {
      const node = startNode({
        world,
        name,
        boundary: "trust",
        distribution: { logic: { ...logic, output } },
      });
      node.distribution?.addCarrier(network.carrier(name));
      return node;
    });
    if (alpha === undefined || beta === undefined) throw new Error("There are no nodes.");
    await world.advance(3_000);
    const reason = { error: { name: "Misuse", message: expect.stringContaining("is a function") } };
    await expect(world.until(alpha.spawnOn("beta", unspeakable))).rejects.toMatchObject({ reason });
    await expect(world.until(alpha.runOn("beta", output))).rejects.toMatchObject({ reason });
    const told: unknown[] = [];
    const dying = await world.until(beta.spawn(unspeakableServer));
    alpha.monitor(dying, (down) => told.push(down.reason));
    expect(await world.until(alpha.tryCall(dying, "answer", 1))).toMatchObject({
      ok: false,
      error: { reason },
    });
    expect(await world.until(alpha.tryCall(dying, "die"))).toMatchObject({ ok: false, error: { reason } });
    await world.advance(100);
    expect(told).toMatchObject([reason]);
    const count = await world.until(beta.spawn(counter, { input: { start: 0 } }));
    expect(await world.until(alpha.call(count, "bump", { by: 1 }))).toBe(1);
    await world.until(Promise.all([alpha.halt(), beta.halt()]));
  });
});

describe("two ways between the same nodes", () => {
  const world = simulatedWorld();
  const networks = [memoryNetwork(world), memoryNetwork(world)] as const;

  async function start(name: string, order: readonly (0 | 1)[]): Promise<Node> {
    const node = startNode({ world, name, distribution: { logic } });
    for (const index of order) node.distribution?.addCarrier(networks[index].carrier(name));
    return node;
  }

  test("make one session, and the loss of one leaves the nodes together over the other", async () => {
    const alpha = await start("alpha", [0, 1]);
    const beta = await start("beta", [1, 0]);
    const changes: string[] = [];
    alpha.monitorNodes(({ kind: change }) => changes.push(change));
    await world.advance(20_000);
    expect(alpha.nodes().map(({ name }) => name)).toEqual(["beta"]);
    expect(beta.nodes().map(({ name }) => name)).toEqual(["alpha"]);
    expect(changes).toEqual(["up"]);
    const count = (await world.until(beta.spawn(counter, { input: { start: 0 } }))) as Pid<never>;
    for (const index of [0, 1] as const) {
      networks[index].disconnect("alpha");
      await world.advance(10_000);
      expect(await world.until(alpha.call(count, "bump" as never, { by: 1 } as never))).toBe(index + 1);
      networks[index].reconnect("alpha");
      await world.advance(10_000);
    }
    expect(changes.filter((change) => change === "up").length).toBe(
      changes.filter((change) => change === "down").length + 1,
    );
    const [first] = alpha.distribution?.carriers ?? [];
    if (first === undefined) throw new Error("There is no carrier.");
    await world.until(alpha.distribution?.removeCarrier(first) ?? Promise.resolve());
    await world.advance(10_000);
    expect(await world.until(alpha.call(count, "bump" as never, { by: 1 } as never))).toBe(3);
    await world.until(Promise.all([alpha.halt(), beta.halt()]));
  });
});
