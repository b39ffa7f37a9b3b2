// Why a process ended: reasons are data. OTP's own words stay; errors travel with their stack.

import { formatPid, type Pid } from "./pid.ts";

/** An error as data: what is left of an `Error` when it crosses a process or a wire. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly details?: unknown;
  readonly cause?: ErrorData;
}

/**
 * - `"normal"`, `"shutdown"`, `{ shutdown }`: an orderly end;
 * - `"killed"`: ended by an untrappable `kill`; `"noproc"`, `"noconnection"`: there was nobody to link to or watch;
 * - `{ error }`: an `Error` was thrown (OTP's `{Error, Stack}`); `{ nocatch, stack }`: something else was thrown;
 * - `{ bad_return_value }`: a callback returned what it must not;
 * - any other string or plain object: a process's own reason, given to `exit` or `stop`.
 */
export type ExitReason =
  | "normal"
  | "shutdown"
  | "kill"
  | "killed"
  | "noproc"
  | "noconnection"
  | { readonly shutdown: unknown }
  | { readonly error: ErrorData }
  | { readonly nocatch: unknown; readonly stack: string }
  | { readonly bad_return_value: unknown }
  | (string & {})
  | { readonly [key: string]: unknown };

/** Thrown by `exit(reason)` to end the own process; caught by its host and by nobody else. */
export class ExitSelf {
  readonly reason: ExitReason;
  /** Who is to end; undefined for whoever catches it. */
  readonly pid: Pid | undefined;

  constructor(reason: ExitReason, pid?: Pid) {
    this.reason = reason;
    this.pid = pid;
  }
}

/** True for the ends that are no accident: `normal`, `shutdown` and `{ shutdown }` (OTP: no crash report, no transient restart). */
export function isOrderly(reason: ExitReason): boolean {
  return reason === "normal" || isShutdown(reason);
}

function isShutdown(reason: ExitReason): boolean {
  return reason === "shutdown" || (typeof reason === "object" && reason !== null && "shutdown" in reason);
}

/** The exit reason of a value that was thrown out of the code of `process`. */
export function reasonOfThrown(thrown: unknown, process?: { readonly pid: Pid }): ExitReason {
  try {
    if (thrown instanceof ExitSelf) return reasonOfExit(thrown, process?.pid);
    if (thrown instanceof Error) return { error: errorData(thrown) };
    return { nocatch: plain(thrown), stack: new Error("thrown without an Error").stack ?? "" };
  } catch {
    // Anything can be thrown, even what throws when it is looked at.
    return { nocatch: "(a value that cannot be shown)", stack: "" };
  }
}

/** The end of one process is an error to another that awaited what the first had promised. */
function reasonOfExit({ reason, pid: ended }: ExitSelf, pid: Pid | undefined): ExitReason {
  if (ended === undefined || ended === pid) return reason;
  const error = new Error(
    `What was awaited belonged to ${formatPid(ended)}, which has ended: ${formatReason(reason)}. Await only what your own process has promised; ask another with call.`,
  );
  return { error: errorData(error) };
}

/** An `Error` as data. Causes are followed to a depth of eight, so that a cycle ends. */
export function errorData(error: Error, depth = 8): ErrorData {
  const { code, details, cause } = error as Error & { code?: unknown; details?: unknown };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack ?? `${error.name}: ${error.message}`,
    ...(typeof code === "string" ? { code } : {}),
    ...(details === undefined ? {} : { details: plain(details) }),
    ...(cause instanceof Error && depth > 0 ? { cause: errorData(cause, depth - 1) } : {}),
  };
}

/** How people read a reason, on one line. */
export function formatReason(reason: ExitReason): string {
  if (typeof reason === "string") return reason;
  if (isErrorReason(reason)) return `${reason.error.name}: ${reason.error.message}`;
  try {
    return JSON.stringify(reason) ?? String(reason);
  } catch {
    return "(a reason that cannot be shown)";
  }
}

function isErrorReason(reason: ExitReason): reason is { readonly error: ErrorData } {
  if (typeof reason !== "object" || reason === null || !("error" in reason)) return false;
  const error: unknown = reason.error;
  return typeof error === "object" && error !== null && "message" in error && "stack" in error;
}

/** Whatever was thrown, as data: what JSON cannot carry becomes its description. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null || typeof value === "boolean" || typeof value === "string")
    return value;
  if (typeof value === "number" || typeof value === "bigint") return value;
  try {
    const text = JSON.stringify(value);
    return text === undefined ? String(value) : JSON.parse(text);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
