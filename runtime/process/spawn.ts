// Starts a process: name, link and monitor are in place before its first line runs, and the starter gets one answer.
import { type AnyLogic, hostOf, logicName } from "../logic/logic.ts";
import type { Via } from "./address.ts";
import type { ExitReason } from "./exit-reason.ts";
import { AlreadyStarted, Misuse, StartFailed, StartIgnored, StartTimeout } from "./failures.ts";
import { checkName, type Kernel } from "./kernel.ts";
import { addLink, removeLink } from "./links.ts";
import type { MailboxBound } from "./mailbox.ts";
import { checkMonitorOptions, type MonitorOptions, monitor } from "./monitors.ts";
import type { Pid, Ref } from "./pid.ts";
import { Process } from "./process.ts";
import type { Starter } from "./process-options.ts";
import type { Protocol } from "./protocol.ts";
import type { Timer } from "./timers.ts";

export interface StartOptions<Input = unknown> {
  readonly input?: Input;
  /** A local name, or a key of a unique registry, held from before the first line runs. */
  readonly name?: string | Via;
  /** Links starter and process; the starter becomes the parent, whose exit a trapping process obeys. */
  readonly link?: boolean;
  /** The process starts with exits trapped. */
  readonly trapExit?: boolean;
  readonly mailbox?: MailboxBound;
  /** Milliseconds until a start whose init has not returned is killed. Infinity by default, as in OTP. */
  readonly startTimeoutMs?: number;
}

export interface Spawned {
  readonly process: Process;
  readonly monitorRef: Ref | undefined;
}

/**
 * Starts a linked process for a starter that has nothing else to do until it is ready: its first turn is taken at once, where
 * this slice still has time. Gives the pid, or a promise of it where its init waits for something.
 * @throws as `spawn` rejects
 */
export function startLinked(
  starter: Process,
  logic: AnyLogic,
  options: StartOptions,
): Pid<Protocol> | Promise<Pid<Protocol>> {
  let outcome: Pid<Protocol> | Error | undefined;
  let settle: ((outcome: Pid<Protocol> | Error) => void) | undefined;
  const end = (given: Pid<Protocol> | Error): void => {
    if (settle === undefined) outcome = given;
    else settle(given);
  };
  const { kernel } = starter;
  const { process } = spawnProcess(kernel, starter, logic, { ...options, link: true }, end, end);
  kernel.scheduler.now(process);
  if (outcome instanceof Error) throw outcome;
  if (outcome !== undefined) return outcome;
  return new Promise((resolve, reject) => {
    settle = (given) => (given instanceof Error ? reject(given) : resolve(given));
  });
}

/** Makes the process and gives it its first turn. One of `ready` and `fail` is called when its init has returned. */
export function spawnProcess(
  kernel: Kernel,
  starter: Process,
  logic: AnyLogic,
  options: StartOptions,
  ready: (pid: Pid<Protocol>) => void,
  fail: (error: Error) => void,
  watch?: MonitorOptions,
): Spawned {
  const host = hostOf(logic);
  const { name } = options;
  const what = name === undefined ? logicName(logic) : typeof name === "string" ? name : name.key;
  // Whatever may be wrong is found before there is a process: none may be left behind half made.
  checkOptions(options, what);
  checkNameIsFree(kernel, name);
  if (watch !== undefined) checkMonitorOptions(watch);
  const start = new Start(what, ready, fail);
  const process = new Process(kernel, {
    behaviour: host,
    logicName: logicName(logic),
    input: kernel.data(options.input, "input"),
    parent: options.link === true ? starter : undefined,
    groupLeader: starter.groupLeader,
    trapsExits: options.trapExit === true,
    bound: options.mailbox,
    starter: start,
  });
  kernel.processes.set(process.pid.id, process);
  if (typeof name === "string") kernel.register(name, process);
  else if (name !== undefined) kernel.registries.get(name.registry)?.add(process, name.key, undefined);
  if (options.link === true) addLink(starter, process);
  const monitorRef = watch === undefined ? undefined : monitor(starter, process, process.pid, watch);
  const { startTimeoutMs } = options;
  if (startTimeoutMs !== undefined && startTimeoutMs !== Number.POSITIVE_INFINITY) {
    start.limit(kernel, startTimeoutMs, () => {
      // The starter hears of it by its answer alone (OTP: kill_flush_EXIT).
      removeLink(starter, process);
      process.doomWith("killed");
    });
  }
  process.begin();
  return { process, monitorRef };
}

