// Starts a process: name, link and monitor are in place before its first line runs, and the starter gets one answer.
import { type AnyLogic, checkLogic, logicName } from "../logic/logic.ts";
import type { Via } from "./address.ts";
import type { Ancestral } from "./ancestor.ts";
import type { ExitReason } from "./exit-reason.ts";
import { AlreadyStarted, Misuse, StartFailed, StartIgnored, StartTimeout } from "./failures.ts";
import { checkName, type Kernel } from "./kernel.ts";
import { addLink, removeLink } from "./links.ts";
import type { MailboxBound } from "./mailbox.ts";
import { checkMonitorOptions, type DownListener, type MonitorOptions, monitor } from "./monitors.ts";
import type { Party } from "./party.ts";
import type { Pid, Ref } from "./pid.ts";
import { Process } from "./process.ts";
import type { Starter } from "./process-options.ts";
import type { Protocol } from "./protocol.ts";
import type { RemoteProcess } from "./remote-node.ts";
import type { Timer } from "./timers.ts";

export interface StartOptions<Input = unknown> {
  readonly input?: Input;
  /** A local name, or a key of a unique registry, held from before the first line runs. */
  readonly name?: string | Via;
  /** A name of the whole cluster, asked for before the first line runs: where somebody holds it, none ever does. */
  readonly clusterName?: string;
  /** Links starter and process; the starter becomes the parent, whose exit a trapping process obeys. */
  readonly link?: boolean;
  /** The process starts with exits trapped. */
  readonly trapExit?: boolean;
  readonly mailbox?: MailboxBound;
  /** Milliseconds until a start whose init has not returned is killed. Infinity by default, as in OTP. */
  readonly startTimeoutMs?: number;
}

type Ready = (pid: Pid<Protocol>) => void;
type Fail = (error: Error) => void;

/**
 * Starts a linked process for a starter that has nothing else to do until it is ready: its first turn is taken at once, where
 * this slice still has time. Gives the pid, or a promise of it where its init waits for something. The caller has checked the options.
 * @throws as `spawn` rejects
 */
export function startLinked(
  starter: Process,
  logic: AnyLogic,
  options: StartOptions,
  input: unknown,
): Pid<Protocol> | Promise<Pid<Protocol>> {
  let outcome: Pid<Protocol> | Error | undefined;
  let settle: ((outcome: Pid<Protocol> | Error) => void) | undefined;
  const end = (given: Pid<Protocol> | Error): void => {
    if (settle === undefined) outcome = given;
    else settle(given);
  };
  checkNameIsFree(starter.kernel, options.name);
  checkClusterName(starter.kernel, options.clusterName);
  const start = new Start(options.name, end, end);
  const process = makeProcess(starter, logic, options, input, true, start);
  if (options.clusterName !== undefined) beginNamed(process, options.clusterName, start);
  else if (!starter.kernel.scheduler.now(process)) process.begin();
  if (outcome instanceof Error) throw outcome;
  if (outcome !== undefined) return outcome;
  return new Promise((resolve, reject) => {
    settle = (given) => (given instanceof Error ? reject(given) : resolve(given));
  });
}

/** Makes the process and gives it its first turn. One of `ready` and `fail` is called when its init has returned. */
export function spawnProcess(
  starter: Process,
  logic: AnyLogic,
  options: StartOptions,
  ready: Ready,
  fail: Fail,
): Process {
  checkStart(starter.kernel, logic, options);
  const start = new Start(options.name, ready, fail);
  const process = makeProcess(starter, logic, options, options.input, options.link === true, start);
  begin(process, options, start);
  return process;
}

/** As `spawnProcess`, watched from before its first line. */
export function spawnWatched(
  starter: Process,
  logic: AnyLogic,
  options: StartOptions,
  ready: Ready,
  fail: Fail,
  watch: MonitorOptions,
  onDown: DownListener | undefined,
): { readonly process: Process; readonly ref: Ref } {
  checkStart(starter.kernel, logic, options);
  checkMonitorOptions(watch);
  const start = new Start(options.name, ready, fail);
  const process = makeProcess(starter, logic, options, options.input, options.link === true, start);
  const ref = monitor(starter, process, process.pid, watch, onDown);
  begin(process, options, start);
  return { process, ref };
}

/**
 * As `spawnProcess`, for a starter on another node. `begun` runs with the process before its first line.
 * @throws {AlreadyStarted} the name is held; {Misuse} an option is none
 */
export function spawnForStranger(
  stranger: RemoteProcess,
  logic: AnyLogic,
  options: StartOptions,
  begun: (process: Process) => void,
  ready: Ready,
  fail: Fail,
): void {
  checkStart(stranger.kernel, logic, options);
  const start = new Start(options.name, ready, fail);
  const process = makeProcess(stranger, logic, options, options.input, options.link === true, start);
  begun(process);
  begin(process, options, start);
}

