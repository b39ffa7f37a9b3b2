// Conformance: names and locks of the whole cluster as nodes have them that own things together (OTP behaviours K01 to K10).
import { describe, expect, test } from "vitest";
import {
  AlreadyStarted,
  type ConflictResolver,
  call,
  child,
  clusterNamed,
  type ExitReason,
  notifyAll,
  type Pid,
  receive,
  send,
  spawn,
  supervisor,
  withClusterLock,
} from "../../../runtime/index.ts";
import { counter } from "../distribution/actors.ts";
import { type OwnedCluster, ownedCluster, ownedClusterKinds } from "./owned-cluster.ts";
import type { Owner } from "./owners.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};

/** A process that keeps what it is sent, under a name of the cluster. */
async function reader(cluster: OwnedCluster, { node }: Owner, name: string, resolve?: ConflictResolver) {
  const got: unknown[] = [];
  const ends: ExitReason[] = [];
  const pid = await cluster.when(
    node.spawn(async () => {
      for (;;) got.push(await receive());
    }),
  );
  node.monitor(pid, ({ reason }) => ends.push(reason));
  const options = resolve === undefined ? {} : { resolve };
  expect(await cluster.when(node.registerClusterName(name, pid, options))).toBe(true);
  return { pid, got, ends };
}

function where(all: readonly Owner[], name: string): (Pid | undefined)[] {
  return all.map(({ node }) => node.whereClusterName(name));
}

/** Whether the lock can be had right now on a node. */
function isFree(cluster: OwnedCluster, { node }: Owner, id: string): Promise<boolean> {
  const none = { retries: 0 };
  return cluster.when(
    node
      .withClusterLock(id, () => true, none)
      .catch((error) => {
        expect(error).toMatchObject({ code: "lock_taken" });
        return false;
      }),
  );
}

