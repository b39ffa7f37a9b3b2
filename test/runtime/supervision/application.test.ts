// Applications: started in the order of what they need, stopped in reverse (OTP behaviours L01, L02, L04 to L08, L11, L13 and L14).
import { describe, expect, test } from "vitest";
import {
  type Application,
  ApplicationNotStarted,
  Applications,
  child,
  childOf,
  exit,
  noReply,
  ok,
  type Pid,
  type RuntimeEvent,
  receive,
  replyWith,
  self,
  server,
  simulatedWorld,
  sleep,
  spawn,
  startChild,
  startNode,
  supervisor,
  tryCall,
} from "../../../runtime/index.ts";
import { processOfCode } from "../../../runtime/process/current.ts";
import { idle } from "../process/bench.ts";

const misuse = expect.objectContaining({ code: "misuse" });

/** A node with applications on it, and a log of all that happens to them, in order. */
function applications(make: (log: string[]) => readonly Application[]) {
  const world = simulatedWorld();
  const node = startNode({ world, boundary: "freeze" });
  const log: string[] = [];
  node.subscribe(({ name, data }: RuntimeEvent) => {
    if (name === "application_started") log.push(`${data.application} started`);
    if (name === "application_stopped")
      log.push(`${data.application} stopped: ${JSON.stringify(data.reason)}`);
  });
  return { world, node, log, apps: new Applications(node, make(log)) };
}

/** An application whose every step is noted. */
function noted(log: string[], name: string, ...dependsOn: readonly string[]): Application {
  const worker = server(`${name} worker`, {
    init: () => {
      log.push(`${name} begins`);
      return ok(0);
    },
    info: (state) => noReply(state),
    terminate: () => void log.push(`${name} ends`),
  });
  return {
    name,
    dependsOn,
    tree: supervisor(name, { children: [child(worker, { trapExit: true, name: `${name} worker` })] }),
    beforeStop: () => void log.push(`${name} before`),
    afterStop: () => void log.push(`${name} after`),
  };
}

/** The lines of a start and of a stop. */
const starts = (name: string) => [`${name} begins`, `${name} started`];
const stops = (name: string, reason = "shutdown") => [
  `${name} before`,
  `${name} ends`,
  `${name} after`,
  `${name} stopped: ${JSON.stringify(reason)}`,
];

describe("Applications", () => {
  const tree = supervisor("tree", {});

  test("refuse a circle of dependencies, however long, and say which", () => {
    const { node } = applications(() => []);
    const circle =
      (...applications: readonly Application[]) =>
      () =>
        new Applications(node, applications);
    expect(circle({ name: "a", tree, dependsOn: ["a"] })).toThrow(/circle: a -> a\./);
    expect(
      circle(
        { name: "a", tree, dependsOn: ["b"] },
        { name: "b", tree, dependsOn: ["c"] },
        { name: "c", tree, dependsOn: ["b"] },
      ),
    ).toThrow(/circle: a -> b -> c -> b\./);
  });

  test("refuse a dependency that is not among them, and two of one name", () => {
    const { node } = applications(() => []);
    expect(() => new Applications(node, [{ name: "a", tree, dependsOn: ["b"] }])).toThrow(
      /no application "b" that "a" depends on\. Known are: a\./,
    );
    expect(
      () =>
        new Applications(node, [
          { name: "a", tree },
          { name: "a", tree },
        ]),
    ).toThrow(misuse);
  });

  test("order many layers that all depend on all below in no time", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `layer-${index}`);
    const { world, apps } = applications(() =>
      names.map((name, index) => ({ name, tree, dependsOn: names.slice(0, index) })),
    );
    expect(await world.until(apps.startAll("layer-39"))).toEqual(names);
  });
});

