// A node: one kernel with a name, the verbs for code outside of any process, and a beginning and an end.

import { type DistributionOptions, NodeDistribution } from "../distribution/distribution.ts";
import { createInspection, type Inspection } from "../inspect/inspection.ts";
import { nameApplication } from "../inspect/tree.ts";
import { monitorSystem, type SystemMonitorOptions } from "../inspect/turn-meter.ts";
import type { AnyLogic } from "../logic/logic.ts";
import { type ClusterVerbs, createClusterVerbs } from "../names/cluster-verbs.ts";
import type { EventSubscriber, RuntimeEventName, RuntimeEvents } from "../observe/events.ts";
import type { Ownership } from "../ownership/ownership.ts";
import type { Address } from "../process/address.ts";
import type { Behaviour } from "../process/behaviour.ts";
import { failCallers } from "../process/calls.ts";
import { followCode, outsideProcesses } from "../process/current.ts";
import type { Boundary } from "../process/data.ts";
import { Kernel } from "../process/kernel.ts";
import { signalExit } from "../process/links.ts";
import { type Item, Request } from "../process/mailbox.ts";
import type { DownListener, MonitorOptions } from "../process/monitors.ts";
import { createNodeVerbs, type NodeVerbs } from "../process/node-verbs.ts";
import type { Pid } from "../process/pid.ts";
import { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { DownMessage, StopMessage, SystemRequest, TurnMessage } from "../process/system-message.ts";
import { createVerbs, type Verbs } from "../process/verbs.ts";
import { createSupervisorVerbs, type SupervisorVerbs } from "../supervision/admin.ts";
import type { World } from "../world.ts";
import { attributeFailures } from "./attribution.ts";
import { Health, type HealthOptions } from "./health.ts";
import type { HeapFull } from "./heap.ts";
import { keepKernel } from "./kernel-of.ts";
import { type Drain, LastResort } from "./last-resort.ts";
import { checkNodeName } from "./node-name.ts";

export interface NodeOptions {
  readonly world: World;
  /** Letters, digits, "_" and "-", and where wanted "@" and the name of a machine: `alpha`, `alpha@host-1.lan`. */
  readonly name?: string;
  /** `freeze` unless NODE_ENV is `production`. */
  readonly boundary?: Boundary;
  /**
   * Decides how the program goes on after a failure that no process can be blamed for, when everything has been stopped
   * in order and the node has halted. Without it the failure is thrown on, and Node ends the program.
   */
  readonly onHalt?: (thrown: unknown) => void;
  /**
   * Watches the event loop (`event_loop_lag`) and the heap (`heap_high`): one that is nearly full refuses new work, one that is
   * full halts the node as a failure does. Keeps the program running until the node halts; left out, nothing is watched.
   */
  readonly health?: HealthOptions;
  /** Lets the node meet others, over the carriers that it is given (`node.distribution.addCarrier`). */
  readonly distribution?: DistributionOptions;
}

/** What every process can do, for code outside of processes, and what only the node can. */
export interface Node extends Verbs, NodeVerbs, ClusterVerbs, SupervisorVerbs, Inspection {
  readonly name: string;
  /** A start of a node of the same name makes another one. */
  readonly incarnation: number;
  /** The way to other nodes; a node that was started without one knows only itself. */
  readonly distribution: NodeDistribution | undefined;
  /** What it owns in its cluster; undefined until `beginOwnership`. */
  readonly ownership: Ownership | undefined;
  readonly world: World;
  /** Every live process, in the order of their starts. */
  processes(): readonly Pid[];
  /** Every registered name, sorted. */
  registered(): readonly string[];
  /** Tells an event of an application's own to all who subscribed. */
  emit<N extends RuntimeEventName>(name: N, data: RuntimeEvents[N]): void;
  /**
   * Measures every turn from now on: `long_turn` tells of those that take long, and `processInfo` how long all turns of a process
   * took together (OTP: `erlang:system_monitor`). Gives back how to stop that.
   * @throws {Misuse} `longTurnMs` is no number of milliseconds from 0
   */
  monitorSystem(options: SystemMonitorOptions): () => void;
  /** Says which application's tree `top` is the top of, for `tree()`. */
  nameApplication(top: Pid<Protocol>, application: string): void;
  /** Hears of every runtime event. Gives back how to stop that. */
  subscribe(subscriber: EventSubscriber): () => void;
  /**
   * Has `drain` run, and waits up to 5 s for it, before the node halts for a failure that no process can be blamed for.
   * Applications stop themselves by this. Gives back how to take it back.
   */
  onFailure(drain: Drain): () => void;
  /** Ends every process, the latest first, and lets go of the program. Supervised work is stopped by its application first. */
  halt(): Promise<void>;
}

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
  checkNodeName(name);
  const boundary = options.boundary ?? (process.env.NODE_ENV === "production" ? "trust" : "freeze");
  const kernel = new Kernel(name, newIncarnation(options), options.world, boundary);
  followCode();
  const outside = startOutside(kernel);
  const distribution = options.distribution && new NodeDistribution(kernel, options.distribution);
  const halting = async (): Promise<void> => {
    await kernel.ownership?.leave();
    await distribution?.close();
    await halt(kernel, outside, releaseFailures);
  };
  const lastResort = new LastResort(kernel, { halt: halting, onHalt: options.onHalt });
  // On behalf of nobody: a timer that finds a failure may have been set by some process.
  const fail = (thrown: unknown): void => outsideProcesses(() => void lastResort.fail(thrown));
  const releaseFailures = options.world.kind === "real" ? attributeFailures(fail) : (): void => {};
  const health = options.health && new Health(kernel, options.health, fail);
  const verbs = onBehalfOfCode(
    createVerbs(() => outside),
    options.world,
  );
  const node: Node = {
    ...verbs,
    ...createNodeVerbs(() => outside),
    ...createClusterVerbs(() => outside),
    ...createSupervisorVerbs(verbs.call),
    ...createInspection(() => outside),
    ...(health === undefined ? {} : refusing(verbs, () => health.refusal)),
    name,
    incarnation: kernel.incarnation,
    distribution,
    get ownership() {
      return kernel.ownership;
    },
    world: options.world,
    processes: () =>
      kernel.processes
        .values()
        .filter((other) => other !== outside && other.isAlive)
        .map((other) => other.pid),
    registered: () => [...kernel.names.keys()].sort(),
    emit: (eventName, data) => kernel.events.emit(eventName, data),
    monitorSystem: (options) => monitorSystem(kernel, options),
    nameApplication: (top, application) => nameApplication(kernel, top, application),
    subscribe: (subscriber) => kernel.events.subscribe(subscriber),
    onFailure: (drain) => lastResort.drainWith(drain),
    halt: () => outsideProcesses(halting),
  };
  keepKernel(node, kernel);
  return { node, kernel };
}

