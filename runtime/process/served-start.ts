// The start of a process that another node asked for: registered logic only, with its link and its monitor in place before its first line.
import { AiexError } from "../errors.ts";
import type { AnyLogic } from "../logic/logic.ts";
import { type RemoteSpawnOptions, type RemoteStartError, signalKinds } from "../wire/frame.ts";
import type { ExitReason } from "./exit-reason.ts";
import { AlreadyStarted, StartFailed, StartIgnored } from "./failures.ts";
import { removeLink } from "./links.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import { demonitorFor, monitorFor } from "./remote-monitors.ts";
import type { RemoteNode, RemoteProcess } from "./remote-node.ts";
import { spawnForStranger } from "./spawn.ts";

export interface AskedStart {
  readonly ref: number;
  readonly logic: string;
  readonly input: unknown;
  readonly options: RemoteSpawnOptions;
}

/** Starts what `starter`, a process over there, has asked for, and tells it how that came out. */
export function serveStart(node: RemoteNode, starter: RemoteProcess, asked: AskedStart): void {
  const { ref, input } = asked;
  const logic = node.kernel.distribution?.logic.get(asked.logic) as AnyLogic | undefined;
  // Who asked shows what it says, as here.
  starter.groupLeader ??= starter.pid;
  let started: Process | undefined;
  // In the name of the process, so that it comes after all that this one has sent.
  const refuse = (error: RemoteStartError): void =>
    node.transmit([signalKinds.spawnFailed, started?.pid.id ?? 0, ref, error]);
  if (logic === undefined) {
    refuse({ code: "undef", message: `no logic "${asked.logic}"`, reason: { undef: asked.logic } });
    node.tidy(starter);
    return;
  }
  const { monitor, output, ...options } = asked.options;
  const settled = (): void => {
    node.served.delete(ref);
    node.tidy(starter);
  };
  const begun = (process: Process): void => {
    started = process;
    node.served.set(ref, process);
    if (monitor !== undefined) monitorFor(starter, process, monitor, output === true);
    node.transmit([signalKinds.spawned, process.pid.id, ref, process.pid.id, false]);
  };
  const ready = (pid: Pid): void => {
    if (node.served.has(ref)) node.transmit([signalKinds.spawned, pid.id, ref, pid.id, true]);
    settled();
  };
  const fail = (error: Error): void => {
    if (started === undefined || node.served.has(ref)) refuse(errorData(error, started));
    settled();
  };
  try {
    spawnForStranger(starter, logic, { ...options, input }, begun, ready as never, fail);
  } catch (error) {
    fail(error as Error);
  }
}

/** Nobody over there waits for the start any more: nothing of it may be heard. */
export function abandonServedStart(node: RemoteNode, starter: RemoteProcess, ref: number): void {
  const process = node.served.get(ref);
  node.served.delete(ref);
  if (process !== undefined) removeLink(starter, process);
  demonitorFor(starter, ref);
  node.tidy(starter);
}

function errorData(error: Error, started: Process | undefined): RemoteStartError {
  const code = error instanceof AiexError ? error.code : "start_failed";
  const reason: ExitReason | undefined = error instanceof StartFailed ? error.reason : undefined;
  const hasEndedItself = started === undefined || error instanceof StartIgnored;
  return {
    code,
    message: error.message,
    reason: reason ?? (hasEndedItself ? "normal" : "killed"),
    ...(error instanceof AlreadyStarted ? { holder: error.pid.id } : {}),
  };
}