describe("start()", () => {
  test("L01 refuses an application whose dependency does not run, and starts nothing of it", async () => {
    const { world, apps, log, node } = applications((log) => [noted(log, "a"), noted(log, "b", "a")]);
    const failure = await world.until(apps.start("b").catch((error: unknown) => error));
    expect(failure).toBeInstanceOf(ApplicationNotStarted);
    expect(failure).toMatchObject({ code: "not_started", dependency: "a", details: { application: "b" } });
    expect(log).toEqual([]);
    expect(node.processes()).toEqual([]);
    await world.until(apps.start("a"));
    await world.until(apps.start("b"));
    expect(apps.running).toEqual(["a", "b"]);
  });

  test("does not start twice what runs, or is about to", async () => {
    const { world, apps, log } = applications((log) => [noted(log, "a")]);
    await world.until(Promise.all([apps.start("a"), apps.start("a"), apps.startAll("a")]));
    await world.until(apps.start("a"));
    expect(log).toEqual(starts("a"));
    expect(apps.running).toEqual(["a"]);
  });

  test("refuses a name that it does not know, and says which it does", async () => {
    const { world, apps } = applications((log) => [noted(log, "a"), noted(log, "b")]);
    await expect(world.until(apps.start("c"))).rejects.toThrow(/no application "c"\. Known are: a, b\./);
    await expect(world.until(apps.startAll("c"))).rejects.toEqual(misuse);
    const none = applications(() => []);
    await expect(none.world.until(none.apps.start("c"))).rejects.toThrow(/Known are: none\./);
    await none.world.until(none.apps.stop("c"));
  });

  test("L04 fails with the reason of the tree that did not start", async () => {
    const broken = server("broken", {
      init: (): never => {
        throw new Error("no database");
      },
    });
    const { world, apps, node } = applications(() => [
      { name: "a", tree: supervisor("a", { children: [child(broken)] }) },
      { name: "b", tree: supervisor("b", () => undefined) },
    ]);
    await expect(world.until(apps.start("a"))).rejects.toMatchObject({
      code: "start_failed",
      reason: {
        shutdown: { failed_to_start_child: { id: "broken", reason: { error: { message: "no database" } } } },
      },
    });
    await expect(world.until(apps.start("b"))).rejects.toMatchObject({ code: "ignore" });
    expect(apps.running).toEqual([]);
    expect(node.processes()).toEqual([]);
  });

  test("gives the tree its input, each time", async () => {
    const inputs: unknown[] = [];
    const { world, apps } = applications(() => [
      {
        name: "a",
        input: { port: 7 },
        tree: supervisor("a", (input: { port: number }) => {
          inputs.push(input);
          return {};
        }),
      },
    ]);
    await world.until(apps.start("a"));
    await world.until(apps.stop("a"));
    await world.until(apps.start("a"));
    expect(inputs).toEqual([{ port: 7 }, { port: 7 }]);
    expect(apps.running).toEqual(["a"]);
  });
});

describe("startAll()", () => {
  test("L02 starts dependencies first, each once, and gives what it started in that order", async () => {
    const { world, apps, log } = applications((log) => [
      noted(log, "top", "left", "right"),
      noted(log, "right", "base"),
      noted(log, "left", "base"),
      noted(log, "base"),
      noted(log, "stranger"),
    ]);
    expect(await world.until(apps.startAll("top"))).toEqual(["base", "left", "right", "top"]);
    expect(log).toEqual(["base", "left", "right", "top"].flatMap(starts));
    expect(apps.running).toEqual(["base", "left", "right", "top"]);
  });

  test("L02 passes over what runs already", async () => {
    const { world, apps } = applications((log) => [
      noted(log, "a"),
      noted(log, "b", "a"),
      noted(log, "c", "b"),
    ]);
    await world.until(apps.startAll("b"));
    expect(await world.until(apps.startAll("c"))).toEqual(["c"]);
    expect(await world.until(apps.startAll("c"))).toEqual([]);
  });

  test("stops in reverse what it has started when one fails, and leaves alone what ran before", async () => {
    const { world, apps, log, node } = applications((log) => [
      noted(log, "old"),
      noted(log, "a", "old"),
      { ...noted(log, "b", "a"), afterStop: () => Promise.reject(new Error("not this one")) },
      { name: "broken", dependsOn: ["b"], tree: (): never => undefined as never },
      {
        name: "c",
        dependsOn: ["b"],
        tree: server("c", {
          init: (): never => {
            throw new Error("no luck");
          },
        }),
      },
    ]);
    await world.until(apps.start("old"));
    log.length = 0;
    await expect(world.until(apps.startAll("c"))).rejects.toMatchObject({
      reason: { error: { message: "no luck" } },
    });
    expect(log).toEqual([
      ...starts("a"),
      ...starts("b"),
      ...stops("b").filter((line) => line !== "b after"),
      ...stops("a"),
    ]);
    expect(apps.running).toEqual(["old"]);
    expect(node.registered()).toEqual(["old worker"]);
  });

  test("does not stop, for a failure of its own, what another was starting at the time", async () => {
    const { world, apps, log } = applications((log) => [
      noted(log, "base"),
      noted(log, "good", "base"),
      {
        name: "bad",
        dependsOn: ["base"],
        tree: server("bad", {
          init: (): never => {
            throw new Error("no luck");
          },
        }),
      },
    ]);
    const good = apps.startAll("good");
    const bad = apps.startAll("bad").catch((error: unknown) => error);
    expect(await world.until(good)).toEqual(["base", "good"]);
    expect(await world.until(bad)).toMatchObject({ code: "start_failed" });
    expect(apps.running).toEqual(["base", "good"]);
    expect(log).toEqual([...starts("base"), ...starts("good")]);
  });
});

