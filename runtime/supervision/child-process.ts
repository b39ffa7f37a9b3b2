// Starting and stopping one child, from inside its supervisor.
import { exit, unlink } from "../process/acting.ts";
import { awaitExit } from "../process/calls.ts";
import { currentProcess } from "../process/current.ts";
import { type ExitReason, isShutdown, reasonOfThrown } from "../process/exit-reason.ts";
import { StartFailed } from "../process/failures.ts";
import { isPid, type Pid, samePid } from "../process/pid.ts";
import type { Protocol } from "../process/protocol.ts";
import { ExitMessage } from "../process/system-message.ts";
import type { ChildSpec } from "./child-spec.ts";

export type ChildStart =
  | { readonly is: "started"; readonly pid: Pid<Protocol> }
  | { readonly is: "ignored" }
  | { readonly is: "failed"; readonly reason: ExitReason };

/** Starts a child and waits until it is ready. What its start throws or gives by mistake is a failure, not an accident here. */
export async function startChildProcess(
  spec: ChildSpec,
  given: readonly unknown[] = spec.given,
): Promise<ChildStart> {
  let result: unknown;
  try {
    result = await spec.start(...(given as readonly never[]));
  } catch (thrown) {
    return { is: "failed", reason: thrown instanceof StartFailed ? thrown.reason : reasonOfThrown(thrown) };
  }
  if (result === undefined) return { is: "ignored" };
  if (!isPid(result)) return { is: "failed", reason: { bad_return_value: String(result) } };
  return { is: "started", pid: result };
}

/**
 * Stops a child as its spec says and waits for its end: `shutdown`, then `kill` when its time is up.
 * Gives the reason it ended with when that was not the expected one.
 */
export async function stopChildProcess(spec: ChildSpec, pid: Pid<Protocol>): Promise<ExitReason | undefined> {
  const waiting = letGo(pid);
  return waiting === undefined ? endChild(spec, pid) : unexpected(spec, waiting, false);
}

export interface StoppedChild {
  readonly spec: ChildSpec;
  readonly pid: Pid<Protocol>;
  /** The reason it ended with, when that was not the expected one. */
  readonly unexpected: ExitReason | undefined;
}

/** Stops many children at once: all are told first, and their times run side by side. */
export async function stopChildProcesses(
  children: readonly { readonly spec: ChildSpec; readonly pid: Pid<Protocol> }[],
): Promise<readonly StoppedChild[]> {
  const waiting = lettingAllGo(children.map((child) => child.pid));
  return Promise.all(
    children.map(async ({ spec, pid }) => {
      const ended = waiting.get(pid.id);
      return {
        spec,
        pid,
        unexpected: ended === undefined ? await endChild(spec, pid) : unexpected(spec, ended, false),
      };
    }),
  );
}

async function endChild(spec: ChildSpec, pid: Pid<Protocol>): Promise<ExitReason | undefined> {
  const supervisor = currentProcess();
  const process = supervisor.kernel.find(pid);
  if (process === undefined || process.hasEnded) return undefined;
  if (spec.shutdownMs === "brutal_kill") {
    exit(pid, "kill");
    return unexpected(
      spec,
      (await awaitExit(supervisor, process, Number.POSITIVE_INFINITY)) ?? "killed",
      true,
    );
  }
  exit(pid, "shutdown");
  const reason = await awaitExit(supervisor, process, spec.shutdownMs);
  if (reason !== undefined) return unexpected(spec, reason, false);
  exit(pid, "kill");
  return unexpected(
    spec,
    (await awaitExit(supervisor, process, Number.POSITIVE_INFINITY)) ?? "killed",
    false,
  );
}

/** Unlinks a child. It may have ended by itself a moment ago; then its exit waits in the mailbox and is the answer. */
function letGo(pid: Pid<Protocol>): ExitReason | undefined {
  unlink(pid);
  const waiting = currentProcess().mailbox.take(
    (item) => item instanceof ExitMessage && samePid(item.from, pid),
  );
  return waiting instanceof ExitMessage ? waiting.reason : undefined;
}

/** As `letGo` for many, in one pass over the mailbox. */
function lettingAllGo(pids: readonly Pid<Protocol>[]): ReadonlyMap<number, ExitReason> {
  const left = new Set(pids.map((pid) => pid.id));
  for (const pid of pids) unlink(pid);
  const ended = new Map<number, ExitReason>();
  const isOne = (item: unknown): boolean => item instanceof ExitMessage && left.has(item.from.id);
  const { mailbox } = currentProcess();
  for (let item = mailbox.take(isOne); item instanceof ExitMessage; item = mailbox.take(isOne))
    ended.set(item.from.id, item.reason);
  return ended;
}

/** OTP: supervisor.erl, shutdown/1: what a stopped child may end with before it is reported. */
function unexpected(spec: ChildSpec, reason: ExitReason, wasKilled: boolean): ExitReason | undefined {
  if (reason === "noproc" || isShutdown(reason)) return undefined;
  if (wasKilled && reason === "killed") return undefined;
  if (reason === "normal" && spec.restart !== "permanent") return undefined;
  return reason;
}
