// A start that is watched from before its first line: the pid and the reference at once, and word of the start for who asks.
import type { AnyLogic } from "../logic/logic.ts";
import type { DownListener, MonitorOptions } from "./monitors.ts";
import type { Pid, Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import { type StartOptions, spawnWatched } from "./spawn.ts";

export interface WatchOptions {
  readonly monitor?: MonitorOptions;
  readonly onDown?: DownListener;
}

export interface MonitoredStart {
  readonly pid: Pid<Protocol>;
  readonly ref: Ref;
  /** Settles when init has returned, as the promise of `spawn` does. */
  readonly ready: Promise<Pid<Protocol>>;
}

export function startMonitored(
  starter: Process,
  logic: AnyLogic,
  options: StartOptions & WatchOptions,
): MonitoredStart {
  const { monitor = {}, onDown, ...start } = options;
  const word = new StartWord();
  const ended = (outcome: Pid<Protocol> | Error): void => word.give(outcome);
  const { process, ref } = spawnWatched(starter, logic, start, ended, ended, monitor, onDown);
  return {
    pid: process.pid,
    ref,
    get ready() {
      return word.promised;
    },
  };
}

/** Word of how a start came out. The promise is made when it is asked for: most wait for the DOWN alone. */
class StartWord {
  #outcome: Pid<Protocol> | Error | undefined;
  #promise: Promise<Pid<Protocol>> | undefined;
  #settle: ((outcome: Pid<Protocol> | Error) => void) | undefined;

  give(outcome: Pid<Protocol> | Error): void {
    this.#outcome = outcome;
    this.#settle?.(outcome);
  }

  get promised(): Promise<Pid<Protocol>> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.#settle = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
      if (this.#outcome !== undefined) this.#settle(this.#outcome);
    });
    // The DOWN tells of a failure too; nobody has to await both.
    this.#promise.catch(() => {});
    return this.#promise;
  }
}
