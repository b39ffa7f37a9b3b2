// What a process can do, in OTP's words. Inside a process these act as that process; a node offers the same from outside.
import { type Received, receiveIn, receiveTimeout } from "../logic/function.ts";
import type { AnyLogic, InputOf, ProtocolOf } from "../logic/logic.ts";
import { type Address, formatAddress, isElsewhere } from "./address.ts";
import { type AliasOptions, createAlias, removeAlias } from "./aliases.ts";
import { type ExitReason, ExitSelf } from "./exit-reason.ts";
import { CallTimeout, Misuse } from "./failures.ts";
import { type ProcessInfo, processInfo } from "./info.ts";
import { type LinkOptions, link, signalExit, unlink } from "./links.ts";
import { beginRequest, call, cast, reply, send, sleep, stop, whereis } from "./messaging.ts";
import { startMonitored, type WatchOptions } from "./monitored-start.ts";
import {
  type DemonitorOptions,
  type DownListener,
  demonitor,
  type MonitorOptions,
  monitor,
} from "./monitors.ts";
import { PendingReply } from "./pending-reply.ts";
import { formatPid, type Pid, type Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import { cancelProcessTimer, readProcessTimer, startProcessTimer } from "./process-timers.ts";
import type {
  CallName,
  CallPayload,
  CallReply,
  CastName,
  CastPayload,
  Message,
  PayloadArguments,
  Protocol,
} from "./protocol.ts";
import { exitElsewhere } from "./remote-signals.ts";
import { type StartOptions, spawnProcess } from "./spawn.ts";
import { TimeoutMessage } from "./system-message.ts";

export interface CallOptions {
  /** Milliseconds to wait for the reply; 5,000 by default (OTP). Infinity is written out. */
  readonly timeoutMs?: number;
}

export interface SendOptions {
  /** Overtakes ordinary messages, when sent through an alias that allows it (EEP-76). */
  readonly priority?: boolean;
}

export interface SpawnOptions<L extends AnyLogic> extends StartOptions<InputOf<L>> {}

/** Input may be left out only where the logic needs none. */
export type SpawnArguments<L extends AnyLogic, More = unknown> =
  undefined extends InputOf<L>
    ? [options?: SpawnOptions<L> & More]
    : [InputOf<L>] extends [never]
      ? [options?: Omit<SpawnOptions<L>, "input"> & More]
      : [options: SpawnOptions<L> & { readonly input: InputOf<L> } & More];

export type CallResultValue<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: Error };

