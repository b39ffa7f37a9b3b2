// What supervisors answer, in one line that reads the same for both runtimes.
import type { ChildInfo, ChildSpecData, RestartChild, StartChild } from "../../runtime/index.ts";
import type { Stage } from "./stage.ts";

export function startedChild(stage: Stage, answer: StartChild): string {
  if (answer.ok) return `ok ${stage.text(answer.pid)}`;
  if (answer.error === "already_started") return `error already_started ${stage.text(answer.pid)}`;
  if (answer.error !== "start_failed") return `error ${answer.error}`;
  const reason = stage.text(answer.reason);
  return answer.id === undefined ? `error ${reason}` : `error ${reason} of child ${answer.id}`;
}

/** Erlang does not name the child again that was to be restarted. */
export function restartedChild(stage: Stage, answer: RestartChild): string {
  if (answer.ok) return `ok ${stage.text(answer.pid)}`;
  return `error ${answer.error === "start_failed" ? stage.text(answer.reason) : answer.error}`;
}

export function outcome(
  answer: { readonly ok: true } | { readonly ok: false; readonly error: string },
): string {
  return answer.ok ? "ok" : `error ${answer.error}`;
}

/** `a worker a.2, b worker undefined`: id, type and process of each. */
export function listed(stage: Stage, children: readonly ChildInfo[], isSorted: boolean): string {
  const lines = children.map(({ id, pid, type }) => `${stage.text(id)} ${type} ${stage.text(pid)}`);
  return (isSorted ? lines.sort() : lines).join(", ");
}

export function described(spec: ChildSpecData | undefined): string {
  if (spec === undefined) return "error not_found";
  const { id, restart, shutdownMs, type, significant } = spec;
  const shutdown = shutdownMs === Number.POSITIVE_INFINITY ? "infinity" : shutdownMs;
  return `${id} ${restart} ${shutdown} ${type} ${significant}`;
}