/** Whatever may be wrong is found before there is a process: none may be left behind half made. */
function checkStart(kernel: Kernel, logic: AnyLogic, options: StartOptions): void {
  checkLogic(logic);
  checkStartOptions(options, logic);
  checkNameIsFree(kernel, options.name);
  checkClusterName(kernel, options.clusterName);
}

function begin(process: Process, { clusterName }: StartOptions, start: Start): void {
  if (clusterName === undefined) process.begin();
  else beginNamed(process, clusterName, start);
}

/** Its first turn comes when the cluster has agreed on its name. One that does not get it ends without a line, as if it had never been. */
function beginNamed(process: Process, clusterName: string, start: Start): void {
  const claimed = process.kernel.clusterNames?.claim(clusterName, process, {});
  claimed?.then(
    (holder) => {
      if (process.hasEnded) return;
      if (holder === undefined) process.begin();
      else start.refuse(process, new AlreadyStarted(clusterName, holder));
    },
    (error: Error) => start.refuse(process, error),
  );
}

function makeProcess(
  starter: Party & Ancestral,
  logic: AnyLogic,
  { name, trapExit, mailbox, startTimeoutMs }: StartOptions,
  input: unknown,
  isLinked: boolean,
  start: Start,
): Process {
  const { kernel } = starter;
  const process = new Process(kernel, {
    logic,
    input: kernel.data(input, "input"),
    parent: isLinked ? starter : undefined,
    groupLeader: starter.groupLeader,
    trapsExits: trapExit === true,
    bound: mailbox,
    starter: start,
  });
  if (typeof name === "string") kernel.register(name, process);
  else if (name !== undefined) kernel.registries.get(name.registry)?.add(process, name.key, undefined);
  kernel.processes.set(process.pid.id, process);
  if (isLinked) addLink(starter, process);
  if (startTimeoutMs !== undefined && startTimeoutMs !== Number.POSITIVE_INFINITY) {
    start.limit(kernel, startTimeoutMs, () => {
      // The starter hears of it by its answer alone (OTP: kill_flush_EXIT).
      removeLink(starter, process);
      process.doomWith("killed");
    });
  }
  return process;
}

/** One start under way: its answer, and its deadline if it has one. */
class Start implements Starter {
  readonly #name: string | Via | undefined;
  readonly #ready: Ready;
  readonly #fail: Fail;
  #deadline: Timer | undefined;
  /** Why it may not run. */
  #refusal: Error | undefined;
  /** Set once the deadline has passed. */
  #passedMs: number | undefined;

  constructor(name: string | Via | undefined, ready: Ready, fail: Fail) {
    this.#name = name;
    this.#ready = ready;
    this.#fail = fail;
  }

  limit(kernel: Kernel, timeoutMs: number, expire: () => void): void {
    this.#deadline = kernel.timers.start(timeoutMs, () => {
      this.#passedMs = timeoutMs;
      expire();
    });
  }

  /** Whoever started it hears of it by its answer alone: links tell nothing of an end that is normal. */
  refuse(process: Process, error: Error): void {
    this.#refusal = error;
    process.doomWith("normal");
  }

  started(process: Process): void {
    if (this.#deadline !== undefined) process.kernel.timers.stop(this.#deadline);
    this.#ready(process.pid);
  }

  failed(process: Process, reason: ExitReason, ignored: boolean): void {
    if (this.#deadline !== undefined) process.kernel.timers.stop(this.#deadline);
    this.#fail(
      this.#refusal ?? startError(described(process.logic, this.#name), reason, ignored, this.#passedMs),
    );
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

/** @throws {Misuse} no process can have this name, or the node keeps none with others */
function checkClusterName(kernel: Kernel, name: string | undefined): void {
  if (name === undefined) return;
  checkName(name);
  if (kernel.clusterNames !== undefined) return;
  throw new Misuse(
    `Node "${kernel.name}" keeps no names with others, so no process here can be named "${name}" in a cluster. Let it take part in one first: beginOwnership(node, …).`,
  );
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

const accepted = new Set(["input", "name", "clusterName", "link", "trapExit", "mailbox", "startTimeoutMs"]);

/** What errors call a process that is being started. */
function described(logic: AnyLogic, name: string | Via | undefined): string {
  if (name === undefined) return logicName(logic);
  return typeof name === "string" ? name : name.key;
}

/** @throws {Misuse} an option is none, or has no such value */
export function checkStartOptions(options: StartOptions, logic: AnyLogic): void {
  for (const key in options) {
    if (!accepted.has(key)) {
      throw new Misuse(
        `"${key}" is no option for starting ${described(logic, options.name)}. The options are: ${[...accepted].join(", ")}.`,
        { details: { key } },
      );
    }
  }
  const { mailbox, startTimeoutMs = 0 } = options;
  if (typeof startTimeoutMs !== "number" || Number.isNaN(startTimeoutMs)) {
    throw new Misuse(
      `The startTimeoutMs of ${described(logic, options.name)} is a number of milliseconds; given was ${String(startTimeoutMs)}.`,
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
