// The helpers of a shell that only look: at processes, trees, groups and nodes. They change nothing.
import {
  formatPid,
  formatTraceEvent,
  formatTrees,
  groupMembers,
  type Node,
  type ProcessInfo,
  sys,
  type TopBy,
  type TraceEvent,
  trace as traceProcess,
  whichGroups,
} from "../../runtime/index.ts";
import { currentProcess } from "../../runtime/process/current.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import { attachLimits as limits } from "./limits.ts";
import { readable, tableText } from "./table.ts";
import { addressOf, pidOf } from "./targets.ts";

export interface LookingOptions {
  readonly node: Node;
  /** Where what comes bit by bit is shown. */
  readonly show: (line: string) => void;
  /** Aborted where the evaluation that runs is given up. */
  readonly signal: () => AbortSignal | undefined;
}

/** A node as `nodes()` lists it; more may be known of it. */
export interface KnownNode {
  readonly name: string;
  readonly state?: string;
  readonly host?: string;
}

export function lookingHelpers({ node, show, signal }: LookingOptions) {
  return {
    /** The processes that have the most of something; by default those with the longest mailboxes. */
    ps: (by: unknown = "queueLength", limit: unknown = limits.processesShownDefault) =>
      processRows(node.topProcesses({ by: by as TopBy, limit: Number(limit) })),
    tree: () => {
      const trees = node.tree();
      return readable(trees, trees.length === 0 ? "(no supervisor runs)" : formatTrees(trees));
    },
    /** All that is known about a process without asking it. */
    info: (target: unknown): ProcessInfo => {
      const pid = pidOf(target, node);
      const found = node.processInfo(pid);
      if (found === undefined) throw new Misuse(`${formatPid(pid)} has ended.`);
      return found;
    },
    /** A copy of its state, which it is asked for. */
    state: (target: unknown): Promise<unknown> => sys.getState(addressOf(target, node)),
    /** Shows what a process does, up to so many events. */
    trace: async (target: unknown, events: unknown = limits.traceEventsDefault): Promise<string> => {
      const most = Number(events);
      if (!Number.isInteger(most) || most < 1)
        throw new Misuse(`A trace ends after a whole number of events from 1; given was ${String(events)}.`);
      return followTrace(pidOf(target, node), most, show, signal());
    },
    nodes: () => {
      const others = peersOf(node);
      const rows = [{ name: node.name, state: "this node" } as KnownNode, ...others];
      return readable(
        rows,
        tableText(
          ["NODE", "STATE", "HOST"],
          rows.map(({ name, state, host }) => [name, state, host]),
        ),
      );
    },
    names: () => {
      const rows = node.registered().map((name) => ({ name, pid: node.whereis(name) }));
      const shown = rows.map(({ name, pid }) => [name, pid && formatPid(pid)]);
      return readable(rows, tableText(["NAME", "PID"], shown));
    },
    /** The groups of each scope with how many are in them. */
    groups: () => {
      const rows = [...currentProcess().kernel.scopes.keys()].flatMap((scope) =>
        whichGroups(scope).map((group) => ({ scope, group, members: groupMembers(scope, group) })),
      );
      const shown = rows.map(({ scope, group, members }) => [scope, group, members.length]);
      return readable(rows, tableText(["SCOPE", "GROUP", "MEMBERS"], shown));
    },
  };
}

function processRows(infos: readonly ProcessInfo[]): readonly ProcessInfo[] {
  const rows = infos.map((info) => [
    formatPid(info.pid),
    info.name,
    info.logic,
    info.status,
    info.queueLength,
    info.messagesHandled,
    info.memoryBytes,
  ]);
  return readable(
    [...infos],
    tableText(["PID", "NAME", "LOGIC", "STATUS", "QUEUE", "HANDLED", "BYTES"], rows),
  );
}

function peersOf(node: Node): readonly KnownNode[] {
  const { nodes } = node as { nodes?: () => readonly KnownNode[] };
  return nodes === undefined ? [] : nodes();
}

async function followTrace(
  pid: ReturnType<typeof pidOf>,
  most: number,
  show: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<string> {
  const events = traceProcess(pid);
  const stop = (): void => void events.return();
  signal?.addEventListener("abort", stop, { once: true });
  let seen = 0;
  for await (const event of events as AsyncIterable<TraceEvent>) {
    show(`${formatTraceEvent(event)}\n`);
    seen += 1;
    if (seen >= most) break;
  }
  signal?.removeEventListener("abort", stop);
  return `(${seen} events)`;
}
