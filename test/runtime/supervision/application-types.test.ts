// What an application is to the others: its type, its settings, its place in the list (OTP behaviours L07, L09 and L21).
import { describe, expect, test } from "vitest";
import {
  type Application,
  ApplicationRunning,
  Applications,
  ApplicationTerminated,
  type ApplicationType,
  exit,
  type Pid,
  type RuntimeEvent,
  receive,
  simulatedWorld,
  startNode,
  supervisor,
} from "../../../runtime/index.ts";
import { processOfCode } from "../../../runtime/process/current.ts";

const misuse = expect.objectContaining({ code: "misuse" });
const tree = supervisor("tree", {});

/** Ends with the reason that it is sent. */
async function obeying(): Promise<void> {
  const { reason } = await receive();
  exit(reason as string);
}

/** Applications on a node, what was told of them, and what has been terminated. */
function applications(list: readonly Application[]) {
  const world = simulatedWorld();
  const node = startNode({ world, boundary: "freeze" });
  const log: string[] = [];
  const terminated: ApplicationTerminated[] = [];
  node.subscribe(({ name, data }: RuntimeEvent) => {
    if (name === "application_stopped") log.push(`${data.application}: ${JSON.stringify(data.reason)}`);
  });
  const onTerminated = (error: ApplicationTerminated): void => {
    expect(processOfCode()).toBeUndefined();
    terminated.push(error);
  };
  return { world, node, log, terminated, apps: new Applications(node, list, { onTerminated }) };
}

describe("an application whose tree ends by itself", () => {
  const rest: Application = { name: "rest", tree };

  /** Has an application of this type end with `reason` while another runs. */
  async function end(type: ApplicationType | undefined, reason: string) {
    const bench = applications([rest, { name: "ending", tree: obeying }]);
    const { world, node, apps } = bench;
    await world.until(apps.start("rest"));
    await world.until(apps.start("ending", type));
    const pid = node.processes().at(-1) as Pid;
    if (reason === "killed") node.exit(pid, "kill");
    else node.send(pid, { type: "end", reason });
    await world.settle();
    return bench;
  }

  test.each([
    ["permanent", "normal"],
    ["permanent", "shutdown"],
    ["permanent", "broken"],
    ["transient", "shutdown"],
    ["transient", "killed"],
  ] as const)("L09 takes all others and the node along: %s, %j", async (type, reason) => {
    const { node, apps, log, terminated } = await end(type, reason);
    expect(log).toEqual([`ending: "${reason}"`, 'rest: "shutdown"']);
    expect(apps.running).toEqual([]);
    expect(node.processes()).toEqual([]);
    expect(terminated).toEqual([expect.any(ApplicationTerminated)]);
    expect(terminated[0]).toMatchObject({ code: "application_terminated", application: "ending", reason });
    expect(terminated[0]?.message).toContain(`"ending" has ended, ${reason}. It is ${type}`);
  });

  test.each([
    ["transient", "normal"],
    ["temporary", "normal"],
    ["temporary", "broken"],
    [undefined, "broken"],
  ] as const)("L08 L09 leaves the others alone: %s, %j", async (type, reason) => {
    const { apps, log, terminated, world } = await end(type, reason);
    expect(log).toEqual([`ending: "${reason}"`]);
    expect(apps.running).toEqual(["rest"]);
    expect(terminated).toEqual([]);
    await world.until(apps.start("ending", "permanent"));
    expect(apps.running).toEqual(["rest", "ending"]);
  });

  test("L09 that is permanent runs its own clean-up, and those of the others, before the program is told", async () => {
    const steps: string[] = [];
    const noted = (name: string): Application => ({
      name,
      tree: obeying,
      beforeStop: async () => void steps.push(`${name} before`),
      afterStop: async () => void steps.push(`${name} after`),
    });
    const { world, node, apps, terminated } = applications([noted("first"), noted("last")]);
    await world.until(apps.start("first"));
    await world.until(apps.start("last", "permanent"));
    node.send(node.processes().at(-1) as Pid, { type: "end", reason: "broken" });
    await world.settle();
    expect(steps).toEqual(["last after", "first before", "first after"]);
    expect(terminated).toHaveLength(1);
  });

  test("L09 that is permanent cuts short at the deadline what hangs", async () => {
    const stubborn: Application = { name: "stubborn", tree, beforeStop: () => new Promise(() => {}) };
    const { world, node, apps, terminated } = applications([stubborn, { name: "ending", tree: obeying }]);
    await world.until(apps.start("stubborn"));
    await world.until(apps.start("ending", "permanent"));
    node.exit(node.processes().at(-1) as Pid, "kill");
    await world.advance(9_999);
    expect(terminated).toEqual([]);
    await world.advance(1);
    expect(terminated).toHaveLength(1);
    expect(node.processes()).toEqual([]);
  });

  test("L09 tells the program once, of the first, when several permanent ones end", async () => {
    const { world, node, apps, terminated } = applications([
      { name: "a", tree: obeying },
      { name: "b", tree: obeying },
    ]);
    await world.until(Promise.all([apps.start("a", "permanent"), apps.start("b", "permanent")]));
    for (const pid of node.processes()) node.exit(pid, "broken");
    await world.settle();
    expect(terminated.map(({ application }) => application)).toEqual(["a"]);
  });

  test("L09 gives the type to all that startAll starts, and to none that ran before", async () => {
    const { world, node, apps, terminated } = applications([
      { name: "old", tree: obeying },
      { name: "base", tree: obeying, dependsOn: ["old"] },
      { name: "top", tree: obeying, dependsOn: ["base"] },
    ]);
    await world.until(apps.start("old"));
    await world.until(apps.startAll("top", "permanent"));
    const [old, base] = node.processes();
    node.exit(old as Pid, "broken");
    await world.settle();
    expect(apps.running).toEqual(["base", "top"]);
    node.exit(base as Pid, "broken");
    await world.settle();
    expect(terminated.map(({ application }) => application)).toEqual(["base"]);
  });

  test("L09 means nothing of this when it was stopped on purpose", async () => {
    const { world, apps, terminated, log } = applications([rest, { name: "ending", tree }]);
    await world.until(apps.start("rest"));
    await world.until(apps.start("ending", "permanent"));
    await world.until(apps.stop("ending"));
    await world.settle();
    expect(log).toEqual(['ending: "shutdown"']);
    expect(apps.running).toEqual(["rest"]);
    expect(terminated).toEqual([]);
  });

  test("L09 may be started as one of three types", async () => {
    const { world, apps } = applications([rest]);
    await expect(world.until(apps.start("rest", "eternal" as never))).rejects.toThrow(
      /permanent, transient, temporary; given was "eternal"/,
    );
    await expect(world.until(apps.startAll("rest", null as never))).rejects.toEqual(misuse);
    expect(apps.running).toEqual([]);
  });
});

