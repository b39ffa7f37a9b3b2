// Bytes of heap for one process that waits, after garbage collection, beside raw actors that wait.
import { type AnyLogic, ok, receive, server, spawn } from "aiex/runtime";
import { spawn as spawnActor, stop } from "nact";
import { type AnyActorLogic, createActor } from "xstate";
import { erlang } from "./erlang.ts";
import { heapBytes } from "./heap.ts";
import { countingMachine, countingTransition } from "./logic.ts";
import { measure, type Peer, type Reach } from "./measure.ts";
import { nactSystem } from "./nact.ts";
import { inProcess, node } from "./node.ts";
import { nactName, rawName } from "./peer-names.ts";

const processes = 10_000;

const idle = server("idle", { init: () => ok({ count: 0 }) });

const waiting = async (): Promise<void> => {
  await receive();
};

interface Kind {
  readonly name: string;
  readonly logic: AnyLogic;
  readonly peers: readonly Peer[];
  readonly reach?: Reach;
}

const kinds: readonly Kind[] = [
  {
    name: "function",
    logic: waiting,
    peers: [erlang("a plain process", "bench_processes bytes"), raw("fromTransition", countingTransition)],
  },
  {
    name: "server",
    logic: idle,
    peers: [
      erlang("a gen_server", "bench_processes bytes_server"),
      raw("fromTransition", countingTransition),
      nact(),
    ],
    reach: { atMost: 600 },
  },
  { name: "fromTransition", logic: countingTransition, peers: [raw("the same logic", countingTransition)] },
  {
    name: "machine",
    logic: countingMachine,
    peers: [raw("the same logic", countingMachine)],
    reach: { atMost: 1_200 },
  },
];

for (const { name, logic, peers, reach } of kinds) {
  await measure({
    name: `bytes per idle process, ${name}`,
    unit: "bytes",
    better: "lower",
    rounds: 3,
    ours: () =>
      inProcess(async () => {
        const before = await heapBytes();
        const pids = await Promise.all(Array.from({ length: processes }, () => spawn(logic)));
        const bytes = ((await heapBytes()) - before) / processes;
        for (const pid of pids) node.exit(pid, "kill");
        return bytes;
      }),
    peers,
    ...(reach === undefined ? {} : { reach }),
  });
}
await node.halt();

function raw(does: string, logic: AnyActorLogic): Peer {
  return {
    name: rawName,
    does,
    round: async () => {
      const before = await heapBytes();
      const actors = Array.from({ length: processes }, () => createActor(logic).start());
      const bytes = ((await heapBytes()) - before) / processes;
      for (const actor of actors) actor.stop();
      return bytes;
    },
  };
}

function nact(): Peer {
  return {
    name: nactName,
    does: "an actor with a number as its state",
    round: async () => {
      const before = await heapBytes();
      const options = { initialState: 0 };
      const actors = Array.from({ length: processes }, () =>
        spawnActor(nactSystem, (count: number) => count, undefined, options),
      );
      const bytes = ((await heapBytes()) - before) / processes;
      for (const actor of actors) stop(actor);
      return bytes;
    },
  };
}
