// Conformance: locks of the whole cluster (OTP behaviour K09).
import { describe, expect, test } from "vitest";
import { type Node, receive, self, sleep, withClusterLock } from "../../../runtime/index.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import { pair, type Scene } from "./scene.ts";

/** Work that lasts until it is told, and says when it runs. */
function gate() {
  let open: (value?: unknown) => void = () => {};
  const opened = new Promise<unknown>((resolve) => {
    open = resolve;
  });
  const state = { runs: 0, open: () => open(), work: () => {} };
  return Object.assign(state, {
    work: async (): Promise<string> => {
      state.runs += 1;
      await opened;
      return "done";
    },
  });
}

const never = { retries: 0 };
const taken = { code: "lock_taken", retryable: true };

/** Whether the lock can be had right now on a node. */
async function isFree(at: Scene, node: Node, id = "build"): Promise<boolean> {
  return at.cluster.when(
    node
      .withClusterLock(id, () => true, never)
      .catch((error) => {
        expect(error).toMatchObject(taken);
        return false;
      }),
  );
}

describe("withClusterLock()", () => {
  test("K09 lets one in at a time, over all nodes, and gives what the work gives", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const gamma = await at.member("gamma");
    let inside = 0;
    let most = 0;
    const order: string[] = [];
    const use = ({ node }: { readonly node: Node }, index: number): Promise<string> =>
      node.withClusterLock("build", async () => {
        inside += 1;
        most = Math.max(most, inside);
        await Promise.resolve();
        order.push(`${node.name}${index}`);
        inside -= 1;
        return node.name;
      });
    const users = [alpha, beta, gamma, alpha, beta, gamma, alpha, beta, gamma];
    expect(await cluster.when(Promise.all(users.map(use)))).toEqual(users.map(({ node }) => node.name));
    expect(most).toBe(1);
    // Who waits on one node comes in the order in which they asked.
    const ofAlpha = order.filter((name) => name.startsWith("alpha"));
    expect(ofAlpha).toEqual([...ofAlpha].sort());
    expect(await isFree(at, alpha.node)).toBe(true);
    await at.settle();
    expect(await at.bucket.read("l.build")).toBeUndefined();
  });

  test("K09 is given up when the work fails", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const failing = (): never => {
      throw new Error("asked to fail");
    };
    await expect(cluster.when(alpha.node.withClusterLock("build", failing))).rejects.toThrow("asked to fail");
    expect(await isFree(at, beta.node)).toBe(true);
  });

  test("K09 is another lock under another id, and no name", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const held = gate();
    const done = alpha.node.withClusterLock("one", held.work);
    await at.settle();
    expect(await isFree(at, beta.node, "two")).toBe(true);
    expect(await isFree(at, beta.node, "one")).toBe(false);
    expect(beta.node.whereClusterName("one")).toBeUndefined();
    expect(beta.node.clusterNames()).toEqual([]);
    held.open();
    expect(await cluster.when(done)).toBe("done");
  });

  test("K09 gives up after as many retries as it was given", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const held = gate();
    const done = alpha.node.withClusterLock("build", held.work);
    await at.settle();
    expect(await isFree(at, alpha.node)).toBe(false);
    const { reads } = beta.store;
    await expect(
      cluster.when(beta.node.withClusterLock("build", () => "in", { retries: 3 })),
    ).rejects.toMatchObject({ ...taken, message: expect.stringContaining("4 attempts") });
    expect(beta.store.reads - reads).toBe(4);
    held.open();
    await cluster.when(done);
    for (const retries of [-1, Number.NaN])
      await expect(
        cluster.when(beta.node.withClusterLock("build", () => "in", { retries })),
      ).rejects.toMatchObject({ code: "misuse" });
  });

  test("K09 lets the process in again that holds it, and is given up with the outermost", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const seen = await cluster.inside(alpha.node, () =>
      withClusterLock("build", async () => {
        const inner = await withClusterLock(
          "build",
          () => withClusterLock("build", () => "innermost"),
          never,
        );
        return [inner, await beta.node.withClusterLock("build", () => "in", never).catch(({ code }) => code)];
      }),
    );
    expect(seen).toEqual(["innermost", "lock_taken"]);
    expect(await isFree(at, beta.node)).toBe(true);
  });

  test("K09 lets whoever names the same requester in, on other nodes too, until the last has given it up", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const options = { requester: "release 7" };
    const gates = [gate(), gate(), gate()] as const;
    const done = [
      alpha.node.withClusterLock("build", gates[0].work, options),
      beta.node.withClusterLock("build", gates[1].work, options),
      beta.node.withClusterLock("build", gates[2].work, options),
    ];
    await at.settle();
    expect(gates.map(({ runs }) => runs)).toEqual([1, 1, 1]);
    for (const [index, held] of gates.entries()) {
      expect(await isFree(at, alpha.node)).toBe(false);
      held.open();
      await cluster.when(done[index] ?? Promise.resolve(""));
    }
    expect(await isFree(at, alpha.node)).toBe(true);
  });

  test("K09 does not take code outside of processes for one requester", async () => {
    const { at, cluster, alpha } = await pair();
    const held = gate();
    const done = alpha.node.withClusterLock("build", held.work);
    await at.settle();
    expect(await isFree(at, alpha.node)).toBe(false);
    held.open();
    await cluster.when(done);
  });

  test("K09 is released when its holder dies, and the next one is let in", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const pid = await cluster.when(
      alpha.node.spawn(async () => {
        await withClusterLock("build", () => receive());
      }),
    );
    await at.settle();
    const next = beta.node.withClusterLock("build", () => "in");
    expect(await isFree(at, beta.node)).toBe(false);
    alpha.node.exit(pid, "kill");
    expect(await cluster.when(next)).toBe("in");
    await at.settle();
    expect(await at.bucket.read("l.build")).toBeUndefined();
  });

  test("K09 is not given to one that died while it waited", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const held = gate();
    const done = beta.node.withClusterLock("build", held.work);
    await at.settle();
    let ran = false;
    const pid = await cluster.when(
      alpha.node.spawn(() =>
        withClusterLock("build", () => {
          ran = true;
        }),
      ),
    );
    const second = alpha.node.withClusterLock("build", () => "in");
    await at.settle();
    alpha.node.exit(pid, "kill");
    held.open();
    await cluster.when(done);
    expect(await cluster.when(second)).toBe("in");
    expect(ran).toBe(false);
    expect(await isFree(at, beta.node)).toBe(true);
  });

  test("K09 is released when its node goes down, and its work has been told a while before", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const told: unknown[] = [];
    const lost = alpha.node.withClusterLock("build", async (signal) => {
      signal.addEventListener("abort", () => told.push(signal.reason));
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "stopped";
    });
    await at.settle();
    const next = beta.node.withClusterLock("build", () => "in");
    await at.settle();
    at.cutOff(alpha);
    expect(told).toMatchObject([{ code: "lock_lost" }]);
    expect(await isFree(at, beta.node)).toBe(false);
    at.end(alpha);
    expect(await cluster.when(next)).toBe("in");
    // Its work has ended before the node knows what became of its lease.
    expect(await cluster.when(lost)).toBe("stopped");
    at.comeBack(alpha);
    expect(await isFree(at, alpha.node)).toBe(true);
  });

  test("K09 says that it was lost where the work goes on all the same, and lets nobody of its node in meanwhile", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const held = gate();
    const lost = alpha.node.withClusterLock("build", held.work, { requester: "stubborn" });
    lost.catch(() => {});
    await at.settle();
    at.cutOff(alpha);
    at.end(alpha);
    expect(await isFree(at, beta.node)).toBe(true);
    at.comeBack(alpha);
    await at.settle();
    const next = alpha.node.withClusterLock("build", () => "in");
    await expect(
      cluster.when(alpha.node.withClusterLock("build", () => "in", { requester: "stubborn" })),
    ).rejects.toMatchObject({ code: "lock_lost" });
    expect(await isFree(at, beta.node)).toBe(true);
    held.open();
    await expect(cluster.when(lost)).rejects.toMatchObject({ code: "lock_lost", retryable: true });
    expect(await cluster.when(next)).toBe("in");
  });

  test("K09 is refused to a node that is cut off, and to those that wait there", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const held = gate();
    const done = beta.node.withClusterLock("build", held.work);
    await at.settle();
    const waits = alpha.node.withClusterLock("build", () => "in");
    waits.catch(() => {});
    await at.settle();
    at.cutOff(alpha);
    await expect(cluster.when(waits)).rejects.toMatchObject({ code: "not_owner", retryable: true });
    await expect(cluster.when(alpha.node.withClusterLock("build", () => "in"))).rejects.toMatchObject({
      code: "not_owner",
    });
    held.open();
    await cluster.when(done);
  });

  test("K09 is let in again after its work by a watch that is late", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const held = gate();
    const done = alpha.node.withClusterLock("build", held.work);
    await at.settle();
    beta.store.lag();
    const next = beta.node.withClusterLock("build", () => "in");
    await at.settle();
    held.open();
    await cluster.when(done);
    expect(await cluster.when(next)).toBe("in");
  });

  test.each(["applied", "lost"] as const)(
    "K09 is held once for a write that nobody acknowledged: %s",
    async (how) => {
      const { at, cluster, alpha, beta } = await pair();
      alpha.store.unacknowledged.push(how, how);
      expect(
        await cluster.when(
          alpha.node.withClusterLock("build", async () => {
            alpha.store.unacknowledged.push(how);
            return isFree(at, beta.node);
          }),
        ),
      ).toBe(false);
      await cluster.eventually(() => alpha.store.unacknowledged.length === 0);
      expect(await cluster.when(beta.node.withClusterLock("build", () => "in"))).toBe("in");
    },
  );

  test("K09 is taken back where it was given too late for whoever had asked", async () => {
    const { at, cluster, alpha, beta } = await pair();
    alpha.store.unacknowledged.push("late");
    const asked = alpha.node.withClusterLock("build", () => "in");
    await at.settle();
    alpha.store.cut();
    await expect(cluster.when(asked)).rejects.toMatchObject({ code: "store_unavailable" });
    alpha.store.heal();
    for (const write of alpha.store.late) await write();
    expect(await cluster.when(beta.node.withClusterLock("build", () => "in"))).toBe("in");
  });

  test("K09 refuses ids of which no key can be made, and nodes that keep no locks with others", async () => {
    const { cluster, alpha } = await pair();
    for (const id of ["", "x".repeat(10_000), "\ud800"])
      await expect(cluster.when(alpha.node.withClusterLock(id, () => "in"))).rejects.toMatchObject({
        code: "unusable_name",
      });
    const lonely = await cluster.member("lonely");
    await expect(cluster.when(lonely.withClusterLock("build", () => "in"))).rejects.toMatchObject({
      code: "misuse",
    });
  });

  test("K09 runs the work as the process that asked", async () => {
    const { cluster, alpha } = await pair();
    const [outer, inner] = await cluster.inside(alpha.node, async () => [
      self(),
      await withClusterLock("build", async () => {
        await sleep(5);
        return self();
      }),
    ]);
    expect(inner).toEqual(outer);
  });

  test("K09 leaves no timer behind for each time that it was given up", async () => {
    const { at, cluster, alpha } = await pair();
    const { timers } = await cluster.inside(alpha.node, () => currentProcess().kernel.world);
    const running = new Set<unknown>();
    const spied = { ...timers };
    timers.set = (delayMs, run) => {
      const handle = spied.set(delayMs, () => {
        running.delete(handle);
        run();
      });
      running.add(handle);
      return handle;
    };
    timers.clear = (handle) => {
      running.delete(handle);
      spied.clear(handle);
    };
    const use = (): Promise<unknown> => cluster.when(alpha.node.withClusterLock("build", () => true));
    await use();
    await at.settle();
    const before = running.size;
    for (let time = 0; time < 20; time += 1) await use();
    expect(running.size - before).toBeLessThan(3);
  });
});

