// The control process of a node, asked over a network in memory.
import { describe, expect, it } from "vitest";
import type { ControlledNode } from "../../../actors/control/controlled-node.ts";
import { ControlDesk } from "../../../actors/control/desk.ts";
import { ControlRefused, encodeRequest } from "../../../actors/control/envelope.ts";
import type { Owned } from "../../../actors/control/owned.ts";
import { type ControlRequests, type ControlVerb, decodeAnswer } from "../../../actors/control/protocol.ts";
import type { Questions, ReportName, Reports } from "../../../actors/control/reports.ts";
import { controlName, controlServer } from "../../../actors/control/server.ts";
import { Vitals } from "../../../actors/control/vitals.ts";
import type { Carrier } from "../../../runtime/carrier.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import {
  child,
  formatPid,
  groupScope,
  joinGroup,
  type Node,
  named,
  noReply,
  ok,
  replyWith,
  type SimulatedWorld,
  self,
  server,
  simulatedWorld,
  startNode,
  supervisor,
} from "../../../runtime/index.ts";
import type { OwnershipReport } from "../../../runtime/ownership/report.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { ownershipReport, placedChild, placedRow } from "./owned-report.ts";

const counter = server("counter", {
  init: () => {
    joinGroup("teams", "counters", self());
    return ok(0);
  },
  calls: {
    bump: (count: number, { by }: { by: number }) => replyWith(count + by, count + by),
    total: (count: number) => replyWith(count, count),
  },
  casts: { fail: () => Promise.reject(new Error("It was asked to fail.")) },
  info: (count) => noReply(count),
});

interface Stage {
  readonly world: SimulatedWorld;
  readonly node: Node;
  readonly stops: () => number;
  ask<V extends ControlVerb>(
    verb: V,
    request: ControlRequests[V]["asks"],
  ): Promise<ControlRequests[V]["answers"]>;
  raw(verb: string, payload: Uint8Array): Promise<Uint8Array>;
  inspect<W extends ReportName>(what: W, question: Questions[W]): Promise<Reports[W]>;
}

interface StageOptions {
  readonly payloadBytesMax?: number;
  readonly owned?: Partial<Owned>;
  /** What the carrier claims to be. */
  readonly kind?: Carrier["kind"];
}

/** Runs `use` with a node that is asked by another one called "tester". */
async function withControl(use: (stage: Stage) => Promise<void>, options: StageOptions = {}): Promise<void> {
  const world = simulatedWorld();
  const network = memoryNetwork(world);
  const node = startNode({ world, name: "alpha" });
  const carrier = disguised(network.carrier("alpha"), options);
  const tester = network.carrier("tester");
  let stops = 0;
  const controlled = controlledNode(node, carrier, options.owned, () => {
    stops += 1;
  });
  const vitals = new Vitals(node);
  const { ctl } = subjects("aiex");
  const raw = async (verb: string, payload: Uint8Array): Promise<Uint8Array> => {
    const answer = await tester.request(ctl("tester", verb, "alpha"), payload, 60_000);
    if (answer.kind === "answer") return answer.payload;
    throw new Error(`There was ${answer.kind} and no answer.`);
  };
  const ask: Stage["ask"] = async (verb, request) =>
    decodeAnswer("alpha", verb, await raw(verb, encodeRequest(request)));
  const inspect: Stage["inspect"] = async (what, question) => {
    const answer = await ask("inspect", { ...question, what } as never);
    expect(answer.what).toBe(what);
    return answer.report as never;
  };
  await world.until(
    (async () => {
      const children = [
        child(groupScope("teams"), { id: "teams" }),
        child(counter, { name: "counter" }),
        child(controlServer({ controlled, vitals }), { name: controlName }),
      ];
      const top = await node.spawn(supervisor("top", { strategy: "one_for_one", children }));
      node.nameApplication(top, "shop");
      new ControlDesk(controlled).open(carrier);
      await use({ world, node, stops: () => stops, ask, raw, inspect });
      vitals.close();
    })(),
  );
}

