// A node for one test: in a simulated world, with children that are stopped when the test is over.
import { type AnyLogic, logicName, type ProtocolOf } from "../logic/logic.ts";
import { type Node, startKernelNode } from "../node/node.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Misuse, StartFailed, StartIgnored } from "../process/failures.ts";
import type { Kernel } from "../process/kernel.ts";
import { formatPid, type Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import type { Verbs } from "../process/verbs.ts";
import type { StartChild, Supervisor } from "../supervision/admin.ts";
import { type ChildSpec, child, type LogicChildOptions } from "../supervision/child-spec.ts";
import { supervisor } from "../supervision/supervisor.ts";
import { type SimulatedWorld, type SimulatedWorldOptions, simulatedWorld } from "../worlds/simulated.ts";
import { ExpectationFailed } from "./arrivals.ts";
import { EventLog, type ExpectOptions } from "./event-log.ts";
import { testingLimits } from "./limits.ts";
import { Probe } from "./probe.ts";

export interface TestNodeOptions extends SimulatedWorldOptions {
  /** The node's name; `test` by default. */
  readonly name?: string;
}

/** Starts a node in a simulated world of its own. Messages are frozen, so that a test finds who changes what was sent. */
export function testNode(options: TestNodeOptions = {}): TestNode {
  return testKernelNode(options).test;
}

/** As `testNode`, with the kernel beneath, for tests of the runtime itself. */
export function testKernelNode({ name = "test", ...rest }: TestNodeOptions = {}): {
  readonly test: TestNode;
  readonly kernel: Kernel;
} {
  const world = simulatedWorld(rest);
  const { node, kernel } = startKernelNode({ world, name, boundary: "freeze" });
  return { test: new TestNode(node, world), kernel };
}

export class TestNode {
  readonly node: Node;
  readonly world: SimulatedWorld;
  readonly events: EventLog;
  /** As `node.call`, with virtual time going on until the answer is there. */
  readonly call: Verbs["call"];
  #supervisor: Promise<Supervisor> | undefined;
  #children = 0;
  #stopped: Promise<void> | undefined;

  constructor(node: Node, world: SimulatedWorld) {
    this.node = node;
    this.world = world;
    this.events = new EventLog(node, world);
    this.call = (to, type, ...rest) => world.until(node.call(to, type, ...rest));
  }

  /** Moves virtual time on, and runs all that is due meanwhile. */
  advance(durationMs: number): Promise<void> {
    return this.world.advance(durationMs);
  }

  /** Runs until nothing is due now. */
  settle(): Promise<void> {
    return this.world.settle();
  }

  /** What `promise` comes to, with virtual time going on as far as that needs. */
  until<T>(promise: Promise<T>): Promise<T> {
    return this.world.until(promise);
  }

  /**
   * Starts a child of the test and gives its pid when it is ready. It is stopped when the test is over, the latest first
   * (ExUnit: `start_supervised`). A logic is not started again unless its options say so; a child spec is kept to.
   * @throws {StartFailed}; {StartIgnored}; {Misuse}
   */
  start<L extends AnyLogic>(logic: L, options?: LogicChildOptions<L>): Promise<Pid<ProtocolOf<L>>>;
  start(spec: ChildSpec): Promise<Pid>;
  async start<L extends AnyLogic>(what: L | ChildSpec, options: LogicChildOptions<L> = {}): Promise<Pid> {
    this.#children += 1;
    const id = isChildSpec(what) ? what.id : `${logicName(what)} ${this.#children}`;
    const spec = isChildSpec(what) ? what : child(what, { id, restart: "temporary", ...options });
    this.#supervisor ??= this.node.spawn(tests);
    const under = this.#supervisor;
    return pidOf(spec.id, await this.until(under.then((here) => this.node.startChild(here, spec))));
  }

  /** Starts a process that keeps what it is sent, for the test to look at, and acts as the test tells it. */
  async probe(name?: string): Promise<Probe> {
    const probe = new Probe(this.world);
    await this.until(
      this.node.spawn(probe.logic, { trapExit: true, ...(name === undefined ? {} : { name }) }),
    );
    return probe;
  }

  /** Runs `body` as a process of its own that may `receive`, and gives what it gives; what it throws is thrown here. */
  run<T>(body: () => T | Promise<T>): Promise<T> {
    const done = new Promise<T>((resolve, reject) => {
      const tester = async (): Promise<void> => {
        try {
          resolve(await body());
        } catch (thrown) {
          reject(thrown);
        }
      };
      this.node.spawn(tester).catch(reject);
    });
    return this.until(done);
  }

  /**
   * Waits for the end of a process and gives its reason. That of a child of a supervisor, and so of all that `start` has
   * started, is known afterwards too, and so is that of a crash; of others the reason is then `noproc`.
   * @throws {ExpectationFailed} it lives on
   */
  async exitOf(
    pid: Pid<Protocol>,
    { withinMs = testingLimits.expectMsDefault }: ExpectOptions = {},
  ): Promise<ExitReason> {
    await this.settle();
    const known = this.#endOf(pid);
    if (known !== undefined) return known;
    const end = new Promise<ExitReason | undefined>((resolve) => {
      const ref = this.node.monitor(pid, ({ reason }) => {
        this.world.timers.clear(deadline);
        resolve(reason);
      });
      const deadline = this.world.timers.set(withinMs, () => {
        this.node.demonitor(ref);
        resolve(undefined);
      });
    });
    const reason = await this.world.until(end, withinMs);
    if (reason !== undefined) return reason;
    throw new ExpectationFailed(`${formatPid(pid)} did not end within ${withinMs} ms.`);
  }

  /** Stops what `start` started, the latest first, and then ends all that is left. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** The reason of an end that was told. */
  #endOf(pid: Pid<Protocol>): ExitReason | undefined {
    for (const name of ["supervisor_child_exited", "supervisor_child_stopped", "process_crashed"] as const) {
      const end = this.events.of(name).find((event) => event.pid?.id === pid.id);
      if (end !== undefined) return end.reason;
    }
    return undefined;
  }

  async #stop(): Promise<void> {
    try {
      // It may have been ended by the test, and with it all it had.
      if (this.#supervisor !== undefined) {
        await this.until(this.#supervisor.then((here) => this.node.stop(here, "shutdown").catch(() => {})));
      }
    } finally {
      await this.until(this.node.halt());
    }
  }
}

const tests = supervisor("test", {
  maxRestarts: testingLimits.restartsMax,
  withinMs: testingLimits.restartWindowMs,
});

function isChildSpec<L extends AnyLogic>(what: L | ChildSpec): what is ChildSpec {
  return typeof what === "object" && "given" in what && "shutdownMs" in what;
}

function pidOf(id: string, start: StartChild): Pid {
  if (start.ok) {
    if (start.pid === undefined) throw new StartIgnored(id);
    return start.pid as Pid;
  }
  if (start.error === "start_failed") throw new StartFailed(id, start.reason);
  const problem = start.error === "bad_child_spec" ? start.problem : `A child "${id}" is there already.`;
  throw new Misuse(problem);
}
