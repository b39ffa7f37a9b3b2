// What is left on two nodes after thousands of calls, links, monitors and starts between them: nothing, however each came out.
import { describe, expect, test } from "vitest";
import { setup } from "xstate";
import {
  call,
  callProcess,
  demonitor,
  exit,
  link,
  monitor,
  monitorProcess,
  type Node,
  named,
  noReply,
  ok,
  type Pid,
  receive,
  runOn,
  self,
  sendProcess,
  sendRequest,
  server,
  sleep,
  spawn,
  spawnOn,
  spawnRequest,
  stop,
  trapExit,
  tryCall,
  unlink,
} from "../../../runtime/index.ts";
import { clerk, counter } from "./actors.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};
const done = async (): Promise<number> => 1;
const never = server("never", {
  init: () => ok(0),
  calls: { hang: (state: number, _: number) => noReply(state) },
});
const logic = { counter, clerk, endless, done, never };

async function pair(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha", { logic });
  const beta = await cluster.member("beta", { logic });
  return { cluster, alpha, beta };
}

async function settled(): Promise<void> {
  await tryCall(named("nobody").on("beta"), "sync");
  await sleep(20);
}

/** How much each table of one node holds, of itself and of the other. */
function tables(node: Node, other: string): Record<string, number> {
  const remote = node.distribution?.known(other);
  if (remote === undefined) throw new Error("There is no session.");
  const { kernel } = remote;
  return {
    processes: kernel.processes.size,
    calls: kernel.calls.size,
    aliases: kernel.aliases.size,
    incoming: remote.incoming.size,
    served: remote.served.size,
    starts: remote.starts.size,
    watched: remote.watchers?.toArray().length ?? 0,
    callers: remote.callers?.toArray().length ?? 0,
    endless: remote.endlessCalls?.size ?? 0,
    outsideWatches: kernel.outside?.watching?.size ?? 0,
  };
}

const rounds = 1_000;

/** What `work` leaves on both nodes, against what was there before it. */
async function leftovers(
  { cluster, alpha, beta }: { cluster: Cluster; alpha: Node; beta: Node },
  work: (round: number) => unknown,
): Promise<void> {
  await cluster.inside(alpha, settled);
  const before = [tables(alpha, "beta"), tables(beta, "alpha")];
  const worker = await cluster.inside(alpha, async () => {
    for (let round = 0; round < rounds; round += 1) await work(round);
    await settled();
    return self();
  });
  await cluster.inside(alpha, settled);
  expect([tables(alpha, "beta"), tables(beta, "alpha")]).toEqual(before);
  expect(beta.distribution?.known("alpha")?.knownStranger(worker)).toBeUndefined();
}

