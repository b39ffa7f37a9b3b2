// What one seed makes: a tree of supervisors and workers of every kind, and how often each fault strikes.
import type { MailboxBound, Restart, Shutdown } from "../../runtime/index.ts";
import type { Draw } from "./draw.ts";

interface ChildPlan {
  readonly id: string;
  readonly restart: Restart;
  readonly shutdownMs: Shutdown;
  readonly significant: boolean;
}

export type WorkerKind = "server" | "machine" | "function";

export interface WorkerPlan extends ChildPlan {
  readonly kind: WorkerKind;
  readonly traps: boolean;
  readonly mailbox: MailboxBound | undefined;
  /** A local name, or a key of the registry `keys`. */
  readonly holds: { readonly name: string } | { readonly key: string } | undefined;
  readonly startTimeoutMs: number | undefined;
  /** Ignores every order but a kill, where its kind can. */
  readonly isDefiant: boolean;
  /** How many starts fail after the first: what a supervisor has to try again, until its budget is spent. */
  readonly failingRestarts: number;
}

/** A process that stands for a table: its own kind of child. */
export interface TablePlan extends ChildPlan {
  readonly kind: "unique" | "duplicate" | "scope";
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

/** Children come by `startChild`: with a spec each, or all of the same template. */
export interface DynamicPlan extends ChildPlan, BudgetPlan {
  readonly kind: "dynamic" | "simple";
  readonly template: WorkerPlan;
  readonly maxChildren: number;
}

export type Plan = WorkerPlan | TablePlan | SupervisorPlan | DynamicPlan;

export const registryKeys = "keys";
export const registryTopics = "topics";
export const scopeName = "teams";
export const names: readonly string[] = ["ada", "bea", "cyd", "dee", "eve"];
export const groups: readonly string[] = ["red", "blue"];

/** Deep enough for a supervisor to be stopped by one that is being stopped itself. */
const depthMax = 3;

/** Where the code of a process may fail, and how. */
const points = [
  "slow init",
  "throw in init",
  "refuse in init",
  "ignore in init",
  "throw in call",
  "throw in cast",
  "throw in info",
  "throw in timer",
  "throw in continue",
  "throw in terminate",
  "other reason in terminate",
  "slow terminate",
  "hang in terminate",
  "reject later",
  "return garbage",
  "stop by itself",
] as const;
export type Point = (typeof points)[number];

export interface Odds {
  /** For each point of the code of a process. */
  readonly points: Readonly<Record<Point, number>>;
  /** That a fault from outside strikes at a step of somebody's life. */
  readonly strike: number;
  /** That a turn ends after a message, though it might go on. */
  readonly yields: number;
  /** That a process which could run is passed over for a while. */
  readonly passOver: number;
}

/** Some plays are calm and some are a storm; in each some faults happen often, some rarely and some never. */
export function drawOdds(draw: Draw): Odds {
  const storm = draw.one([0.2, 1, 1, 2]);
  const drawn = points.map((point) => [point, storm * draw.one([0, 0, 0.01, 0.03, 0.1])] as const);
  return {
    points: Object.fromEntries(drawn) as Record<Point, number>,
    strike: storm * draw.one([0, 0.005, 0.02, 0.06]),
    yields: draw.one([0, 0.1, 0.5]),
    passOver: draw.one([0, 0.1, 0.3]),
  };
}

/** The whole tree. Its first child keeps the tables, so that most workers find them when they start. */
export function drawTree(draw: Draw): SupervisorPlan {
  const tables: SupervisorPlan = {
    ...drawChild(draw, "tables", false),
    kind: "supervisor",
    strategy: draw.one(["one_for_one", "rest_for_one", "one_for_all"]),
    autoShutdown: "never",
    maxRestarts: draw.between(1, 5),
    withinMs: 5_000,
    children: [drawTable(draw, "unique"), drawTable(draw, "duplicate"), drawTable(draw, "scope")],
  };
  const root = drawSupervisor(draw, "root", 1);
  return { ...root, restart: "temporary", significant: false, children: [tables, ...root.children] };
}

export function drawWorker(draw: Draw, id: string, mayBeSignificant: boolean): WorkerPlan {
  const isDefiant = draw.chance(0.1);
  const child = drawChild(draw, id, mayBeSignificant);
  return {
    ...child,
    // Whoever ignores orders must not be waited for without end.
    shutdownMs: isDefiant && child.shutdownMs === Number.POSITIVE_INFINITY ? 500 : child.shutdownMs,
    kind: draw.one(["server", "server", "machine", "function"]),
    traps: draw.chance(0.6),
    mailbox: draw.chance(0.3)
      ? { max: draw.between(1, 5), onFull: draw.one(["kill", "dropNewest", "dropOldest"]) }
      : undefined,
    holds: draw.chance(0.3)
      ? draw.chance(0.5)
        ? { name: draw.one(names) }
        : { key: draw.one(names) }
      : undefined,
    startTimeoutMs: draw.chance(0.1) ? draw.between(1, 300) : undefined,
    isDefiant,
    failingRestarts: draw.one([0, 0, 0, 1, 4]),
  };
}

function drawSupervisor(draw: Draw, id: string, depth: number): SupervisorPlan {
  const autoShutdown = draw.one(["never", "never", "any_significant", "all_significant"]);
  const count = draw.between(1, 4);
  const children = Array.from({ length: count }, (_, index) =>
    drawAnyChild(draw, `c${index}`, depth, autoShutdown !== "never"),
  );
  return {
    ...drawChild(draw, id, false),
    ...drawBudget(draw),
    kind: "supervisor",
    strategy: draw.one(["one_for_one", "one_for_all", "rest_for_one"]),
    autoShutdown,
    children,
  };
}

function drawAnyChild(draw: Draw, id: string, depth: number, mayBeSignificant: boolean): Plan {
  if (depth < depthMax && draw.chance(0.3)) return drawSupervisor(draw, id, depth + 1);
  if (draw.chance(0.3)) {
    const kind = draw.one(["dynamic", "simple"]);
    const template = drawWorker(draw, `${id}-each`, false);
    return {
      ...drawChild(draw, id, mayBeSignificant),
      ...drawBudget(draw),
      kind,
      // Of many only one could hold a name.
      template: { ...template, holds: undefined },
      maxChildren: draw.one([2, 5, Number.POSITIVE_INFINITY]),
    };
  }
  return drawWorker(draw, id, mayBeSignificant);
}

function drawTable(draw: Draw, kind: TablePlan["kind"]): TablePlan {
  return { ...drawChild(draw, kind, false), restart: "permanent", kind };
}

function drawBudget(draw: Draw): BudgetPlan {
  return { maxRestarts: draw.between(0, 5), withinMs: draw.one([50, 1_000, 5_000]) };
}

function drawChild(draw: Draw, id: string, mayBeSignificant: boolean): ChildPlan {
  const restart = draw.one(["permanent", "permanent", "transient", "temporary"]);
  return {
    id,
    restart,
    shutdownMs: draw.one([0, 20, 500, 5_000, Number.POSITIVE_INFINITY, "brutal_kill"]),
    significant: mayBeSignificant && restart !== "permanent" && draw.chance(0.3),
  };
}
