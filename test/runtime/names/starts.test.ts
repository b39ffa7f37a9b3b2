// Conformance: processes that are started with a name of the whole cluster (OTP behaviour K10).
import { describe, expect, test } from "vitest";
import {
  AlreadyStarted,
  child,
  clusterNamed,
  dynamicSupervisor,
  type ExitReason,
  type RuntimeEvent,
  receive,
  refuse,
  self,
  server,
  spawn,
  supervisor,
  trapExit,
  tryReceive,
  whereClusterName,
} from "../../../runtime/index.ts";
import { counter } from "../distribution/actors.ts";
import { pair } from "./scene.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};

const refusing = server("refusing", { init: () => refuse("not today") });

describe("a start with a name of the cluster", () => {
  test("K10 has the name before its first line, on every node", async () => {
    const { cluster, alpha, beta } = await pair();
    const seen: unknown[] = [];
    const pid = await cluster.when(
      alpha.node.spawn(
        async () => {
          seen.push(whereClusterName("leader"), beta.node.whereClusterName("leader"), self());
          await receive();
        },
        { clusterName: "leader" },
      ),
    );
    expect(seen).toEqual([pid, pid, pid]);
  });

  test("K10 on the loser's side gives already_started with the holder's pid, and runs no line", async () => {
    const { cluster, alpha, beta } = await pair();
    let lines = 0;
    const ran = (): void => {
      lines += 1;
    };
    const pid = await cluster.when(alpha.node.spawn(counter, { input: { start: 5 }, clusterName: "leader" }));
    const events: RuntimeEvent[] = [];
    beta.node.subscribe((event) => events.push(event));
    const before = beta.node.processes().length;
    const seen = await cluster.inside(beta.node, async () => {
      trapExit(true);
      const error = await spawn(ran, { clusterName: "leader", link: true }).catch(
        (thrown: unknown) => thrown,
      );
      return [error, await tryReceive(undefined, { timeoutMs: 50 })];
    });
    expect(seen[0]).toBeInstanceOf(AlreadyStarted);
    expect(seen[0]).toMatchObject({ code: "already_started", pid });
    expect(typeof seen[1]).toBe("symbol");
    expect([lines, events, beta.node.processes().length]).toEqual([0, [], before]);
    expect(await cluster.when(beta.node.call(clusterNamed("leader"), "bump", { by: 1 }))).toBe(6);
  });

  test("K10 on the loser's side does not end a starter that is linked and traps nothing", async () => {
    const { cluster, alpha, beta } = await pair();
    await cluster.when(alpha.node.spawn(endless, { clusterName: "leader" }));
    const lived = await cluster.inside(beta.node, async () => {
      await spawn(endless, { clusterName: "leader", link: true }).catch(() => {});
      return true;
    });
    expect(lived).toBe(true);
  });

  test("K10 of two at once lets one run", async () => {
    const { cluster, alpha, beta } = await pair();
    const asked = [alpha, beta, alpha, beta].map(({ node }) =>
      node.spawn(endless, { clusterName: "leader" }),
    );
    const results = await cluster.when(Promise.allSettled(asked));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "already_started" });
  });

  test("is watched from before its first line", async () => {
    const { cluster, alpha, beta } = await pair();
    await cluster.when(alpha.node.spawn(endless, { clusterName: "leader" }));
    const told: ExitReason[] = [];
    const { ready } = beta.node.spawnMonitor(endless, {
      clusterName: "leader",
      onDown: ({ reason }) => told.push(reason),
    });
    await expect(cluster.when(ready)).rejects.toMatchObject({ code: "already_started" });
    await cluster.eventually(() => told.length === 1);
    expect(told).toEqual(["normal"]);
  });

  test("that fails, or is killed on its way, leaves no name behind", async () => {
    const { at, cluster, alpha, beta } = await pair();
    await expect(cluster.when(alpha.node.spawn(refusing, { clusterName: "leader" }))).rejects.toMatchObject({
      code: "start_failed",
    });
    const { pid, ready } = alpha.node.spawnMonitor(endless, { clusterName: "leader" });
    alpha.node.exit(pid, "kill");
    await expect(cluster.when(ready)).rejects.toMatchObject({ code: "start_failed" });
    alpha.store.read = () => new Promise(() => {});
    await expect(
      cluster.when(alpha.node.spawn(endless, { clusterName: "slow", startTimeoutMs: 100 })),
    ).rejects.toMatchObject({ code: "start_timeout" });
    await at.settle();
    await cluster.eventually(() => beta.node.clusterNames().length === 0);
    await cluster.when(beta.node.spawn(endless, { clusterName: "leader" }));
  });

  test("is refused while the node is cut off", async () => {
    const { at, cluster, alpha } = await pair();
    at.suspend(alpha);
    await expect(cluster.when(alpha.node.spawn(endless, { clusterName: "leader" }))).rejects.toMatchObject({
      code: "not_owner",
    });
    expect(alpha.node.clusterNames()).toEqual([]);
  });

  test("cannot be asked of another node", async () => {
    const logic = { endless };
    const { cluster, alpha } = await pair({ logic });
    await expect(
      cluster.when(
        Promise.resolve().then(() => alpha.node.spawnOn("beta", "endless", { clusterName: "leader" })),
      ),
    ).rejects.toMatchObject({ code: "misuse" });
    const pid = await cluster.when(alpha.node.spawnOn("alpha", "endless", { clusterName: "leader" }));
    expect(alpha.node.whereClusterName("leader")).toEqual(pid);
  });
});

describe("a child with a name of the cluster", () => {
  test("K10 is started under a supervisor, and has its name again after a restart", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const named = child(counter, { input: { start: 1 }, clusterName: "counter" });
    await cluster.when(alpha.node.spawn(supervisor("top", { children: [named] })));
    const address = clusterNamed("counter");
    expect(await cluster.when(beta.node.call(address, "bump", { by: 1 }))).toBe(2);
    const first = beta.node.whereClusterName("counter");
    await expect(cluster.when(beta.node.call(address, "fail"))).rejects.toMatchObject({
      code: "callee_exited",
    });
    await cluster.eventually(() => {
      const now = beta.node.whereClusterName("counter");
      return now !== undefined && now.id !== first?.id;
    });
    expect(await cluster.when(beta.node.call(address, "bump", { by: 1 }))).toBe(2);
    await at.settle();
  });

  test("K10 fails to start on the loser's side with the reason already_started", async () => {
    const { cluster, alpha, beta } = await pair();
    const pid = await cluster.when(
      alpha.node.spawn(counter, { input: { start: 1 }, clusterName: "counter" }),
    );
    const named = child(counter, { input: { start: 1 }, clusterName: "counter", restart: "temporary" });
    await expect(
      cluster.when(beta.node.spawn(supervisor("top", { children: [named] }))),
    ).rejects.toMatchObject({ code: "start_failed", message: expect.stringContaining("AlreadyStarted") });
    const dynamic = await cluster.when(beta.node.spawn(dynamicSupervisor("dynamic")));
    await expect(cluster.when(beta.node.startChild(dynamic, named))).resolves.toMatchObject({ ok: false });
    expect(beta.node.whereClusterName("counter")).toEqual(pid);
  });
});
