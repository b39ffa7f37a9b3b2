// Whether what somebody submits is a run: it may come from another program, of another version, or from nobody who means well.
import { isRecord } from "../../runtime/wire/shape.ts";
import { sessionRefShape } from "../context/sessions/session.ts";
import { type Operations, problemOfSteps, type Step } from "../pipeline/plan.ts";
import { deskLimits } from "./desk-limits.ts";
import { RunRefusal } from "./desk-refused.ts";
import { isRunId } from "./run-id.ts";
import type { OnUnknown, RunSpec } from "./run-spec.ts";

/**
 * A copy with the fields of a spec alone.
 * @param operations those that the plan may want
 * @throws {RunRefusal} `bad_run`, with what is wrong
 */
export function checkedSpec(given: unknown, operations: Operations): RunSpec {
  if (!isRecord(given)) throw badRun("it is no object");
  const { id, onUnknown, asks, createdAt, request = null, workspace, session, forkedFrom, parent } = given;
  if (typeof id !== "string" || !isRunId(id)) throw badRun("`id` has to be 16 letters of a-z and 2-7");
  if (onUnknown !== "ask" && onUnknown !== "retry" && onUnknown !== "fail")
    throw badRun("`onUnknown` has to be ask, retry or fail");
  if (typeof asks !== "boolean") throw badRun("`asks` has to be true or false");
  if (forkedFrom !== undefined && forkedFrom !== null) throw badRun("`forkedFrom` is for forks alone");
  return {
    id,
    kind: line(given, "kind"),
    title: line(given, "title"),
    plan: planOf(given.plan, operations),
    workspace: workspaceOf(workspace),
    ...sessionOf(session),
    onUnknown: onUnknown satisfies OnUnknown,
    deadlineAt: optional(given, "deadlineAt"),
    costUsdMax: optional(given, "costUsdMax"),
    asks,
    by: line(given, "by"),
    createdAt: numberOf(createdAt, "createdAt"),
    request,
    forkedFrom: undefined,
    ...parentOf(parent),
  };
}

function planOf(plan: unknown, operations: Operations): RunSpec["plan"] {
  if (!isRecord(plan) || !Array.isArray(plan.steps) || typeof plan.result !== "string")
    throw badRun("`plan` has to have `steps` and a `result`");
  const { steps, result } = plan;
  if (steps.length > deskLimits.stepsMax)
    throw badRun(`its plan has ${steps.length} steps, and ${deskLimits.stepsMax} are the most`);
  if (!steps.every(isStep))
    throw badRun("a step of its plan has no `id`, no `operation`, or an `after` that is no list");
  const problem = problemOfSteps(steps, new Set(), operations);
  if (problem !== undefined) throw badRun(problem.replace(/\.$/, ""));
  // The step of the result may be one that others find to be needed.
  if (steps.length === 0) throw badRun("its plan has no steps");
  return { steps, result };
}

function isStep(step: unknown): step is Step {
  if (!isRecord(step) || typeof step.id !== "string" || typeof step.operation !== "string") return false;
  const { after } = step;
  const isList = Array.isArray(after) && after.every((id) => typeof id === "string");
  return step.id !== "" && (after === undefined || after === "rest" || isList);
}

function workspaceOf(workspace: unknown): RunSpec["workspace"] {
  if (workspace === undefined || workspace === null) return undefined;
  if (!isRecord(workspace)) throw badRun("`workspace` has to have `id` and `label`");
  return { id: line(workspace, "id"), label: line(workspace, "label") };
}

function sessionOf(session: unknown): Pick<RunSpec, "session"> {
  if (session === undefined || session === null) return {};
  const read = sessionRefShape.safeParse(session);
  if (!read.success) throw badRun("`session` has to have an `id`, a `label` and a `directory`");
  return { session: read.data };
}

function parentOf(parent: unknown): Pick<RunSpec, "parent"> {
  if (parent === undefined || parent === null) return {};
  if (!isRecord(parent)) throw badRun("`parent` has to have `run`, `root`, `step` and `part`");
  const { run, root } = parent;
  if (typeof run !== "string" || !isRunId(run) || typeof root !== "string" || !isRunId(root))
    throw badRun("`run` and `root` of `parent` have to be ids of runs");
  return { parent: { run, root, step: line(parent, "step"), part: line(parent, "part") } };
}

function line(of: Readonly<Record<string, unknown>>, name: string): string {
  const text = of[name];
  if (typeof text === "string" && text !== "" && text.length <= deskLimits.lineCharactersMax) return text;
  throw badRun(`\`${name}\` has to be a text of 1 to ${deskLimits.lineCharactersMax} characters`);
}

function optional(of: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = of[name];
  return value === undefined || value === null ? undefined : numberOf(value, name);
}

function numberOf(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw badRun(`\`${name}\` has to be a number that is not below 0`);
}

function badRun(what: string): RunRefusal {
  return new RunRefusal("bad_run", `That is no run: ${what}.`);
}
