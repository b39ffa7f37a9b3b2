// Names and locks on real leases over an imperfect store: whatever is cut off, at most one owns, and in the end all agree.
import { describe, expect, onTestFinished, test } from "vitest";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { type Node, type Pid, receive, simulatedWorld, startNode } from "../../../runtime/index.ts";
import type { LeaseListener } from "../../../runtime/leases/lease.ts";
import { LeaseKeeper } from "../../../runtime/leases/lease-keeper.ts";
import { leaseTimes } from "../../../runtime/leases/limits.ts";
import { ClusterNames } from "../../../runtime/names/cluster-names.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import type { Kernel } from "../../../runtime/process/kernel.ts";
import type { StoreFaults } from "../../../runtime/testing/imperfect-store/faults.ts";
import { imperfectStore } from "../../../runtime/testing/imperfect-store.ts";

const nodeNames = ["alpha", "beta", "gamma"];
const names = ["one", "two"];

const faults: StoreFaults = {
  latencyMs: [1, 20],
  lostRate: 0.03,
  unackedRate: 0.03,
  lateRate: 0.03,
  lateMs: [10, 2_000],
  timeoutMs: 500,
  watchLagMs: [0, 300],
  rewatchRate: 0.05,
  skipRate: 0.3,
};

interface Member {
  readonly node: Node;
  readonly names: ClusterNames;
  readonly keeper: LeaseKeeper;
}

async function start(seed: number) {
  const world = simulatedWorld({ seed });
  const network = memoryNetwork(world);
  const store = imperfectStore(world);
  const members: Member[] = [];
  for (const name of nodeNames) {
    const node = startNode({ world, name, boundary: "freeze", distribution: {} });
    onTestFinished(() => world.until(node.halt()));
    await world.until(node.distribution?.join(network.carrier(name)) ?? Promise.resolve());
    const kernel = await world.until(
      new Promise<Kernel>((resolve) => void node.spawn(() => resolve(currentProcess().kernel))),
    );
    members.push(await begin(node, kernel));
  }
  await world.advance(2_000);
  store.faults(faults);
  return { world, network, store, members };

  async function begin(node: Node, kernel: Kernel): Promise<Member> {
    const own = store.of(node.name);
    let given: ClusterNames | undefined;
    const listener: LeaseListener = {
      held: (id) => given?.held(id),
      suspended: () => given?.suspended(),
      resumed: () => given?.resumed(),
      lost: () => given?.lost(),
      lapsed: (id) => given?.lapsed(id),
      seen: () => {},
    };
    const { name, incarnation } = node;
    const keeper = new LeaseKeeper({
      world,
      bucket: own.bucket("leases"),
      self: { node: name, incarnation, host: "here", labels: {} },
      times: leaseTimes(1),
      listener,
      events: kernel.events,
    });
    const hooks = { hold: () => {}, release: () => {} };
    given = new ClusterNames({ kernel, bucket: own.bucket("names"), leases: keeper, hooks });
    onTestFinished(async () => {
      given?.close();
      await world.until(keeper.close());
      await own.close();
    });
    await world.until(keeper.acquire());
    return { node, names: given, keeper };
  }
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("There is nothing to choose from.");
  return item;
}

async function play(seed: number): Promise<void> {
  const { world, network, store, members } = await start(seed);
  const random = (): number => world.random.next();
  const pids: Pid[] = [];
  let inLock = 0;
  let locked = 0;
  let owned = 0;
  const ignore = (): void => {};
  const heal = (): void => {
    store.heal();
    store.faults(faults);
    network.heal();
  };
  const acts: (() => void | Promise<void>)[] = [
    async () => {
      const { node } = pick(members, random);
      const pid = await world.until(
        node.spawn(async () => {
          for (;;) await receive();
        }),
      );
      pids.push(pid);
      void node.registerClusterName(pick(names, random), pid).catch(ignore);
    },
    () => {
      if (pids.length === 0) return;
      const pid = pick(pids, random);
      members.find(({ node }) => node.name === pid.node)?.node.exit(pid, "kill");
    },
    () => {
      const { node } = pick(members, random);
      store.cut(node.name);
      for (const other of nodeNames) if (other !== node.name) network.cut(node.name, other);
    },
    () => store.cut(pick(members, random).node.name),
    heal,
    heal,
    heal,
    () => store.elect(1 + random() * 3_000),
    () => {
      const { node } = pick(members, random);
      const work = async (signal: AbortSignal): Promise<void> => {
        inLock += 1;
        locked = Math.max(locked, inLock);
        let left = false;
        const leave = (): void => {
          if (!left) inLock -= 1;
          left = true;
        };
        signal.addEventListener("abort", leave);
        if (signal.aborted) leave();
        await new Promise<void>((resolve) => world.timers.set(random() * 2_000, resolve));
        leave();
      };
      void node.withClusterLock("build", work).catch(ignore);
    },
  ];
  for (let step = 0; step < 40; step += 1) {
    await pick(acts, random)();
    for (let passedMs = 0; passedMs < 500 + random() * 1_500; passedMs += 50) {
      await world.advance(50);
      for (const name of names) {
        const owners = members.filter(({ node }) => node.whereClusterName(name)?.node === node.name);
        owned += owners.length;
        expect(owners.length, `owners of ${name} at ${world.elapsedMs} ms`).toBeLessThanOrEqual(1);
      }
      expect(locked, `holders of the lock at ${world.elapsedMs} ms`).toBeLessThanOrEqual(1);
    }
  }
  // Otherwise nothing was shown.
  expect([owned > 0, locked]).toEqual([true, 1]);
  store.heal();
  network.heal();
  await world.advance(30_000);
  expect(members.map(({ keeper }) => keeper.isHeld())).toEqual([true, true, true]);
  for (const name of names) {
    const known = members.map(({ node }) => node.whereClusterName(name));
    expect(known).toEqual([known[0], known[0], known[0]]);
    const [pid] = known;
    const owner = members.find(({ node }) => node.name === pid?.node);
    if (pid !== undefined) expect(owner?.node.isAlive(pid)).toBe(true);
  }
  const [first] = members;
  expect(await world.until(first?.node.withClusterLock("build", () => "in") ?? Promise.resolve(""))).toBe(
    "in",
  );
}

describe("names and locks on leases over a store that fails", () => {
  test.each(Array.from({ length: 8 }, (_, seed) => seed + 1))(
    "K02 K07 K09 have at most one owner at any time, and everybody agrees in the end: seed %i",
    async (seed) => play(seed),
  );
});
