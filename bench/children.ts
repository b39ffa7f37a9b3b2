// A dynamic supervisor with many children: how fast it starts them one by one, and how long it takes to list and stop them all.
import { child, dynamicSupervisor, ok, server, spawn, startChild, whichChildren } from "aiex/runtime";
import { createActor, setup, spawnChild } from "xstate";
import { erlangParts } from "./erlang.ts";
import { countingTransition } from "./logic.ts";
import { measure, rate, shared, timed } from "./measure.ts";
import { inProcess, node } from "./node.ts";
import { erlangName, rawName } from "./peer-names.ts";

const worker = server("worker", { init: () => ok(undefined) });

const children = 100_000;
const rawChildren = 1_000;
const spec = child(worker, { restart: "temporary" });

const starting = setup({
  types: { events: {} as { type: "start" } },
  actors: { worker: countingTransition },
}).createMachine({ on: { start: { actions: spawnChild("worker") } } });

const ours = shared(() =>
  inProcess(async () => {
    const top = await spawn(dynamicSupervisor("top"));
    const start = await rate(children, async () => {
      for (let count = 0; count < children; count += 1) await startChild(top, spec);
    });
    let listed = 0;
    const list = await timed(async () => {
      listed = (await whichChildren(top)).length;
    });
    if (listed !== children) throw new Error(`Only ${listed} of ${children} children are there.`);
    return { start, list, stop: await timed(() => node.stop(top)) };
  }),
);
const erlangs = erlangParts("bench_supervision children");

await measure({
  name: "start_child on a dynamic supervisor",
  unit: "children/s",
  better: "higher",
  rounds: 3,
  ours: ours("start"),
  peers: [
    erlangs("supervisor:start_child, simple_one_for_one", "start"),
    {
      name: rawName,
      does: "machine with spawnChild, 1,000 children",
      round: () => {
        const parent = createActor(starting).start();
        return rate(rawChildren, () => {
          for (let count = 0; count < rawChildren; count += 1) parent.send({ type: "start" });
          parent.stop();
        });
      },
    },
  ],
  reach: { against: erlangName, atLeast: 2 },
  note: "100,000 children, each asked for after the one before was ready. A raw parent copies the list of its children at every start, so it gets a thousand.",
});

await measure({
  name: "list of 100,000 children",
  unit: "ms",
  better: "lower",
  rounds: 3,
  ours: ours("list"),
  peers: [erlangs("supervisor:which_children", "list")],
});

await measure({
  name: "stop of 100,000 children",
  unit: "ms",
  better: "lower",
  rounds: 3,
  ours: ours("stop"),
  peers: [
    erlangs("exit(Supervisor, shutdown)", "stop"),
    {
      name: rawName,
      does: "root actors stopped in a loop",
      round: () => {
        const actors = Array.from({ length: children }, () => createActor(countingTransition).start());
        return timed(() => {
          for (const actor of actors) actor.stop();
        });
      },
    },
  ],
  reach: { against: erlangName, atLeast: 2 },
  note: "A supervisor tells each child to stop, waits for its end and ends it by force where that takes too long; the loop over raw actors does none of it.",
});
await node.halt();