describe("load() and unload()", () => {
  test("L07 forget an application that does not run, and no other", async () => {
    const { world, apps } = applications([{ name: "a", tree }]);
    apps.load({ name: "b", tree, dependsOn: ["a"] });
    await world.until(apps.startAll("b"));
    expect(() => apps.unload("b")).toThrow(ApplicationRunning);
    expect(() => apps.unload("b")).toThrow(expect.objectContaining({ code: "running" }));
    await world.until(apps.stop("b"));
    apps.unload("b");
    expect(() => apps.unload("b")).toThrow(/no application "b"\. Known are: a\./);
    await expect(world.until(apps.start("b"))).rejects.toEqual(misuse);
    apps.load({ name: "b", tree });
    await world.until(apps.start("b"));
    expect(apps.running).toEqual(["a", "b"]);
  });

  test("L07 refuse one that is about to start or to stop", async () => {
    const slow: Application = {
      name: "slow",
      tree: supervisor("slow", {
        children: [],
      }),
      beforeStop: () => new Promise((resolve) => void world.timers.set(100, resolve)),
    };
    const { world, apps } = applications([slow]);
    const starting = apps.start("slow");
    expect(() => apps.unload("slow")).toThrow(ApplicationRunning);
    await world.until(starting);
    const stopping = apps.stop("slow");
    await world.advance(50);
    expect(() => apps.unload("slow")).toThrow(ApplicationRunning);
    await world.until(stopping);
    apps.unload("slow");
  });

  test("refuse a name twice, and tell of a dependency that is not known when it starts", async () => {
    const { world, apps } = applications([{ name: "a", tree }]);
    expect(() => apps.load({ name: "a", tree })).toThrow(/Two applications are named "a"/);
    apps.load({ name: "b", tree, dependsOn: ["c"] });
    await expect(world.until(apps.startAll("b"))).rejects.toThrow(/no application "c" that "b" depends on/);
    await expect(world.until(apps.start("b"))).rejects.toMatchObject({ code: "not_started" });
  });

  test("find a circle that a later one closes", async () => {
    const { world, apps } = applications([]);
    apps.load({ name: "a", tree, dependsOn: ["b"] });
    apps.load({ name: "b", tree, dependsOn: ["a"] });
    await expect(world.until(apps.startAll("a"))).rejects.toThrow(/circle: a -> b -> a/);
  });
});

describe("setting()", () => {
  test("L21 tells what an application was given under its own name alone", async () => {
    const { world, apps } = applications([
      { name: "a", tree, environment: { port: 7, nothing: undefined } },
      { name: "b", tree },
    ]);
    expect(apps.setting("a", "port")).toBe(7);
    expect(apps.setting("b", "port")).toBeUndefined();
    expect(apps.setting("c", "port")).toBeUndefined();
    for (const key of ["host", "nothing", "toString", "__proto__", "constructor"])
      expect(apps.setting("a", key)).toBeUndefined();
    await world.until(apps.start("a"));
    await world.until(apps.stop("a"));
    expect(apps.setting("a", "port")).toBe(7);
    apps.unload("a");
    expect(apps.setting("a", "port")).toBeUndefined();
  });
});
