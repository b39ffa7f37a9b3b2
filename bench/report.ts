// Figures for people: the table of a run, and the page that shows a whole run with the machine it was made on.
import { cpus, totalmem } from "node:os";
import type { Figure } from "./measure.ts";

/** Closer than this to the peer is a tie: that far a figure moves between two runs on one machine. */
const tieRatio = 1.25;

/** Columns for a terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = [header, ...figures.map(cells)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The text of docs/performance.md. */
export function performancePage(figures: readonly Figure[]): string {
  const behind = figures.filter((figure) => verdict(figure) === "behind");
  const [cpu] = cpus();
  const memoryGib = Math.round(totalmem() / 1_024 ** 3);
  return `# Performance

This page is written by \`npm run bench -- --write\`; do not edit it. \`npm run bench\` runs every benchmark and prints a line
of JSON for each figure, \`npm run bench -- spawn\` runs one. The programs are in \`bench/\`, one file for each kind of work.

Machine: ${cpus().length} x ${cpu?.model.trim() ?? "unknown"}, ${memoryGib} GiB, ${process.platform} ${process.arch}. Node ${process.version}, xstate as
in \`package-lock.json\`. Date: ${new Date().toISOString().slice(0, 10)}.

A figure is the median of its rounds, with the least and the greatest behind it. Rounds of ours and of the peer alternate in
one process, and only completed work counts. *Ratio* says how many times as good as the peer we are, whether more or less is
better: it is the median of the rounds' own ratios. Between ${(1 / tieRatio).toFixed(2)} and ${tieRatio} is a tie. Absolute figures differ from machine to
machine and from day to day; the ratio is what to look at. All of it is measured with \`boundary: "trust"\`, as in production;
in development every message is checked and frozen, which costs more.

${markdownTable(figures)}

## Where we are behind

${behind.length === 0 ? "Nowhere in this run." : behind.map(explained).join("\n")}

## What to know about single figures

${notes(figures)}
`;
}

const header = ["work", "unit", "ours", "min to max", "peer", "theirs", "ratio", ""];

function cells(figure: Figure): readonly string[] {
  const { peer } = figure;
  const range = `${shown(figure.min)} to ${shown(figure.max)}`;
  const own = [figure.name, figure.unit, shown(figure.value), range];
  if (peer === undefined) return [...own, "", "", "", ""];
  if (peer.value === null || peer.ratio === null)
    return [...own, peer.name, peer.problem ?? "fails", "", "ahead"];
  return [...own, peer.name, shown(peer.value), peer.ratio.toPrecision(3), verdict(figure)];
}

function markdownTable(figures: readonly Figure[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...figures.map((figure) => line(cells(figure)))].join(
    "\n",
  );
}

function verdict({ peer }: Figure): "ahead" | "tie" | "behind" | "" {
  if (peer === undefined || peer.ratio === null) return "";
  if (peer.ratio >= tieRatio) return "ahead";
  return peer.ratio > 1 / tieRatio ? "tie" : "behind";
}

function explained({ name, peer, note }: Figure): string {
  return `- ${name}: ${peer?.ratio?.toPrecision(3)} times ${peer?.name}.${note === undefined ? "" : ` ${note}`}`;
}

/** Every note once, under the figures that it belongs to. */
function notes(figures: readonly Figure[]): string {
  const named = new Map<string, string[]>();
  for (const { name, note } of figures) {
    if (note === undefined) continue;
    named.set(note, [...(named.get(note) ?? []), name]);
  }
  return [...named].map(([note, names]) => `- ${names.join("; ")}: ${note}`).join("\n");
}

function shown(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString("en-US") : String(value);
}
