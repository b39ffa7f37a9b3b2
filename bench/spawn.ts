// Spawn and exit: from the request until nothing of the process is left, a hundred at a time.
import { cast, exit, monitor, ok, type Pid, server, spawn, spawnMonitor, stopWith } from "aiex/runtime";
import { spawn as spawnActor, stop } from "nact";
import { type AnyActorLogic, createActor, fromPromise } from "xstate";
import { erlang } from "./erlang.ts";
import { countingMachine, countingTransition } from "./logic.ts";
import { measure, type Peer, type Reach, rate } from "./measure.ts";
import { nactSystem } from "./nact.ts";
import { inProcess, node, promised } from "./node.ts";
import { erlangName, nactName, rawName } from "./peer-names.ts";

// A round of ours has to be long against what the memory of a program needs to find its size again after a peer.
const waves = 2_000;
const peerWaves = 400;
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
    rate(peerWaves * wave, () => {
      for (let round = 0; round < peerWaves; round += 1) {
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
          const { kept, keep } = promised();
          let down = 0;
          const onDown = (): void => {
            down += 1;
            if (down === wave) keep();
          };
          for (let count = 0; count < wave; count += 1) spawnMonitor(once, { onDown });
          await kept;
          if (ended !== wave) throw new Error(`Only ${ended} of ${wave} functions ran.`);
        }
      }),
    ),
  peers: [
    erlang("spawn_monitor and its DOWN", "bench_processes function"),
    {
      name: rawName,
      does: "fromPromise",
      round: () =>
        rate(peerWaves * wave, async () => {
          const logic = fromPromise(async () => once());
          for (let round = 0; round < peerWaves; round += 1) {
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
  note: "Every process is watched from before its first line (spawnMonitor), and its DOWN is waited for.",
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
  return rate(peerWaves * wave, () => {
    for (let round = 0; round < peerWaves; round += 1) {
      const actors = Array.from({ length: wave }, () => createActor(logic).start());
      for (const actor of actors) actor.stop();
    }
  });
}