/** One start under way: its answer, and its deadline if it has one. */
class Start implements Starter {
  readonly #what: string;
  readonly #ready: (pid: Pid<Protocol>) => void;
  readonly #fail: (error: Error) => void;
  #deadline: Timer | undefined;
  /** Set once the deadline has passed. */
  #passedMs: number | undefined;

  constructor(what: string, ready: (pid: Pid<Protocol>) => void, fail: (error: Error) => void) {
    this.#what = what;
    this.#ready = ready;
    this.#fail = fail;
  }

  limit(kernel: Kernel, timeoutMs: number, expire: () => void): void {
    this.#deadline = kernel.timers.start(timeoutMs, () => {
      this.#passedMs = timeoutMs;
      expire();
    });
  }

  started(process: Process): void {
    if (this.#deadline !== undefined) process.kernel.timers.stop(this.#deadline);
    this.#ready(process.pid);
  }

  failed(process: Process, reason: ExitReason, ignored: boolean): void {
    if (this.#deadline !== undefined) process.kernel.timers.stop(this.#deadline);
    this.#fail(startError(this.#what, reason, ignored, this.#passedMs));
  }
}

/** @throws {AlreadyStarted} the name or key is held; {Misuse} there is no such registry, or its keys are no names */
function checkNameIsFree(kernel: Kernel, name: string | Via | undefined): void {
  if (name === undefined) return;
  if (typeof name === "string") checkName(name);
  if (typeof name !== "string" && !kernel.registries.has(name.registry)) {
    throw new Misuse(
      `There is no registry "${name.registry}" on node ${kernel.name} to hold the name "${name.key}".`,
    );
  }
  const holder =
    typeof name === "string"
      ? kernel.names.get(name)
      : kernel.registries.get(name.registry)?.resolve(name.key);
  if (holder !== undefined) throw new AlreadyStarted(typeof name === "string" ? name : name.key, holder.pid);
}

function startError(
  what: string,
  reason: ExitReason,
  ignored: boolean,
  timeoutMs: number | undefined,
): Error {
  if (timeoutMs !== undefined) return new StartTimeout(what, timeoutMs);
  return ignored ? new StartIgnored(what) : new StartFailed(what, reason);
}

const accepted = ["input", "name", "link", "trapExit", "mailbox", "startTimeoutMs"];

function checkOptions(options: StartOptions, what: string): void {
  for (const key in options) {
    if (!accepted.includes(key)) {
      throw new Misuse(
        `"${key}" is no option for starting ${what}. The options are: ${accepted.join(", ")}.`,
        { details: { key } },
      );
    }
  }
  const { mailbox, startTimeoutMs = 0 } = options;
  if (typeof startTimeoutMs !== "number" || Number.isNaN(startTimeoutMs)) {
    throw new Misuse(
      `The startTimeoutMs of ${what} is a number of milliseconds; given was ${String(startTimeoutMs)}.`,
    );
  }
  if (mailbox === undefined) return;
  const isPolicy =
    mailbox.onFull === "kill" || mailbox.onFull === "dropNewest" || mailbox.onFull === "dropOldest";
  if (!Number.isInteger(mailbox.max) || mailbox.max < 1 || !isPolicy) {
    throw new Misuse(
      `A mailbox bound is { max: a whole number from 1, onFull: "kill" | "dropNewest" | "dropOldest" }; given was ${JSON.stringify(mailbox)}.`,
    );
  }
}
