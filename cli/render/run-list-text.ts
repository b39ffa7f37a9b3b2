// Runs as a list for people.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { runsShownMax } from "../limits.ts";
import type { Terminal } from "../terminal.ts";
import { agoText } from "./amounts.ts";
import { type Column, columnLines } from "./columns.ts";
import { costText, phaseText, stepsText, waitText } from "./run-words.ts";

export interface ListedRun extends RunSummary {
  /** Undefined for those of this user's own commands. */
  readonly place: string | undefined;
}

/** `now`: by the wall clock. Nothing that a run says is trusted: it is made printable first. */
export function renderRunList(untrusted: readonly ListedRun[], now: number, terminal: Terminal): string {
  const shown = untrusted.slice(0, runsShownMax);
  const runs = sanitizeData(shown, (text) => printable(text, terminal));
  const lines = columnLines(
    columns,
    runs.map((run) => cellsOf(run, now, terminal)),
    terminal,
  );
  const left = untrusted.length - shown.length;
  if (left > 0) lines.push(`${plural(left, "earlier run")} not shown; --format json has all of them`);
  return `${lines.join("\n")}\n`;
}

const columns: readonly Column[] = [
  { title: "RUN", align: "left" },
  { title: "STATE", align: "left" },
  { title: "STEPS", align: "right" },
  { title: "COST", align: "right" },
  { title: "AGE", align: "right" },
  { title: "WHERE", align: "left" },
  { title: "WHAT", align: "left" },
];

function cellsOf(run: ListedRun, now: number, terminal: Terminal): readonly string[] {
  const { id, phase, steps, tokens, costUsd, createdAt, node, place, title, waiting, problem } = run;
  const why = waiting === undefined ? problem : waitText(waiting);
  return [
    shortId(id),
    phaseText(phase, terminal),
    stepsText(steps),
    tokens === 0 && costUsd === 0 ? "-" : costText(costUsd),
    agoText(now - createdAt),
    place === undefined ? "here" : (node ?? "-"),
    why === undefined ? title : `${title} (${why})`,
  ];
}
