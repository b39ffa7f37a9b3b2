// A dynamic supervisor with many children: how fast it starts them one by one, and how long it takes to stop them all.
import { child, countChildren, dynamicSupervisor, ok, server, spawn, startChild } from "aiex/runtime";
import { createActor, setup, spawnChild } from "xstate";
import { countingTransition } from "./logic.ts";
import { measure, rate, timed } from "./measure.ts";
import { inProcess, node } from "./node.ts";

const worker = server("worker", { init: () => ok(undefined) });

const children = 100_000;
const rawChildren = 1_000;
const spec = child(worker, { restart: "temporary" });

/** The time of the last stop: starting and stopping are two figures of one run. */
let stopMs = 0;

const starting = setup({
  types: { events: {} as { type: "start" } },
  actors: { worker: countingTransition },
}).createMachine({ on: { start: { actions: spawnChild("worker") } } });

async function startAndStop(): Promise<number> {
  return inProcess(async () => {
    const top = await spawn(dynamicSupervisor("top"));
    const started = await rate(children, async () => {
      for (let count = 0; count < children; count += 1) await startChild(top, spec);
    });
    const { active } = await countChildren(top);
    if (active !== children) throw new Error(`Only ${active} of ${children} children are there.`);
    stopMs = await timed(() => node.stop(top));
    return started;
  });
}

const stops: number[] = [];
await measure({
  name: "start_child on a dynamic supervisor",
  unit: "children/s",
  better: "higher",
  rounds: 3,
  ours: async () => {
    const started = await startAndStop();
    stops.push(stopMs);
    return started;
  },
  peer: {
    name: "raw XState, machine with spawnChild, 1,000 children",
    round: () => {
      const parent = createActor(starting).start();
      return rate(rawChildren, () => {
        for (let count = 0; count < rawChildren; count += 1) parent.send({ type: "start" });
        parent.stop();
      });
    },
  },
  note: "100,000 children, each asked for after the one before was ready. A raw parent copies the list of its children at every start, so it gets a thousand.",
});

// The first stop belongs to the round that warms up.
stops.shift();
await measure({
  name: "stop of 100,000 children",
  unit: "ms",
  better: "lower",
  rounds: 2,
  ours: () => stops.shift() ?? startAndStop().then(() => stopMs),
  peer: {
    name: "raw XState, 100,000 root actors stopped in a loop",
    round: () => {
      const actors = Array.from({ length: children }, () => createActor(countingTransition).start());
      return timed(() => {
        for (const actor of actors) actor.stop();
      });
    },
  },
});
await node.halt();
