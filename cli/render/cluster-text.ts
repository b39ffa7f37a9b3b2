// A cluster as text for people: as a whole, its nodes, and what is wrong with it.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { acknowledgementText } from "../broker-view.ts";
import type { ClusterView, ViewedNode, ViewedProblem } from "../cluster-view.ts";
import { keptText } from "../kept-text.ts";
import { paint, type Terminal } from "../terminal.ts";
import { agoText, millisecondsText, shareText } from "./amounts.ts";
import { type Column, columnLines, factLines } from "./columns.ts";
import { ownedLines } from "./owned-text.ts";
import { problemLines } from "./problems-text.ts";

/** Nothing that nodes say is trusted: it is made printable first. */
export function renderClusterStatus(
  untrusted: ClusterView,
  problems: readonly ViewedProblem[],
  terminal: Terminal,
): string {
  const { cluster, self, entry, over, broker, nodes, owned } = safe(untrusted, terminal);
  const way = over.kind === "socket" ? `through ${entry}, by its socket` : `through ${entry}, by the broker`;
  const lines = [
    `Cluster ${paint(terminal, "bold", cluster)}`,
    ...factLines([
      ...(broker === undefined
        ? ([["Broker", "none: the node runs alone"]] as const)
        : ([
            [
              "Broker",
              `${broker.place}, ${broker.state}${broker.version === null ? "" : `, version ${broker.version}`}`,
            ],
            ["Messages", "in order, at most once; whoever waits is told of a loss"],
            ...(owned?.store ? [] : [["Durable", acknowledgementText(broker.acknowledges)] as const]),
          ] as const)),
      ...(owned?.store ? [["Durable", keptText(owned.store)] as const] : []),
      ["Nodes", `${nodes.length} (${stateCounts(nodes)})`],
      ["This command", `${self}, ${way}`],
    ]),
    ...(owned === null ? [] : ownedLines(owned, terminal)),
    "",
    ...verdictLines(problems, terminal),
  ];
  return `${lines.join("\n")}\n`;
}

export function renderClusterNodes(untrusted: ClusterView, terminal: Terminal): string {
  const { nodes, leftOut } = safe(untrusted, terminal);
  const lines = columnLines(nodeColumns, nodes.map(cellsOf), terminal);
  if (leftOut > 0) lines.push(`${plural(leftOut, "more node")} not shown`);
  return `${lines.join("\n")}\n`;
}

export function renderClusterHealth(
  untrusted: ClusterView,
  problems: readonly ViewedProblem[],
  terminal: Terminal,
): string {
  const { cluster, nodes } = safe(untrusted, terminal);
  const title = `Cluster ${paint(terminal, "bold", cluster)}: ${plural(nodes.length, "node")}, ${stateCounts(nodes)}`;
  return `${[title, "", ...verdictLines(problems, terminal)].join("\n")}\n`;
}

function verdictLines(problems: readonly ViewedProblem[], terminal: Terminal): readonly string[] {
  if (problems.length === 0) return [paint(terminal, "green", "Nothing is wrong.")];
  return ["Problems:", ...problemLines(problems, terminal)];
}

const nodeColumns: readonly Column[] = [
  { title: "NODE", align: "left" },
  { title: "STATE", align: "left" },
  { title: "LOAD", align: "right" },
  { title: "LAG", align: "right" },
  { title: "PROCESSES", align: "right" },
  { title: "SESSIONS", align: "right" },
  { title: "UP", align: "right" },
  { title: "INCARNATION", align: "right" },
  { title: "HOST", align: "left" },
];

/** What is not known is a dash. */
function cellsOf({ name, state, load, lagMs, incarnation, host, status }: ViewedNode): readonly string[] {
  // One that has just come has not said it in a beat yet, but can be asked.
  const lag = lagMs ?? status?.node.lagMs;
  return [
    name,
    status === null && state !== "down" ? `${state}, no answer` : state,
    load === null ? "-" : shareText(load),
    lag === undefined ? "-" : millisecondsText(lag),
    status === null ? "-" : String(status.node.processes),
    status === null ? "-" : String(status.sessions),
    status === null ? "-" : agoText(status.node.uptimeMs),
    String(incarnation),
    host ?? "-",
  ];
}

/** "2 up, 1 down" */
function stateCounts(nodes: readonly ViewedNode[]): string {
  const counts = new Map<string, number>();
  for (const { state } of nodes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

function safe(view: ClusterView, terminal: Terminal): ClusterView {
  return sanitizeData(view, (text) => printable(text, terminal));
}
