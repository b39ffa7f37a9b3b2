// Applications: supervision trees that depend on each other, started in that order and stopped in reverse.

import { AiexError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AnyLogic } from "../logic/logic.ts";
import type { Node } from "../node/node.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { Misuse } from "../process/failures.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";

export interface Application {
  readonly name: string;
  /** Names of the applications that must run before this one starts. */
  readonly dependsOn?: readonly string[];
  /** The top supervisor. */
  readonly tree: AnyLogic;
  readonly input?: unknown;
  /** Runs before the tree is stopped: the place to refuse new work (OTP: `prep_stop`). */
  readonly beforeStop?: () => void | Promise<void>;
  /** Runs after the tree has stopped (OTP: `stop`). */
  readonly afterStop?: () => void | Promise<void>;
}

/** An application cannot start because another does not run (OTP: `not_started`). */
export class ApplicationNotStarted extends AiexError {
  readonly code = "not_started";
  readonly dependency: string;
  constructor(application: string, dependency: string) {
    super(
      `Application "${application}" needs "${dependency}", which does not run. Start it first, or start all with startAll.`,
      {
        details: { application, dependency },
      },
    );
    this.dependency = dependency;
  }
}

interface Running {
  readonly application: Application;
  readonly pid: Pid<Protocol>;
}

/** The applications of one node. */
export class Applications {
  readonly #node: Node;
  readonly #known = new Map<string, Application>();
  /** In start order. */
  readonly #running = new Map<string, Running>();
  #stopping: Promise<void> | undefined;

  /** @throws {Misuse} two applications have one name, or one depends on a name that is not among them, or on itself */
  constructor(node: Node, applications: readonly Application[]) {
    this.#node = node;
    for (const application of applications) {
      if (this.#known.has(application.name))
        throw new Misuse(`Two applications are named "${application.name}".`);
      this.#known.set(application.name, application);
    }
    for (const { name } of applications) this.#order(name);
  }

  /** Names of the running applications in start order. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /**
   * Starts one application.
   * @throws {ApplicationNotStarted} a dependency does not run; {StartFailed} its tree did not start; {Misuse} unknown name
   */
  async start(name: string): Promise<void> {
    const application = this.#find(name);
    if (this.#running.has(name)) return;
    for (const dependency of application.dependsOn ?? []) {
      if (!this.#running.has(dependency)) throw new ApplicationNotStarted(name, dependency);
    }
    const pid = await this.#node.spawn(application.tree, { input: application.input } as never);
    this.#running.set(name, { application, pid });
    this.#node.monitor(pid, (down) => this.#ended(name, down.reason));
    this.#node.emit("application_started", { application: name });
  }

  /**
   * Starts an application with all it depends on, dependencies first; gives the names that were started, in order.
   * When one fails those that were started for it are stopped again.
   */
  async startAll(name: string): Promise<readonly string[]> {
    const started: string[] = [];
    for (const next of this.#order(name)) {
      if (this.#running.has(next)) continue;
      try {
        await this.start(next);
      } catch (error) {
        for (const other of started.reverse()) await this.stop(other);
        throw error;
      }
      started.push(next);
    }
    return started;
  }

  /** Stops one application: `beforeStop`, its tree, `afterStop`. Dependants that still run are not asked (OTP). */
  async stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    await running.application.beforeStop?.();
    try {
      await this.#node.stop(running.pid, "shutdown");
    } catch (error) {
      // It may have ended by itself while it was being asked; then it has stopped as well.
      if (!(error instanceof AiexError) || error.code === "misuse") throw error;
    }
    this.#running.delete(name);
    await running.application.afterStop?.();
    this.#node.emit("application_stopped", { application: name, reason: "shutdown" });
  }

  /**
   * Stops all applications, the latest first, and then the node. What has not stopped after `deadlineMs` is killed.
   * Gives true when everything ended in good order.
   */
  async shutdown(deadlineMs: number = limits.applicationStopMsDefault): Promise<boolean> {
    let timedOut = false;
    let expire: () => void = () => {};
    const deadline = new Promise<void>((resolve) => {
      expire = resolve;
    });
    const { timers } = this.#node.world;
    const timer = timers.set(deadlineMs, () => {
      timedOut = true;
      expire();
    });
    await Promise.race([this.#stopAll(), deadline]);
    timers.clear(timer);
    await this.#node.halt();
    return !timedOut;
  }

  #stopAll(): Promise<void> {
    this.#stopping ??= (async () => {
      for (const name of this.running.toReversed()) await this.stop(name);
    })();
    return this.#stopping;
  }

  #ended(name: string, reason: ExitReason): void {
    if (!this.#running.has(name) || this.#stopping !== undefined) return;
    this.#running.delete(name);
    this.#node.emit("application_stopped", { application: name, reason });
  }

  /** An application and all it depends on, dependencies first. */
  #order(name: string, above: readonly string[] = []): readonly string[] {
    if (above.includes(name))
      throw new Misuse(`Applications depend on each other in a circle: ${[...above, name].join(" -> ")}.`);
    const { dependsOn = [] } = this.#find(name, above.at(-1));
    const before = dependsOn.flatMap((dependency) => this.#order(dependency, [...above, name]));
    return [...new Set([...before, name])];
  }

  #find(name: string, wantedBy?: string): Application {
    const application = this.#known.get(name);
    if (application !== undefined) return application;
    const who = wantedBy === undefined ? "" : ` that "${wantedBy}" depends on`;
    throw new Misuse(
      `There is no application "${name}"${who}. Known are: ${[...this.#known.keys()].join(", ")}.`,
    );
  }
}
