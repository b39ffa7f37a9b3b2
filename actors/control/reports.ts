// What a node tells of itself when it is inspected: one shape for each thing that can be asked. Fields that a later version adds
// are optional here, and fields that are not known are left out, so that older and newer nodes can be read.
import { z } from "zod";
import { contextSessionsReport, contextStatusReport } from "./context-shapes.ts";
import {
  entryQuestion,
  llmBreakersReport,
  llmHealthReport,
  llmModelsReport,
  llmUsageReport,
  usageQuestion,
} from "./llm-shapes.ts";

const count = z.number();
const maybe = <T extends z.ZodType>(type: T) => type.nullable().catch(null);
/** How many rows were left out, because they were too many for one answer. */
const cut = count.default(0);
/** As `formatPid` writes it. */
const pid = z.string();

export const problem = z.object({
  /** `critical` ends `aiex cluster health` with a code other than 0; `warning` is only told. */
  severity: z.enum(["warning", "critical"]).catch("warning"),
  what: z.string(),
  /** What to do about it. */
  advice: z.string(),
});

const carrierRow = z.object({ kind: z.string(), place: z.string(), state: z.string() });

const nodeReport = z.object({
  name: z.string(),
  incarnation: count,
  cluster: z.string(),
  host: z.string(),
  osPid: count,
  /** The version of the program. */
  program: z.string(),
  /** "up", "draining", … */
  state: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  uptimeMs: count,
  processes: count,
  names: count,
  /** How late the event loop is now. */
  lagMs: count,
  /** The share of the last second that the event loop was busy, from 0 to 1. */
  load: maybe(count),
  heapUsedBytes: count,
  heapLimitBytes: count,
  carriers: z.array(carrierRow).default([]),
});

const processRow = z.object({
  pid,
  name: maybe(z.string()),
  logic: z.string(),
  kind: z.string(),
  status: z.string(),
  queueLength: count,
  messagesHandled: count,
  memoryBytes: count,
  /** Milliseconds of all turns since they are measured, which is for a minute after each question by turns. */
  turnMs: maybe(count),
  /** How often its supervisor started it again lately. */
  restarts: count,
});

const processReport = processRow.extend({
  parent: maybe(pid),
  ancestors: z.array(z.string()).default([]),
  links: z.array(pid).default([]),
  monitors: z.array(pid).default([]),
  monitoredBy: z.array(pid).default([]),
  trapsExits: z.boolean().default(false),
  /** The oldest messages that wait, in the words of a log. */
  messages: z
    .array(z.object({ kind: z.string(), type: z.string(), payload: z.unknown().optional() }))
    .default([]),
  oldestWaitingMs: maybe(count),
  /** As a log shows it, with secrets masked. */
  state: z.unknown().optional(),
});

const treeRowFields = {
  id: z.string(),
  name: maybe(z.string()),
  /** Null for a child that does not run now. */
  pid: maybe(pid),
  logic: maybe(z.string()),
  type: z.string(),
  restart: maybe(z.string()),
  status: z.string(),
  restarts: count.default(0),
  /** Why it was started again the last time. */
  lastReason: maybe(z.string()),
  /** Children that are not shown. */
  more: count.default(0),
};

export interface TreeRow extends z.output<z.ZodObject<typeof treeRowFields>> {
  readonly children: readonly TreeRow[];
}

const treeRow: z.ZodType<TreeRow> = z.object({
  ...treeRowFields,
  get children() {
    return z.array(treeRow).default([]);
  },
});

/** A node as another one, or itself, sees it. */
const memberRow = z.object({
  name: z.string(),
  incarnation: count,
  host: maybe(z.string()),
  state: z.string(),
  load: maybe(count),
  lagMs: maybe(count),
  program: maybe(z.string()),
  isSelf: z.boolean().default(false),
});

const sessionRow = z.object({
  node: z.string(),
  incarnation: maybe(count),
  hidden: z.boolean().default(false),
  state: z.string(),
  /** Where it goes over: the kind of the carrier. */
  carrier: maybe(z.string()),
});

const leaseRow = z.object({
  node: z.string(),
  incarnation: count,
  /** Counts how often a node of this name took it. */
  term: count,
  /** "held", "released", "tombstone" */
  state: z.string(),
  draining: z.boolean().default(false),
  host: z.string().default(""),
  labels: z.record(z.string(), z.string()).default({}),
  /** How long ago it was seen to change; a node that lives changes its own every second. */
  unchangedMs: count,
  isOwn: z.boolean().default(false),
});

const childMove = z.object({
  from: maybe(z.string()),
  to: z.string(),
  reason: z.string(),
  epoch: count,
  tookMs: count,
});

