// Groups whose members live on several nodes: eventually the same everywhere, and read where one is.
import { describe, expect, test } from "vitest";
import {
  demonitorGroup,
  groupMembers,
  groupScope,
  joinGroup,
  leaveGroup,
  localMembers,
  monitorGroup,
  type Node,
  type Pid,
  receive,
  self,
  sendGroup,
  sleep,
  whichGroups,
} from "../../../runtime/index.ts";
import { type Cluster, type ClusterKind, clusterKinds, startCluster } from "./cluster.ts";

const endless = async (): Promise<void> => {
  for (;;) await receive();
};

async function scopes(kind: ClusterKind): Promise<{ cluster: Cluster; alpha: Node; beta: Node }> {
  const cluster = await startCluster(kind);
  const alpha = await cluster.member("alpha");
  const beta = await cluster.member("beta");
  for (const node of [alpha, beta]) await cluster.when(node.spawn(groupScope("work")));
  return { cluster, alpha, beta };
}

/** What `node` knows, kept up to date by a process that reads its own table. */
async function knownOn(cluster: Cluster, node: Node, group: string): Promise<readonly Pid[]> {
  return cluster.inside(node, () => groupMembers("work", group));
}

async function agree(
  cluster: Cluster,
  nodes: readonly Node[],
  group: string,
  pids: readonly Pid[],
): Promise<void> {
  const wanted = pids.map(({ node, id }) => `${node}.${id}`).sort();
  for (const node of nodes) {
    let seen: readonly string[] = ["nothing yet"];
    const look = async (): Promise<void> => {
      seen = (await knownOn(cluster, node, group)).map((pid) => `${pid.node}.${pid.id}`).sort();
    };
    for (let tries = 0; tries < 400 && JSON.stringify(seen) !== JSON.stringify(wanted); tries += 1) {
      await look();
      await cluster.inside(node, () => sleep(20));
    }
    expect(seen).toEqual(wanted);
  }
}

describe.each(clusterKinds)("over %s", (kind) => {
  test("K11 only processes of the own node join, and K13 leaving and empty groups are as on one node", async () => {
    const { cluster, alpha, beta } = await scopes(kind);
    const far = await cluster.when(beta.spawn(endless));
    await expect(cluster.inside(alpha, () => joinGroup("work", "readers", far))).rejects.toThrow(/own node/);
    const near = await cluster.when(alpha.spawn(endless));
    await cluster.inside(alpha, () => joinGroup("work", "readers", near));
    await cluster.inside(beta, () => joinGroup("work", "readers", far));
    await agree(cluster, [alpha, beta], "readers", [near, far]);
    expect(await cluster.inside(alpha, () => localMembers("work", "readers"))).toHaveLength(1);
    expect(await cluster.inside(beta, () => leaveGroup("work", "readers", far))).toBe(true);
    expect(await cluster.inside(beta, () => leaveGroup("work", "readers", far))).toBe(false);
    await agree(cluster, [alpha, beta], "readers", [near]);
    expect(await cluster.inside(beta, () => groupMembers("work", "nobody"))).toEqual([]);
  });

  test("K14 the death of a member takes it out of all groups on all nodes", async () => {
    const { cluster, alpha, beta } = await scopes(kind);
    const far = await cluster.when(beta.spawn(endless));
    await cluster.inside(beta, () => {
      joinGroup("work", "readers", far);
      joinGroup("work", "writers", far);
    });
    await agree(cluster, [alpha], "writers", [far]);
    beta.exit(far, "kill");
    await agree(cluster, [alpha, beta], "readers", []);
    await agree(cluster, [alpha, beta], "writers", []);
    expect(await cluster.inside(alpha, () => whichGroups("work"))).toEqual([]);
  });

  test("K15 K16 members of a lost node are gone here, and are back with it", async () => {
    const { cluster, alpha, beta } = await scopes(kind);
    const near = await cluster.when(alpha.spawn(endless));
    const far = await cluster.when(beta.spawn(endless));
    await cluster.inside(alpha, () => joinGroup("work", "readers", near));
    await cluster.inside(beta, () => joinGroup("work", "readers", far));
    await agree(cluster, [alpha, beta], "readers", [near, far]);
    cluster.silence("beta");
    await agree(cluster, [alpha], "readers", [near]);
    await agree(cluster, [beta], "readers", [far]);
    const more = await cluster.when(beta.spawn(endless));
    await cluster.inside(beta, () => joinGroup("work", "readers", more));
    cluster.restore("beta");
    await agree(cluster, [alpha, beta], "readers", [near, far, more]);
  });

  test("K17 a monitor gives the members now, then every change of any node, and ends with nothing left behind", async () => {
    const { cluster, alpha, beta } = await scopes(kind);
    const far = await cluster.when(beta.spawn(endless));
    const seen: string[] = [];
    let ended: number | undefined;
    const watching = cluster.inside(alpha, async () => {
      const { ref, members } = monitorGroup("work", "readers");
      seen.push(`now ${members.length}`);
      for (let changes = 0; changes < 2; changes += 1) {
        const message = (await receive()) as unknown as { change: string; pids: readonly Pid[] };
        seen.push(`${message.change} ${message.pids[0]?.node}`);
      }
      demonitorGroup("work", ref);
      await sleep(100);
      ended = alpha.processInfo(self())?.queueLength;
    });
    await cluster.inside(beta, async () => {
      await sleep(50);
      joinGroup("work", "readers", far);
      await sleep(50);
      leaveGroup("work", "readers", far);
      await sleep(50);
      joinGroup("work", "readers", far);
    });
    await watching;
    expect(seen).toEqual(["now 0", "join beta", "leave beta"]);
    expect(ended).toBe(0);
  });

  test("K18 K19 scopes know nothing of each other, and one that is missing is refused", async () => {
    const { cluster, alpha, beta } = await scopes(kind);
    await cluster.when(alpha.spawn(groupScope("play")));
    const near = await cluster.when(alpha.spawn(endless));
    await cluster.inside(alpha, () => joinGroup("play", "readers", near));
    await expect(cluster.inside(beta, () => groupMembers("play", "readers"))).rejects.toThrow(
      /no scope "play"/,
    );
    expect(await cluster.inside(alpha, () => groupMembers("work", "readers"))).toEqual([]);
  });

  test("sendGroup() reaches every member once, on whichever node, in the order of its sender", async () => {
    const { cluster, alpha, beta } = await scopes(kind);
    const seen: string[] = [];
    const reader = (name: string) => async (): Promise<void> => {
      for (;;) seen.push(`${name} ${(await receive()).type}`);
    };
    const pids: Pid[] = [];
    for (const [node, name] of [
      [alpha, "a1"],
      [beta, "b1"],
      [beta, "b2"],
    ] as const) {
      const pid = await cluster.when(node.spawn(reader(name)));
      pids.push(pid);
      await cluster.inside(node, () => joinGroup("work", "readers", pid));
    }
    await agree(cluster, [alpha, beta], "readers", pids);
    await cluster.inside(alpha, () => {
      sendGroup("work", "readers", { type: "first" });
      sendGroup("work", "readers", { type: "second" });
    });
    await cluster.eventually(() => seen.length === 6);
    for (const name of ["a1", "b1", "b2"])
      expect(seen.filter((entry) => entry.startsWith(name))).toEqual([`${name} first`, `${name} second`]);
  });
});
