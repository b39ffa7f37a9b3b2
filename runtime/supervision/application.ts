// Applications: supervision trees that depend on each other, started in that order and stopped in reverse.
// Their hooks run on behalf of nobody: whoever asks for a stop may well be one of the processes that it ends.
import { AiexError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { AnyLogic } from "../logic/logic.ts";
import { nodeLimits } from "../node/limits.ts";
import type { Node } from "../node/node.ts";
import { outsideProcesses } from "../process/current.ts";
import { type ExitReason, formatReason, isOrderly } from "../process/exit-reason.ts";
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
  /** What it is configured with: `setting` tells it to whoever knows the application's name (OTP: `env`). */
  readonly environment?: Readonly<Record<string, unknown>>;
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

/** A running application cannot be forgotten (OTP: `running`). */
export class ApplicationRunning extends AiexError {
  readonly code = "running";
  constructor(application: string) {
    super(`Application "${application}" cannot be unloaded while it runs, starts or stops. Stop it first.`, {
      details: { application },
    });
  }
}

/** An application has ended without which the others are not to run; everything was shut down for it. */
export class ApplicationTerminated extends AiexError {
  readonly code = "application_terminated";
  readonly application: string;
  readonly reason: ExitReason;
  constructor(application: string, type: ApplicationType, reason: ExitReason) {
    super(
      `Application "${application}" has ended, ${formatReason(reason)}. It is ${type}, so everything was shut down. What its tree told before says why; start it as "temporary" if the others can do without it.`,
      { details: { application, type, reason } },
    );
    this.application = application;
    this.reason = reason;
  }
}

/**
 * What it means when the tree of an application ends by itself. `permanent`: everything is shut down, whatever the reason;
 * `transient`: the same, except for `normal`; `temporary`: it is told, and the others go on. A stop means nothing.
 */
export type ApplicationType = "permanent" | "transient" | "temporary";

export interface ApplicationsOptions {
  /**
   * Decides how the program goes on when everything was shut down because an application has ended. Without it the error is
   * thrown where nobody catches it, and Node ends the program with exit code 1.
   */
  readonly onTerminated?: (error: ApplicationTerminated) => void;
}

interface Running {
  readonly application: Application;
  readonly type: ApplicationType;
  readonly pid: Pid<Protocol>;
}

const types: readonly ApplicationType[] = ["permanent", "transient", "temporary"];

/** The applications of one node. */
export class Applications {
  readonly #node: Node;
  readonly #options: ApplicationsOptions;
  readonly #known = new Map<string, Application>();
  /** In start order. */
  readonly #running = new Map<string, Running>();
  readonly #starting = new Map<string, Promise<void>>();
  readonly #stopping = new Map<string, Promise<ExitReason>>();
  #stoppingAll: Promise<boolean> | undefined;

  /** @throws {Misuse} two applications have one name, or one depends on a name that is not among them, or on itself */
  constructor(node: Node, applications: readonly Application[], options: ApplicationsOptions = {}) {
    this.#node = node;
    this.#options = options;
    for (const application of applications) this.load(application);
    for (const { name } of applications) this.#order(name);
    // Before the node kills what lives, whatever has failed outside of all processes.
    node.onFailure(() => this.shutdown(nodeLimits.failureDrainMsMax));
  }

  /** Names of the running applications in start order. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /**
   * Makes one more application known (OTP: `application:load`). What it depends on need not be known before it starts.
   * @throws {Misuse} there is one of that name
   */
  load(application: Application): void {
    if (this.#known.has(application.name))
      throw new Misuse(`Two applications are named "${application.name}".`);
    this.#known.set(application.name, application);
  }

  /**
   * Forgets an application (OTP: `application:unload`).
   * @throws {ApplicationRunning} it runs, or is about to start or stop; {Misuse} unknown name
   */
  unload(name: string): void {
    this.#find(name);
    if (this.#running.has(name) || this.#starting.has(name)) throw new ApplicationRunning(name);
    this.#known.delete(name);
  }

  /** What an application is configured with under `key`; undefined where one of the two is not known (OTP: `get_env`). */
  setting(name: string, key: string): unknown {
    const environment = this.#known.get(name)?.environment ?? {};
    return Object.hasOwn(environment, key) ? environment[key] : undefined;
  }

  /**
   * Starts one application; one that runs, or is about to, is not started twice, and keeps its type.
   * @throws {ApplicationNotStarted} a dependency does not run; {StartFailed} its tree did not start; {Misuse} unknown
   * name, or everything is being shut down
   */
  async start(name: string, type: ApplicationType = "temporary"): Promise<void> {
    if (!types.includes(type)) {
      throw new Misuse(`An application is started ${types.join(", ")}; given was ${JSON.stringify(type)}.`);
    }
    const application = this.#find(name);
    if (this.#running.has(name)) return;
    const begun = this.#starting.get(name) ?? outsideProcesses(() => this.#start(application, type));
    this.#starting.set(name, begun);
    await begun.finally(() => this.#starting.delete(name));
  }

  /**
   * Starts an application with all it depends on, dependencies first, each as `type`; gives the names that were started, in
   * order.
   * When one fails those that were started for it are stopped again.
   */
  async startAll(name: string, type: ApplicationType = "temporary"): Promise<readonly string[]> {
    const started: string[] = [];
    for (const next of this.#order(name)) {
      if (this.#running.has(next)) continue;
      // What somebody else is starting is theirs to stop.
      const isOwn = !this.#starting.has(next);
      try {
        await this.start(next, type);
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

  async #start(application: Application, type: ApplicationType): Promise<void> {
    const { name, tree, input, dependsOn = [] } = application;
    if (this.#stoppingAll !== undefined)
      throw new Misuse(`Application "${name}" cannot start: everything is being shut down.`);
    for (const dependency of dependsOn) {
      if (!this.#running.has(dependency)) throw new ApplicationNotStarted(name, dependency);
    }
    const pid = await this.#node.spawn(tree, { input } as never);
    const running: Running = { application, type, pid };
    this.#running.set(name, running);
    this.#node.nameApplication(pid, name);
    this.#node.monitor(pid, (down) => this.#ended(running, down.reason));
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
  #ended({ application, type }: Running, reason: ExitReason): void {
    const { name, afterStop } = application;
    if (!this.#running.has(name) || this.#stopping.has(name) || this.#stoppingAll !== undefined) return;
    this.#running.delete(name);
    void attempt(afterStop, []);
    this.#node.emit("application_stopped", { application: name, reason });
    if (type === "permanent" || (type === "transient" && reason !== "normal"))
      void this.#terminate(new ApplicationTerminated(name, type, reason));
  }

  async #terminate(error: ApplicationTerminated): Promise<void> {
    await this.shutdown();
    const { onTerminated } = this.#options;
    if (onTerminated === undefined) throw error;
    onTerminated(error);
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