const placedRow = z.object({
  supervisor: z.string(),
  id: z.string(),
  logic: z.string(),
  /** "waiting", "running", "failed", … */
  phase: z.string(),
  node: maybe(z.string()),
  incarnation: maybe(count),
  epoch: count,
  pid: maybe(pid),
  /** Nodes that may not have it, and why. */
  denied: z.record(z.string(), z.string()).default({}),
  lastMove: maybe(childMove),
});

/** What it means that something is kept; what a later version calls it is not known here. */
const acknowledgement = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("fsync") }),
    z.object({ kind: z.literal("replicated"), replicas: count, synced: z.boolean() }),
    z.object({ kind: z.literal("flush"), everyMs: count }),
    z.object({ kind: z.literal("memory") }),
    z.object({ kind: z.literal("unknown") }),
  ])
  .catch({ kind: "unknown" });

export const reports = {
  node: nodeReport,
  top: z.object({ processes: count, rows: z.array(processRow), cut }),
  tree: z.object({
    trees: z.array(z.object({ application: maybe(z.string()), root: treeRow })),
    /** The same as lines for a terminal. */
    text: z.string().default(""),
    cut,
  }),
  names: z.object({ names: z.array(z.object({ name: z.string(), pid })), cut }),
  groups: z.object({
    groups: z.array(z.object({ scope: z.string(), group: z.string(), members: z.array(pid) })),
    cut,
  }),
  process: processReport,
  status: z.object({
    node: nodeReport,
    applications: z.array(z.object({ name: z.string(), state: z.string() })).default([]),
    sessions: count.default(0),
    problems: z.array(problem).default([]),
  }),
  health: z.object({ healthy: z.boolean(), problems: z.array(problem) }),
  members: z.object({ members: z.array(memberRow), cut }),
  sessions: z.object({ sessions: z.array(sessionRow), cut }),
  ownership: z.object({
    /** "none" for a node that is by itself, else "acquiring", "held", "suspended" or "lost". */
    state: z.string(),
    store: maybe(z.object({ place: z.string(), acknowledgement })),
    leases: z.array(leaseRow).default([]),
    children: z.array(placedRow).default([]),
    names: z.array(z.object({ name: z.string(), node: z.string(), epoch: count })).default([]),
    /** Of each list. */
    cut: z.object({ leases: cut, children: cut, names: cut }).prefault({}),
  }),
  drain: z.object({
    /** False for a node that does not drain. */
    draining: z.boolean(),
    owned: count.default(0),
    left: count.default(0),
    /** Calls that are not answered yet. */
    calls: count.default(0),
    isDone: z.boolean().default(false),
    /** True where its deadline, or a failure, came before the end. */
    isCut: z.boolean().default(false),
    /** What failed. */
    why: maybe(z.string()),
  }),
  context_status: contextStatusReport,
  context_sessions: contextSessionsReport,
  llm_breakers: llmBreakersReport,
  llm_health: llmHealthReport,
  llm_models: llmModelsReport,
  llm_usage: llmUsageReport,
} as const;

export type ReportName = keyof typeof reports;
export type Reports = { readonly [W in ReportName]: z.output<(typeof reports)[W]> };
export type NodeReport = Reports["node"];
export type ProcessRow = z.output<typeof processRow>;
export type Problem = z.output<typeof problem>;
export type PlacedRow = z.output<typeof placedRow>;
export type LeaseRow = z.output<typeof leaseRow>;
export type KeptHow = z.output<typeof acknowledgement>;

const nothingMore = z.looseObject({});

/** What each question may say besides its name. */
export const questions = {
  node: nothingMore,
  top: z.object({
    by: z.enum(["queueLength", "messagesHandled", "memoryBytes", "turnMs"]).default("messagesHandled"),
    limit: z.int().min(1).max(1_000).default(20),
  }),
  tree: z.object({ childrenMax: z.int().min(1).max(10_000).default(100) }),
  names: nothingMore,
  groups: nothingMore,
  /** A name, or a pid as `formatPid` writes it. */
  process: z.object({ target: z.string().max(1_000) }),
  status: nothingMore,
  health: nothingMore,
  members: nothingMore,
  sessions: nothingMore,
  ownership: nothingMore,
  drain: nothingMore,
  context_status: nothingMore,
  context_sessions: nothingMore,
  llm_breakers: nothingMore,
  llm_health: entryQuestion,
  llm_models: entryQuestion,
  llm_usage: usageQuestion,
} as const satisfies Record<ReportName, z.ZodType>;

export type Questions = { readonly [W in ReportName]: z.input<(typeof questions)[W]> };
