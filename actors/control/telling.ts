// Makes the reports of a node: each from what can be seen now, with no more rows than there shall be.
import {
  formatPid,
  formatTrees,
  groupMembers,
  type ProcessInfo,
  type TreeNode,
  whichGroups,
} from "../../runtime/index.ts";
import { heapLevel, readHeap } from "../../runtime/node/heap.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import type { ControlledNode } from "./controlled-node.ts";
import { ControlRefused } from "./envelope.ts";
import { controlLimits } from "./limits.ts";
import { leaseProblems } from "./ownership-telling.ts";
import type { InspectRequest } from "./protocol.ts";
import type { NodeReport, Problem, ProcessRow, ReportName, Reports, TreeRow } from "./reports.ts";
import { parsePid } from "./target.ts";
import type { Vitals } from "./vitals.ts";

export interface Teller {
  readonly controlled: ControlledNode;
  readonly vitals: Vitals;
}

/** What others have to be asked for: a broker, providers of models, whoever keeps sessions. */
export type AskedFor = "ownership" | Extract<ReportName, `llm_${string}` | `context_${string}`>;
type ToldAtOnce = Exclude<ReportName, AskedFor>;
type AskedAtOnce = Extract<InspectRequest, { readonly what: ToldAtOnce }>;
type Asked<W extends ReportName> = Extract<InspectRequest, { readonly what: W }>;
type Tellers = {
  readonly [W in ToldAtOnce]: (teller: Teller, asked: Asked<W>, rowsMax: number) => Reports[W];
};

const tellers: Tellers = {
  node: nodeReport,
  top: ({ controlled: { node }, vitals }, { by = "messagesHandled", limit = 20 }, rowsMax) => {
    if (by === "turnMs") vitals.measureTurns();
    const processes = node.processes().length;
    const rows = node.topProcesses({ by, limit: Math.min(limit, rowsMax) }).map(processRow);
    return { processes, rows, cut: Math.max(0, Math.min(limit, processes) - rows.length) };
  },
  tree: ({ controlled: { node } }, { childrenMax = 100 }, rowsMax) => {
    const trees = node.tree({ childrenMax: Math.min(childrenMax, rowsMax) });
    const rows = trees.map(({ application, root }) => ({
      application: application ?? null,
      root: treeRow(root),
    }));
    return { trees: rows, text: formatTrees(trees), cut: Math.max(0, childrenMax - rowsMax) };
  },
  names: ({ controlled: { node } }, _, rowsMax) => {
    const names = node.registered();
    const shown = names.slice(0, rowsMax).flatMap((name) => {
      const pid = node.whereis(name);
      return pid === undefined ? [] : [{ name, pid: formatPid(pid) }];
    });
    return { names: shown, cut: names.length - shown.length };
  },
  groups: (_, __, rowsMax) => {
    const scopes = [...currentProcess().kernel.scopes.keys()].sort();
    const groups = scopes.flatMap((scope) => whichGroups(scope).map((group) => ({ scope, group })));
    const shown = groups.slice(0, rowsMax).map(({ scope, group }) => {
      const members = groupMembers(scope, group).slice(0, rowsMax).map(formatPid);
      return { scope, group, members };
    });
    return { groups: shown, cut: groups.length - shown.length };
  },
  process: ({ controlled: { node } }, { target }) => {
    const pid = parsePid(target) ?? node.whereis(target);
    const isElsewhere = pid !== undefined && pid.node !== node.name;
    const info = pid === undefined || isElsewhere || !node.isAlive(pid) ? undefined : node.processInfo(pid);
    if (info !== undefined) return processReport(info);
    throw new ControlRefused(node.name, "noproc", `There is no process ${target} on node "${node.name}".`);
  },
  status: (teller) => {
    const { controlled } = teller;
    return {
      node: nodeReport(teller),
      applications: controlled.applications(),
      sessions: controlled.sessions().length,
      problems: [...problemsOf(teller)],
    };
  },
  health: (teller) => {
    const problems = [...problemsOf(teller)];
    return { healthy: problems.every(({ severity }) => severity !== "critical"), problems };
  },
  members: ({ controlled, vitals: { load, lagMs } }, _, rowsMax) => {
    // Of itself a node hears no beats.
    const members = controlled.members().map((row) => (row.isSelf ? { ...row, load, lagMs } : row));
    return { members: members.slice(0, rowsMax), cut: Math.max(0, members.length - rowsMax) };
  },
  sessions: ({ controlled }, _, rowsMax) => {
    const sessions = controlled.sessions();
    return { sessions: sessions.slice(0, rowsMax), cut: Math.max(0, sessions.length - rowsMax) };
  },
  drain: ({ controlled }) => controlled.tellDrain(),
};

