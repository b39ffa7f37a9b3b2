// A node: one kernel with a name, the verbs for code outside of any process, and a beginning and an end.
import type { EventSubscriber, RuntimeEventName, RuntimeEvents } from "../observe/events.ts";
import type { Address } from "../process/address.ts";
import type { Behaviour } from "../process/behaviour.ts";
import { failCallers } from "../process/calls.ts";
import { outsideProcesses } from "../process/current.ts";
import type { Boundary } from "../process/data.ts";
import { reasonOfThrown } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import { Kernel } from "../process/kernel.ts";
import { signalExit } from "../process/links.ts";
import { type Item, Request } from "../process/mailbox.ts";
import type { DownListener, MonitorOptions } from "../process/monitors.ts";
import type { Pid } from "../process/pid.ts";
import { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { DownMessage, StopMessage } from "../process/system-message.ts";
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
  if (typeof name !== "string" || !nodeName.test(name)) {
    throw new Misuse(
      `A node's name is made of 1 to 64 letters, digits, "_" and "-"; given was ${JSON.stringify(name)}.`,
    );
  }
  const boundary = options.boundary ?? (process.env.NODE_ENV === "production" ? "trust" : "freeze");
  const kernel = new Kernel(name, options.world.clock.wallTime(), options.world, boundary);
  const outside = startOutside(kernel);
  const releaseFailures =
    options.world.kind === "real" ? attributeFailures((thrown) => void haltAfter(thrown)) : (): void => {};

  let hasFailed = false;
  const haltAfter = async (thrown: unknown): Promise<void> => {
    kernel.events.emit("unattributed_failure", { reason: reasonOfThrown(thrown) });
    // The policy is asked once, however much else fails while the node halts.
    if (hasFailed) return;
    hasFailed = true;
    await halt(kernel, outside, releaseFailures);
    if (options.onHalt === undefined) throw thrown;
    options.onHalt(thrown);
  };
  const verbs = createVerbs(() => outside);
  const node: Node = {
    ...verbs,
    monitor: (
      target: Address<Protocol>,
      ...[first, second]: readonly [(DownListener | MonitorOptions)?, MonitorOptions?]
    ) =>
      typeof first === "function"
        ? verbs.monitor(target, onBehalfOfNobody(first, options.world), second)
        : verbs.monitor(target, first),
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
  const living = (): Process[] => [...kernel.processes.values()].filter((other) => other !== outside);
  do {
    // Again each time: code outside of processes may start one while the others end.
    for (const other of living().reverse()) signalExit(other, outside.pid, "kill");
    await new Promise<void>((resolve) => kernel.world.turns.afterIo(resolve));
  } while (living().length > 0);
  kernel.timers.stopAll();
  // Not before: what fails in the code of a process on its way out is still its own.
  release();
}

/** A listener of code outside of processes; what it throws is a failure that no process can be blamed for. */
function onBehalfOfNobody(listener: DownListener, world: World): DownListener {
  return (down) =>
    outsideProcesses(() => {
      try {
        listener(down);
      } catch (thrown) {
        world.turns.soon(() => {
          throw thrown;
        });
      }
    });
}

/** The process in whose name code outside of processes acts. It traps exits, keeps no messages, and nobody can end it. */
class Outside extends Process {
  override doomWith(): void {}

  override deliver(item: Item): void {
    if (item instanceof DownMessage) super.deliver(item);
    else if (item instanceof StopMessage || (item instanceof Request && item.from !== undefined))
      failCallers(this, "noproc");
  }
}

function startOutside(kernel: Kernel): Process {
  const pid = kernel.nextPid();
  const process = new Outside(kernel, pid, {
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
