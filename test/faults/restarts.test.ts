// Faults 5 and 6: crash loops, and crashes in the middle of restarts and shutdowns.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { child, named, ok, type Pid, type ProcessInfo, server, supervisor } from "../../runtime/index.ts";
import { spyOn, type TestNode, testNode } from "../../runtime/testing/index.ts";
import { recorder } from "./recorder.ts";

let room: TestNode;

beforeEach(() => {
  room = testNode();
});
afterEach(() => room.stop());

describe("a crash loop", () => {
  const crashing = (name: string) =>
    server(name, {
      init: () => ok(0, { timeoutMs: 1 }),
      info: () => {
        throw new Error("again");
      },
    });

  test.each([0, 1, 3, 10])(
    "fault 5 is started again exactly %i times, then its supervisor exits shutdown",
    async (maxRestarts) => {
      const spy = spyOn(crashing("crashing"));
      const children = [child(spy.logic)];
      const top = await room.start(supervisor("top", { maxRestarts, withinMs: 60_000, children }));
      expect(await room.exitOf(top)).toBe("shutdown");
      expect(spy.count("init")).toBe(1 + maxRestarts);
      expect(room.events.of("supervisor_child_restarted")).toHaveLength(maxRestarts);
      expect(room.events.of("supervisor_gave_up")).toMatchObject([
        { supervisor: "top", child: "crashing", maxRestarts, reason: { error: { message: "again" } } },
      ]);
    },
  );

  test("fault 5 is the parents' to decide about: each level gives up after its own restarts", async () => {
    const spy = spyOn(crashing("crashing"));
    const inner = supervisor("inner", { maxRestarts: 2, children: [child(spy.logic)] });
    const outer = supervisor("outer", { maxRestarts: 3, children: [child(inner)] });
    expect(await room.exitOf(await room.start(outer))).toBe("shutdown");
    expect(spy.count("init")).toBe((1 + 2) * (1 + 3));
    expect(room.events.of("supervisor_gave_up").map(({ supervisor: name }) => name)).toEqual([
      ...Array.from({ length: 4 }, () => "inner"),
      "outer",
    ]);
  });

  test("fault 5 of a temporary parent ends with it, and what is beside it lives", async () => {
    const inner = supervisor("inner", { maxRestarts: 0, children: [child(crashing("crashing"))] });
    const children = [
      child(inner, { restart: "temporary" }),
      child(recorder().logic, { input: "beside", name: "beside" }),
    ];
    const top = await room.start(supervisor("top", { maxRestarts: 0, children }));
    await room.advance(1_000);
    expect(room.node.isAlive(top)).toBe(true);
    expect(await room.call(named<Named>("beside"), "name")).toBe("beside");
  });
});

type Named = {
  readonly calls: { readonly name: { readonly payload: undefined; readonly reply: string } };
  readonly casts: object;
  readonly messages: { readonly type: string };
};

/** Starts and stops of a tree's children take this long, so that a blow can fall in the middle of each. */
const stepMs = 10;
const ids = ["a", "b", "c"];
const blows = Array.from({ length: 14 }, (_, step) => step * (stepMs / 2));