describe("stop()", () => {
  test("L05 asks before, stops the tree, and cleans up after", async () => {
    const { world, apps, log, node } = applications((log) => [noted(log, "a")]);
    await world.until(apps.start("a"));
    log.length = 0;
    await world.until(apps.stop("a"));
    expect(log).toEqual(stops("a"));
    expect(apps.running).toEqual([]);
    expect(node.processes()).toEqual([]);
    await world.until(apps.stop("a"));
    expect(log).toEqual(stops("a"));
  });

  test("L05 waits for hooks that take their time", async () => {
    const { world, apps, log, node } = applications((log) => [
      {
        ...noted(log, "a"),
        beforeStop: async () => {
          await new Promise<void>((resolve) => void world.timers.set(300, resolve));
          log.push(`before, with ${node.processes().length} processes, at ${world.elapsedMs}`);
        },
        afterStop: async () => {
          await new Promise<void>((resolve) => void world.timers.set(200, resolve));
          log.push(`after, with ${node.processes().length} processes, at ${world.elapsedMs}`);
        },
      },
    ]);
    await world.until(apps.start("a"));
    log.length = 0;
    await world.until(apps.stop("a"));
    expect(log).toEqual([
      "before, with 2 processes, at 300",
      "a ends",
      "after, with 0 processes, at 500",
      'a stopped: "shutdown"',
    ]);
  });

  test("does it once, for all who ask at the same time", async () => {
    const { world, apps, log } = applications((log) => [noted(log, "a")]);
    await world.until(apps.start("a"));
    log.length = 0;
    await world.until(Promise.all([apps.stop("a"), apps.stop("a"), apps.stop("a")]));
    expect(log).toEqual(stops("a"));
  });

  test("goes on when a hook fails, and tells of the first failure when all is done", async () => {
    for (const isAsync of [false, true]) {
      const failing = (message: string) => (): Promise<void> => {
        if (isAsync) return Promise.reject(new Error(message));
        throw new Error(message);
      };
      const { world, apps, log, node } = applications((log) => [
        { ...noted(log, "a"), beforeStop: failing("before"), afterStop: failing("after") },
      ]);
      await world.until(apps.start("a"));
      await expect(world.until(apps.stop("a"))).rejects.toThrow("before");
      expect(apps.running).toEqual([]);
      expect(node.processes()).toEqual([]);
      expect(log.slice(2)).toEqual(["a ends", 'a stopped: "shutdown"']);
      await world.until(apps.start("a"));
    }
  });

  test("L06 does not ask those that depend on it, nor stops them", async () => {
    const { world, apps } = applications((log) => [noted(log, "a"), noted(log, "b", "a")]);
    await world.until(apps.startAll("b"));
    await world.until(apps.stop("a"));
    expect(apps.running).toEqual(["b"]);
    expect(await world.until(apps.startAll("b"))).toEqual(["a"]);
    expect(apps.running).toEqual(["b", "a"]);
  });

  test("tells what the tree has ended with when that was not the stop", async () => {
    const { world, apps, log, node } = applications((log) => [
      {
        ...noted(log, "a"),
        tree: server("stubborn", { init: () => ok(0), terminate: () => sleep(60_000) }),
      },
    ]);
    await world.until(apps.start("a"));
    const stopping = apps.stop("a");
    await world.advance(1_000);
    const [pid] = node.processes();
    node.exit(pid as Pid, "kill");
    await world.until(stopping);
    expect(log).toEqual(["a started", "a before", "a after", 'a stopped: "killed"']);
  });

  test("counts a tree that ended by itself meanwhile as stopped", async () => {
    const { world, apps, log, node } = applications((log) => [
      {
        ...noted(log, "a"),
        beforeStop: () => new Promise<void>((resolve) => void world.timers.set(100, resolve)),
      },
    ]);
    await world.until(apps.start("a"));
    log.length = 0;
    const stopping = apps.stop("a");
    await world.advance(10);
    for (const pid of node.processes()) node.exit(pid, "kill");
    await world.until(stopping);
    expect(log).toEqual(["a after", 'a stopped: "noproc"']);
  });

  test("L14 does not deadlock when one of its own processes asks and waits", async () => {
    const { world, apps, log, node } = applications((log) => [
      {
        ...noted(log, "a"),
        tree: supervisor("a", {
          children: [childOf({ id: "asking", start: () => spawn(asking, { link: true }) })],
        }),
        afterStop: () => void log.push(`a after, in ${processOfCode() === undefined ? "no" : "a"} process`),
      },
    ]);
    const asking = async () => {
      await receive();
      await apps.stop("a");
      self();
      log.push("never said");
    };
    await world.until(apps.start("a"));
    const [, pid] = node.processes();
    node.send(pid as Pid, { type: "go" });
    await world.settle();
    expect(log).toEqual(["a started", "a before", "a after, in no process", 'a stopped: "shutdown"']);
    expect(node.processes()).toEqual([]);
    expect(world.elapsedMs).toBe(0);
  });

  test("L14 kills a process that asks, waits and traps exits when its own time is over", async () => {
    const asking = server("asking", {
      init: () => ok(0),
      casts: {
        go: async (state) => {
          await apps.stop("a");
          return noReply(state);
        },
      },
    });
    const { world, apps, log, node } = applications((log) => [
      {
        ...noted(log, "a"),
        tree: supervisor("a", { children: [child(asking, { trapExit: true, shutdownMs: 2_000 })] }),
      },
    ]);
    await world.until(apps.start("a"));
    const [, pid] = node.processes();
    node.cast(pid as Pid, "go", undefined);
    await world.advance(1_999);
    expect(apps.running).toEqual(["a"]);
    await world.advance(1);
    expect(apps.running).toEqual([]);
    expect(log.at(-1)).toBe('a stopped: "shutdown"');
    expect(node.processes()).toEqual([]);
  });
});

