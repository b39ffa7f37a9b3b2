// What the model test plays: a tree of supervisors and workers, and commands that happen to it at given times.
import type { ExitReason, Restart, Shutdown } from "../../../../runtime/index.ts";

/** How one start of a child comes out, after `delayMs`. */
export interface StartPlan {
  readonly outcome: "ok" | "refuse" | "throw" | "ignore";
  readonly delayMs: number;
}

interface ChildPlan {
  readonly id: string;
  readonly restart: Restart;
  readonly shutdownMs: Shutdown;
  readonly significant: boolean;
  /** One for each start at this place of the tree; those after the last succeed at once. */
  readonly starts: readonly StartPlan[];
}

export interface WorkerPlan extends ChildPlan {
  readonly kind: "worker";
  readonly traps: boolean;
  /** What a trapping worker takes to stop; Infinity ignores the order. */
  readonly stopMs: number;
  /** What a trapping worker ends with in place of what it was told. */
  readonly stopReason: ExitReason | undefined;
}

interface BudgetPlan {
  readonly maxRestarts: number;
  readonly withinMs: number;
}

export interface SupervisorPlan extends ChildPlan, BudgetPlan {
  readonly kind: "supervisor";
  readonly strategy: "one_for_one" | "one_for_all" | "rest_for_one";
  readonly autoShutdown: "never" | "any_significant" | "all_significant";
  readonly children: readonly Plan[];
}

export interface DynamicPlan extends ChildPlan, BudgetPlan {
  readonly kind: "dynamic";
  readonly maxChildren: number;
}

export type Plan = WorkerPlan | SupervisorPlan | DynamicPlan;

/** Paths and supervisors are chosen by a number, modulo how many there are. */
export type Deed =
  | { readonly type: "end"; readonly path: number; readonly reason: ExitReason }
  | { readonly type: "kill"; readonly path: number }
  | { readonly type: "start_child"; readonly supervisor: number; readonly spec: WorkerPlan }
  | {
      readonly type: "terminate_child" | "restart_child" | "delete_child";
      readonly path: number;
    }
  | { readonly type: "which_children" | "count_children"; readonly supervisor: number };

export interface Command {
  /** Virtual milliseconds after the command before. */
  readonly afterMs: number;
  readonly deed: Deed;
}

export interface Play {
  readonly root: SupervisorPlan;
  readonly commands: readonly Command[];
}

/** What a play came to; equal for the runtime and for the model. */
export interface Record {
  /** For each incarnation of each supervisor, what it reported, with the time. */
  readonly reports: { readonly [label: string]: readonly string[] };
  /** What each command was answered, with the time; nothing for one that never was. */
  readonly answers: readonly (string | undefined)[];
  /** The labels of all processes that live in the end. */
  readonly alive: readonly string[];
  /** What each live supervisor lists in the end. */
  readonly children: { readonly [label: string]: string | undefined };
}

export const rootPath = "root";
/** Beyond all finite delays that may come one after the other. */
export const endMs = 1_000_000;

export function startOf(plan: Plan, attempt: number): StartPlan {
  return plan.starts[attempt - 1] ?? { outcome: "ok", delayMs: 0 };
}

export interface Places {
  /** Every path that may ever come to life, with what is there first. */
  readonly all: readonly string[];
  readonly supervisors: readonly string[];
}

export function placesOf({ root, commands }: Play): Places {
  const all = new Set<string>();
  const supervisors: string[] = [];
  const visit = (plan: Plan, path: string): void => {
    all.add(path);
    if (plan.kind !== "worker") supervisors.push(path);
    if (plan.kind === "supervisor") for (const child of plan.children) visit(child, `${path}/${child.id}`);
  };
  visit(root, rootPath);
  for (const { deed } of commands) {
    if (deed.type === "start_child") all.add(`${chosen(supervisors, deed.supervisor)}/${deed.spec.id}`);
  }
  return { all: [...all], supervisors };
}

/** Numbers from here on mean the root, whose end is the end of most of a play. */
export const rootNumber = 58;

export function placeOf({ all }: Places, number: number): string {
  const [root = rootPath, ...others] = all;
  return number >= rootNumber || others.length === 0 ? root : chosen(others, number);
}

export function chosen(from: readonly string[], number: number): string {
  const found = from[number % from.length];
  if (found === undefined) throw new RangeError("There is nothing to choose from.");
  return found;
}

/** A path as its parent and its last part. */
export function splitPath(path: string): { readonly parent: string | undefined; readonly id: string } {
  const at = path.lastIndexOf("/");
  return at < 0 ? { parent: undefined, id: path } : { parent: path.slice(0, at), id: path.slice(at + 1) };
}

/** A reason as text, without the stack of an error. */
export function reasonText(reason: unknown): string {
  return JSON.stringify(reason, (key, value: unknown) =>
    key === "error" && typeof value === "object" && value !== null && "message" in value
      ? value.message
      : value,
  );
}
