// Requests to a live process itself, whatever it runs (OTP: `sys`). It answers between two messages, in the order in which they came.
import { limits } from "../limits.ts";
import { type Address, formatAddress, isElsewhere } from "../process/address.ts";
import { beginCall, type CallFailure, PendingCall } from "../process/calls.ts";
import { LocalValue } from "../process/data.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import { CallingSelf, Misuse, NoProcess } from "../process/failures.ts";
import { callError, whereis } from "../process/messaging.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { SystemRequest } from "../process/system-message.ts";
import { answerRequest } from "./answers.ts";
import type { DebugFunction } from "./debug-function.ts";
import { SystemRequestFailed } from "./failures.ts";
import { inspectLimits } from "./limits.ts";
import type { ProcessStatus, SystemAnswer, SystemRequestName, SystemRequests } from "./request.ts";
import type { TraceEvent } from "./shown-event.ts";
import type { Statistics } from "./statistics.ts";

type Target = Address<Protocol>;

export interface SysOptions {
  /** Milliseconds to wait for the answer; 5,000 by default (OTP). A process that is busy answers when it is not any more. */
  readonly timeoutMs?: number;
}

/** Every request rejects as a call does: {NoProcess}; {CallTimeout}; {CalleeExited}; {CallingSelf}. */
export interface Sys {
  /**
   * A copy of the state: of a server its state, of a machine `{ value, context }`. Data comes as it is; functions, instances of
   * classes, getters and secrets come as text.
   */
  getState(target: Target, options?: SysOptions): Promise<unknown>;
  /**
   * Puts what `change` makes of the state in its place, and gives a copy of that. `change` runs in the process. Of a machine the
   * context can be replaced, and the value between states that neither invoke actors nor have delayed transitions.
   * @throws {SystemRequestFailed} `change` threw, or there can be no such state: it is as it was before
   */
  replaceState<S = unknown>(target: Target, change: (state: S) => S, options?: SysOptions): Promise<unknown>;
  /** What it is, whose, and how it is doing, with the state as reports show it. */
  getStatus(target: Target, options?: SysOptions): Promise<ProcessStatus>;
  /**
   * Its messages wait from now on. It still answers these requests, and ends by signals, by `stop` and with its parent. A process
   * that is a function runs on, but is given no message.
   */
  suspend(target: Target, options?: SysOptions): Promise<void>;
  /** It goes on with what has come meanwhile, in order. */
  resume(target: Target, options?: SysOptions): Promise<void>;
  /** It runs its `terminate` and ends with `reason`. This has not happened yet when the promise resolves: `stop` waits for it. */
  terminate(target: Target, reason: ExitReason, options?: SysOptions): Promise<void>;
  /** Counts turns and messages; `get` gives undefined where nothing is counted. */
  statistics(
    target: Target,
    what: "on" | "off" | "get",
    options?: SysOptions,
  ): Promise<Statistics | undefined>;
  /** Keeps the last events, 10 by default; `get` gives them, the oldest first, and undefined where none are kept. */
  log(
    target: Target,
    what: "on" | "off" | "get" | { readonly eventsMax: number },
    options?: SysOptions,
  ): Promise<readonly TraceEvent[] | undefined>;
  /** Has each event written, as a line for a terminal, in the turn in which it happens. A writer that throws is let go. */
  trace(target: Target, write: ((line: string) => void) | "off", options?: SysOptions): Promise<void>;
  /** Has a function of one's own see each event, until it gives `debugDone` or throws. */
  install<S>(target: Target, id: string, debug: DebugFunction<S>, options?: SysOptions): Promise<void>;
  remove(target: Target, id: string, options?: SysOptions): Promise<void>;
  /** Ends statistics, log, trace and all installed functions. */
  noDebug(target: Target, options?: SysOptions): Promise<void>;
}

/** The requests, on behalf of whichever process `own` names at the moment of the call. */
export function createSys(own: () => Process): Sys {
  return {
    getState: (target, options) => ask(own(), target, "get_state", undefined, options),
    replaceState: (target, change, options) =>
      ask(own(), target, "replace_state", localFunction(change) as never, options),
    getStatus: (target, options) => ask(own(), target, "get_status", undefined, options),
    suspend: (target, options) => ask(own(), target, "suspend", undefined, options),
    resume: (target, options) => ask(own(), target, "resume", undefined, options),
    terminate: async (target, reason, options) => {
      const process = own();
      const data = process.kernel.data(reason, "an exit reason");
      return ask(process, target, "terminate", data, options);
    },
    statistics: (target, what, options) => ask(own(), target, "statistics", what, options),
    log: async (target, what, options) =>
      ask(
        own(),
        target,
        "log",
        what === "on" ? logOf(inspectLimits.logEventsDefault) : checkedLog(what),
        options,
      ),
    trace: (target, write, options) =>
      ask(own(), target, "trace", write === "off" ? write : localFunction(write), options),
    install: (target, id, debug, options) =>
      ask(own(), target, "install", { id, debug: new LocalValue(debug as DebugFunction) }, options),
    remove: (target, id, options) => ask(own(), target, "remove", id, options),
    noDebug: (target, options) => ask(own(), target, "no_debug", undefined, options),
  };
}

async function ask<N extends SystemRequestName>(
  process: Process,
  target: Target,
  name: N,
  asked: SystemRequests[N]["asks"],
  { timeoutMs = limits.callTimeoutMsDefault }: SysOptions = {},
): Promise<SystemRequests[N]["answer"]> {
  const answer = await new Promise<SystemAnswer>((resolve, reject) => {
    const request = `sys.${name}`;
    const callee = whereis(process, target);
    const { kernel } = process;
    if (callee === undefined || callee.hasEnded) {
      if (!isElsewhere(kernel, target)) throw new NoProcess(formatAddress(target), request);
      throw new Misuse(
        `${formatAddress(target)} does not belong to node "${kernel.name}", which can ask its own processes only. Ask that node.`,
      );
    }
    if (callee === process) throw new CallingSelf(formatAddress(target), request);
    const fail = (failure: CallFailure): void => reject(callError(formatAddress(target), request, failure));
    const pending = new PendingCall(
      kernel.nextRef(),
      process,
      callee,
      target,
      request,
      resolve as (value: unknown) => void,
      fail,
    );
    beginCall(pending, timeoutMs);
    callee.deliver(new SystemRequest(() => answerRequest(callee, name, asked, pending.ref)));
  });
  if (answer.ok) return answer.value as SystemRequests[N]["answer"];
  throw new SystemRequestFailed(formatAddress(target), name, answer.reason);
}

function localFunction<F>(given: F): LocalValue<F> {
  if (typeof given === "function") return new LocalValue(given);
  throw new Misuse(`A function was expected; given was ${typeof given}.`);
}

function checkedLog(what: "off" | "get" | { readonly eventsMax: number }): typeof what {
  return typeof what === "string" ? what : logOf(what.eventsMax);
}

function logOf(eventsMax: number): { readonly eventsMax: number } {
  if (Number.isInteger(eventsMax) && eventsMax >= 1 && eventsMax <= inspectLimits.logEventsMax)
    return { eventsMax };
  throw new Misuse(
    `A log keeps from 1 to ${inspectLimits.logEventsMax} events; given was ${String(eventsMax)}.`,
  );
}
