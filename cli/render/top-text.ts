// The processes of `aiex top` as text for people.
import type { ProcessRow, Reports } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";
import { bytesText, millisecondsText } from "./amounts.ts";
import { type Column, columnLines } from "./columns.ts";

/** Nothing that a node says is trusted: it is made printable first. */
export function renderTop(node: string, untrusted: Reports["top"], terminal: Terminal): string {
  const { rows, processes } = sanitizeData(untrusted, (text) => printable(text, terminal));
  const hasTimes = rows.some(({ turnMs }) => turnMs !== null);
  const columns: readonly Column[] = [
    { title: "PID", align: "left" },
    { title: "STATUS", align: "left" },
    { title: "WAITING", align: "right" },
    { title: "HANDLED", align: "right" },
    { title: "MEMORY", align: "right" },
    ...(hasTimes ? [{ title: "TURNS", align: "right" } as const] : []),
    { title: "NAME", align: "left" },
  ];
  const lines = columnLines(
    columns,
    rows.map((row) => cellsOf(row, hasTimes)),
    terminal,
  );
  const left = processes - rows.length;
  const rest = left > 0 ? `, ${left} of them not shown` : "";
  const title = `${printable(node, terminal)}: ${plural(processes, "process", "processes")}${rest}`;
  return `${[title, "", ...lines].join("\n")}\n`;
}

function cellsOf(row: ProcessRow, hasTimes: boolean): readonly string[] {
  const { pid, name, logic, status, queueLength, messagesHandled, memoryBytes, turnMs } = row;
  return [
    pid,
    status,
    String(queueLength),
    String(messagesHandled),
    bytesText(memoryBytes),
    ...(hasTimes ? [turnMs === null ? "-" : millisecondsText(turnMs)] : []),
    // What has no name of its own is known by its logic.
    name ?? `(${logic})`,
  ];
}
