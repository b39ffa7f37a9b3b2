// Whether XState can make an actor from a persisted snapshot: what it does not find it leaves out without a word, so each state,
// child and history is looked for before.
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../wire/shape.ts";
import type { ActorPath } from "./checkpoint.ts";
import { CheckpointUnusable } from "./failures.ts";
import { actorAt, formatActor } from "./inner-actors.ts";

/** The part of a machine that knows what it has. */
interface Machine {
  readonly implementations: { readonly actors: Readonly<Record<string, object>> };
  getStateNodeById(id: string): {
    readonly invoke: readonly { readonly src: string }[];
    readonly config: { readonly invoke?: unknown };
  };
  resolveState(state: { readonly value: unknown; readonly context: unknown }): { readonly value: unknown };
}

interface PersistedChild {
  readonly src: string;
  readonly snapshot: Readonly<Record<string, unknown>>;
}

const statuses: readonly unknown[] = ["active", "done", "error", "stopped"];

/** @throws {CheckpointUnusable} naming what `logic` has not */
export function checkRestorable(logic: object, snapshot: unknown): void {
  if (!isRecord(snapshot) || snapshot.status !== "active")
    throw unusable([], 'its snapshot is none of a logic that goes on: its "status" is not "active"');
  checkActor(logic, snapshot, []);
}

/** Where the logic's own code throws, XState leaves a child behind that has failed. @throws {CheckpointUnusable} */
export function checkRestored(
  root: object,
  restored: unknown,
  snapshot: unknown,
  path: ActorPath = [],
): void {
  for (const [id, child] of Object.entries(childrenOf(snapshot))) {
    const childPath = [...path, id];
    const actor = actorAt(root, restored, childPath);
    const found = (
      actor as { getSnapshot(): { status: string; error?: unknown } } | undefined
    )?.getSnapshot();
    if (found?.status !== child.snapshot.status)
      throw unusable(childPath, "it could not be made from its snapshot", found?.error);
    checkRestored(root, restored, child.snapshot, childPath);
  }
}

function checkActor(logic: object, snapshot: Readonly<Record<string, unknown>>, path: ActorPath): void {
  if (!isMachine(logic)) return;
  const { value, context, historyValue } = snapshot;
  if (!isRecord(snapshot.children)) throw unusable(path, 'its snapshot has no "children"');
  checkValue(logic, value, context, path);
  checkHistory(logic, historyValue, path);
  checkReferences(context, snapshot.children, path);
  for (const [id, child] of Object.entries(snapshot.children)) {
    const childPath = [...path, id];
    if (!isPersistedChild(child)) throw unusable(childPath, "its snapshot has another shape");
    const childLogic = logicOf(logic, child.src);
    if (childLogic === undefined) throw unusable(childPath, `there is no logic named "${child.src}" for it`);
    checkActor(childLogic, child.snapshot, childPath);
  }
}

function checkValue(machine: Machine, value: unknown, context: unknown, path: ActorPath): void {
  let resolved: unknown;
  try {
    resolved = machine.resolveState({ value, context }).value;
  } catch (error) {
    throw unusable(path, `it has no state ${JSON.stringify(value)}`, error);
  }
  if (!isDeepStrictEqual(resolved, value)) {
    throw unusable(
      path,
      `the state ${JSON.stringify(value)} is not all of one; the whole is ${JSON.stringify(resolved)}`,
    );
  }
}

function checkHistory(machine: Machine, history: unknown, path: ActorPath): void {
  if (history === undefined) return;
  const states = isRecord(history) ? Object.values(history).flat() : [history];
  for (const state of states) {
    const id = isRecord(state) ? state.id : undefined;
    if (typeof id !== "string" || !hasNode(machine, id))
      throw unusable(path, `it has no state "${String(id)}", which its history names`);
  }
}

function hasNode(machine: Machine, id: string): boolean {
  try {
    machine.getStateNodeById(id);
    return true;
  } catch {
    return false;
  }
}

/** XState puts a child in the place of what stands for it in the context, and nothing where there is none. */
function checkReferences(part: unknown, children: object, path: ActorPath): void {
  if (Array.isArray(part)) for (const value of part) checkReferences(value, children, path);
  if (!isRecord(part)) return;
  if (part.xstate$$type === 1 && !Object.hasOwn(children, String(part.id)))
    throw unusable(path, `its context refers to an actor "${String(part.id)}", which it has not`);
  for (const value of Object.values(part)) checkReferences(value, children, path);
}

/** The logic that XState would take for `src`: one of `setup`, or the nth that a state invokes without a name. */
function logicOf(machine: Machine, src: string): object | undefined {
  const { actors } = machine.implementations;
  const invoked = /^xstate\.invoke\.(\d+)\.(.*)$/.exec(src);
  if (invoked === null) return Object.hasOwn(actors, src) ? actors[src] : undefined;
  const [, index = "", id = ""] = invoked;
  if (!hasNode(machine, id)) return undefined;
  const { config } = machine.getStateNodeById(id);
  const definition: unknown = [config.invoke].flat()[Number(index)];
  const logic =
    typeof definition === "object" && definition !== null && "src" in definition ? definition.src : undefined;
  return typeof logic === "object" && logic !== null ? logic : undefined;
}

function childrenOf(snapshot: unknown): Readonly<Record<string, PersistedChild>> {
  return isRecord(snapshot) && isRecord(snapshot.children)
    ? (snapshot.children as Readonly<Record<string, PersistedChild>>)
    : {};
}

function isPersistedChild(child: unknown): child is PersistedChild {
  if (!isRecord(child) || typeof child.src !== "string" || !isRecord(child.snapshot)) return false;
  return statuses.includes(child.snapshot.status);
}

function isMachine(logic: object): logic is Machine {
  return "getStateNodeById" in logic && "resolveState" in logic && "implementations" in logic;
}

function unusable(path: ActorPath, why: string, cause?: unknown): CheckpointUnusable {
  const reason = cause instanceof Error ? ` (${cause.message})` : "";
  return new CheckpointUnusable(
    "snapshot",
    `This logic cannot go on from the checkpoint. Of ${formatActor(path)}: ${why}${reason}. Raise the version of the durable logic with such a change, and give it a "migrate".`,
    { path, why },
  );
}
