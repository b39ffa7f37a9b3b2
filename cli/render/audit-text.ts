// The audit log for people: what happened, and whether all of it is there.
import type { AuditCheck } from "../../actors/audit/chain.ts";
import type { AuditRecord } from "../../actors/audit/record.ts";
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { auditProblemsShownMax, auditTextCharactersMax } from "../limits.ts";
import { paint, type Terminal } from "../terminal.ts";
import { type Column, columnLines } from "./columns.ts";

export function renderAuditCheck(check: AuditCheck, terminal: Terminal): string {
  const { records, from, until, heads, problems } = check;
  if (records === 0 && problems.length === 0) return "Nothing has been audited yet.\n";
  const span = from === undefined ? "" : ` from ${from} to ${until ?? from}`;
  const lines = problems
    .slice(0, auditProblemsShownMax)
    .map(({ file, line, message }) => `${file}${line === undefined ? "" : `:${line}`}: ${message}`);
  const left = problems.length - lines.length;
  if (left > 0) lines.push(`${plural(left, "more problem")}; --format json has all of them`);
  const verdict =
    problems.length === 0
      ? `The audit log is whole: ${plural(records, "record")}${span}.`
      : `The audit log is not what was written: ${plural(problems.length, "problem")} in ${plural(records, "record")}${span}.`;
  const last = heads.map((hash) => `Its last record is ${hash}`);
  return [
    paint(terminal, problems.length === 0 ? "green" : "red", printable(verdict, terminal)),
    ...[...lines, ...last].map((line) => printable(line, terminal)),
    "",
  ].join("\n");
}

export function renderAuditRecords(records: readonly AuditRecord[], terminal: Terminal): string {
  if (records.length === 0) return "There is no such record.\n";
  const rows = records.map(({ at, what, by, about }) => {
    const text = JSON.stringify(about) ?? "";
    const shown = text.length > auditTextCharactersMax ? `${text.slice(0, auditTextCharactersMax)}…` : text;
    return [at, what, by, shown].map((cell) => printable(cell, terminal));
  });
  return `${columnLines(columns, rows, terminal).join("\n")}\n`;
}

const columns: readonly Column[] = [
  { title: "TIME", align: "left" },
  { title: "WHAT", align: "left" },
  { title: "BY", align: "left" },
  { title: "ABOUT", align: "left" },
];