describe.each(clusterKinds)("over %s", (kind) => {
  test("calls leave nothing, whether they are answered, time out, fail or are given up", async () => {
    const room = await pair(kind);
    const there = await room.cluster.when(room.beta.spawn(never));
    const count = await room.cluster.when(room.beta.spawn(counter, { input: { start: 0 } }));
    await leftovers(room, async (round) => {
      if (round % 10 === 0) await call(count, "bump", { by: 1 });
      void call(there, "hang", 1, { timeoutMs: 1 }).catch(() => {});
      const given = sendRequest(there, "hang", 1);
      given.abandon();
      void tryCall(named("nobody").on("beta"), "x");
      if (round % 50 === 0) await sleep(2);
    });
  });

  test("calls without a deadline leave nothing of a caller that has ended", async () => {
    const room = await pair(kind);
    const there = await room.cluster.when(room.beta.spawn(never));
    await leftovers(room, async (round) => {
      if (round % 10 > 0) return;
      const caller = await spawn(async () => {
        void call(there, "hang", 1, { timeoutMs: Number.POSITIVE_INFINITY }).catch(() => {});
        await receive();
      });
      exit(caller, "kill");
    });
  });

  test("a stop that timed out, or was given up with its session, leaves nothing", async () => {
    const room = await pair(kind);
    const { cluster, alpha, beta } = room;
    const stuck = await cluster.when(
      beta.spawn(
        server("stuck", {
          init: () => ok(0),
          calls: {
            hang: async (state: number, _: number) => {
              await new Promise<never>(() => {});
              return noReply(state);
            },
          },
        }),
      ),
    );
    void alpha.call(stuck, "hang", 1, { timeoutMs: 5 }).catch(() => {});
    await leftovers(room, async (round) => {
      if (round < 5) await stop(stuck, "done", { timeoutMs: 2 }).catch(() => {});
    });
    const before = tables(beta, "alpha").calls;
    const lost = alpha.stop(stuck, "done").catch((error) => error.code);
    await cluster.inside(alpha, settled);
    alpha.disconnectNode("beta");
    expect(await cluster.when(lost)).toBe("nodedown");
    await cluster.eventually(() => alpha.nodes().length === 1 && beta.nodes().length === 1);
    expect(tables(beta, "alpha").calls).toBe(before);
  });

  test("links and monitors leave nothing, taken back, fired, or of watchers that have ended", async () => {
    const room = await pair(kind);
    const there = await room.cluster.when(room.beta.spawn(endless));
    await leftovers(room, async (round) => {
      link(there);
      unlink(there);
      demonitor(monitor(there));
      demonitor(monitor(there, { alias: "reply_demonitor" }), { flush: true });
      monitor(named("nobody").on("beta"), () => {});
      if (round % 20 > 0) return;
      const watcher = await spawn(async () => {
        monitor(there);
        await receive();
      });
      exit(watcher, "kill");
      await settled();
    });
    expect(room.beta.processInfo(there)).toMatchObject({ links: [], monitoredBy: [] });
  });

  test("starts leave nothing, done, refused, given up, or unknown", async () => {
    const room = await pair(kind);
    await leftovers(room, async (round) => {
      if (round % 5 > 0) return;
      trapExit(true);
      await runOn("beta", done);
      await spawnOn("beta", "stranger").catch(() => {});
      spawnRequest("beta", "done", { isWatched: true, onDown: () => {}, link: true }).abandon();
      spawnRequest("beta", "done", { link: true });
      void runOn("beta", "done", { timeoutMs: 1 }).catch(() => {});
    });
  });

  test("a start that is refused leaves nothing of its starter", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    await cluster.inside(alpha, settled);
    const starters = await cluster.inside(alpha, async () => {
      const pids: Pid[] = [];
      for (const key of ["stranger", "never", "done"]) {
        await spawn(async () => {
          pids.push(self());
          const options = key === "never" ? { mailbox: { max: 0, onFull: "kill" as const } } : {};
          await spawnOn("beta", key, options).catch(() => {});
        });
      }
      await settled();
      return pids;
    });
    await cluster.inside(alpha, settled);
    const known = beta.distribution?.known("alpha");
    expect(starters.map((pid) => known?.knownStranger(pid))).toEqual([undefined, undefined, undefined]);
  });

  test("a session that breaks under load leaves nothing but what lives", async () => {
    const room = await pair(kind);
    const { cluster, alpha, beta } = room;
    const there = await cluster.when(beta.spawn(never));
    const others = await cluster.when(beta.spawn(endless, { trapExit: true }));
    await cluster.inside(alpha, settled);
    const before = [tables(alpha, "beta"), tables(beta, "alpha")];
    const outcomes = await cluster.inside(alpha, async () => {
      trapExit(true);
      const waits: Promise<unknown>[] = [];
      for (let round = 0; round < 100; round += 1) {
        waits.push(
          call(there, "hang", 1, { timeoutMs: Number.POSITIVE_INFINITY }).catch((error) => error.code),
        );
        monitor(others);
        link(others);
        waits.push(
          spawnRequest("beta", "endless", {
            name: `n${round}`,
            isWatched: true,
            onDown: () => {},
          }).ready.then(
            () => "ready",
            (error) => error.code,
          ),
        );
        if (round === 50) await settled();
      }
      alpha.disconnectNode("beta");
      const codes = await Promise.all(waits);
      const downs = [];
      for (let count = 0; count < 101; count += 1) downs.push((await receive()).type);
      return [new Set(codes), downs.filter((type) => type === "sys.down").length, downs.length];
    });
    expect(outcomes).toEqual([new Set(["nodedown", "ready"]), 100, 101]);
    await cluster.eventually(() => alpha.nodes().length === 1 && beta.nodes().length === 1);
    for (let round = 0; round < 100; round += 1) {
      const pid = beta.whereis(`n${round}`);
      if (pid !== undefined) beta.exit(pid, "kill");
    }
    await cluster.inside(alpha, settled);
    expect([tables(alpha, "beta"), tables(beta, "alpha")]).toEqual(before);
  });

  test("a process tells of its links and monitors over there, and others cannot be asked about here", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const there = await cluster.when(beta.spawn(endless));
    const info = await cluster.inside(alpha, async () => {
      link(there);
      monitor(there);
      monitor(named("nobody-yet").on("beta"));
      const { links, monitors } = alpha.processInfo(self()) ?? { links: [], monitors: [] };
      await settled();
      unlink(there);
      return { links, monitors };
    });
    expect(info.links).toMatchObject([{ node: "beta", id: there.id }]);
    expect(info.monitors[0]).toMatchObject({ node: "beta", id: there.id });
    expect(alpha.tree()).toBeDefined();
    await expect(cluster.when(alpha.sys.getState(there))).rejects.toThrow();
  });

  test("a machine calls, watches and sends to processes of another node", async () => {
    const { cluster, alpha, beta } = await pair(kind);
    const count = await cluster.when(beta.spawn(counter, { input: { start: 1 }, name: "counter" }));
    const seen: unknown[] = [];
    const machine = setup({
      types: {} as {
        context: { to: Pid };
        input: { to: Pid };
        events: { type: string; value?: unknown; reason?: unknown };
      },
    }).createMachine({
      context: ({ input }) => input,
      entry: [
        monitorProcess(({ context }: { context: { to: Pid } }) => ({ id: "watch", to: context.to })) as never,
        callProcess({
          id: "bump",
          to: named("counter").on("beta"),
          type: "bump",
          payload: { by: 1 },
        } as never) as never,
        sendProcess({ to: named("nobody").on("beta"), message: { type: "hello" } } as never) as never,
      ],
      on: {
        "sys.reply": { actions: ({ event }) => void seen.push(event.value) },
        "sys.down": { actions: ({ event }) => void seen.push(event.reason) },
      },
    });
    await cluster.when(alpha.spawn(machine as never, { input: { to: count } } as never));
    await cluster.eventually(() => seen.length === 1);
    beta.exit(count, "storm");
    await cluster.eventually(() => seen.length === 2);
    expect(seen).toEqual([2, "storm"]);
  });
});
