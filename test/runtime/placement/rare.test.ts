// What becomes of placed children when things go otherwise than planned: versions that differ, ends, crashes, and supervisors that go.
import { describe, expect, test } from "vitest";
import {
  beginOwnership,
  clusterNamed,
  clusterSupervisor,
  type DurableOptions,
  durable,
  named,
  noReply,
  ok,
  placedChild,
  receive,
  replyWith,
  saveCheckpoint,
  server,
  stopWith,
} from "../../../runtime/index.ts";
import type { PlacementRecord } from "../../../runtime/placement/placement-record.ts";
import { type Owner, owners } from "../ownership/owners.ts";

const name = "work/one";
const address = clusterNamed(name);

interface State {
  readonly count: number;
  readonly version: number;
}

/** A counter as one version of a program has it. */
function counter(options: Partial<DurableOptions> = {}) {
  const { version = 1 } = options;
  return durable(
    server("counter", {
      init: (start: number | undefined) => ok<State>({ count: start ?? 0, version }),
      calls: {
        value: (state: State) => replyWith(state, state),
        add: async (state: State, more: number) => {
          const next = { ...state, count: state.count + more };
          await saveCheckpoint(next);
          return replyWith(next.count, next);
        },
        end: (state: State, reason: string) => stopWith(reason, state),
        hang: (state: State) => noReply(state),
      },
      casts: {
        crash: (): never => {
          throw new Error("as asked");
        },
        bump: (state: State) => noReply({ ...state, count: state.count + 1 }),
      },
    }),
    { key: "counter", version, ...options },
  );
}

type Counter = ReturnType<typeof counter>;
type ChildOptions = Parameters<typeof placedChild>[1];

function work(logic: Counter = counter(), options: ChildOptions = {}) {
  return { supervisors: { work: { children: [placedChild(logic, { id: "one", ...options })] } } };
}

function recordOf(by: Owner, of = name): PlacementRecord | undefined {
  return by.ownership.placement.table.find(of)?.record;
}

function told(owner: Owner, event: string): readonly unknown[] {
  return owner.events.filter((each) => each.name === event).map(({ data }) => data);
}

/** How many writes of records were made, by the revisions that they have. */
function revisionOf(by: Owner): number {
  return by.ownership.placement.table.find(name)?.revision ?? 0;
}

describe("A placed child of several versions of a program", () => {
  test("starts on a node that has its logic, though another one decides", async () => {
    const { world, start, eventually, placeOf } = owners();
    const alpha = await start("alpha", { supervisors: { work: {} } });
    const beta = await start("beta", work());
    await eventually(() => placeOf(name, alpha) === "beta");
    expect(await world.until(alpha.node.call(address, "add", 1))).toBe(1);
    await expect(world.until(alpha.ownership.move(name, "alpha"))).rejects.toMatchObject({
      code: "unfit_node",
      message: expect.stringContaining('no logic "counter"'),
    });
    expect(placeOf(name, beta)).toBe("beta");
  });

  test("takes its state along to a later version, and is refused by one that is earlier", async () => {
    const { world, start, eventually, placeOf } = owners();
    const alpha = await start("alpha", work(counter({ version: 1 })));
    await eventually(() => placeOf(name, alpha) === "alpha");
    await world.until(alpha.node.call(address, "add", 5));
    const migrate = (from: number, state: unknown): State => ({
      count: (state as State).count + 100 * from,
      version: 2,
    });
    const beta = await start("beta", work(counter({ version: 2, migrate })));
    await world.until(alpha.ownership.move(name, "beta"));
    expect(await world.until(beta.node.call(address, "value"))).toEqual({ count: 105, version: 2 });
    await world.until(beta.node.call(address, "add", 1));
    beta.ownership.move(name, "alpha").catch(() => undefined);
    await eventually(() => recordOf(beta)?.denied.alpha !== undefined);
    await eventually(() => placeOf(name, beta) === "beta" && placeOf(name, alpha) === "beta");
    expect(told(alpha, "child_refused")).toEqual([{ child: name, why: expect.stringContaining("version") }]);
    expect(await world.until(alpha.node.call(address, "value"))).toEqual({ count: 106, version: 2 });
  });

  test("is taken by a node that has refused it, when a later program runs there", async () => {
    const { world, start, eventually, placeOf, kill } = owners();
    const alpha = await start("alpha", work(counter({ version: 2 })));
    await eventually(() => placeOf(name, alpha) === "alpha");
    await world.until(alpha.node.call(address, "add", 5));
    const beta = await start("beta", work(counter({ version: 1 })));
    alpha.ownership.move(name, "beta").catch(() => undefined);
    await eventually(() => told(beta, "child_refused").length === 1);
    await eventually(() => placeOf(name, alpha) === "alpha");
    await world.until(beta.ownership.leave());
    await world.until(beta.node.halt());
    await world.advance(100);
    const later = await start("beta", work(counter({ version: 2 })));
    kill(alpha);
    await eventually(() => placeOf(name, later) === "beta");
    expect(await world.until(later.node.call(address, "value"))).toEqual({ count: 5, version: 2 });
  });
});

