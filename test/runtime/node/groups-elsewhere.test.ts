// Conformance: process groups over nodes (OTP behaviours K13 to K17 and K19), over a network in memory that loses what it is told to lose.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { encodeGroupFrame, type GroupFrame } from "../../../runtime/distribution/group-frame.ts";
import { GroupSync } from "../../../runtime/distribution/group-sync.ts";
import {
  type GroupMessage,
  groupMembers,
  groupScope,
  joinGroup,
  leaveGroup,
  localMembers,
  monitorGroup,
  type Node,
  type Pid,
  processInfo,
  receive,
  type SimulatedWorld,
  self,
  sendGroup,
  simulatedWorld,
  whichGroups,
} from "../../../runtime/index.ts";
import { deliverToGroup } from "../../../runtime/node/groups.ts";
import { startKernelNode } from "../../../runtime/node/node.ts";
import type { Kernel } from "../../../runtime/process/kernel.ts";
import type { Signal } from "../../../runtime/wire/frame.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { idle, ofType, waiting } from "../process/bench.ts";

const subject = subjects("test");
const scope = groupScope("scope");
const names = ["alpha", "beta", "gamma"] as const;

interface Member {
  readonly node: Node;
  readonly kernel: Kernel;
  readonly sync: GroupSync;
  /** Runs `body` as a process of this node. */
  run<T>(body: () => T | Promise<T>): Promise<T>;
  /** A process of this node that is in the groups. */
  member(...groups: readonly string[]): Promise<Pid>;
  members(group: string): readonly Pid[];
}

interface Cluster {
  readonly world: SimulatedWorld;
  readonly network: ReturnType<typeof memoryNetwork>;
  readonly alpha: Member;
  readonly beta: Member;
  readonly gamma: Member;
  /** The two are connected from now on, or no longer. */
  connect(a: Member, b: Member): void;
  disconnect(a: Member, b: Member): void;
  /** Signals between nodes, by the node that sent them. */
  readonly signals: (readonly [from: string, to: string, signal: Signal])[];
}

function cluster({ seed = 1 }: { readonly seed?: number } = {}): Cluster {
  const world = simulatedWorld({ seed });
  const network = memoryNetwork(world);
  const signals: Cluster["signals"] = [];
  const [alpha, beta, gamma] = names.map((name) => {
    const { node, kernel } = startKernelNode({ world, name, boundary: "freeze" });
    const carrier = network.carrier(name);
    const sync = new GroupSync({
      kernel,
      subjects: subject,
      publish: (to, payload) => carrier.publish(to, payload),
    });
    carrier.subscribe(subject.groups(), (incoming) => sync.receive(incoming.subject, incoming.payload));
    kernel.distribution = {
      known: (to: string) => ({ transmit: (signal: Signal) => signals.push([name, to, signal]) }),
    } as unknown as NonNullable<Kernel["distribution"]>;
    const run = <T>(body: () => T | Promise<T>): Promise<T> =>
      world.until(
        new Promise<T>((resolve, reject) => {
          const process = async (): Promise<void> => {
            await new Promise<T>((done) => done(body())).then(resolve, reject);
          };
          node.spawn(process).catch(reject);
        }),
      );
    const member = async (...groups: readonly string[]): Promise<Pid> => {
      const pid = await world.until(node.spawn(idle));
      await run(() => {
        for (const group of groups) joinGroup("scope", group, pid);
      });
      return pid;
    };
    const members = (group: string): readonly Pid[] => kernel.scopes.get("scope")?.members(group) ?? [];
    return { node, kernel, sync, run, member, members };
  }) as unknown as [Member, Member, Member];
  const connect = (a: Member, b: Member): void => {
    a.sync.nodeUp(b.kernel.name, b.kernel.incarnation);
    b.sync.nodeUp(a.kernel.name, a.kernel.incarnation);
  };
  const disconnect = (a: Member, b: Member): void => {
    a.sync.nodeDown(b.kernel.name);
    b.sync.nodeDown(a.kernel.name);
  };
  return { world, network, alpha, beta, gamma, connect, disconnect, signals };
}