/** Nodes of one name do not start within one millisecond, but tools do: all commands of a person have one name. */
function newIncarnation({ world, distribution }: NodeOptions): number {
  // A whole number, whatever the clock of a simulated world says.
  const now = Math.floor(world.clock.wallTime());
  return distribution?.hidden === true ? now * 2_048 + Math.floor(world.random.next() * 2_048) : now;
}

async function halt(kernel: Kernel, outside: Process, release: () => void): Promise<void> {
  const living = (): Process[] => kernel.processes.values().filter((other) => other !== outside);
  do {
    // Again each time: code outside of processes may start one while the others end.
    for (const other of living().reverse()) signalExit(other, outside.pid, "kill");
    await new Promise<void>((resolve) => kernel.world.turns.afterIo(resolve));
  } while (living().length > 0);
  kernel.timers.stopAll();
  // Not before: what fails in the code of a process on its way out is still its own.
  release();
}

/** What starts new work, as long as nothing speaks against it. Work that runs goes on, restarts included. */
function refusing(
  verbs: Verbs,
  refusal: () => HeapFull | undefined,
): Pick<Node, "spawn" | "spawnMonitor" | "startChild"> {
  const { startChild } = createSupervisorVerbs(verbs.call);
  const check = (): void => {
    const error = refusal();
    if (error !== undefined) throw error;
  };
  return {
    spawn: async (logic, ...rest) => {
      check();
      return verbs.spawn(logic, ...rest);
    },
    spawnMonitor: (logic, ...rest) => {
      check();
      return verbs.spawnMonitor(logic, ...rest);
    },
    startChild: async (supervisor, child) => {
      check();
      return startChild(supervisor, child);
    },
  };
}

/** The verbs as code outside of processes uses them: what that listens with runs on behalf of nobody. */
function onBehalfOfCode(verbs: Verbs, world: World): Verbs {
  return {
    ...verbs,
    monitor: (
      target: Address<Protocol>,
      ...[first, second]: readonly [(DownListener | MonitorOptions)?, MonitorOptions?]
    ) =>
      typeof first === "function"
        ? verbs.monitor(target, onBehalfOfNobody(first, world), second)
        : verbs.monitor(target, first),
    spawnMonitor: (logic, ...[options]) => {
      const onDown = options?.onDown;
      const given = onDown === undefined ? options : { ...options, onDown: onBehalfOfNobody(onDown, world) };
      return verbs.spawnMonitor(logic, ...([given] as never));
    },
  };
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
    if (item instanceof DownMessage || item instanceof TurnMessage) super.deliver(item);
    else if (
      item instanceof StopMessage ||
      item instanceof SystemRequest ||
      (item instanceof Request && item.from !== undefined)
    )
      failCallers(this, "noproc");
  }
}

function startOutside(kernel: Kernel): Process {
  const process = new Outside(kernel, {
    logic: outsideLogic,
    input: undefined,
    starter: undefined,
    parent: undefined,
    groupLeader: undefined,
    trapsExits: true,
    bound: undefined,
  });
  process.groupLeader = process.pid;
  kernel.outside = process;
  kernel.processes.set(process.pid.id, process);
  process.begin();
  return process;
}

const outsideLogic: AnyLogic = { logicName: "outside", host: () => outsideBehaviour };

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