describe("The end of a placed child", () => {
  test.each([
    ["transient", "normal"],
    ["transient", "shutdown"],
    ["temporary", "normal"],
    ["temporary", "broken"],
  ] as const)(
    "is for good where it is %s and ends %s, until somebody starts it again",
    async (restart, reason) => {
      const { world, start, eventually, placeOf } = owners();
      const options = work(counter(), { restart });
      const alpha = await start("alpha", options);
      await eventually(() => placeOf(name, alpha) === "alpha");
      await world.until(alpha.node.call(address, "add", 2));
      await world.until(alpha.node.call(address, "end", reason).catch(() => undefined));
      await eventually(() => recordOf(alpha)?.phase === "finished");
      const beta = await start("beta", options);
      await world.advance(10_000);
      expect(recordOf(beta)).toMatchObject({ phase: "finished", owner: undefined, pid: undefined });
      expect(beta.node.whereClusterName(name)).toBeUndefined();
      await world.until(beta.ownership.restartChild(name));
      expect(await world.until(beta.node.call(address, "value"))).toMatchObject({ count: 2 });
    },
  );

  test("is no end where it is transient and breaks", async () => {
    const { world, start, eventually, placeOf, child } = owners();
    const alpha = await start("alpha", work(counter(), { restart: "transient" }));
    await eventually(() => placeOf(name, alpha) === "alpha");
    const before = child(name, alpha)?.pid;
    await world.until(alpha.node.call(address, "end", "broken").catch(() => undefined));
    await eventually(
      () => child(name, alpha)?.pid !== undefined && child(name, alpha)?.pid?.id !== before?.id,
    );
    expect(placeOf(name, alpha)).toBe("alpha");
  });

  test("again and again ends its supervisors, and after three of them nobody tries any more", async () => {
    const { world, start, eventually, placeOf } = owners();
    const crashing = durable(
      server("crashing", {
        init: () => ok(0),
        info: (): never => {
          throw new Error("it cannot live");
        },
      }),
      { key: "crashing", version: 1, onRestored: { type: "go" } },
    );
    const options = { supervisors: { work: { children: [placedChild(crashing, { id: "one" })] } } };
    const all: Owner[] = [];
    for (const node of ["alpha", "beta", "gamma"]) all.push(await start(node, options));
    const [alpha, , gamma] = all as [Owner, Owner, Owner];
    await eventually(() => placeOf(name, gamma) !== undefined);
    // From its first checkpoint on each of its starts crashes.
    await world.advance(1_500);
    alpha.node.send(address, { type: "go" });
    await eventually(() => recordOf(alpha)?.phase === "failed");
    const given = all.flatMap((owner) => told(owner, "child_given_up"));
    expect(given).toEqual([{ child: name, failures: 3 }]);
    await eventually(() => all.every((owner) => recordOf(owner)?.owner === undefined));
  });
});