function disguised(carrier: Carrier, { payloadBytesMax, kind }: StageOptions): Carrier {
  return new Proxy(carrier, {
    get: (target, name) => {
      if (name === "kind" && kind !== undefined) return kind;
      if (name === "payloadBytesMax" && payloadBytesMax !== undefined) return payloadBytesMax;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function controlledNode(
  node: Node,
  carrier: Carrier,
  owned: Partial<Owned> | undefined,
  onStop: () => void,
): ControlledNode {
  const told = { owned: 0, left: 0, calls: 0, isDone: false, isCut: false, why: null };
  let deadlineMs: number | undefined;
  return {
    owned: owned as Owned | undefined,
    retire: (request) => {
      const isNew = deadlineMs === undefined;
      deadlineMs ??= request.deadlineMs;
      return isNew;
    },
    tellDrain: () => ({ draining: deadlineMs !== undefined, ...told, ...owned?.drainProgress?.() }),
    node,
    incarnation: node.incarnation,
    cluster: "aiex",
    host: "here",
    osPid: 42,
    program: "0.1.0",
    labels: { zone: "a" },
    startedMs: node.world.clock.now(),
    state: () => "up",
    carriers: () => [carrier],
    applications: () => [{ name: "shop", state: "running" }],
    members: () =>
      Array.from({ length: 3 }, (_, index) => ({
        ...{ name: `node${index}`, incarnation: 1, host: null, state: "up", load: null, lagMs: null },
        ...{ program: null, isSelf: index === 0 },
      })),
    sessions: () => [{ node: "node1", incarnation: 1, hidden: false, state: "up", carrier: "memory" }],
    problems: () => [],
    stop: onStop,
    join: async ({ url }) => {
      if (url === "nats://bad") throw new Error("The join failed.");
      return { url, members: ["alpha"] };
    },
  };
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "none",
    (error: unknown) => (error instanceof ControlRefused ? error.code : error),
  );

const onSocket = { kind: "socket" } as const;

describe("The control process", () => {
  it("tells what the node is", () =>
    withControl(async ({ inspect, node }) => {
      expect(await inspect("node", {})).toMatchObject({
        ...{ name: "alpha", incarnation: node.incarnation, cluster: "aiex", host: "here", osPid: 42 },
        ...{ program: "0.1.0", labels: { zone: "a" }, state: "up", names: 2, lagMs: 0 },
        carriers: [{ kind: "memory", state: "connected" }],
      });
    }));

  it("tells of processes, with pids as they are printed", () =>
    withControl(async ({ inspect, node }) => {
      await node.call(named("counter"), "bump" as never, { by: 2 } as never);
      const pid = node.whereis("counter");
      const shown = pid && formatPid(pid);
      const { rows, processes, cut } = await inspect("top", { by: "messagesHandled", limit: 2 });
      expect(rows.map((row) => row.name).sort()).toEqual(["control", "counter"]);
      expect(rows.find((row) => row.name === "counter")).toMatchObject({
        ...{ pid: shown, logic: "counter", kind: "server", turnMs: null },
      });
      expect([processes, cut]).toEqual([node.processes().length, 0]);
      for (const target of ["counter", shown ?? ""]) {
        expect(await inspect("process", { target })).toMatchObject({
          pid: shown,
          state: 2,
          links: [expect.any(String)],
        });
      }
    }));

  it("measures turns while somebody asks by them", () =>
    withControl(async ({ inspect }) => {
      await inspect("top", { by: "turnMs" });
      const { rows } = await inspect("top", { by: "turnMs" });
      expect(rows.every(({ turnMs }) => typeof turnMs === "number")).toBe(true);
    }));

  it("tells of names, groups, members and sessions", () =>
    withControl(async ({ inspect, node }) => {
      const pid = node.whereis("counter");
      const shown = pid === undefined ? "" : formatPid(pid);
      const { names, cut } = await inspect("names", {});
      expect(names.map(({ name }) => name)).toEqual(["control", "counter"]);
      expect([names[1]?.pid, cut]).toEqual([shown, 0]);
      expect(await inspect("groups", {})).toEqual({
        groups: [{ scope: "teams", group: "counters", members: [shown] }],
        cut: 0,
      });
      expect((await inspect("members", {})).members.map(({ name }) => name)).toEqual([
        "node0",
        "node1",
        "node2",
      ]);
      expect((await inspect("sessions", {})).sessions).toHaveLength(1);
    }));

  it("tells the trees as rows and as text", () =>
    withControl(async ({ inspect }) => {
      const { trees, text } = await inspect("tree", {});
      expect(trees).toHaveLength(1);
      expect(trees[0]).toMatchObject({ application: "shop", root: { id: "top", type: "supervisor" } });
      expect(trees[0]?.root.children.map(({ id }) => id)).toEqual(["teams", "counter", "control"]);
      expect(text).toContain("└── control");
    }));

  it("says how the node is doing, and what to do about what is wrong", () =>
    withControl(async ({ inspect, node }) => {
      expect(await inspect("health", {})).toEqual({ healthy: true, problems: [] });
      for (let crash = 0; crash < 10; crash += 1) {
        await node.spawn(() => Promise.reject(new Error("It failed.")));
      }
      const { healthy, problems } = await inspect("health", {});
      expect(healthy).toBe(false);
      expect(problems[0]).toMatchObject({ severity: "critical", what: expect.stringContaining("10 times") });
      expect((await inspect("status", {})).problems).toEqual(problems);
    }));

  it("forgets what was wrong a minute ago", () =>
    withControl(async ({ inspect, node, world }) => {
      for (let crash = 0; crash < 10; crash += 1) {
        await node.spawn(() => Promise.reject(new Error("It failed.")));
      }
      await new Promise<void>((resolve) => world.timers.set(61_000, resolve));
      expect(await inspect("health", {})).toEqual({ healthy: true, problems: [] });
    }));

  it("leaves out rows that no message holds, and says how many", () =>
    withControl(
      async ({ inspect, node }) => {
        for (let index = 0; index < 500; index += 1) {
          await node.spawn(counter, { name: `counter-${index}` });
        }
        const { names, cut } = await inspect("names", {});
        expect(names.length).toBeGreaterThan(50);
        expect(names.length + cut).toBe(502);
        const top = await inspect("top", { limit: 500 });
        expect(top.rows.length).toBeGreaterThan(10);
        expect(top.rows.length + top.cut).toBe(500);
        const { groups } = await inspect("groups", {});
        expect(groups[0]?.members.length).toBeGreaterThan(10);
      },
      { payloadBytesMax: 16_384 },
    ));

  it("refuses in words what cannot be told in one message", () =>
    withControl(
      async ({ inspect }) => {
        expect(await codeOf(inspect("node", {}))).toBe("answer_too_large");
      },
      { payloadBytesMax: 4_100 },
    ));

  it.each(["nobody", "<alpha.1.99999>", "<beta.1.1>", "../../etc"])("refuses to tell of %s", (target) =>
    withControl(async ({ inspect }) => {
      expect(await codeOf(inspect("process", { target }))).toBe("noproc");
    }),
  );

  it("has the node stop, and answers before", () =>
    withControl(async ({ ask, stops, node }) => {
      expect(await ask("stop", {})).toEqual({ incarnation: node.incarnation, osPid: 42 });
      expect(stops()).toBe(1);
    }));

  it("has the node join, and tells how that failed", () =>
    withControl(async ({ ask }) => {
      expect(await ask("join", { url: "nats://good" })).toEqual({ url: "nats://good", members: ["alpha"] });
      const failed = ask("join", { url: "nats://bad" });
      await expect(failed).rejects.toThrow("The join failed.");
    }, onSocket));

  it("joins nothing that somebody of the cluster names: that is for the node's own machine", () =>
    withControl(async ({ ask }) => {
      expect(await codeOf(ask("join", { url: "nats://good" }))).toBe("denied");
    }));

  it("refuses a verb that it does not know, and lives on", () =>
    withControl(async ({ raw, inspect }) => {
      for (const verb of ["explode", "constructor", "__proto__"]) {
        const answer = await raw(verb, encodeRequest({}));
        expect(await codeOf((async () => decodeAnswer("alpha", "stop", answer))())).toBe("unknown_request");
      }
      for (const payload of [new Uint8Array(), new Uint8Array(1_000).fill(255)]) {
        const answer = await raw("inspect", payload);
        expect(await codeOf((async () => decodeAnswer("alpha", "inspect", answer))())).toBe("bad_request");
      }
      expect((await inspect("node", {})).name).toBe("alpha");
    }));

  it("is started again after a crash, and answers like before", () =>
    withControl(async ({ inspect, node }) => {
      const before = node.whereis(controlName);
      if (before !== undefined) node.exit(before, "kill");
      expect(await codeOf(inspect("node", {}))).toMatch(/^(none|busy)$/);
      expect((await inspect("node", {})).name).toBe("alpha");
      expect(node.whereis(controlName)).not.toEqual(before);
    }));
});

describe("The control process of a node that owns something", () => {
  it("tells of leases, children, names and the store, with pids as they are printed", () =>
    withControl(async ({ inspect }) => {
      const told = await inspect("ownership", {});
      expect(told).toMatchObject({
        state: "held",
        store: { place: "nats://broker:4222", acknowledgement: { kind: "fsync" } },
        leases: [
          { node: "beta", term: 2 },
          { node: "alpha", isOwn: true },
        ],
        names: [{ name: "leader", node: "alpha", epoch: 4 }],
        cut: { leases: 0, children: 0, names: 0 },
      });
      expect(told.children).toEqual([
        placedRow(),
        placedRow({ id: "desk", node: "alpha", epoch: 1, lastMove: null }),
      ]);
    }, owning()));

  it("leaves out children that no message holds, and says how many", () =>
    withControl(
      async ({ inspect }) => {
        const { children, leases, cut } = await inspect("ownership", {});
        expect(children.length).toBeGreaterThan(10);
        expect([children.length + cut.children, leases.length + cut.leases]).toEqual([2_000, 2]);
      },
      {
        payloadBytesMax: 16_384,
        ...owning({
          children: Array.from({ length: 2_000 }, (_, index) => placedChild({ id: `c${index}` })),
        }),
      },
    ));

  it("answers others while the store is asked, and tells why that failed", () =>
    withControl(
      async ({ inspect, world }) => {
        const asked = codeOf(inspect("ownership", {}));
        expect((await inspect("node", {})).name).toBe("alpha");
        await new Promise<void>((resolve) => world.timers.set(1, resolve));
        expect(await asked).toBe("failed");
      },
      {
        owned: {
          state: "suspended",
          report: async () => {
            throw new Error("The store does not answer.");
          },
        },
      },
    ));

  it.each([
    ["held", []],
    ["acquiring", []],
    ["suspended", ["critical"]],
    ["lost", ["critical"]],
  ] as const)("says of a lease that is %s what is wrong: %j", (state, severities) =>
    withControl(
      async ({ inspect }) => {
        const { problems, healthy } = await inspect("health", {});
        expect(problems.map(({ severity }) => severity)).toEqual(severities);
        expect(healthy).toBe(severities.length === 0);
      },
      { owned: { state } },
    ),
  );

  it("has a child moved, and tells how that was refused", () => {
    const moves: string[] = [];
    const move = async (child: string, node: string): Promise<void> => {
      moves.push(`${child} ${node}`);
      if (node === "gamma") throw new ControlRefused("alpha", "unfit_node", "gamma drains.");
    };
    return withControl(
      async ({ ask }) => {
        const cart = { supervisor: "shop", id: "cart/7" };
        expect(await ask("move", { ...cart, node: "beta" })).toEqual({});
        expect(await codeOf(ask("move", { ...cart, node: "gamma" }))).toBe("unfit_node");
        expect(await codeOf(ask("move", { ...cart, node: "" }))).toBe("bad_request");
        expect(moves).toEqual(["shop/cart/7 beta", "shop/cart/7 gamma"]);
      },
      { owned: { state: "held", move } },
    );
  });

  it("drains, answers before, and goes on with the deadline that came first", () => {
    let left = 2;
    const drainProgress = () => ({ owned: 2, left, calls: 1, isDone: left === 0, isCut: false });
    return withControl(
      async ({ ask, inspect, node, stops }) => {
        expect(await inspect("drain", {})).toMatchObject({ draining: false, why: null });
        const answer = { incarnation: node.incarnation, osPid: 42 };
        expect(await ask("drain", { deadlineMs: 500 })).toEqual({ ...answer, isNew: true });
        expect(await ask("drain", { deadlineMs: 900 })).toEqual({ ...answer, isNew: false });
        expect(await inspect("drain", {})).toMatchObject({ draining: true, owned: 2, left: 2, calls: 1 });
        left = 0;
        expect(await inspect("drain", {})).toMatchObject({ left: 0, isDone: true });
        for (const deadlineMs of [-1, 1e9, Number.NaN])
          expect(await codeOf(ask("drain", { deadlineMs }))).toBe("bad_request");
        // When that is over, the node's own part stops it.
        expect(stops()).toBe(0);
      },
      { owned: { state: "held", drainProgress } },
    );
  });
});

describe("The control process of a node by itself", () => {
  it("tells that nothing is owned, and moves nothing", () =>
    withControl(async ({ ask, inspect }) => {
      expect(await inspect("ownership", {})).toMatchObject({ state: "none", store: null, children: [] });
      expect(await codeOf(ask("move", { supervisor: "shop", id: "cart", node: "beta" }))).toBe(
        "unknown_child",
      );
    }));
});

function owning(over: Partial<OwnershipReport> = {}): StageOptions {
  return { owned: { state: "held", report: async () => ownershipReport(over) } };
}

describe("A relay", () => {
  it("is refused to all but the commands of the node's own machine", () =>
    withControl(async ({ ask }) => {
      const relayed = ask("relay", { what: "send", to: "alpha", target: "counter", message: { type: "x" } });
      expect(await codeOf(relayed)).toBe("denied");
    }));

  it("sends and calls in the name of the node", () =>
    withControl(async ({ ask }) => {
      const to = { to: "alpha", target: "counter" };
      const sent = await ask("relay", { ...to, what: "send", message: { type: "anything" } });
      expect(sent.value).toBeNull();
      const called = await ask("relay", { ...to, what: "call", type: "bump", payload: { by: 5 } });
      expect(called.value).toBe(5);
      const bare = await ask("relay", { ...to, what: "call", type: "total" });
      expect(bare.value).toBe(5);
    }, onSocket));

  it("carries what JSON cannot hold as it is shown for every call", () =>
    withControl(async ({ ask, node }) => {
      const held = {
        big: 12n,
        none: undefined,
        bytes: new Uint8Array([1, 2]),
        far: Number.POSITIVE_INFINITY,
      };
      const keeper = server("keeper", {
        init: () => ok(undefined),
        calls: {
          held: (state: undefined) => replyWith(held, state),
          nothing: (state) => replyWith(undefined, state),
        },
      });
      await node.spawn(keeper, { name: "keeper" });
      const call = async (type: string) =>
        (await ask("relay", { what: "call", to: "alpha", target: "keeper", type })).value;
      expect(await call("held")).toEqual({ big: "12", bytes: "AQI=", far: "Infinity" });
      expect(await call("nothing")).toBeNull();
    }, onSocket));

  it("tells how a call failed by its code", () =>
    withControl(async ({ ask }) => {
      const call = (target: string, type: string) =>
        codeOf(ask("relay", { what: "call", to: "alpha", target, type, payload: null }));
      expect(await call("nobody", "bump")).toBe("noproc");
      expect(await call("counter", "no_such_call")).toBe("callee_exited");
    }, onSocket));

  it("says what to do where no cluster leads to the other node", () =>
    withControl(async ({ ask }) => {
      const relayed = ask("relay", { what: "control", to: "beta", verb: "inspect", request: {} });
      await expect(relayed).rejects.toThrow(/it is in no cluster.*--nats URL/);
    }, onSocket));
});