/** @throws {ControlRefused} there is nothing to tell of what was asked for */
export function tell(teller: Teller, asked: AskedAtOnce, rowsMax: number): Reports[ReportName] {
  const make = tellers[asked.what] as (
    teller: Teller,
    asked: AskedAtOnce,
    rowsMax: number,
  ) => Reports[ReportName];
  return make(teller, asked, rowsMax);
}

function nodeReport({ controlled, vitals }: Teller): NodeReport {
  const { node, incarnation, cluster, host, osPid, program, labels } = controlled;
  const heap = readHeap();
  return {
    name: node.name,
    incarnation,
    cluster,
    host,
    osPid,
    program,
    labels: { ...labels },
    state: controlled.state(),
    uptimeMs: Math.round(node.world.clock.now() - controlled.startedMs),
    processes: node.processes().length,
    names: node.registered().length,
    lagMs: vitals.lagMs,
    load: vitals.load,
    heapUsedBytes: heap.usedBytes,
    heapLimitBytes: heap.limitBytes,
    carriers: controlled.carriers().map(({ kind, place, state }) => ({ kind, place, state })),
  };
}

function* problemsOf({ controlled, vitals }: Teller): Generator<Problem> {
  const heap = readHeap();
  const level = heapLevel(heap, "fine");
  if (level !== "fine") {
    yield {
      severity: level === "high" ? "warning" : "critical",
      what: `${Math.round((heap.usedBytes / heap.limitBytes) * 100)} % of the memory is used.`,
      advice: "`aiex top --by memoryBytes` shows who holds it; give Node.js more with --max-old-space-size.",
    };
  }
  const [longest] = controlled.node.topProcesses({ by: "queueLength", limit: 1 });
  if (longest !== undefined && longest.queueLength >= controlLimits.queueWorthTelling) {
    yield {
      severity: "warning",
      what: `${longest.queueLength} messages wait for ${longest.name ?? formatPid(longest.pid)}.`,
      advice:
        "It does not keep up with what is sent to it; `aiex top --by queueLength` shows whether that grows.",
    };
  }
  yield* leaseProblems(controlled.owned?.state);
  yield* controlled.problems();
  yield* vitals.problems();
}

function processRow(info: ProcessInfo): ProcessRow {
  const { pid, name, logic, kind, status, queueLength, messagesHandled, memoryBytes, turnMs, restarts } =
    info;
  return {
    pid: formatPid(pid),
    name: name ?? null,
    logic,
    kind,
    status,
    queueLength,
    messagesHandled,
    memoryBytes,
    turnMs: turnMs ?? null,
    restarts: restarts.length,
  };
}

function processReport(info: ProcessInfo): Reports["process"] {
  const { parent, ancestors, links, monitors, monitoredBy, trapsExits, messages, oldestWaitingMs, state } =
    info;
  const fits = JSON.stringify(state ?? null).length <= controlLimits.stateCharactersMax;
  return {
    ...processRow(info),
    parent: parent === undefined ? null : formatPid(parent),
    ancestors: ancestors.map((one) => (typeof one === "string" ? one : formatPid(one))),
    links: links.slice(0, controlLimits.rowsMax).map(formatPid),
    monitors: monitors.slice(0, controlLimits.rowsMax).map(formatPid),
    monitoredBy: monitoredBy.slice(0, controlLimits.rowsMax).map(formatPid),
    trapsExits,
    messages: messages.map(({ kind, type, payload }) => ({ kind, type, payload: payload ?? null })),
    oldestWaitingMs: oldestWaitingMs ?? null,
    state: fits ? (state ?? null) : "[too large to show]",
  };
}

function treeRow({
  id,
  name,
  pid,
  logic,
  type,
  restart,
  status,
  restarts,
  children,
  more,
}: TreeNode): TreeRow {
  return {
    id,
    name: name ?? null,
    pid: pid === undefined ? null : formatPid(pid),
    logic: logic ?? null,
    type,
    restart: restart ?? null,
    status,
    restarts: restarts.length,
    lastReason: restarts.at(-1)?.reason ?? null,
    children: children.map(treeRow),
    more,
  };
}