export interface Verbs {
  /** The own pid. */
  self(): Pid;
  /**
   * Starts a process and waits until its init has returned (OTP: `start`, with `link: true` `start_link`).
   * @throws {AlreadyStarted} the name is held; {StartFailed}; {StartIgnored}; {StartTimeout}; {Misuse}
   */
  spawn<L extends AnyLogic>(logic: L, ...rest: SpawnArguments<L>): Promise<Pid<ProtocolOf<L>>>;
  /**
   * As `spawn`, watching it from before its first line; the DOWN comes even if it ends at once (OTP: `spawn_monitor`). With
   * `onDown` the DOWN runs that in a turn of the own process and is not seen as a message.
   */
  spawnMonitor<L extends AnyLogic>(
    logic: L,
    ...rest: SpawnArguments<L, WatchOptions>
  ): { readonly pid: Pid<ProtocolOf<L>>; readonly ref: Ref; readonly ready: Promise<Pid<ProtocolOf<L>>> };
  /**
   * Sends a message. To a process that is gone it vanishes.
   * @throws {NoProcess} for a local name that nobody holds
   */
  send<P extends Protocol>(to: Address<P>, message: P["messages"], options?: SendOptions): void;
  /** Sends a named message with a payload and waits for nothing; never fails (OTP: `gen_server:cast`). */
  cast<P extends Protocol, K extends CastName<P>>(
    to: Address<P>,
    type: K,
    ...rest: PayloadArguments<CastPayload<P, K>, SendOptions>
  ): void;
  /**
   * Sends a request and waits for the reply (OTP: `gen_server:call`).
   * @throws {NoProcess}; {CallTimeout}; {CalleeExited}; {NodeDown}; {Overload}; {CallingSelf}
   */
  call<P extends Protocol, K extends CallName<P>>(
    to: Address<P>,
    type: K,
    ...rest: PayloadArguments<CallPayload<P, K>, CallOptions>
  ): Promise<CallReply<P, K>>;
  /** As `call`, with the failure as a value. */
  tryCall<P extends Protocol, K extends CallName<P>>(
    to: Address<P>,
    type: K,
    ...rest: PayloadArguments<CallPayload<P, K>, CallOptions>
  ): Promise<CallResultValue<CallReply<P, K>>>;
  /** Sends a request whose reply is asked for later, or never (OTP: `gen_server:send_request`). */
  sendRequest<P extends Protocol, K extends CallName<P>>(
    to: Address<P>,
    type: K,
    ...rest: PayloadArguments<CallPayload<P, K>>
  ): PendingReply<CallReply<P, K>>;
  /** Answers a call, from any process (OTP: `gen_server:reply`). A caller that waits no more is not told. */
  reply(to: Ref, value: unknown): void;
  /** OTP's `link`. @throws {NoProcess} nobody is there, and the caller does not trap exits */
  link(pid: Pid<Protocol>, options?: LinkOptions): void;
  unlink(pid: Pid<Protocol>): void;
  /** With one argument ends the own process with exactly that reason; with two sends an exit signal. */
  exit(reason: ExitReason): never;
  exit(pid: Pid<Protocol>, reason: ExitReason): void;
  /** Whether exit signals become messages; gives back what was before (OTP: `process_flag(trap_exit, …)`). */
  trapExit(flag: boolean): boolean;
  /** Watches a process: one DOWN, whenever and however it ends. */
  monitor(target: Address<Protocol>, onDown: DownListener, options?: MonitorOptions): Ref;
  monitor(target: Address<Protocol>, options?: MonitorOptions): Ref;
  demonitor(ref: Ref, options?: DemonitorOptions): boolean;
  /** A reference that works as an own address until `unalias`. */
  alias(options?: AliasOptions): Ref;
  unalias(ref: Ref): boolean;
  register(name: string, pid: Pid<Protocol>): void;
  unregister(name: string): void;
  whereis(name: string): Pid | undefined;
  isAlive(pid: Pid<Protocol>): boolean;
  /** What is known about a process, undefined when it has ended. @throws {Misuse} for a pid of another node */
  processInfo(pid: Pid<Protocol>): ProcessInfo | undefined;
  /** Sends `message` after `delayMs`. A timer to a pid ends with that process; a name is looked up when it fires. */
  sendAfter<P extends Protocol>(to: Address<P>, message: P["messages"], delayMs: number): Ref;
  /** Sends `{ type: "sys.timeout", ref, payload }`, so that a stale tick can be told from a live one. */
  startTimer(to: Address<Protocol>, payload: unknown, delayMs: number): Ref;
  /** Milliseconds that were left, or false when it had fired or never was. */
  cancelTimer(ref: Ref): number | false;
  readTimer(ref: Ref): number | false;
  /** Waits `delayMs`; ends with the process. */
  sleep(delayMs: number): Promise<void>;
  /** The next message of a function process that matches; the others stay in order. */
  receive(
    matches?: (message: Received) => boolean,
    options?: { readonly timeoutMs?: number },
  ): Promise<Received>;
  tryReceive(
    matches?: (message: Received) => boolean,
    options?: { readonly timeoutMs?: number },
  ): Promise<Received | typeof receiveTimeout>;
  /**
   * Asks a process to stop in good order and waits (OTP: `gen_server:stop`).
   * @throws {NoProcess}; {CallTimeout}; {CalleeExited} it ended for another reason
   */
  stop(target: Address<Protocol>, reason?: ExitReason, options?: CallOptions): Promise<void>;
  /** Who shows the output of this process (OTP: `group_leader`); inherited at spawn. */
  groupLeader(): Pid | undefined;
  setGroupLeader(pid: Pid<Protocol>, leader: Pid): void;
}

/** The verbs of whichever process `own` names at the moment of the call. */
export function createVerbs(own: () => Process): Verbs {
  return {
    ...startingVerbs(own),
    ...messagingVerbs(own),
    ...signalVerbs(own),
    ...nameVerbs(own),
    ...timerVerbs(own),
    ...mailboxVerbs(own),
  };
}

function startingVerbs(
  own: () => Process,
): Pick<
  Verbs,
  "self" | "spawn" | "spawnMonitor" | "isAlive" | "processInfo" | "groupLeader" | "setGroupLeader"
> {
  return {
    self: () => own().pid,
    spawn: (logic, ...[options]) =>
      new Promise((resolve, reject) => {
        const starter = own();
        spawnProcess(starter, logic, options ?? {}, resolve as (pid: Pid<Protocol>) => void, reject);
      }),
    spawnMonitor: (logic, ...[options]) => startMonitored(own(), logic, options ?? {}) as never,
    isAlive: (pid) => own().kernel.find(pid)?.isAlive === true,
    processInfo: (pid) => processInfo(own().kernel, pid),
    groupLeader: () => own().groupLeader,
    setGroupLeader: (pid, leader) => {
      const process = own().kernel.find(pid);
      if (process !== undefined) process.groupLeader = leader;
    },
  };
}

