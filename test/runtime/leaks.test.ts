// Ten thousand crashes leave nothing behind: no entry in any table of the node, no armed timer, no ended process in memory.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { fromCallback, fromPromise, setup } from "xstate";
import {
  type AnyLogic,
  alias,
  call,
  cast,
  child,
  groupScope,
  joinGroup,
  link,
  lockKey,
  monitor,
  monitorGroup,
  type Node,
  named,
  noReply,
  ok,
  type Pid,
  type ProcessInfo,
  receive,
  registerKey,
  registry,
  self,
  sendAfter,
  sendRequest,
  server,
  startTimer,
  supervisor,
  whereis,
} from "../../runtime/index.ts";
import { startKernelNode } from "../../runtime/node/node.ts";
import type { Kernel } from "../../runtime/process/kernel.ts";
import { type SimulatedWorld, simulatedWorld } from "../../runtime/worlds/simulated.ts";
import { ofType } from "./process/bench.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Of each of three kinds: ten thousand in all. */
const crashes = 3_400;
/** The latest few may still be on somebody's stack, or in a slot that is written again at the next crash. */
const rememberedMax = 5;
/** So much later than any crash that it never comes, and with it a timer that nobody stopped stays armed. */
const laterMs = 60_000;

/** Lives on beside those that crash: linked to each, watching each, and asked by each what it never answers. */
const survivor = server("survivor", {
  init: () => ok(undefined),
  calls: { never: () => noReply(undefined) },
  casts: {
    attend: (state: undefined, pid: Pid) => {
      monitor(pid);
      monitor(pid, () => {});
      void ask(pid);
      sendAfter(pid, { type: "later" }, laterMs);
      sendRequest(pid, "never");
      return noReply(state);
    },
  },
  info: (state) => noReply(state),
});

async function ask(pid: Pid): Promise<void> {
  await call(pid, "never", undefined, { timeoutMs: laterMs }).catch(() => {});
}

let begun = 0;

/** Takes one of everything that a process can hold. */
function hold(): void {
  const other = named("survivor");
  const otherPid = whereis("survivor") as Pid;
  begun += 1;
  registerKey("keys", "own");
  joinGroup("groups", "crashing", self());
  monitorGroup("groups", "crashing");
  void lockKey("keys", "lock", () => new Promise(() => {})).catch(() => {});
  link(otherPid);
  monitor(other);
  monitor(other, () => {});
  monitor(other, { alias: "demonitor" });
  alias();
  sendAfter(self(), { type: "later" }, laterMs);
  startTimer(self(), "later", laterMs);
  sendRequest(other, "never");
  cast(other, "attend", self());
}

function crash(): never {
  throw new Error("A crash, as every one of them.");
}

const crashingServer = server("crashing", {
  init: () => {
    hold();
    return ok(undefined, { timeoutMs: laterMs });
  },
  calls: { never: () => noReply(undefined) },
  info: (state, { type }) => (type === "crash" ? crash() : noReply(state, { timeoutMs: laterMs })),
});

let listening = 0;

const crashingMachine = setup({
  actions: { hold, crash },
  actors: {
    endless: fromPromise(() => new Promise(() => {})),
    listener: fromCallback(() => {
      listening += 1;
      return () => {
        listening -= 1;
      };
    }),
  },
}).createMachine({
  entry: "hold",
  invoke: [{ src: "endless" }, { src: "listener" }],
  initial: "waiting",
  states: { waiting: { after: { [laterMs]: "late" }, on: { crash: { actions: "crash" } } }, late: {} },
});

async function crashingFunction(): Promise<void> {
  hold();
  await receive(ofType("crash"), { timeoutMs: laterMs });
  crash();
}

/** What every kind of process has entries in while it lives. */
const tablesHeld = [
  "names",
  "calls",
  "aliases",
  "messageTimers",
  "keys",
  "groupMembers",
  "links",
  "monitors",
  "armedTimers",
];

interface Place {
  readonly world: SimulatedWorld;
  readonly node: Node;
  readonly kernel: Kernel;
  readonly counts: () => Readonly<Record<string, number>>;
  /** Lets go of every timer that was noted. */
  readonly forget: () => void;
}