describe("a lock that is held while its bucket is made anew", () => {
  test("is put back by its holder, and given back in the end", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const work = gate();
    const working = alpha.node.withClusterLock("build", work.work);
    await at.settle();
    at.bucket.remake();
    await at.settle();
    expect(await isFree(at, beta.node)).toBe(false);
    work.open();
    expect(await cluster.when(working)).toBe("done");
    expect(await isFree(at, beta.node)).toBe(true);
  });

  test("is lost where somebody else had it before its holder heard of that, who is told", async () => {
    const { at, cluster, alpha, beta } = await pair();
    const work = gate();
    let signal: AbortSignal | undefined;
    const working = alpha.node.withClusterLock("build", (given) => {
      signal = given;
      return work.work();
    });
    await at.settle();
    alpha.store.lag();
    at.bucket.remake();
    const other = gate();
    const others = beta.node.withClusterLock("build", other.work);
    await at.settle();
    expect([other.runs, signal?.aborted]).toEqual([1, false]);
    alpha.store.heal();
    await at.settle();
    expect(signal?.aborted).toBe(true);
    work.open();
    await expect(cluster.when(working)).rejects.toMatchObject({ code: "lock_lost" });
    expect(await isFree(at, alpha.node)).toBe(false);
    other.open();
    expect(await cluster.when(others)).toBe("done");
    expect(await isFree(at, alpha.node)).toBe(true);
  });
});
