// `aiex node list`: the nodes of this machine, and the others of their clusters.
import { printable } from "../../actors/rendering/printable.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { ListedNode } from "../../supervisors/cluster/node-list.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { agoText } from "../render/amounts.ts";
import { type Column, columnLines } from "../render/columns.ts";
import { renderJson } from "../render/json.ts";
import { type Terminal, terminalOf } from "../terminal.ts";

export async function nodeList({ parsed, host, interruption }: Asking): Promise<ExitCode> {
  const { warnings, list } = await interruption.orInterrupted(host.nodes([]));
  for (const warning of warnings) await showNotice(`Warning: ${warning}`, host);
  const nodes = await interruption.orInterrupted(list());
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(
    optionValue(parsed, "format") === "json"
      ? renderJson({ schema: "aiex.node-list/1", nodes })
      : nodesText(nodes, terminal),
  );
  return exitCodes.ok;
}

function nodesText(nodes: readonly ListedNode[], terminal: Terminal): string {
  if (nodes.length === 0) return "No node runs on this machine. Start one: aiex node start\n";
  const rows = sanitizeData(nodes, (text) => printable(text, terminal)).map(cellsOf);
  return `${columnLines(columns, rows, terminal).join("\n")}\n`;
}

const columns: readonly Column[] = [
  { title: "NODE", align: "left" },
  { title: "STATE", align: "left" },
  { title: "UP", align: "right" },
  { title: "PROCESS", align: "right" },
  { title: "HOST", align: "left" },
  { title: "CLUSTER", align: "left" },
];

/** What is not known is a dash. */
function cellsOf({
  name,
  isLocal,
  state,
  uptimeMs,
  osPid,
  host,
  cluster,
  url,
}: ListedNode): readonly string[] {
  return [
    name,
    state,
    uptimeMs === null ? "-" : agoText(uptimeMs),
    osPid === null ? "-" : String(osPid),
    isLocal ? "this machine" : (host ?? "-"),
    url === null ? "alone" : `${cluster} at ${url}`,
  ];
}
