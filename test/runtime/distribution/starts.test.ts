// Processes that are started on another node: by the key of logic that it knows, with what OTP promises of spawn.
import { describe, expect, test } from "vitest";
import {
  exit,
  ignore,
  monitor,
  type Node,
  named,
  type Pid,
  receive,
  refuse,
  server,
  sleep,
  spawnOn,
  spawnRequest,
  trapExit,
} from "../../../runtime/index.ts";
import { clerk, counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const refusing = server("refusing", { init: () => refuse("not today") });
const ignoring = server("ignoring", { init: () => ignore() });
const throwing = server("throwing", {
  init: () => {
    throw new Error("broken from the start");
  },
});
const slow = server("slow", { init: () => new Promise<never>(() => {}) });
const doubled = async (input: { readonly value: number }): Promise<number> => input.value * 2;
const failing = async (): Promise<never> => {
  throw new RangeError("over there");
};
const shouting = async (): Promise<never> => {
  throw { code: 42 };
};
const endless = async (): Promise<void> => void (await receive());

const logic = { counter, clerk, refusing, ignoring, throwing, slow, doubled, failing, shouting, endless };

async function pair(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic });
  const beta = await cluster.member("beta", { logic });
  return { cluster, alpha, beta };
}

describe.each(clusterKinds)("over %s", (kind) => {
  describe("spawnOn()", () => {
    test("J03 gives the pid of a process that is ready there", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const pid = await cluster.when(alpha.spawnOn("beta", counter, { input: { start: 4 }, name: "far" }));
      expect(pid).toMatchObject({ node: "beta", incarnation: beta.incarnation });
      expect(beta.whereis("far")).toMatchObject({ id: pid.id });
      expect(await cluster.when(alpha.call(pid, "bump", { by: 1 }))).toBe(5);
    });

    test("J04 on a node that cannot be reached says so to whoever waits, to a link and to a monitor", async () => {
      const { cluster, alpha } = await pair(kind);
      await expect(
        cluster.when(alpha.spawnOn("nowhere", counter, { input: { start: 0 } })),
      ).rejects.toMatchObject({
        code: "nodedown",
      });
      const messages = await cluster.inside(alpha, async () => {
        trapExit(true);
        spawnRequest("nowhere", "counter", { link: true });
        const linked = await receive();
        spawnRequest("nowhere", "counter", { isWatched: true });
        return [linked, await receive()];
      });
      expect(messages).toMatchObject([
        { type: "sys.exit", reason: "noconnection" },
        { type: "sys.down", reason: "noconnection" },
      ]);
    });

    test("J05 J28 of logic that the node does not know ends with undef, for a link and a monitor too", async () => {
      const { cluster, alpha } = await pair(kind);
      await expect(cluster.when(alpha.spawnOn("beta", "stranger"))).rejects.toMatchObject({
        code: "undef",
        message: expect.stringContaining('"stranger"'),
      });
      const told: unknown[] = [];
      alpha.spawnRequest("beta", "stranger", { isWatched: true, onDown: ({ reason }) => told.push(reason) });
      const victim = async (): Promise<void> => {
        spawnRequest("beta", "stranger", { link: true });
        await receive();
      };
      alpha.spawnMonitor(victim, { onDown: ({ reason }) => told.push(reason) });
      await cluster.eventually(() => told.length === 2);
      expect(told).toEqual([{ undef: "stranger" }, { undef: "stranger" }]);
      expect(() => alpha.spawnOn("beta", () => {})).toThrow(/no key/);
    });

    test.each([
      ["refusing", { code: "start_failed", reason: "not today" }],
      ["ignoring", { code: "ignore" }],
      ["throwing", { code: "start_failed", reason: { error: { message: "broken from the start" } } }],
    ])("E03 E05 E06 of a %s init fails as it would here", async (key, failure) => {
      const { cluster, alpha } = await pair(kind);
      await expect(cluster.when(alpha.spawnOn("beta", key))).rejects.toMatchObject(failure);
    });

    test("E03 tells a starter that traps exits by the answer alone, and takes another one along", async () => {
      const { cluster, alpha } = await pair(kind);
      const left = await cluster.inside(alpha, async () => {
        trapExit(true);
        await spawnOn("beta", refusing, { link: true }).catch(() => {});
        await sleep(30);
        return receive(undefined, { timeoutMs: 10 }).catch(() => "nothing");
      });
      expect(left).toBe("nothing");
      const told: unknown[] = [];
      const victim = async (): Promise<void> => {
        await spawnOn("beta", refusing, { link: true }).catch(() => receive());
      };
      alpha.spawnMonitor(victim, { onDown: ({ reason }) => told.push(reason) });
      await cluster.eventually(() => told.length === 1);
      expect(told).toEqual(["not today"]);
    });

    test("E09 E10 knows of names that are held and of starts that take too long", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const holder = await cluster.when(beta.spawn(counter, { input: { start: 0 }, name: "held" }));
      await expect(
        cluster.when(alpha.spawnOn("beta", counter, { input: { start: 0 }, name: "held" })),
      ).rejects.toMatchObject({ code: "already_started", pid: { node: "beta", id: holder.id } });
      const before = beta.processes().length;
      await expect(cluster.when(alpha.spawnOn("beta", "slow", { startTimeoutMs: 30 }))).rejects.toMatchObject(
        {
          code: "start_timeout",
        },
      );
      expect(beta.processes().length).toBe(before);
    });

    test("B13 has the child hear of a starter that died before the child was there", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const before = beta.processes().length;
      await cluster
        .inside(alpha, () => {
          spawnRequest("beta", "endless", { link: true });
          exit("storm");
        })
        .catch(() => {});
      await cluster.when(alpha.connectNode("beta"));
      await cluster.inside(alpha, () => sleep(100));
      expect(beta.processes().length).toBe(before);
    });
  });

  describe("spawnRequest()", () => {
    test("J23 comes back at once, with one answer later, and can be given up", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      const told: unknown[] = [];
      const request = alpha.spawnRequest("beta", "endless", {
        isWatched: true,
        onDown: ({ reason }) => told.push(reason),
      });
      expect(await cluster.when(request.ready)).toMatchObject({ node: "beta" });
      expect(request.abandon()).toBe(false);
      const given = alpha.spawnRequest("beta", "endless", {
        name: "given-up",
        isWatched: true,
        onDown: ({ reason }) => told.push(reason),
      });
      expect(given.abandon()).toBe(true);
      expect(given.abandon()).toBe(false);
      await cluster.eventually(() => beta.whereis("given-up") !== undefined);
      beta.exit(beta.whereis("given-up") as Pid, "storm");
      await cluster.inside(alpha, () => sleep(50));
      expect(told).toEqual([]);
    });
  });

  describe("runOn()", () => {
    test("J21 gives what the logic came to, and throws on what it failed with", async () => {
      const { cluster, alpha } = await pair(kind);
      expect(await cluster.when(alpha.runOn("beta", doubled, { input: { value: 21 } }))).toBe(42);
      await expect(cluster.when(alpha.runOn("beta", failing))).rejects.toMatchObject({
        reason: { error: { name: "RangeError", message: "over there" } },
      });
      await expect(cluster.when(alpha.runOn("beta", shouting))).rejects.toMatchObject({
        reason: { nocatch: { code: 42 } },
      });
      await expect(cluster.when(alpha.runOn("nowhere", "doubled"))).rejects.toMatchObject({
        code: "nodedown",
      });
    });

    test("J22 that timed out leaves the work over there alone", async () => {
      const { cluster, alpha, beta } = await pair(kind);
      await expect(
        cluster.when(alpha.runOn("beta", endless, { name: "works-on", timeoutMs: 100 })),
      ).rejects.toMatchObject({ code: "timeout" });
      expect(beta.whereis("works-on")).toBeDefined();
    });
  });

  test("J24 a process of another node is asked about on its own node", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const pid = await cluster.when(beta.spawn(endless));
    expect(() => alpha.processInfo(pid)).toThrow(/another node|belong/);
    expect(alpha.isAlive(pid)).toBe(false);
  });

  test("J08 a monitor of a process on a node that is not connected connects, or tells noconnection", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const pid = await cluster.when(beta.spawn(endless));
    const told = await cluster.inside(alpha, async () => {
      monitor(named("nobody").on("nowhere"));
      const nowhere = await receive();
      alpha.disconnectNode("beta");
      monitor(pid);
      await sleep(100);
      exit(pid, "storm");
      return [nowhere, await receive()];
    });
    expect(told).toMatchObject([
      { type: "sys.down", reason: "noconnection" },
      { type: "sys.down", reason: "storm" },
    ]);
  });
});
