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

export class MonitoredStart {
  readonly pid: Pid<Protocol>;
  readonly ref: Ref;
  #outcome: Pid<Protocol> | Error | undefined;
  #ready: Promise<Pid<Protocol>> | undefined;
  #settle: ((outcome: Pid<Protocol> | Error) => void) | undefined;

  constructor(starter: Process, logic: AnyLogic, options: StartOptions & WatchOptions) {
    const { monitor = {}, onDown, ...start } = options;
    const ended = (outcome: Pid<Protocol> | Error): void => {
      this.#outcome = outcome;
      this.#settle?.(outcome);
    };
    const { process, ref } = spawnWatched(starter, logic, start, ended, ended, monitor, onDown);
    this.pid = process.pid;
    this.ref = ref;
  }

  /** Settles when init has returned, as the promise of `spawn` does. Made when it is asked for: most wait for the DOWN alone. */
  get ready(): Promise<Pid<Protocol>> {
    this.#ready ??= new Promise((resolve, reject) => {
      this.#settle = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
      if (this.#outcome !== undefined) this.#settle(this.#outcome);
    });
    // The DOWN tells of a failure too; nobody has to await both.
    this.#ready.catch(() => {});
    return this.#ready;
  }
}
