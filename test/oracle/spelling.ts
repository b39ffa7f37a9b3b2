// How this runtime's reasons and errors are spelled in Erlang's words: what differs in spelling alone.
import type { ExitReason, HandlerEnd, Pid } from "../../runtime/index.ts";
import {
  AiexError,
  AlreadyStarted,
  ApplicationNotStarted,
  ApplicationRunning,
  CalleeExited,
  isPid,
  StartFailed,
  StartIgnored,
  StartTimeout,
} from "../../runtime/index.ts";

export type NameOf = (pid: Pid) => string;

/** Any data as Erlang's text: strings are atoms, an object of one key is a pair, a pid is its name. */
export function spelled(value: unknown, nameOf: NameOf): string {
  if (value === undefined) return "undefined";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => spelled(item, nameOf)).join(",")}]`;
  if (isPid(value)) return nameOf(value);
  // What is wrong with a supervisor's flags or specs is said in words here, and in terms there.
  if ("supervisor_data" in value) return "{supervisor_data,_}";
  const failure = failureOf(value);
  if (failure !== undefined) return failure;
  return `{${Object.entries(value)
    .flatMap(([key, item]) => [
      key,
      key === "failed_to_start_child" ? childAndReason(item, nameOf) : spelled(item, nameOf),
    ])
    .join(",")}}`;
}

/** A reason as it is seen by who made the call or the start that failed. */
export function spelledError(error: unknown, nameOf: NameOf): string {
  if (error instanceof AlreadyStarted) return `error already_started ${nameOf(error.pid)}`;
  if (error instanceof StartFailed) return `error ${spelled(error.reason, nameOf)}`;
  if (error instanceof StartIgnored) return "ignore";
  if (error instanceof StartTimeout) return "error timeout";
  if (error instanceof CalleeExited) return `exit ${spelled(error.reason, nameOf)}`;
  if (error instanceof ApplicationNotStarted) return `error not_started ${error.dependency}`;
  if (error instanceof ApplicationRunning) return "error running";
  if (error instanceof AiexError) return `exit ${error.code}`;
  throw error;
}

/** Errors travel as `{Error, Stack}` there, and as an object with its stack here. */
function failureOf(reason: object): string | undefined {
  if ("nocatch" in reason && "stack" in reason) return `{{nocatch,${String(reason.nocatch)}},stack}`;
  if (!("error" in reason)) return undefined;
  const error = reason.error as { readonly message?: unknown };
  if (typeof error !== "object" || typeof error.message !== "string") return undefined;
  // A message that no handler takes: Erlang says which function had no clause.
  if (error.message.startsWith("This server has no call")) return "{function_clause,stack}";
  return `{${error.message},stack}`;
}

/** `{failed_to_start_child, Id, Reason}` is one tuple there, and an object here. */
function childAndReason(value: unknown, nameOf: NameOf): string {
  const { id, reason } = value as { readonly id: string; readonly reason: ExitReason };
  return `${id},${spelled(reason, nameOf)}`;
}

/** Why a handler leaves, as its `terminate` is told in Erlang. */
export function handlerEnd(end: HandlerEnd): unknown {
  switch (end.is) {
    case "deleted":
    case "swapped":
      return end.given;
    case "removed":
      return "remove_handler";
    case "stopped":
      return "stop";
    case "owner_exited":
      return { stop: end.reason };
    case "failed":
      return { error: caught(end.reason) };
  }
}

/** A failure is caught in Erlang, and what was returned by mistake is told as it is. */
export function caught(reason: ExitReason): unknown {
  if (typeof reason === "object" && "bad_return_value" in reason) return reason.bad_return_value;
  return typeof reason === "object" && "error" in reason ? { EXIT: reason } : reason;
}