describe("What is asked of a placed child", () => {
  test("is refused before anything runs where its input is no data, or its definition no such thing", () => {
    const logic = counter();
    const one = placedChild(logic, { id: "one" });
    expect(() => clusterSupervisor("work", { children: [placedChild(logic, { input: () => 1 })] })).toThrow(
      /no plain data/,
    );
    expect(() => clusterSupervisor("work", { children: [one, one] })).toThrow(/same id/);
    const other = placedChild(counter(), { id: "two" });
    expect(() => clusterSupervisor("work", { children: [one, other] })).toThrow(/have the key "counter"/);
    expect(() => clusterSupervisor("x".repeat(10_000), { children: [one] })).toThrow();
    expect(() => placedChild(logic, { id: "" })).toThrow(/not empty/);
    expect(() => placedChild(logic, { place: { strategy: "somewhere" } as never })).toThrow(/somewhere/);
    expect(() => placedChild(logic, { restart: "always" as never })).toThrow(/always/);
  });

  test("starts one that nobody has declared, stops it, and starts it again from what it had saved", async () => {
    const { world, start, eventually, placeOf } = owners();
    const logic = counter();
    const options = { supervisors: { work: { logic: [logic] } } };
    const alpha = await start("alpha", options);
    const beta = await start("beta", options);
    const { ownership } = beta;
    const spec = placedChild(logic, { id: "one", input: 4 });
    await world.until(ownership.startChild("work", spec));
    expect(await world.until(alpha.node.call(address, "add", 1))).toBe(5);
    await expect(world.until(ownership.startChild("work", spec))).rejects.toMatchObject({
      code: "already_present",
    });
    const bad = placedChild(logic, { id: "bad", input: () => 1 });
    await expect(world.until(ownership.startChild("work", bad))).rejects.toMatchObject({ code: "misuse" });
    await world.until(ownership.stopChild(name));
    await eventually(() => [alpha, beta].every((owner) => runs(owner) === 0));
    await world.until(ownership.stopChild(name));
    expect(beta.node.whereClusterName(name)).toBeUndefined();
    await world.advance(10_000);
    expect(recordOf(alpha)?.phase).toBe("stopped");
    await world.until(ownership.restartChild(name));
    expect(await world.until(alpha.node.call(address, "value"))).toMatchObject({ count: 5 });
    expect(placeOf(name, beta)).toBeDefined();
  });

  test("is refused where there is no such child, or no such node, or the node is cut off", async () => {
    const { world, start, store, eventually, placeOf } = owners();
    const alpha = await start("alpha", work());
    const { ownership } = alpha;
    await eventually(() => placeOf(name, alpha) === "alpha");
    const unknown = { code: "unknown_child", message: expect.stringContaining(name) };
    for (const asked of [
      () => ownership.move("work/two", "alpha"),
      () => ownership.stopChild("one"),
      () => ownership.restartChild("x".repeat(10_000)),
      () => ownership.permitChild("/", "alpha", false),
    ])
      await expect(world.until(asked())).rejects.toMatchObject(unknown);
    await expect(world.until(ownership.move(name, "beta"))).rejects.toMatchObject({ code: "unfit_node" });
    store.cut("alpha");
    await eventually(() => ownership.state === "suspended");
    await expect(world.until(ownership.stopChild(name))).rejects.toMatchObject({ code: "not_owner" });
  });

  test("keeps what was permitted when it is started again, and begins where it may", async () => {
    const { world, start, eventually, placeOf } = owners();
    const options = work();
    const alpha = await start("alpha", options);
    await eventually(() => placeOf(name, alpha) === "alpha");
    await world.until(alpha.ownership.permitChild(name, "alpha", false));
    await eventually(() => recordOf(alpha)?.phase === "waiting");
    await world.until(alpha.ownership.stopChild(name));
    alpha.ownership.restartChild(name).catch(() => undefined);
    await world.advance(2_000);
    expect(recordOf(alpha)).toMatchObject({ phase: "waiting", denied: { alpha: expect.any(String) } });
    const beta = await start("beta", options);
    await eventually(() => placeOf(name, beta) === "beta");
  });
});

function runs({ node }: Owner): number {
  return node.processes().filter((pid) => node.processInfo(pid)?.logic === "counter").length;
}

describe("A cluster supervisor that ends", () => {
  test("gives its children to other nodes, and takes them again when it is back", async () => {
    const { world, start, eventually, placeOf } = owners();
    const options = work();
    const alpha = await start("alpha", options);
    const beta = await start("beta", options);
    await eventually(() => placeOf(name, beta) === "alpha");
    await world.until(alpha.node.call(address, "add", 3));
    await world.until(alpha.node.stop(named("work")));
    await eventually(() => placeOf(name, alpha) === "beta");
    expect(await world.until(alpha.node.call(address, "value"))).toMatchObject({ count: 3 });
    await world.until(
      alpha.node.spawn(clusterSupervisor("work", options.supervisors.work), { name: "work" }),
    );
    await world.until(alpha.ownership.move(name, "alpha"));
    expect(await world.until(beta.node.call(address, "value"))).toMatchObject({ count: 3 });
  });

  test("has its children wait where nobody else runs it, and writes no more about them", async () => {
    const { world, start, eventually, placeOf } = owners();
    const options = work();
    const alpha = await start("alpha", options);
    await eventually(() => placeOf(name, alpha) === "alpha");
    await world.until(alpha.node.stop(named("work")));
    await eventually(() => recordOf(alpha)?.phase === "waiting");
    await world.advance(1_000);
    const before = revisionOf(alpha);
    await world.advance(10_000);
    expect(revisionOf(alpha)).toBe(before);
    await world.until(
      alpha.node.spawn(clusterSupervisor("work", options.supervisors.work), { name: "work" }),
    );
    await eventually(() => placeOf(name, alpha) === "alpha");
  });

  test("does not hold up the children of the others, whoever decided before", async () => {
    const { world, start, eventually, placeOf } = owners();
    const alpha = await start("alpha", work());
    const beta = await start("beta", work());
    await eventually(() => placeOf(name, beta) === "alpha");
    await world.until(alpha.node.stop(named("work")));
    await eventually(() => placeOf(name, beta) === "beta");
    const spec = placedChild(counter(), { id: "two" });
    await world.until(beta.ownership.startChild("work", spec));
    expect(placeOf("work/two", beta)).toBe("beta");
  });
});

