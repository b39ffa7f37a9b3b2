// Calls that wait for a reply: one outcome each, whatever comes first: the reply, the callee's end or the deadline.
import type { Address } from "./address.ts";
import { Chain, type Chained } from "./chain.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { Party } from "./party.ts";
import type { Ref } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Protocol } from "./protocol.ts";
import type { Timer } from "./timers.ts";

/** Why no reply will come. */
export type CallFailure =
  /** `output` is what the callee's logic came to, if it was done. */
  | { readonly kind: "exited"; readonly reason: ExitReason; readonly output: unknown }
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "overload"; readonly messagesMax: number }
  | { readonly kind: "nodedown"; readonly node: string }
  /** What was to be sent, or what came back, could not cross to another node. */
  | { readonly kind: "undeliverable"; readonly error: Error };

/** A request whose reply is awaited. It is in the chain of the callee's callers. */
export class PendingCall implements Chained<PendingCall> {
  readonly ref: Ref;
  readonly caller: Party;
  readonly callee: Party;
  readonly target: Address<Protocol>;
  readonly request: string;
  readonly resolve: (value: unknown) => void;
  readonly fail: (failure: CallFailure) => void;
  timer: Timer | undefined;
  previous: PendingCall | undefined;
  next: PendingCall | undefined;

  constructor(
    ref: Ref,
    caller: Party,
    callee: Party,
    target: Address<Protocol>,
    request: string,
    resolve: (value: unknown) => void,
    fail: (failure: CallFailure) => void,
  ) {
    this.ref = ref;
    this.caller = caller;
    this.callee = callee;
    this.target = target;
    this.request = request;
    this.resolve = resolve;
    this.fail = fail;
  }
}

/** Notes a call with both ends and starts its deadline. */
export function beginCall(call: PendingCall, timeoutMs: number): void {
  const { kernel } = call.caller;
  // The deadline comes first: it is all that can be wrong here, and then nothing must be left noted.
  if (timeoutMs === Number.POSITIVE_INFINITY) {
    call.caller.endlessCalls ??= new Set();
    call.caller.endlessCalls.add(call);
  } else {
    call.timer = kernel.timers.start(timeoutMs, () => {
      abandonCall(call);
      call.fail({ kind: "timeout", timeoutMs });
    });
  }
  noteCall(call);
}

/** As `beginCall`, without a deadline of its own: for one that somebody else takes back. */
export function noteCall(call: PendingCall): void {
  call.caller.kernel.calls.set(call.ref.ref, call);
  call.callee.callers ??= new Chain();
  call.callee.callers.append(call);
}

/** Delivers a reply; false when nobody waits for it any more. */
export function settleCall(process: Process, ref: Ref, value: unknown): boolean {
  const call = process.kernel.calls.get(ref.ref);
  if (call === undefined) return false;
  forgetCall(call);
  call.resolve(value);
  return true;
}

/** As `settleCall`, for a reply that must come from `callee`. */
export function settleCallOf(callee: Party, ref: number, value: unknown): boolean {
  const call = callee.kernel.calls.get(ref);
  if (call?.callee !== callee) return false;
  forgetCall(call);
  call.resolve(value);
  return true;
}

/** The callee's mailbox was full: the caller is told at once. */
export function refuseCall(process: Process, ref: Ref, messagesMax: number): void {
  const call = process.kernel.calls.get(ref.ref);
  if (call === undefined) return;
  forgetCall(call);
  call.fail({ kind: "overload", messagesMax });
}

/** Fails every call that waits for a process that has ended. */
export function failCallers(ended: Party, reason: ExitReason, output?: unknown): void {
  if (ended.callers?.first !== undefined) failCallersWith(ended, { kind: "exited", reason, output });
}

/** Fails every call that waits for `callee`. */
export function failCallersWith({ callers }: Party, failure: CallFailure): void {
  for (let call = callers?.first; call !== undefined; call = callers?.first) {
    forgetCall(call);
    call.fail(failure);
  }
}

/**
 * Waits for the end of `target` without a message: fit for code that holds up its own mailbox while it waits.
 * Gives the exit reason, or undefined after `timeoutMs` milliseconds.
 */
export function awaitExit(
  process: Process,
  target: Process,
  timeoutMs: number,
): Promise<ExitReason | undefined> {
  return new Promise((resolve) => onExit(process, target, timeoutMs, resolve));
}

/** As `awaitExit`, at once: `ended` runs in the last turn of the other, so it must not use the verbs. */
export function onExit(
  process: Party,
  target: Process,
  timeoutMs: number,
  ended: (reason: ExitReason | undefined) => void,
): void {
  if (target.hasEnded) {
    ended("noproc");
    return;
  }
  const settle = (failure: CallFailure): void =>
    ended(failure.kind === "exited" ? failure.reason : undefined);
  const ref = process.kernel.nextRef();
  beginCall(new PendingCall(ref, process, target, target.pid, "exit", () => {}, settle), timeoutMs);
}

/** The caller waits no more: as `forgetCall`, and where the callee is on another node, that node need not answer any more. */
export function abandonCall(call: PendingCall): void {
  if (!call.caller.kernel.calls.has(call.ref.ref)) return;
  forgetCall(call);
  call.callee.abandoned(call);
}

/** Takes a call out of both ends; a reply that comes later is dropped. */
export function forgetCall(call: PendingCall): void {
  const { kernel } = call.caller;
  if (!kernel.calls.delete(call.ref.ref)) return;
  if (call.timer !== undefined) kernel.timers.stop(call.timer);
  call.caller.endlessCalls?.delete(call);
  call.callee.callers?.remove(call);
}