describe.each(ownedClusterKinds)("names and locks of nodes over %s", (kind) => {
  test("K01 K08 lead everybody to one holder as soon as that is told, and to another when it is replaced", async () => {
    const cluster = await ownedCluster(kind);
    const all = [await cluster.start("alpha"), await cluster.start("beta"), await cluster.start("gamma")];
    const [alpha, beta] = all as [Owner, Owner];
    const { pid } = await reader(cluster, alpha, "leader");
    expect(where(all, "leader")).toEqual([pid, pid, pid]);
    const others = [
      await cluster.when(alpha.node.spawn(endless)),
      await cluster.when(beta.node.spawn(endless)),
    ];
    expect(await cluster.when(alpha.node.registerClusterName("leader", others[0]))).toBe(false);
    expect(await cluster.when(beta.node.registerClusterName("leader", others[1]))).toBe(false);
    expect(await cluster.when(alpha.node.registerClusterName("second", pid))).toBe(false);
    expect(where(all, "leader")).toEqual([pid, pid, pid]);
    expect(where(all, "second")).toEqual([undefined, undefined, undefined]);
    await cluster.when(beta.node.reregisterClusterName("leader", others[1]));
    expect(where(all, "leader")).toEqual([others[1], others[1], others[1]]);
    expect(alpha.node.isAlive(pid)).toBe(true);
    expect(await cluster.when(alpha.node.registerClusterName("second", pid))).toBe(true);
  });

  test("K01 are given to one of those who ask at once", async () => {
    const cluster = await ownedCluster(kind);
    const all = [await cluster.start("alpha"), await cluster.start("beta")];
    const asked = [...all, ...all, ...all];
    const pids = await Promise.all(asked.map(({ node }) => cluster.when(node.spawn(endless))));
    const got = await cluster.when(
      Promise.all(asked.map(({ node }, index) => node.registerClusterName("leader", pids[index]))),
    );
    expect(got.filter((isTrue) => isTrue)).toHaveLength(1);
    const winner = pids[got.indexOf(true)];
    expect(where(all, "leader")).toEqual([winner, winner]);
  });

  test("K02 K03 are nobody's when the holder has ended", async () => {
    const cluster = await ownedCluster(kind);
    const alpha = await cluster.start("alpha");
    const beta = await cluster.start("beta");
    const { pid } = await reader(cluster, alpha, "leader");
    alpha.node.exit(pid, "kill");
    await cluster.eventually(() => where([alpha, beta], "leader").every((known) => known === undefined));
    const address = clusterNamed("leader");
    await cluster.inside(beta, async () => {
      expect(() => send(address, { type: "hello" })).toThrow(expect.objectContaining({ code: "noproc" }));
      await expect(call(address, "bump", { by: 1 })).rejects.toMatchObject({ code: "noproc" });
    });
    const next = await reader(cluster, beta, "leader");
    expect(where([alpha, beta], "leader")).toEqual([next.pid, next.pid]);
  });

  test("K09 let one in at a time, its holder again, and the next when the holder dies", async () => {
    const cluster = await ownedCluster(kind);
    const alpha = await cluster.start("alpha");
    const beta = await cluster.start("beta");
    let isInside = false;
    const holder = await cluster.when(
      alpha.node.spawn(() =>
        withClusterLock("build", () =>
          withClusterLock("build", () => {
            isInside = true;
            return receive();
          }),
        ),
      ),
    );
    await cluster.eventually(() => isInside);
    expect(await isFree(cluster, beta, "build")).toBe(false);
    expect(await isFree(cluster, alpha, "build")).toBe(false);
    expect(await isFree(cluster, beta, "other")).toBe(true);
    const next = beta.node.withClusterLock("build", () => "in");
    alpha.node.exit(holder, "kill");
    expect(await cluster.when(next)).toBe("in");
  });

  test("K10 are had from the start on, and the loser is told who has it", async () => {
    const cluster = await ownedCluster(kind);
    const alpha = await cluster.start("alpha");
    const beta = await cluster.start("beta");
    const named = child(counter, { input: { start: 1 }, clusterName: "counter" });
    await cluster.when(alpha.node.spawn(supervisor("top", { children: [named] })));
    const pid = beta.node.whereClusterName("counter");
    expect(await cluster.when(beta.node.call(clusterNamed("counter"), "bump", { by: 1 }))).toBe(2);
    const lost = await cluster.inside(beta, () =>
      spawn(counter, { input: { start: 1 }, clusterName: "counter" }).catch((thrown: unknown) => thrown),
    );
    expect(lost).toBeInstanceOf(AlreadyStarted);
    expect(lost).toMatchObject({ pid });
    await expect(
      cluster.when(beta.node.spawn(supervisor("top", { children: [named] }))),
    ).rejects.toMatchObject({ code: "start_failed", message: expect.stringContaining("AlreadyStarted") });
    expect(where([alpha, beta], "counter")).toEqual([pid, pid]);
  });

  test("K02 K04 K05 K06 K07 K09 of a node that is cut off are others' after it has let go, and each clash is settled once", async () => {
    const cluster = await ownedCluster(kind);
    const alpha = await cluster.start("alpha");
    const beta = await cluster.start("beta");
    let asked = 0;
    const resolvers: Readonly<Record<string, ConflictResolver | undefined>> = {
      default: undefined,
      chosen: (_, __, own) => {
        asked += 1;
        return own;
      },
      told: notifyAll,
      failing: () => {
        throw new Error("asked to fail");
      },
    };
    const names = Object.keys(resolvers);
    const before = new Map<string, Awaited<ReturnType<typeof reader>>>();
    for (const name of names) before.set(name, await reader(cluster, alpha, name, resolvers[name]));
    const idle = await cluster.when(alpha.node.spawn(endless));
    let isInside = false;
    const lock = alpha.node.withClusterLock("build", async (signal) => {
      isInside = true;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    lock.catch(() => undefined);
    await cluster.eventually(() => isInside);
    const next = beta.node.withClusterLock("build", () => alpha.ownership.state);

    cluster.cutOff(alpha);
    await cluster.eventually(() => alpha.ownership.state === "suspended");
    // Nobody else has them yet, and they lead nowhere here.
    expect(names.flatMap((name) => where([alpha], name))).toEqual(names.map(() => undefined));
    await expect(cluster.when(alpha.node.registerClusterName("new", idle))).rejects.toMatchObject({
      code: "not_owner",
      retryable: true,
    });
    expect(await cluster.when(next)).toBe("suspended");
    await cluster.eventually(() => names.every((name) => where([beta], name)[0] === undefined));
    const since = new Map<string, Awaited<ReturnType<typeof reader>>>();
    for (const name of names) since.set(name, await reader(cluster, beta, name));

    cluster.heal(alpha);
    await cluster.eventually(() => before.get("default")?.ends.length === 1);
    await cluster.eventually(() => since.get("chosen")?.ends.length === 1);
    expect(before.get("default")?.ends).toEqual([{ name_conflict: "default" }]);
    expect(since.get("chosen")?.ends).toEqual([{ name_conflict: "chosen" }]);
    expect(asked).toBe(1);
    const holders = { default: since.get("default")?.pid, chosen: before.get("chosen")?.pid };
    await cluster.eventually(() =>
      names.every((name) => {
        const [one, other] = where([alpha, beta], name);
        const holder = holders[name as keyof typeof holders];
        return one?.id === holder?.id && one?.node === holder?.node && other?.node === holder?.node;
      }),
    );
    const told = (name: string): unknown[] => [before.get(name)?.got, since.get(name)?.got];
    await cluster.eventually(() => told("told").flat().length === 2);
    expect(told("told")).toMatchObject([
      [{ type: "sys.name_conflict", name: "told", other: since.get("told")?.pid }],
      [{ type: "sys.name_conflict", name: "told", other: before.get("told")?.pid }],
    ]);
    expect(told("failing")).toEqual([[], []]);
    expect([before.get("failing")?.ends, since.get("failing")?.ends]).toEqual([[], []]);
  });
});