describe("A node", () => {
  test("begins once, may leave, and may begin again", async () => {
    const { world, start, store, eventually, placeOf } = owners();
    const alpha = await start("alpha", work());
    await eventually(() => placeOf(name, alpha) === "alpha");
    await expect(world.until(beginOwnership(alpha.node, store.of("alpha")))).rejects.toMatchObject({
      code: "no_ownership",
    });
    await world.until(alpha.node.call(address, "add", 3));
    await world.until(alpha.ownership.leave());
    await world.until(alpha.ownership.leave());
    expect([alpha.ownership.state, alpha.node.ownership]).toEqual(["none", undefined]);
    expect(alpha.node.whereClusterName(name)).toBeUndefined();
    await expect(world.until(alpha.ownership.move(name, "alpha"))).rejects.toMatchObject({
      code: "no_ownership",
    });
    const again = await world.until(beginOwnership(alpha.node, store.of("alpha")));
    const owner = { ...alpha, ownership: again };
    await eventually(
      () => placeOf(name, owner) === "alpha" && alpha.node.whereClusterName(name) !== undefined,
    );
    expect(await world.until(alpha.node.call(address, "value"))).toMatchObject({ count: 3 });
    expect(runs(alpha)).toBe(1);
  });

  test("drains though nobody can take over: what it has waits", async () => {
    const { world, start, eventually, placeOf } = owners();
    const alpha = await start("alpha", work());
    await eventually(() => placeOf(name, alpha) === "alpha");
    alpha.node.cast(address, "bump");
    const progress = await world.until(alpha.ownership.drain({ deadlineMs: 5_000 }));
    expect(progress).toEqual({ owned: 1, left: 0, calls: 0, isDone: true, isCut: false });
    expect(recordOf(alpha)).toMatchObject({ phase: "waiting", owner: undefined });
    await world.until(alpha.ownership.leave());
    const beta = await start("beta", work());
    await eventually(() => placeOf(name, beta) === "beta");
    expect(await world.until(beta.node.call(address, "value"))).toMatchObject({ count: 1 });
  });

  test("drains to its deadline where a child never rests, which starts elsewhere from its last checkpoint", async () => {
    const { world, start, eventually, placeOf } = owners();
    let mayRest = true;
    const logic = counter({ isAtRest: () => mayRest });
    const alpha = await start("alpha", work(logic));
    const beta = await start("beta", work(counter()));
    await eventually(() => placeOf(name, beta) === "alpha");
    await world.until(alpha.node.call(address, "add", 3));
    mayRest = false;
    alpha.node.cast(address, "bump");
    const seen: number[] = [];
    const onProgress = ({ left }: { readonly left: number }): void => void seen.push(left);
    const began = world.clock.now();
    const drained = alpha.ownership.drain({ deadlineMs: 1_000, onProgress });
    expect(alpha.ownership.drain({ deadlineMs: 1 })).toBe(drained);
    const progress = await world.until(drained);
    expect(progress).toMatchObject({ owned: 1, left: 0, isDone: true, isCut: true });
    expect(world.clock.now() - began).toBeLessThan(2_000);
    expect(seen).toContain(1);
    await eventually(() => placeOf(name, beta) === "beta");
    expect(await world.until(beta.node.call(address, "value"))).toMatchObject({ count: 3 });
  });

  test("lets calls finish before it is drained, and none longer than the deadline", async () => {
    const { world, start } = owners();
    const alpha = await start("alpha");
    const pid = await world.until(alpha.node.spawn(counter().logic, { input: 0 }));
    const hanging = alpha.node
      .call(pid, "hang", undefined as never, { timeoutMs: 60_000 })
      .catch(() => "over");
    const idle = await world.until(alpha.node.spawn(() => receive()));
    await world.advance(10);
    const progress = await world.until(alpha.ownership.drain({ deadlineMs: 2_000 }));
    expect(progress).toEqual({ owned: 0, left: 0, calls: 1, isDone: true, isCut: true });
    expect(alpha.ownership.drainProgress()).toEqual(progress);
    alpha.node.exit(pid, "kill");
    expect(await world.until(hanging)).toBe("over");
    expect(alpha.node.isAlive(idle)).toBe(true);
  });
});
