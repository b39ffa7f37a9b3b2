// Restarts: from the kill of a named child to its successor, registered and at work.
import {
  type AnyLogic,
  child,
  exit,
  named,
  ok,
  type Pid,
  send,
  server,
  spawn,
  supervisor,
  whereis,
} from "aiex/runtime";
import { createActor, setup } from "xstate";
import { measure, median, timed } from "./measure.ts";
import { inProcess, node, promised } from "./node.ts";

/** Called by every child in its init, when it holds its name already. */
let begun = (): void => {};

const worker = server("worker", {
  init: () => {
    begun();
    return ok(undefined);
  },
});

const machine = setup({ actions: { begin: () => begun() } }).createMachine({
  initial: "working",
  states: { working: { entry: "begin", on: { work: {} } } },
});

const restarts = 10_000;
const sampled = 1_000;

/** Milliseconds of each restart, from the kill until the successor's first line. */
async function latencies(logic: AnyLogic, count: number): Promise<readonly number[]> {
  const root = supervisor("root", {
    maxRestarts: restarts * 2,
    withinMs: 600_000,
    children: [child(logic, { id: "worker", name: "worker" })],
  });
  return inProcess(async () => {
    begun = () => {};
    const top = await spawn(root);
    const taken: number[] = [];
    for (let done = 0; done < count; done += 1) {
      const { kept, keep } = promised();
      const killed = performance.now();
      begun = () => {
        taken.push(performance.now() - killed);
        keep();
      };
      exit(whereis("worker") as Pid, "kill");
      await kept;
    }
    send(named("worker"), { type: "work" });
    await node.stop(top);
    return taken;
  });
}

for (const [name, logic] of [
  ["kill to new process registered, server, p50", worker],
  ["kill to new process registered, machine, p50", machine],
] as const) {
  await measure({
    name,
    unit: "us",
    better: "lower",
    ours: async () => median(await latencies(logic, sampled)) * 1_000,
    peer: { name: "raw XState, machine, restarted by hand", round: rawLatency },
    note: "The raw actor is made again by the observer of its end; nothing counts or limits its restarts.",
  });
}

await measure({
  name: "10,000 restarts back to back, server",
  unit: "restarts/s",
  better: "higher",
  ours: async () => {
    let done = 0;
    const ms = await timed(async () => {
      done = (await latencies(worker, restarts)).length;
    });
    return (done / ms) * 1_000;
  },
  rounds: 3,
});

await measure({
  name: "1,000 children killed at once",
  unit: "restarts/s",
  better: "higher",
  ours: () => killAll(1_000),
});
await node.halt();

async function killAll(count: number): Promise<number> {
  const root = supervisor("root", {
    maxRestarts: count * 2,
    withinMs: 600_000,
    children: Array.from({ length: count }, (_, index) =>
      child(worker, { id: `worker${index}`, name: `worker${index}` }),
    ),
  });
  return inProcess(async () => {
    begun = () => {};
    const top = await spawn(root);
    let left = count;
    const { kept, keep } = promised();
    begun = () => {
      left -= 1;
      if (left === 0) keep();
    };
    const pids = Array.from({ length: count }, (_, index) => whereis(`worker${index}`) as Pid);
    const ms = await timed(() => {
      for (const pid of pids) exit(pid, "kill");
      return kept;
    });
    begun = () => {};
    await node.stop(top);
    return (count / ms) * 1_000;
  });
}

function rawLatency(): number {
  const names = new Map<string, { stop(): unknown }>();
  const taken: number[] = [];
  let killed = 0;
  begun = () => {};
  const start = (): void => {
    const actor = createActor(machine);
    actor.subscribe({
      complete: () => {
        start();
        taken.push(performance.now() - killed);
      },
    });
    names.set("worker", actor);
    actor.start();
  };
  start();
  for (let done = 0; done < sampled; done += 1) {
    killed = performance.now();
    names.get("worker")?.stop();
  }
  return median(taken) * 1_000;
}
