// What is remembered of earlier operations, for people.
import type { ContextSessionsReport, ContextStatusReport } from "../../actors/control/context-shapes.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import type { Terminal } from "../terminal.ts";
import { agoText, bytesText } from "./amounts.ts";
import { type Column, columnLines, factLines } from "./columns.ts";

/** `node`: null for this machine's user. Nothing that was told is trusted: it is made printable first. */
export function renderContextStatus(
  node: string | null,
  untrusted: ContextStatusReport,
  terminal: Terminal,
): string {
  const status = sanitizeData({ node, ...untrusted }, (text) => printable(text, terminal));
  const { place, sessions, entries, bytes, bytesMax, unwritten, evicted, forgotten, problem } = status;
  const facts: (readonly [string, string])[] = [
    ["kept in", place],
    [
      status.node === null ? "sessions" : `held on ${status.node}`,
      `${sessions}, with ${plural(entries, "entry", "entries")}`,
    ],
    ["size", status.node === null ? bytesText(bytes) : `${bytesText(bytes)} of ${bytesText(bytesMax)}`],
  ];
  if (status.node !== null) {
    facts.push(
      ["not written yet", `${unwritten}`],
      ["left memory", `${evicted}`],
      ["forgotten", `${forgotten}`],
    );
  }
  if (problem !== null) facts.push(["problem", problem]);
  return `${factLines(facts).join("\n")}\n`;
}

/** `now`: by the wall clock. As `renderContextStatus`. */
export function renderSessions(untrusted: ContextSessionsReport, now: number, terminal: Terminal): string {
  const { sessions, cut } = sanitizeData(untrusted, (text) => printable(text, terminal));
  if (sessions.length === 0) return "Nothing is remembered.\n";
  const rows = sessions.map(({ label, entries, bytes, usedAt, node }) => [
    `${entries}`,
    bytesText(bytes),
    agoText(now - usedAt),
    node ?? "-",
    label,
  ]);
  const lines = columnLines(columns, rows, terminal);
  if (cut > 0) lines.push(`${plural(cut, "session")} not shown`);
  return `${lines.join("\n")}\n`;
}

const columns: readonly Column[] = [
  { title: "ENTRIES", align: "right" },
  { title: "SIZE", align: "right" },
  { title: "USED", align: "right" },
  { title: "OWNER", align: "left" },
  { title: "SESSION", align: "left" },
];
