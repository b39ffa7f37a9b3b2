// Applications: supervision trees that depend on each other, started in that order and stopped in reverse.
// Their hooks run on behalf of nobody: whoever asks for a stop may well be one of the processes that it ends.
import { AiexError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AnyLogic } from "../logic/logic.ts";
import type { Node } from "../node/node.ts";
import { outsideProcesses } from "../process/current.ts";
import { type ExitReason, isOrderly } from "../process/exit-reason.ts";
import { CalleeExited, Misuse } from "../process/failures.ts";
import type { Pid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";

export interface Application {
  readonly name: string;
  /** Names of the applications that must run before this one starts. */
  readonly dependsOn?: readonly string[];
  /** The top supervisor. */
  readonly tree: AnyLogic;
  readonly input?: unknown;
  /** Runs before the tree is stopped: the place to refuse new work (OTP: `prep_stop`). Not when the tree ends by itself. */
  readonly beforeStop?: () => void | Promise<void>;
  /** Runs after the tree has ended, stopped or by itself (OTP: `stop`). */
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
  readonly #starting = new Map<string, Promise<void>>();
  readonly #stopping = new Map<string, Promise<ExitReason>>();
  #stoppingAll: Promise<boolean> | undefined;

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
   * Starts one application; one that runs, or is about to, is not started twice.
   * @throws {ApplicationNotStarted} a dependency does not run; {StartFailed} its tree did not start; {Misuse} unknown
   * name, or everything is being shut down
   */
  async start(name: string): Promise<void> {
    const application = this.#find(name);
    if (this.#running.has(name)) return;
    const begun = this.#starting.get(name) ?? outsideProcesses(() => this.#start(application));
    this.#starting.set(name, begun);
    await begun.finally(() => this.#starting.delete(name));
  }

  /**
   * Starts an application with all it depends on, dependencies first; gives the names that were started, in order.
   * When one fails those that were started for it are stopped again.
   */
  async startAll(name: string): Promise<readonly string[]> {
    const started: string[] = [];
    for (const next of this.#order(name)) {
      if (this.#running.has(next)) continue;
      // What somebody else is starting is theirs to stop.
      const isOwn = !this.#starting.has(next);
      try {
        await this.start(next);
      } catch (error) {
        // The first failure is the one to tell.
        for (const other of started.reverse()) await this.stop(other).catch(() => {});
        throw error;
      }
      if (isOwn) started.push(next);
    }
    return started;
  }

  /**
   * Stops one application: `beforeStop`, its tree, `afterStop`. Dependants that still run are not asked (OTP).
   * @throws what one of the two has thrown, when all the rest is done
   */
  async stop(name: string): Promise<void> {
    await this.#stopOne(name);
  }

  /**
   * Stops all applications, the latest first, and then the node. What has not stopped after `deadlineMs` is killed.
   * Gives true when everything ended in good order.
   */
  async shutdown(deadlineMs: number = limits.applicationStopMsDefault): Promise<boolean> {
    let expire: (inGoodOrder: boolean) => void = () => {};
    const deadline = new Promise<boolean>((resolve) => {
      expire = resolve;
    });
    const { timers } = this.#node.world;
    const timer = timers.set(deadlineMs, () => expire(false));
    this.#stoppingAll ??= outsideProcesses(() => this.#stopAll());
    const inGoodOrder = await Promise.race([this.#stoppingAll, deadline]);
    timers.clear(timer);
    await this.#node.halt();
    return inGoodOrder;
  }

  async #start(application: Application): Promise<void> {
    const { name, tree, input, dependsOn = [] } = application;
    if (this.#stoppingAll !== undefined)
      throw new Misuse(`Application "${name}" cannot start: everything is being shut down.`);
    for (const dependency of dependsOn) {
      if (!this.#running.has(dependency)) throw new ApplicationNotStarted(name, dependency);
    }
    const pid = await this.#node.spawn(tree, { input } as never);
    this.#running.set(name, { application, pid });
    this.#node.monitor(pid, (down) => this.#ended(application, down.reason));
    this.#node.emit("application_started", { application: name });
  }

  /** Whoever asks while it is being stopped gets the same outcome. */
  async #stopOne(name: string): Promise<ExitReason> {
    const running = this.#running.get(name);
    if (running === undefined) return this.#stopping.get(name) ?? "noproc";
    const begun =
      this.#stopping.get(name) ??
      outsideProcesses(() => Promise.resolve(running).then((found) => this.#stop(found)));
    this.#stopping.set(name, begun);
    return begun.finally(() => this.#stopping.delete(name));
  }

  /** Gives what the tree ended with: `shutdown`, unless it was quicker or was killed meanwhile. */
  async #stop({ application, pid }: Running): Promise<ExitReason> {
    const { name, beforeStop, afterStop } = application;
    const failures: unknown[] = [];
    await attempt(beforeStop, failures);
    const reason = await this.#node.stop(pid, "shutdown").then(
      () => "shutdown",
      (error: unknown) => (error instanceof CalleeExited ? error.reason : "noproc"),
    );
    this.#running.delete(name);
    await attempt(afterStop, failures);
    this.#node.emit("application_stopped", { application: name, reason });
    if (failures.length > 0) throw failures[0];
    return reason;
  }

  /** True when nothing failed on the way. */
  async #stopAll(): Promise<boolean> {
    let inGoodOrder = true;
    for (let name = this.running.at(-1); name !== undefined; name = this.running.at(-1)) {
      try {
        if (!isOrderly(await this.#stopOne(name))) inGoodOrder = false;
      } catch {
        inGoodOrder = false;
      }
    }
    return inGoodOrder;
  }

  /** A tree has ended by itself. */
  #ended({ name, afterStop }: Application, reason: ExitReason): void {
    if (!this.#running.has(name) || this.#stopping.has(name) || this.#stoppingAll !== undefined) return;
    this.#running.delete(name);
    void attempt(afterStop, []);
    this.#node.emit("application_stopped", { application: name, reason });
  }

  /** An application and all it depends on, dependencies first. */
  #order(name: string): readonly string[] {
    const ordered = new Set<string>();
    const visit = (next: string, above: readonly string[]): void => {
      if (above.includes(next))
        throw new Misuse(`Applications depend on each other in a circle: ${[...above, next].join(" -> ")}.`);
      if (ordered.has(next)) return;
      const { dependsOn = [] } = this.#find(next, above.at(-1));
      for (const dependency of dependsOn) visit(dependency, [...above, next]);
      ordered.add(next);
    };
    visit(name, []);
    return [...ordered];
  }

  #find(name: string, wantedBy?: string): Application {
    const application = this.#known.get(name);
    if (application !== undefined) return application;
    const who = wantedBy === undefined ? "" : ` that "${wantedBy}" depends on`;
    const known = [...this.#known.keys()].join(", ") || "none";
    throw new Misuse(`There is no application "${name}"${who}. Known are: ${known}.`);
  }
}

/** Runs a hook: its failure is kept for later, since nothing that it does may hold up a stop. */
async function attempt(hook: (() => void | Promise<void>) | undefined, failures: unknown[]): Promise<void> {
  try {
    await hook?.();
  } catch (error) {
    failures.push(error);
  }
}