function messagingVerbs(
  own: () => Process,
): Pick<Verbs, "send" | "cast" | "call" | "tryCall" | "sendRequest" | "reply" | "alias" | "unalias"> {
  return {
    send: (to, message, options) => send(own(), to, message as Message, options?.priority === true),
    // Not as rest arguments, here and below: an array for each message costs as much as half of its way.
    cast: (to: Address<Protocol>, type: string, payload?: unknown, options?: SendOptions) =>
      cast(own(), to, type, payload, options?.priority === true),
    call: (to: Address<Protocol>, type: string, payload?: unknown, options?: CallOptions) =>
      call(own(), to, type, payload, options?.timeoutMs) as never,
    tryCall: async (to: Address<Protocol>, type: string, payload?: unknown, options?: CallOptions) => {
      try {
        return { ok: true, value: (await call(own(), to, type, payload, options?.timeoutMs)) as never };
      } catch (error) {
        return { ok: false, error: error as Error };
      }
    },
    sendRequest: (to, type, ...[payload]) => {
      const process = own();
      return PendingReply.begin(process, formatAddress(to), type, (resolve, reject) =>
        beginRequest(process, to, type, payload, Number.POSITIVE_INFINITY, resolve, reject),
      ) as never;
    },
    reply: (to, value) => reply(own(), to, value),
    alias: (options) => createAlias(own(), options),
    unalias: (ref) => removeAlias(own(), ref),
  };
}

function signalVerbs(
  own: () => Process,
): Pick<Verbs, "link" | "unlink" | "exit" | "trapExit" | "monitor" | "demonitor" | "stop"> {
  return {
    link: (pid, options) => link(own(), pid, options),
    unlink: (pid) => unlink(own(), pid),
    exit: (...given: readonly [ExitReason] | readonly [Pid<Protocol>, ExitReason]) => {
      const process = own();
      const reason = process.kernel.data(given.length === 1 ? given[0] : given[1], "an exit reason");
      if (given.length === 1) throw new ExitSelf(reason, process.pid);
      const target = process.kernel.find(given[0]);
      if (target !== undefined) signalExit(target, process.pid, reason);
      else if (isElsewhere(process.kernel, given[0])) exitElsewhere(process, given[0], reason);
      // A process that has just ended itself does not get to its next line.
      if (target === process && !process.isAlive)
        throw new ExitSelf(reason === "kill" ? "killed" : reason, process.pid);
      return undefined as never;
    },
    trapExit: (flag) => {
      const process = own();
      const before = process.trapsExits;
      process.trapsExits = flag;
      return before;
    },
    monitor: (target: Address<Protocol>, first?: DownListener | MonitorOptions, second?: MonitorOptions) => {
      const process = own();
      const watched = whereis(process, target);
      return typeof first === "function"
        ? monitor(process, watched, target, second, first)
        : monitor(process, watched, target, first);
    },
    demonitor: (ref, options) => demonitor(own(), ref, options ?? {}),
    stop: (target, reason, options) => stop(own(), target, reason ?? "normal", options?.timeoutMs),
  };
}

function nameVerbs(own: () => Process): Pick<Verbs, "register" | "unregister" | "whereis"> {
  return {
    register: (name, pid) => {
      const { kernel } = own();
      const process = kernel.find(pid);
      if (process === undefined)
        throw new Misuse(`${formatPid(pid)} is no live process of this node and cannot be named "${name}".`);
      kernel.register(name, process);
    },
    unregister: (name) => own().kernel.unregister(name),
    whereis: (name) => own().kernel.names.get(name)?.pid,
  };
}

function timerVerbs(
  own: () => Process,
): Pick<Verbs, "sendAfter" | "startTimer" | "cancelTimer" | "readTimer" | "sleep"> {
  return {
    sendAfter: (to, message, delayMs) => {
      const process = own();
      const data = process.kernel.data(message as Message, "the message");
      return startProcessTimer(process, to, delayMs, () => data);
    },
    startTimer: (to, payload, delayMs) => {
      const process = own();
      const data = process.kernel.data(payload, "the payload");
      return startProcessTimer(process, to, delayMs, (ref) => new TimeoutMessage(ref, data));
    },
    cancelTimer: (ref) => cancelProcessTimer(own().kernel, ref),
    readTimer: (ref) => readProcessTimer(own().kernel, ref),
    sleep: (delayMs) => sleep(own(), delayMs),
  };
}

function mailboxVerbs(own: () => Process): Pick<Verbs, "receive" | "tryReceive"> {
  return {
    receive: async (matches = anything, options) => {
      const message = await receiveIn(own(), matches, options?.timeoutMs ?? Number.POSITIVE_INFINITY);
      if (message === receiveTimeout)
        throw new CallTimeout("The mailbox", "receive", options?.timeoutMs ?? 0);
      return message;
    },
    tryReceive: async (matches = anything, options) =>
      receiveIn(own(), matches, options?.timeoutMs ?? Number.POSITIVE_INFINITY),
  };
}

function anything(): boolean {
  return true;
}
