// The status of one node as text for people.
import type { NodeReport, Reports } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { paint, type Terminal } from "../terminal.ts";
import { agoText, bytesText, millisecondsText, shareText } from "./amounts.ts";
import { factLines } from "./columns.ts";
import { problemLines } from "./problems-text.ts";

/** Nothing that a node says is trusted: it is made printable first. */
export function renderStatus(untrusted: Reports["status"], terminal: Terminal): string {
  const status = sanitizeData(untrusted, (text) => printable(text, terminal));
  const { node, applications, sessions, problems } = status;
  const title = `${paint(terminal, "bold", node.name)}  ${paint(terminal, node.state === "up" ? "green" : "yellow", node.state)}`;
  const running = applications.map(({ name, state }) => `${name} (${state})`).join(", ");
  const lines = [
    title,
    ...factLines([
      ...nodeFacts(node),
      ["Sessions", String(sessions)],
      ...(running === "" ? [] : [["Applications", running] as const]),
    ]),
    "",
    ...(problems.length === 0
      ? ["Nothing is wrong."]
      : [
          "Problems:",
          ...problemLines(
            problems.map((problem) => ({ ...problem, node: undefined })),
            terminal,
          ),
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

function nodeFacts(node: NodeReport): readonly (readonly [string, string])[] {
  const labels = Object.entries(node.labels).map(([name, value]) => `${name}=${value}`);
  const busy = node.load === null ? "" : `, ${shareText(node.load)} busy`;
  return [
    ["Runs on", `${node.host}, as process ${node.osPid}, aiex ${node.program}`],
    ["For", `${agoText(node.uptimeMs)}, incarnation ${node.incarnation}`],
    ["Cluster", node.cluster],
    ...node.carriers.map(({ kind, place, state }) => [`By ${kind}`, `${place}, ${state}`] as const),
    ...(labels.length === 0 ? [] : [["Labels", labels.join(", ")] as const]),
    ["Processes", `${node.processes}, ${node.names} with a name`],
    ["Event loop", `${node.lagMs === 0 ? "in time" : `${millisecondsText(node.lagMs)} late`}${busy}`],
    ["Memory", `${bytesText(node.heapUsedBytes)} of ${bytesText(node.heapLimitBytes)}`],
  ];
}