describe("an application whose tree ends by itself", () => {
  test("L08 runs no more, cleans up, and takes no other with it", async () => {
    const { world, apps, log, node } = applications((log) => [noted(log, "a"), noted(log, "b", "a")]);
    await world.until(apps.startAll("b"));
    log.length = 0;
    const [tree] = node.processes();
    node.exit(tree as Pid, "kill");
    await world.settle();
    expect(log.filter((line) => line !== "a ends")).toEqual(["a after", 'a stopped: "killed"']);
    expect(apps.running).toEqual(["b"]);
    await world.until(apps.start("a"));
    expect(apps.running).toEqual(["b", "a"]);
  });

  test("is let go of even where its clean-up fails", async () => {
    const { world, apps, log, node } = applications((log) => [
      { ...noted(log, "a"), afterStop: () => Promise.reject(new Error("nothing to clean")) },
    ]);
    await world.until(apps.start("a"));
    for (const pid of node.processes()) node.exit(pid, "kill");
    await world.settle();
    expect(log.at(-1)).toBe('a stopped: "killed"');
    expect(apps.running).toEqual([]);
  });

  test("because its restarts were too many tells so", async () => {
    const { world, apps, log, node } = applications((log) => [noted(log, "a")]);
    await world.until(apps.start("a"));
    for (let crash = 0; crash < 4; crash += 1) {
      const worker = node.whereis("a worker");
      if (worker !== undefined) node.exit(worker, "kill");
      await world.settle();
    }
    expect(log.at(-1)).toBe('a stopped: "shutdown"');
    expect(apps.running).toEqual([]);
  });
});

