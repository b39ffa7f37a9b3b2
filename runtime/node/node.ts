// A node: one kernel with a name, the verbs for code outside of any process, and a beginning and an end.
import type { EventSubscriber, RuntimeEventName, RuntimeEvents } from "../observe/events.ts";
import type { Behaviour } from "../process/behaviour.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Boundary } from "../process/data.ts";
import { reasonOfThrown } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import { Kernel } from "../process/kernel.ts";
import { signalExit } from "../process/links.ts";
import type { Pid } from "../process/pid.ts";
import { Process } from "../process/process.ts";
import { createVerbs, type Verbs } from "../process/verbs.ts";
import { createSupervisorVerbs, type SupervisorVerbs } from "../supervision/admin.ts";
import type { World } from "../world.ts";
import { attributeFailures } from "./attribution.ts";

export interface NodeOptions {
  readonly world: World;
  /** `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly name?: string;
  /** `freeze` unless NODE_ENV is `production`. */
  readonly boundary?: Boundary;
  /**
   * What to do about a failure that no process can be blamed for. By default the node halts, in order, and then `onHalt`
   * is called; without `onHalt` it is thrown on as Node would.
   */
  readonly onHalt?: (thrown: unknown) => void;
}

/** What every process can do, for code outside of processes, and what only the node can. */
export interface Node extends Verbs, SupervisorVerbs {
  readonly name: string;
  readonly world: World;
  /** Every live process, in the order of their starts. */
  processes(): readonly Pid[];
  /** Every registered name, sorted. */
  registered(): readonly string[];
  /** Tells an event of an application's own to all who subscribed. */
  emit<N extends RuntimeEventName>(name: N, data: RuntimeEvents[N]): void;
  /** Hears of every runtime event. Gives back how to stop that. */
  subscribe(subscriber: EventSubscriber): () => void;
  /** Ends every process, the latest first, and lets go of the program. Supervised work is stopped by its application first. */
  halt(): Promise<void>;
}

const nodeName = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Starts a node in this program.
 * @throws {Misuse} the name is not one
 */
export function startNode(options: NodeOptions): Node {
  return startKernelNode(options).node;
}

/** As `startNode`, with the kernel beneath, for the runtime's own parts. */
export function startKernelNode(options: NodeOptions): { readonly node: Node; readonly kernel: Kernel } {
  const name = options.name ?? "local";
  if (!nodeName.test(name)) {
    throw new Misuse(
      `A node's name is made of 1 to 64 letters, digits, "_" and "-"; given was ${JSON.stringify(name)}.`,
    );
  }
  const boundary = options.boundary ?? (process.env.NODE_ENV === "production" ? "trust" : "freeze");
  const kernel = new Kernel(name, options.world.clock.wallTime(), options.world, boundary);
  const outside = startOutside(kernel);
  const releaseFailures =
    options.world.kind === "real" ? attributeFailures((thrown) => void haltAfter(thrown)) : (): void => {};

  const haltAfter = async (thrown: unknown): Promise<void> => {
    kernel.events.emit("unattributed_failure", { reason: reasonOfThrown(thrown) });
    await halt(kernel, outside, releaseFailures);
    if (options.onHalt === undefined) throw thrown;
    options.onHalt(thrown);
  };
  const verbs = createVerbs(() => outside);
  const node: Node = {
    ...verbs,
    ...createSupervisorVerbs(verbs.call),
    name,
    world: options.world,
    processes: () =>
      [...kernel.processes.values()]
        .filter((other) => other !== outside && other.isAlive)
        .map((other) => other.pid),
    registered: () => [...kernel.names.keys()].sort(),
    emit: (eventName, data) => kernel.events.emit(eventName, data),
    subscribe: (subscriber) => kernel.events.subscribe(subscriber),
    halt: () => outsideProcesses(() => halt(kernel, outside, releaseFailures)),
  };
  return { node, kernel };
}

async function halt(kernel: Kernel, outside: Process, release: () => void): Promise<void> {
  release();
  const living = [...kernel.processes.values()].filter((other) => other !== outside).reverse();
  for (const other of living) signalExit(other, outside.pid, "kill");
  await new Promise<void>((resolve) => kernel.world.turns.afterIo(resolve));
  while (kernel.processes.size > 1) await new Promise<void>((resolve) => kernel.world.turns.afterIo(resolve));
  kernel.timers.stopAll();
}

/** The process in whose name code outside of processes acts: it traps exits and keeps no messages. */
function startOutside(kernel: Kernel): Process {
  const pid = kernel.nextPid();
  const process = new Process(kernel, pid, {
    behaviour: () => outsideBehaviour,
    logicName: "outside",
    input: undefined,
    starter: undefined,
    parent: undefined,
    groupLeader: pid,
    trapsExits: true,
    bound: undefined,
  });
  kernel.processes.set(pid.id, process);
  process.begin();
  return process;
}

const outsideBehaviour: Behaviour = {
  pulls: false,
  init: () => undefined,
  started: () => undefined,
  receive: () => undefined,
  arrived: () => {},
  waits: () => {},
  terminate: () => {},
  release: () => {},
  state: () => undefined,
  output: () => undefined,
};
