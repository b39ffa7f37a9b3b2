// Bytes of heap for one process that waits, after garbage collection, beside raw actors that wait.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type AnyLogic, ok, receive, server, spawn } from "aiex/runtime";
import { type AnyActorLogic, createActor } from "xstate";
import { countingMachine, countingTransition } from "./logic.ts";
import { measure } from "./measure.ts";
import { inProcess, node } from "./node.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const processes = 20_000;

const idle = server("idle", { init: () => ok({ count: 0 }) });

const waiting = async (): Promise<void> => {
  await receive();
};

const kinds: readonly (readonly [string, AnyLogic, string, AnyActorLogic])[] = [
  ["function", waiting, "raw XState, fromTransition", countingTransition],
  ["server", idle, "raw XState, fromTransition", countingTransition],
  ["fromTransition", countingTransition, "raw XState, same logic", countingTransition],
  ["machine", countingMachine, "raw XState, same logic", countingMachine],
];

for (const [name, logic, peer, raw] of kinds) {
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
    peer: {
      name: peer,
      round: async () => {
        const before = await heapBytes();
        const actors = Array.from({ length: processes }, () => createActor(raw).start());
        const bytes = ((await heapBytes()) - before) / processes;
        for (const actor of actors) actor.stop();
        return bytes;
      },
    },
  });
}
await node.halt();

/** What is in use once everything that is finished is gone. */
async function heapBytes(): Promise<number> {
  for (let pass = 0; pass < 3; pass += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}
