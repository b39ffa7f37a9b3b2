// Starting and stopping one child, from inside its supervisor.
import { exit, unlink } from "../process/acting.ts";
import { awaitExit } from "../process/calls.ts";
import { currentProcess } from "../process/current.ts";
import { type ExitReason, isOrderly, reasonOfThrown } from "../process/exit-reason.ts";
import { StartFailed, StartIgnored } from "../process/failures.ts";
import { isPid, type Pid, samePid } from "../process/pid.ts";
import type { Process } from "../process/process.ts";
import type { Protocol } from "../process/protocol.ts";
import { ExitMessage } from "../process/system-message.ts";
import type { ChildSpec } from "./child-spec.ts";

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

export interface StoppedChild extends ChildStop {
  readonly spec: ChildSpec;
  readonly pid: Pid<Protocol>;
}

/** Starts a child and waits until it is ready. What its start throws or gives by mistake is a failure, not an accident here. */
export async function startChildProcess(
  spec: ChildSpec,
  given: readonly unknown[] = spec.given,
): Promise<ChildStart> {
  let result: unknown;
  try {
    result = await spec.start(...(given as readonly never[]));
  } catch (thrown) {
    if (thrown instanceof StartIgnored) return { is: "ignored" };
    return { is: "failed", reason: thrown instanceof StartFailed ? thrown.reason : reasonOfThrown(thrown) };
  }
  if (result === undefined) return { is: "ignored" };
  if (!isPid(result)) return { is: "failed", reason: { bad_return_value: shown(result) } };
  return { is: "started", pid: result };
}

/** Stops a child as its spec says and waits for its end: `shutdown`, then `kill` when its time is up. */
export async function stopChildProcess(spec: ChildSpec, pid: Pid<Protocol>): Promise<ChildStop> {
  const supervisor = currentProcess();
  const process = supervisor.kernel.find(pid);
  // It may have ended by itself a moment ago: then its exit waits in the mailbox and is the answer.
  if (process === undefined || process.hasEnded) return judged(spec, flushExit(supervisor, pid) ?? "noproc");
  const reason = await endProcess(supervisor, process, spec);
  flushExit(supervisor, pid);
  return judged(spec, reason);
}

/** Stops many children at once: all are told first, and their times run side by side. */
export async function stopChildProcesses(
  children: readonly { readonly spec: ChildSpec; readonly pid: Pid<Protocol> }[],
): Promise<readonly StoppedChild[]> {
  const supervisor = currentProcess();
  const waiting = exitsWaiting(supervisor);
  return Promise.all(
    children.map(async ({ spec, pid }) => {
      const process = supervisor.kernel.find(pid);
      const reason =
        process === undefined || process.hasEnded
          ? (waiting.get(pid.id) ?? "noproc")
          : await endProcess(supervisor, process, spec);
      return { spec, pid, ...judged(spec, reason) };
    }),
  );
}

/** The link stays while the child ends, so that it hears of it if its supervisor is killed meanwhile. */
async function endProcess(supervisor: Process, process: Process, spec: ChildSpec): Promise<ExitReason> {
  if (spec.shutdownMs !== "brutal_kill") {
    exit(process.pid, "shutdown");
    const reason = await awaitExit(supervisor, process, spec.shutdownMs);
    if (reason !== undefined) return reason;
  }
  exit(process.pid, "kill");
  return (await awaitExit(supervisor, process, Number.POSITIVE_INFINITY)) ?? "killed";
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

function shown(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "(a value that cannot be shown)";
  }
}
