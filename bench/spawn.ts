// Spawn and exit: from the request until nothing of the process is left, a hundred at a time.
import {
  cast,
  exit,
  monitor,
  ok,
  type Pid,
  receive,
  server,
  spawn,
  spawnMonitor,
  stopWith,
} from "aiex/runtime";
import { spawn as spawnActor, stop } from "nact";
import { type AnyActorLogic, createActor, fromPromise } from "xstate";
import { erlang } from "./erlang.ts";
import { countingMachine, countingTransition } from "./logic.ts";
import { measure, type Peer, type Reach, rate } from "./measure.ts";
import { nactSystem } from "./nact.ts";
import { inProcess, node, promised } from "./node.ts";
import { erlangName, nactName, rawName } from "./peer-names.ts";

// Processes take their turns in the order of their starts and end in one turn: when the last of a hundred is down, all are.
const waves = 400;
const wave = 100;

let ended = 0;

const once = (): void => {
  ended += 1;
};

const idle = server("idle", {
  init: () => ok(undefined),
  casts: { finish: () => stopWith("normal", undefined) },
});

const nact: Peer = {
  name: nactName,
  does: "spawn and stop",
  round: () =>
    rate(waves * wave, () => {
      for (let round = 0; round < waves; round += 1) {
        const actors = Array.from({ length: wave }, () => spawnActor(nactSystem, (count: number) => count));
        for (const actor of actors) stop(actor);
      }
    }),
};

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
          for (let count = 1; count < wave; count += 1) void spawn(once);
          spawnMonitor(once);
          await receive();
          if (ended !== wave) throw new Error(`Only ${ended} of ${wave} functions ran.`);
        }
      }),
    ),
  peers: [
    erlang("spawn, and spawn_monitor for the last", "bench_processes function"),
    {
      name: rawName,
      does: "fromPromise",
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
  ],
  reach: { against: erlangName, atLeast: 2 },
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
  peers: [
    erlang("gen_server:start, stopped by a cast", "bench_processes server"),
    { name: rawName, does: "fromTransition, start and stop", round: () => rawSpawns(countingTransition) },
    nact,
  ],
  reach: { against: erlangName, atLeast: 2 },
});

const logics: readonly (readonly [string, typeof countingTransition | typeof countingMachine, Reach?])[] = [
  ["spawn and exit, fromTransition", countingTransition],
  ["spawn and exit, machine", countingMachine, { against: rawName, atLeast: 1 }],
];

for (const [name, logic, reach] of logics) {
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
    peers: [{ name: rawName, does: "the same logic, start and stop", round: () => rawSpawns(logic) }],
    ...(reach === undefined ? {} : { reach }),
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
