// Supervision trees as text for people.
import type { Reports, TreeRow } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";

/** Nothing that a node says is trusted: it is made printable first. */
export function renderTree(node: string, untrusted: Reports["tree"], terminal: Terminal): string {
  const { trees, cut } = sanitizeData({ ...untrusted, text: "" }, (text) => printable(text, terminal));
  const lines = trees.flatMap(({ application, root }) => [
    `${application === null ? "" : `${paint(terminal, "bold", application)}: `}${worded(root, terminal)}`,
    ...branches(root, "", terminal),
  ]);
  if (trees.length === 0) lines.push(`No supervisor runs on ${printable(node, terminal)}.`);
  if (cut > 0) lines.push("Some children are left out: the whole tree is too large for one answer.");
  return `${lines.join("\n")}\n`;
}

function branches({ children, more }: TreeRow, indent: string, terminal: Terminal): readonly string[] {
  const marks = terminal.unicode ? drawn : spelled;
  const lines = children.flatMap((child, index) => {
    const isLast = index === children.length - 1 && more === 0;
    const own = `${indent}${isLast ? marks.last : marks.branch}${worded(child, terminal)}`;
    return [own, ...branches(child, `${indent}${isLast ? "    " : marks.past}`, terminal)];
  });
  return more === 0
    ? lines
    : [...lines, `${indent}${marks.last}${plural(more, "more child", "more children")}`];
}

function worded(row: TreeRow, terminal: Terminal): string {
  const { id, name, pid, type, restart, status, restarts, lastReason } = row;
  const again = lastReason === null ? "" : `, last: ${lastReason}`;
  return [
    paint(terminal, "bold", name === null || name === id ? id : `${id} ("${name}")`),
    pid ?? "",
    type === "supervisor" ? type : "",
    restart ?? "",
    paint(terminal, statusColor(status), status),
    restarts === 0 ? "" : paint(terminal, "yellow", `restarted ${plural(restarts, "time")}${again}`),
  ]
    .filter((part) => part !== "")
    .join("  ");
}

/** A child that is not there, or will not be for long, is what a person looks for. */
function statusColor(status: string): Color {
  return ["restarting", "stopped", "exiting", "suspended"].includes(status) ? "yellow" : "gray";
}

const drawn = { branch: "├── ", last: "└── ", past: "│   " } as const;
const spelled = { branch: "|-- ", last: "`-- ", past: "|   " } as const;
