// Spawn and exit: from the request until nothing of the process is left, a hundred at a time.
import { cast, exit, monitor, ok, type Pid, server, spawn, stopWith } from "aiex/runtime";
import { type AnyActorLogic, createActor, fromPromise } from "xstate";
import { countingMachine, countingTransition } from "./logic.ts";
import { measure, rate } from "./measure.ts";
import { inProcess, node, promised } from "./node.ts";

const waves = 200;
const wave = 100;

let ended = 0;

const once = (): void => {
  ended += 1;
};

const idle = server("idle", {
  init: () => ok(undefined),
  casts: { finish: () => stopWith("normal", undefined) },
});

/** The exits of one process come in the order in which they were asked for: with the last, all have ended. */
function goneAfter(last: Pid, ask: () => void): Promise<void> {
  const { kept, keep } = promised();
  monitor(last, keep);
  ask();
  return kept;
}

await measure({
  name: "spawn and exit, function",
  unit: "processes/s",
  better: "higher",
  ours: () =>
    inProcess(() =>
      rate(waves * wave, async () => {
        for (let round = 0; round < waves; round += 1) {
          ended = 0;
          await Promise.all(Array.from({ length: wave }, () => spawn(once)));
          if (ended !== wave) throw new Error(`Only ${ended} of ${wave} functions ran.`);
        }
      }),
    ),
  peer: {
    name: "raw XState, fromPromise",
    round: () =>
      rate(waves * wave, async () => {
        const logic = fromPromise(async () => once());
        for (let round = 0; round < waves; round += 1) {
          ended = 0;
          await Promise.all(
            Array.from({ length: wave }, () => {
              const { kept, keep } = promised();
              createActor(logic).start().subscribe({ complete: keep });
              return kept;
            }),
          );
        }
      }),
  },
});

await measure({
  name: "spawn and exit, server",
  unit: "processes/s",
  better: "higher",
  ours: () =>
    inProcess(() =>
      rate(waves * wave, async () => {
        for (let round = 0; round < waves; round += 1) {
          const pids = await Promise.all(Array.from({ length: wave }, () => spawn(idle)));
          await goneAfter(pids.at(-1) as Pid, () => {
            for (const pid of pids) cast(pid, "finish");
          });
        }
      }),
    ),
  peer: { name: "raw XState, fromTransition", round: () => rawSpawns(countingTransition) },
});

for (const [name, logic] of [
  ["spawn and exit, fromTransition", countingTransition],
  ["spawn and exit, machine", countingMachine],
] as const) {
  await measure({
    name,
    unit: "processes/s",
    better: "higher",
    ours: () =>
      inProcess(() =>
        rate(waves * wave, async () => {
          for (let round = 0; round < waves; round += 1) {
            const pids = await Promise.all(Array.from({ length: wave }, () => spawn(logic)));
            await goneAfter(pids.at(-1) as Pid, () => {
              for (const pid of pids) exit(pid, "shutdown");
            });
          }
        }),
      ),
    peer: { name: "raw XState, same logic, start and stop", round: () => rawSpawns(logic) },
  });
}
await node.halt();

function rawSpawns(logic: AnyActorLogic): Promise<number> {
  return rate(waves * wave, () => {
    for (let round = 0; round < waves; round += 1) {
      const actors = Array.from({ length: wave }, () => createActor(logic).start());
      for (const actor of actors) actor.stop();
    }
  });
}