/** Three nodes with the scope, all connected. */
async function mesh(options: { readonly seed?: number } = {}): Promise<Cluster> {
  const made = cluster(options);
  const { alpha, beta, gamma, connect, world } = made;
  for (const { node } of [alpha, beta, gamma]) await world.until(node.spawn(scope));
  connect(alpha, beta);
  connect(beta, gamma);
  connect(alpha, gamma);
  await world.advance(2_000);
  return made;
}

describe("a group over nodes", () => {
  test("has the members of all nodes, each node's own first", async () => {
    const { alpha, beta, gamma, world } = await mesh();
    const a = await alpha.member("workers");
    const b = await beta.member("workers", "idlers");
    const c = await gamma.member("workers", "workers");
    await world.advance(10);
    expect(alpha.members("workers")).toEqual([a, b, c, c]);
    expect(beta.members("workers")).toEqual([b, a, c, c]);
    expect(await gamma.run(() => groupMembers("scope", "workers"))).toEqual([c, c, a, b]);
    expect(await gamma.run(() => localMembers("scope", "workers"))).toEqual([c, c]);
    expect(await gamma.run(() => localMembers("scope", "idlers"))).toEqual([]);
    expect(await gamma.run(() => whichGroups("scope"))).toEqual(["idlers", "workers"]);
  });

  test("K11 does not let a process of another node leave or join from here", async () => {
    const { alpha, beta, world } = await mesh();
    const b = await beta.member("workers");
    await world.advance(10);
    await alpha.run(() => {
      expect(() => joinGroup("scope", "workers", b)).toThrow(/joins on its own node/);
      expect(leaveGroup("scope", "workers", b)).toBe(false);
    });
    expect(alpha.members("workers")).toEqual([b]);
  });

  test("K13 disappears when the last member leaves on another node", async () => {
    const { alpha, beta, world } = await mesh();
    const b = await beta.member("workers");
    await world.advance(10);
    expect(alpha.kernel.scopes.get("scope")?.groups()).toEqual(["workers"]);
    await beta.run(() => leaveGroup("scope", "workers", b));
    await world.advance(10);
    expect(alpha.kernel.scopes.get("scope")?.groups()).toEqual([]);
  });

  test("K14 loses a member that has ended on every node", async () => {
    const { alpha, beta, gamma, world } = await mesh();
    const b = await beta.member("workers", "workers", "idlers");
    await world.advance(10);
    expect(alpha.members("workers")).toEqual([b, b]);
    beta.node.exit(b, "kill");
    await world.advance(10);
    for (const { members } of [alpha, beta, gamma])
      expect([members("workers"), members("idlers")]).toEqual([[], []]);
  });

  test("K15 loses the members of a node that is lost, and has them again after it is back", async () => {
    const { alpha, beta, gamma, world, connect, disconnect } = await mesh();
    const a = await alpha.member("workers");
    const b = await beta.member("workers");
    await world.advance(10);
    disconnect(alpha, beta);
    expect(alpha.members("workers")).toEqual([a]);
    expect(beta.members("workers")).toEqual([b]);
    expect(gamma.members("workers")).toEqual([a, b]);
    const late = await beta.member("workers");
    await world.advance(100);
    expect(alpha.members("workers")).toEqual([a]);
    connect(alpha, beta);
    await world.advance(100);
    expect(alpha.members("workers")).toEqual([a, b, late]);
    expect(beta.members("workers")).toEqual([b, late, a]);
  });

  test("K15 has nothing of an earlier incarnation", async () => {
    const { alpha, beta, world } = await mesh();
    await beta.member("workers");
    await world.advance(10);
    alpha.sync.nodeUp("beta", beta.kernel.incarnation + 1);
    expect(alpha.members("workers")).toEqual([]);
    await beta.member("workers");
    await world.advance(10_000);
    expect(alpha.members("workers")).toEqual([]);
  });

  test("K16 is told nothing by a node that is not connected", async () => {
    const { alpha, beta, world, disconnect } = await mesh();
    disconnect(alpha, beta);
    await beta.member("workers");
    await world.advance(20_000);
    expect(alpha.members("workers")).toEqual([]);
  });

  test("K16 passes over what comes before the whole list, and takes the list for all there is", async () => {
    const { alpha, beta, world, network } = await mesh();
    const tell = (frame: Omit<GroupFrame, "incarnation">): unknown =>
      alpha.sync.receive(
        subject.pg("beta", "scope"),
        encodeGroupFrame({ ...frame, incarnation: beta.kernel.incarnation } as GroupFrame),
      );
    network.cut("alpha", "beta");
    alpha.sync.nodeUp("beta", beta.kernel.incarnation);
    const ids = (): readonly number[] => alpha.members("workers").map(({ id }) => id);
    const workers = (...numbers: readonly number[]) => [{ group: "workers", ids: numbers }];
    tell({ kind: "change", seq: 8, change: "join", entries: workers(1) } as never);
    expect(ids()).toEqual([]);
    tell({ kind: "sync", seq: 8, part: 0, isLast: true, entries: workers(2, 3) } as never);
    expect(ids()).toEqual([2, 3]);
    // A change that is in the list already, the next, and one behind a gap.
    tell({ kind: "change", seq: 8, change: "join", entries: workers(2) } as never);
    tell({ kind: "change", seq: 9, change: "join", entries: workers(4) } as never);
    expect(ids()).toEqual([2, 3, 4]);
    tell({ kind: "change", seq: 11, change: "join", entries: workers(6) } as never);
    tell({ kind: "change", seq: 12, change: "join", entries: workers(7) } as never);
    expect(ids()).toEqual([2, 3, 4]);
    // In two parts, the second of them twice, and one of another list between.
    tell({ kind: "sync", seq: 12, part: 0, isLast: false, entries: workers(4, 6) } as never);
    tell({ kind: "sync", seq: 13, part: 1, isLast: true, entries: workers(9) } as never);
    expect(ids()).toEqual([2, 3, 4]);
    tell({ kind: "sync", seq: 12, part: 1, isLast: true, entries: workers(7, 7) } as never);
    tell({ kind: "sync", seq: 12, part: 1, isLast: true, entries: workers(7) } as never);
    expect(ids()).toEqual([4, 6, 7, 7]);
    await world.settle();
  });

  test("K16 finds out by itself that a change was lost, be it the last", async () => {
    const { alpha, beta, world, network } = await mesh();
    network.faults("beta", "alpha", { lossRate: 1 });
    const b = await beta.member("workers");
    await world.advance(10);
    expect(alpha.members("workers")).toEqual([]);
    network.heal();
    await world.advance(7_000);
    expect(alpha.members("workers")).toEqual([b]);
  });

  test("K17 tells a monitor of joins and leaves on other nodes, and of a node that is lost or comes back", async () => {
    const { alpha, beta, world, connect, disconnect } = await mesh();
    const told: unknown[] = [];
    const watched = await new Promise<readonly Pid[]>((resolve) => {
      void alpha.node.spawn(async () => {
        resolve(monitorGroup("scope", "workers").members);
        for (;;) {
          const { change, pids } = (await receive()) as unknown as GroupMessage;
          told.push([change, pids]);
        }
      });
      void world.settle();
    });
    expect(watched).toEqual([]);
    const b = await beta.member("workers", "workers");
    await world.advance(10);
    await beta.run(() => leaveGroup("scope", "workers", b));
    await world.advance(10);
    const other = await beta.member("idlers");
    await world.advance(10);
    disconnect(alpha, beta);
    await world.advance(10);
    connect(alpha, beta);
    await world.advance(1_000);
    await beta.run(() => leaveGroup("scope", "workers", b, other));
    await world.advance(10);
    expect(told).toEqual([
      ["join", [b]],
      ["join", [b]],
      ["leave", [b]],
      ["leave", [b]],
      ["join", [b]],
      ["leave", [b]],
    ]);
  });

  test("K18 keeps scopes apart over nodes, and knows what was there before a scope", async () => {
    const { alpha, beta, world } = await mesh();
    await world.until(beta.node.spawn(groupScope("other")));
    const b = await world.until(beta.node.spawn(idle));
    await beta.run(() => joinGroup("other", "workers", b));
    await world.advance(3_000);
    expect(alpha.members("workers")).toEqual([]);
    await world.until(alpha.node.spawn(groupScope("other")));
    await world.advance(100);
    expect(alpha.kernel.scopes.get("other")?.members("workers")).toEqual([b]);
  });

  test("K18 loses the members on a node whose scope has ended, and has those of the next", async () => {
    const { alpha, beta, world } = await mesh();
    const b = await beta.member("workers");
    await world.advance(10);
    expect(alpha.members("workers")).toEqual([b]);
    const [scopePid] = beta.node.processes();
    await world.until(beta.node.stop(scopePid as Pid));
    await world.advance(100);
    expect(alpha.members("workers")).toEqual([]);
    await world.until(beta.node.spawn(scope));
    const next = await beta.member("workers");
    await world.advance(100);
    expect(alpha.members("workers")).toEqual([next]);
  });

  test("K19 is read without a message to its process", async () => {
    const { alpha, beta, world } = await mesh();
    await beta.member("workers");
    await world.advance(100);
    const [scopePid] = alpha.node.processes();
    await alpha.run(() => {
      groupMembers("scope", "workers");
      expect(processInfo(scopePid as Pid)).toMatchObject({ messagesHandled: 0, queueLength: 0 });
    });
  });

  test("of ten thousand members travels whole, and so does a list of them", async () => {
    const { alpha, beta, world, connect, disconnect } = await mesh();
    const b = await world.until(beta.node.spawn(idle));
    const many = Array.from({ length: 25_000 }, () => b);
    await beta.run(() => {
      joinGroup("scope", "workers", ...many);
      for (let index = 0; index < 300; index += 1) joinGroup("scope", `group ${index}`, b);
    });
    await world.advance(10);
    expect(alpha.members("workers").length).toBe(25_000);
    expect(alpha.kernel.scopes.get("scope")?.groups().length).toBe(301);
    disconnect(alpha, beta);
    connect(alpha, beta);
    await world.advance(100);
    expect(alpha.members("workers").length).toBe(25_000);
    expect(alpha.kernel.scopes.get("scope")?.groups().length).toBe(301);
  });

  test("agrees everywhere in the end, whatever is lost, repeated and overtaken", async () => {
    const step = fc.record({
      where: fc.nat(2),
      does: fc.constantFrom("join", "join", "leave", "end", "split", "wait"),
      group: fc.constantFrom("a", "b"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(1_000), async (steps, seed) => {
        const made = await mesh({ seed });
        const { network, world, connect, disconnect } = made;
        const nodes = [made.alpha, made.beta, made.gamma];
        for (const from of names)
          for (const to of names)
            network.faults(from, to, {
              delayMs: [0, 50],
              lossRate: 0.3,
              duplicateRate: 0.2,
              reorderRate: 0.3,
            });
        const living: Pid[][] = [[], [], []];
        for (const { where, does, group } of steps) {
          const here = nodes[where] as Member;
          const own = living[where] ?? [];
          const other = nodes[(where + 1) % 3] as Member;
          if (does === "join") own.push(await here.member(group));
          else if (does === "leave") await here.run(() => own[0] && leaveGroup("scope", group, own[0]));
          else if (does === "end") own.splice(0, 1).map((pid) => here.node.exit(pid, "kill"));
          else if (does === "split") {
            disconnect(here, other);
            await world.advance(30);
            connect(here, other);
          } else await world.advance(40);
        }
        network.heal();
        await world.advance(7_000);
        for (const group of ["a", "b"]) {
          const wanted = nodes.flatMap(({ kernel }) => kernel.scopes.get("scope")?.localMembers(group) ?? []);
          for (const { members } of nodes) expect(sorted(members(group))).toEqual(sorted(wanted));
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("a message to a group", () => {
  test("goes to each member here, and as one signal to each node that has others", async () => {
    const { alpha, beta, gamma, world, signals } = await mesh();
    await beta.member("workers", "workers");
    await gamma.member("workers");
    await world.advance(10);
    await alpha.run(async () => {
      joinGroup("scope", "workers", self(), self());
      sendGroup("scope", "workers", { type: "work" });
      await receive(ofType("work"));
      await receive(ofType("work"));
      expect(await waiting()).toEqual([]);
    });
    const work = { type: "work" };
    expect(signals).toEqual([
      ["alpha", "beta", [19, expect.any(Number), "scope", "workers", work]],
      ["alpha", "gamma", [19, expect.any(Number), "scope", "workers", work]],
    ]);
  });

  test("that comes from another node goes to the members of this one alone", async () => {
    const { alpha, beta, world } = await mesh();
    await beta.member("workers");
    await world.advance(10);
    await alpha.run(async () => {
      joinGroup("scope", "workers", self());
      deliverToGroup(alpha.kernel, "scope", "workers", { type: "work" });
      deliverToGroup(alpha.kernel, "scope", "nobody's", { type: "other" });
      deliverToGroup(alpha.kernel, "no such scope", "workers", { type: "other" });
      expect(await waiting()).toEqual([{ type: "work" }]);
    });
  });

  test("is a message, and its scope is there", async () => {
    const { alpha, beta, world } = await mesh();
    await beta.member("workers");
    await world.advance(10);
    await alpha.run(() => {
      expect(() => sendGroup("nowhere", "workers", { type: "work" })).toThrow(/no scope "nowhere"/);
      expect(() => sendGroup("scope", "workers", { type: "work", run: () => {} } as never)).toThrow(
        /function/,
      );
      expect(() => sendGroup("scope", "workers", 7 as never)).toThrow(/"type"/);
    });
  });
});

describe("a node that tells of its groups", () => {
  test("says nothing to nobody, and to one alone what has changed", async () => {
    const { alpha, beta, world, network, connect } = cluster();
    const heard: string[] = [];
    network.carrier("ear").subscribe(subject.groups(), (incoming) => heard.push(incoming.subject));
    await world.until(alpha.node.spawn(scope));
    await world.until(beta.node.spawn(scope));
    await alpha.member("workers");
    await world.advance(60_000);
    expect(heard).toEqual([]);
    connect(alpha, beta);
    await world.advance(100);
    expect(new Set(heard)).toEqual(new Set([subject.pg("alpha", "scope"), subject.pg("beta", "scope")]));
  });

  test("tells the changes of one turn in one message", async () => {
    const { alpha, world, network } = await mesh();
    const heard: string[] = [];
    network.carrier("ear").subscribe(subject.groups(), (incoming) => heard.push(incoming.subject));
    const pid = await world.until(alpha.node.spawn(idle));
    await alpha.run(() => {
      for (let index = 0; index < 50; index += 1) joinGroup("scope", `group ${index}`, pid);
    });
    await world.advance(10);
    expect(heard).toEqual([subject.pg("alpha", "scope")]);
  });

  test("stops with its timers and tells nothing any more", async () => {
    const { alpha, beta, world } = await mesh();
    beta.sync.stop();
    await beta.member("workers");
    await world.advance(100);
    expect(alpha.members("workers")).toEqual([]);
  });

  test("takes no harm from what makes no sense", async () => {
    const { alpha, beta, world } = await mesh();
    const b = await beta.member("workers");
    await world.advance(10);
    const from = subject.pg("beta", "scope");
    const { incarnation } = beta.kernel;
    const hostile: unknown[] = [
      {},
      { kind: "change", incarnation },
      { kind: "change", incarnation, seq: 2, change: "steal", entries: [] },
      { kind: "change", incarnation, seq: 2, change: "join", entries: [{ group: 7, ids: [1] }] },
      { kind: "change", incarnation, seq: 2, change: "join", entries: [{ group: "a", ids: ["1"] }] },
      { kind: "change", incarnation, seq: -1, change: "join", entries: [] },
      { kind: "sync", incarnation, seq: 1.5, part: 0, isLast: true, entries: [] },
      { kind: "sync", incarnation, seq: 9, part: "0", isLast: true, entries: [] },
      { kind: "discover", incarnation, from: "alpha" },
      { kind: "gossip", incarnation, seq: 3 },
      [1, 2, 3],
      "change",
      null,
    ];
    for (const frame of hostile)
      expect(alpha.sync.receive(from, encodeGroupFrame(frame as GroupFrame))).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        alpha.sync.receive(from, bytes);
      }),
    );
    const whole = encodeGroupFrame({ kind: "head", incarnation, seq: 1 });
    for (let length = 0; length < whole.length; length += 1)
      expect(alpha.sync.receive(from, whole.subarray(0, length))).toBe(false);
    expect(alpha.sync.receive("aiex.test.beat.beta", whole)).toBe(false);
    expect(alpha.members("workers")).toEqual([b]);
  });
});

function sorted(pids: readonly Pid[]): readonly string[] {
  return pids.map(({ node, id }) => `${node} ${id}`).sort();
}