/** A node with what the crashing ones hold on to. */
async function start(): Promise<Place> {
  const world = simulatedWorld();
  const { node, kernel } = startKernelNode({ world });
  const timers = vi.spyOn(kernel.timers, "start");
  const root = supervisor("root", {
    children: [
      child(registry("keys", { keys: "unique" }), { id: "keys" }),
      child(groupScope("groups"), { id: "groups" }),
      child(survivor, { id: "survivor", name: "survivor", trapExit: true }),
    ],
  });
  await world.until(node.spawn(root));
  return {
    world,
    node,
    kernel,
    counts: () => ({
      ...tables(kernel),
      ...sums(node),
      armedTimers: timers.mock.results.filter(({ value }) => value.isArmed).length,
      listening,
    }),
    forget: () => void timers.mockClear(),
  };
}

interface Ended {
  /** Kept, as a caller would: a pid must not hold its process. */
  readonly pid: Pid;
  readonly process: WeakRef<object>;
}

/** Crashes the one named `crashing` by its own fault and by a kill, in turn. Gives those that have ended. */
async function crashOften({ world, node, kernel }: Place, times: number): Promise<readonly Ended[]> {
  const ended: Ended[] = [];
  for (let done = 0; done < times; done += 1) {
    const process = kernel.names.get("crashing");
    if (process === undefined) throw new Error(`Nobody is named "crashing" after ${done} crashes.`);
    ended.push({ pid: process.pid, process: new WeakRef(process) });
    if (done % 2 === 0) node.send(named("crashing"), { type: "crash" });
    else node.exit(process.pid, "kill");
    await world.settle();
  }
  return ended;
}

function tables(kernel: Kernel): Readonly<Record<string, number>> {
  return {
    processes: kernel.processes.size,
    names: kernel.names.size,
    calls: kernel.calls.size,
    aliases: kernel.aliases.size,
    messageTimers: kernel.messageTimers.size,
    keys: kernel.registries.get("keys")?.size ?? 0,
    groupMembers: kernel.scopes.get("groups")?.members("crashing").length ?? 0,
  };
}

/** Over all processes that live. */
function sums(node: Node): Readonly<Record<string, number>> {
  const infos = node.processes().flatMap((pid) => node.processInfo(pid) ?? []);
  const sum = (count: (info: ProcessInfo) => number): number =>
    infos.reduce((total, info) => total + count(info), 0);
  return {
    links: sum(({ links }) => links.length),
    monitors: sum(({ monitors }) => monitors.length),
    monitoredBy: sum(({ monitoredBy }) => monitoredBy.length),
    queued: sum(({ queueLength }) => queueLength),
  };
}

describe("a process that crashes thousands of times under its supervisor", () => {
  test.each<readonly [string, AnyLogic]>([
    ["a server", crashingServer],
    ["a machine", crashingMachine],
    ["a function", crashingFunction],
  ])("leaves nothing behind, as %s", async (_kind, logic) => {
    begun = 0;
    listening = 0;
    const place = await start();
    const { world, node, counts } = place;
    const budget = {
      maxRestarts: crashes * 2,
      children: [child(logic, { id: "crashing", name: "crashing" })],
    };
    await world.until(node.spawn(supervisor("crashes", budget)));
    await crashOften(place, 10);
    const before = counts();
    // Otherwise there would be nothing to forget.
    for (const held of tablesHeld) expect(before[held], held).toBeGreaterThan(0);

    const ended = await crashOften(place, crashes);

    expect(begun).toBe(crashes + 11);
    expect(counts()).toEqual(before);
    place.forget();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const remembered = ended.filter(({ process }) => process.deref() !== undefined);
    expect(remembered.length).toBeLessThanOrEqual(rememberedMax);
    await world.until(node.halt());
  });

  test("leaves a call with a deadline to that deadline, and nothing of it after", async () => {
    const { node, kernel, world, counts } = await start();
    const asking = async (): Promise<void> => {
      void ask(whereis("survivor") as Pid);
    };
    const before = counts();
    for (let done = 0; done < 100; done += 1) await world.until(node.spawn(asking));
    await world.settle();
    expect(kernel.calls.size).toBe(100);

    await world.advance(laterMs);

    expect(counts()).toEqual(before);
    await world.until(node.halt());
  });
});
