// Starting and stopping one child, from inside its supervisor.
import { unlink } from "../process/acting.ts";
import { onExit } from "../process/calls.ts";
import { currentProcess, processOfCode } from "../process/current.ts";
import { type ExitReason, isOrderly, reasonOfThrown } from "../process/exit-reason.ts";
import { StartFailed, StartIgnored } from "../process/failures.ts";
import { signalExit } from "../process/links.ts";
import { isPid, type Pid, samePid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { ExitMessage } from "../process/system-message.ts";
import type { ChildSpec } from "./child-spec.ts";
import { type Steps, wait } from "./steps.ts";

export type ChildStart =
  | { readonly is: "started"; readonly pid: Pid<Protocol> }
  | { readonly is: "ignored" }
  | { readonly is: "failed"; readonly reason: ExitReason };

/** How a child that was told to stop ended. */
export interface ChildStop {
  readonly reason: ExitReason;
  /** True where that is not what it was told to end with: worth a report. */
  readonly isUnexpected: boolean;
}

export interface RunningChild {
  readonly spec: ChildSpec;
  readonly pid: Pid<Protocol>;
}

export interface StoppedChild extends ChildStop, RunningChild {}

/** Starts a child and waits until it is ready. What its start throws or gives by mistake is a failure, not an accident here. */
export function* startChildProcess(
  spec: ChildSpec,
  given: readonly unknown[] = spec.given,
): Steps<ChildStart> {
  let result: unknown;
  try {
    const started = spec.start(...(given as readonly never[]));
    result = yield* wait(isThenable(started) ? Promise.resolve(started) : started);
  } catch (thrown) {
    if (thrown instanceof StartIgnored) return { is: "ignored" };
    return {
      is: "failed",
      reason: thrown instanceof StartFailed ? thrown.reason : reasonOfThrown(thrown, processOfCode()),
    };
  }
  if (result === undefined) return { is: "ignored" };
  // A supervisor looks after processes of its own node: one elsewhere could not be stopped with its siblings.
  if (!isPid(result) || result.node !== currentProcess().kernel.name)
    return { is: "failed", reason: { bad_return_value: shown(result) } };
  return { is: "started", pid: result };
}

/** Stops a child as its spec says and waits for its end: `shutdown`, then `kill` when its time is up. */
export async function stopChildProcess(spec: ChildSpec, pid: Pid<Protocol>): Promise<ChildStop> {
  const supervisor = currentProcess();
  const process = supervisor.kernel.find(pid);
  // It may have ended by itself a moment ago: then its exit waits in the mailbox and is the answer.
  if (process === undefined || process.hasEnded) return judged(spec, flushExit(supervisor, pid) ?? "noproc");
  const reason = await new Promise<ExitReason>((ended) => endProcess(supervisor, process, spec, ended));
  flushExit(supervisor, pid);
  return judged(spec, reason);
}

/** Stops many children at once: all are told first, and their times run side by side. Gives them as they ended. */
export function stopChildProcesses(children: readonly RunningChild[]): Promise<readonly StoppedChild[]> {
  const supervisor = currentProcess();
  const waiting = exitsWaiting(supervisor);
  return new Promise((resolve) => {
    const stopped: StoppedChild[] = new Array(children.length);
    let left = children.length;
    for (const [index, { spec, pid }] of children.entries()) {
      const ended = (reason: ExitReason): void => {
        stopped[index] = { spec, pid, ...judged(spec, reason) };
        left -= 1;
        if (left === 0) resolve(stopped);
      };
      const process = supervisor.kernel.find(pid);
      if (process === undefined || process.hasEnded) ended(waiting.get(pid.id) ?? "noproc");
      else endProcess(supervisor, process, spec, ended);
    }
    if (children.length === 0) resolve(stopped);
  });
}

/** The link stays while the child ends, so that it hears of it if its supervisor is killed meanwhile. */
function endProcess(
  supervisor: Process,
  process: Process,
  spec: ChildSpec,
  ended: (reason: ExitReason) => void,
): void {
  const kill = (): void => {
    // A supervisor that was killed meanwhile stops nobody any more (OTP): its children have heard of its end.
    if (supervisor.hasEnded) return;
    signalExit(process, supervisor.pid, "kill");
    onExit(supervisor, process, Number.POSITIVE_INFINITY, (reason) => ended(reason ?? "killed"));
  };
  if (spec.shutdownMs === "brutal_kill") {
    kill();
    return;
  }
  signalExit(process, supervisor.pid, "shutdown");
  onExit(supervisor, process, spec.shutdownMs, (reason) => (reason === undefined ? kill() : ended(reason)));
}

/** Takes the exit of one that has ended out of the mailbox, and gives its reason. */
function flushExit(supervisor: Process, pid: Pid<Protocol>): ExitReason | undefined {
  unlink(pid);
  const item = supervisor.mailbox.take(
    (candidate) => candidate instanceof ExitMessage && samePid(candidate.from, pid),
  );
  return item instanceof ExitMessage ? item.reason : undefined;
}

/** Every exit that waits, by the number of its pid, in one pass. They stay: an exit of nobody known is dropped later. */
function exitsWaiting(supervisor: Process): ReadonlyMap<number, ExitReason> {
  const exits = new Map<number, ExitReason>();
  supervisor.mailbox.take((item) => {
    if (item instanceof ExitMessage) exits.set(item.from.id, item.reason);
    return false;
  });
  return exits;
}

/** OTP: supervisor.erl, shutdown/1: what a stopped child may end with before that is reported. */
function judged(spec: ChildSpec, reason: ExitReason): ChildStop {
  const asTold = spec.shutdownMs === "brutal_kill" ? "killed" : "shutdown";
  const isExpected =
    reason === asTold || reason === "noproc" || (spec.restart !== "permanent" && isOrderly(reason));
  return { reason, isUnexpected: !isExpected };
}

/** A start of one's own may give any promise, not only one of this program's class. */
function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "(a value that cannot be shown)";
  }
}