/** A tree below a top supervisor, in a node of its own, and what came of it. */
async function tree(strategy: StrategyName, stopMs: number) {
  const here = testNode();
  const { node } = here;
  const { logic, deeds } = recorder({ startMs: stepMs, stopMs });
  const spy = spyOn(logic);
  const lives = new Map<string, Pid[]>();
  const overlaps: string[] = [];
  node.subscribe(({ name, data }) => {
    if (name !== "supervisor_child_started" && name !== "supervisor_child_restarted") return;
    const { child: id, pid } = data;
    if (pid === undefined) return;
    if (lives.get(id)?.some((before) => node.isAlive(before))) overlaps.push(id);
    lives.set(id, [...(lives.get(id) ?? []), pid]);
  });
  const budget = { maxRestarts: 100, withinMs: 60_000 };
  const children = ids.map((id) => child(spy.logic, { id, input: id, trapExit: true }));
  const inner = supervisor("tree", { strategy, ...budget, children });
  const top = await here.start(supervisor("top", { ...budget, children: [child(inner)] }));
  return {
    here,
    top,
    spy,
    deeds,
    kill: (id: string): void => {
      const pid = lives.get(id)?.at(-1);
      if (pid !== undefined) node.exit(pid, "kill");
    },
    /** No double start, no orphan; and once all is quiet each child lives once, and in the order of the specs. */
    judge: async (): Promise<void> => {
      await here.advance(1_000);
      expect(overlaps).toEqual([]);
      const living = node.processes().map((pid) => node.processInfo(pid));
      expect(living.filter(({ parent } = {} as ProcessInfo) => parent && !node.isAlive(parent))).toEqual([]);
      const recorders = living.filter((info) => info?.logic === "recorder").map((info) => info?.pid);
      const latest = ids.map((id) => lives.get(id)?.at(-1));
      expect(recorders.toSorted(byNumber)).toEqual(latest.toSorted(byNumber));
      if (strategy !== "one_for_one") expect(latest).toEqual(latest.toSorted(byNumber));
      await here.stop();
      expect(node.processes()).toEqual([]);
      expect(deeds.slice(-ids.length)).toEqual(ids.toReversed().map((id) => `-${id} shutdown`));
    },
  };
}

type StrategyName = "one_for_one" | "one_for_all" | "rest_for_one";

describe.each<StrategyName>(["one_for_one", "one_for_all", "rest_for_one"])("with %s", (strategy) => {
  test.each(ids)(
    "fault 6 a crash of %s while its siblings are started again leaves one of each",
    async (id) => {
      for (const afterMs of blows) {
        const { here, kill, judge } = await tree(strategy, stepMs);
        kill("a");
        await here.advance(afterMs);
        kill(id);
        await judge();
      }
    },
  );

  test("fault 6 a supervisor that is killed in the middle of a restart leaves one of each", async () => {
    for (const afterMs of blows) {
      const { here, kill, judge } = await tree(strategy, 0);
      kill("a");
      await here.advance(afterMs);
      kill("tree");
      await judge();
    }
  });

  test("fault 6 a child that dies in its own shutdown holds up nobody and is told", async () => {
    for (const nth of [1, 2, 3]) {
      for (const does of ["fail", "kill"] as const) {
        const { here, top, spy, deeds } = await tree(strategy, stepMs);
        spy[does]("terminate", { nth });
        await here.until(here.node.stop(top, "shutdown"));
        const dead = ids.toReversed()[nth - 1];
        const others = ids.toReversed().filter((id) => id !== dead);
        expect(deeds.slice(ids.length)).toEqual(others.map((id) => `-${id} shutdown`));
        expect(here.events.of("supervisor_shutdown_error")).toMatchObject([{ child: dead }]);
        await here.stop();
        expect(here.node.processes()).toEqual([]);
      }
    }
  });

  test("fault 6 a start that fails in the middle of a restart is made again, and leaves one of each", async () => {
    for (const does of ["fail", "kill"] as const) {
      for (const nth of [1, 2, 3]) {
        const { spy, kill, judge } = await tree(strategy, stepMs);
        spy[does]("init", { nth });
        kill("a");
        await judge();
      }
    }
  });
});

describe("a supervisor that is killed while those below it hold names", () => {
  test("fault 6 is started again once they have let go, and not given up meanwhile", async () => {
    const { logic } = recorder();
    const named = (id: string) => child(logic, { id, input: id, name: id, trapExit: true });
    const inner = supervisor("inner", { children: ids.map(named) });
    const tree = supervisor("tree", { children: [child(inner, { name: "inner" })] });
    await room.start(supervisor("top", { maxRestarts: 10, children: [child(tree, { name: "tree" })] }));
    const before = room.node.whereis("tree") as Pid;
    room.node.exit(before, "kill");
    await room.settle();
    expect(room.events.of("supervisor_gave_up")).toEqual([]);
    expect(room.node.registered()).toEqual([...ids, "inner", "tree"]);
    expect(room.node.whereis("tree")).not.toEqual(before);
  });
});

function byNumber(one: Pid | undefined, other: Pid | undefined): number {
  return (one?.id ?? 0) - (other?.id ?? 0);
}