describe("shutdown()", () => {
  test("L11 stops all, the latest first, and then the node", async () => {
    const { world, apps, log, node } = applications((log) => [
      noted(log, "a"),
      noted(log, "b", "a"),
      noted(log, "c", "b"),
    ]);
    await world.until(apps.startAll("c"));
    await world.until(node.spawn(idle));
    log.length = 0;
    expect(await world.until(apps.shutdown())).toBe(true);
    expect(log).toEqual(["c", "b", "a"].flatMap((name) => stops(name)));
    expect(apps.running).toEqual([]);
    expect(node.processes()).toEqual([]);
    await expect(world.until(new Promise(() => {}))).rejects.toThrow(/stands still at 0 ms/);
  });

  test("L13 kills at its deadline what hangs, and says so", async () => {
    const hanging: readonly Partial<Application>[] = [
      { beforeStop: () => new Promise(() => {}) },
      { afterStop: () => new Promise(() => {}) },
      { tree: server("stubborn", { init: () => ok(0), terminate: () => new Promise(() => {}) }) },
    ];
    for (const part of hanging) {
      const { world, apps, node } = applications((log) => [
        noted(log, "a"),
        { ...noted(log, "b", "a"), ...part },
      ]);
      await world.until(apps.startAll("b"));
      const done = apps.shutdown(2_500);
      await world.advance(2_499);
      expect(node.processes().length).toBeGreaterThan(0);
      expect(await world.until(done)).toBe(false);
      expect(world.elapsedMs).toBe(2_500);
      expect(node.processes()).toEqual([]);
    }
  });

  test("goes on past a hook that fails, and is then not in good order", async () => {
    const { world, apps, log, node } = applications((log) => [
      noted(log, "a"),
      {
        ...noted(log, "b", "a"),
        beforeStop: () => {
          throw new Error("broken");
        },
      },
    ]);
    await world.until(apps.startAll("b"));
    log.length = 0;
    expect(await world.until(apps.shutdown())).toBe(false);
    expect(log).toEqual([...stops("b").slice(1), ...stops("a")]);
    expect(node.processes()).toEqual([]);
  });

  test("is not in good order when a tree was gone before it could be stopped", async () => {
    const { world, apps, node } = applications((log) => [
      noted(log, "a"),
      {
        ...noted(log, "b", "a"),
        beforeStop: () => {
          for (const pid of node.processes()) node.exit(pid, "kill");
        },
      },
    ]);
    await world.until(apps.startAll("b"));
    expect(await world.until(apps.shutdown())).toBe(false);
  });

  test("is not in good order when another tree ended by itself meanwhile, whose hooks run all the same", async () => {
    const { world, apps, log, node } = applications((log) => [
      noted(log, "a"),
      {
        ...noted(log, "b", "a"),
        beforeStop: () => {
          const [tree] = node.processes();
          node.exit(tree as Pid, "kill");
          return new Promise<void>((resolve) => void world.timers.set(100, resolve));
        },
      },
    ]);
    await world.until(apps.startAll("b"));
    log.length = 0;
    expect(await world.until(apps.shutdown())).toBe(false);
    expect(log.filter((line) => line.startsWith("a") && line !== "a ends")).toEqual([
      "a before",
      "a after",
      'a stopped: "noproc"',
    ]);
  });

  test("gives all who ask the same", async () => {
    const { world, apps, log } = applications((log) => [noted(log, "a")]);
    await world.until(apps.start("a"));
    log.length = 0;
    expect(await world.until(Promise.all([apps.shutdown(), apps.shutdown()]))).toEqual([true, true]);
    expect(log).toEqual(stops("a"));
  });

  test("stops also what became ready meanwhile, and starts nothing new", async () => {
    const slow = server("slow", {
      init: async () => {
        await sleep(100);
        return ok(0);
      },
    });
    const { world, apps, log } = applications((log) => [
      {
        ...noted(log, "a"),
        beforeStop: () => new Promise<void>((resolve) => void world.timers.set(500, resolve)),
      },
      { name: "slow", tree: supervisor("slow", { children: [child(slow)] }) },
      { name: "late", dependsOn: ["slow"], tree: supervisor("late", {}) },
    ]);
    await world.until(apps.start("a"));
    const late = apps.startAll("late").catch((error: unknown) => error);
    await world.advance(50);
    expect(await world.until(apps.shutdown())).toBe(true);
    expect(await late).toEqual(misuse);
    expect(log.filter((line) => line.startsWith("slow") || line.startsWith("late"))).toEqual([
      "slow started",
      'slow stopped: "shutdown"',
    ]);
    await expect(world.until(apps.start("a"))).rejects.toThrow(/being shut down/);
  });

  test("fails a start that was not ready in time", async () => {
    const slow = server("slow", {
      init: async () => {
        await sleep(60_000);
        return ok(0);
      },
    });
    const { world, apps, node } = applications(() => [
      { name: "slow", tree: supervisor("slow", { children: [child(slow)] }) },
    ]);
    const starting = apps.start("slow").catch((error: unknown) => error);
    await world.advance(10);
    expect(await world.until(apps.shutdown())).toBe(true);
    expect(await world.until(starting)).toMatchObject({ code: "start_failed", reason: "killed" });
    expect(apps.running).toEqual([]);
    expect(node.processes()).toEqual([]);
  });

  test("L14 does not deadlock when it is asked for from inside, and is cut short where that cannot end", async () => {
    const results: unknown[] = [];
    const { world, apps, node } = applications((log) => [
      { ...noted(log, "a"), tree: supervisor("a", { children: [] }) },
    ]);
    await world.until(apps.start("a"));
    const [tree] = node.processes();
    const inSupervisor = childOf({
      id: "suicidal",
      start: async () => {
        results.push(await apps.shutdown(3_000));
        return undefined;
      },
    });
    const asking = async () => {
      await startChild(tree as never, inSupervisor);
    };
    await world.until(node.spawn(asking));
    await world.advance(2_999);
    expect(node.processes()).not.toEqual([]);
    await world.advance(1);
    expect(results).toEqual([false]);
    expect(node.processes()).toEqual([]);
  });

  test("L14 in good order may be asked for by a process of the tree", async () => {
    const results: unknown[] = [];
    const asking = server("asking", {
      init: () => ok(0),
      casts: {
        go: async (state) => {
          results.push(await apps.shutdown());
          return noReply(state);
        },
      },
      calls: { ask: (state) => replyWith("here", state) },
    });
    const { world, apps, log, node } = applications((log) => [
      { ...noted(log, "a"), tree: supervisor("a", { children: [child(asking, { name: "asking" })] }) },
    ]);
    await world.until(apps.start("a"));
    const caller = async () => {
      await tryCall({ name: "asking" } as never, "ask" as never);
      exit("done");
    };
    void node.spawn(caller);
    node.cast(node.whereis("asking") as Pid, "go", undefined);
    await world.settle();
    expect(results).toEqual([true]);
    expect(log.at(-1)).toBe('a stopped: "shutdown"');
    expect(node.processes()).toEqual([]);
  });

  test("without a limit waits as long as it takes", async () => {
    const { world, apps } = applications((log) => [
      {
        ...noted(log, "a"),
        beforeStop: () => new Promise<void>((resolve) => void world.timers.set(3_000_000, resolve)),
      },
    ]);
    await world.until(apps.start("a"));
    expect(await world.until(apps.shutdown(Number.POSITIVE_INFINITY))).toBe(true);
    expect(world.elapsedMs).toBe(3_000_000);
  });
});
