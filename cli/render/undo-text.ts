// What runs have changed, and what was taken back, for people.
import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import type { ListedSet } from "../../actors/workspace/changes/undo.ts";
import { sanitizeData } from "../../runtime/observe/sanitize.ts";
import { runsShownMax } from "../limits.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";
import { agoText } from "./amounts.ts";
import { type Column, columnLines } from "./columns.ts";

/** What becomes of a file; nothing stands for no file. */
export interface FileFate {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

export function changeWord({ before, after }: FileFate): "made" | "taken away" | "changed" {
  if (before === null || before === undefined) return "made";
  return after === null || after === undefined ? "taken away" : "changed";
}

export function renderUndone(
  { run, files }: { readonly run: string; readonly files: readonly FileFate[] },
  terminal: Terminal,
): string {
  const lines = files.map((file) => {
    const word = changeWord(file);
    const note = word === "changed" ? "" : ` (${word === "made" ? "there again" : "taken away"})`;
    return `  ${printable(file.path, terminal)}${paint(terminal, "gray", note)}`;
  });
  const what = files.length === 0 ? "its files were so already" : `${plural(files.length, "file")} as before`;
  return `${[`Took back what run ${shortId(run)} changed: ${what}.`, ...lines].join("\n")}\n`;
}

/** `now`: by the wall clock. */
export function renderChangeList(untrusted: readonly ListedSet[], now: number, terminal: Terminal): string {
  if (untrusted.length === 0) return "No run has changed files here, as far as that is kept.\n";
  const shown = sanitizeData(untrusted.slice(0, runsShownMax), (text) => printable(text, terminal));
  const rows = shown.map(({ run, title, at, state, changes }) => [
    shortId(run),
    paint(terminal, stateColors[state], state),
    agoText(now - at),
    `${changes.length}`,
    title,
  ]);
  const lines = columnLines(columns, rows, terminal);
  const left = untrusted.length - shown.length;
  if (left > 0) lines.push(`${plural(left, "earlier change")} not shown; --format json has all of them`);
  return `${lines.join("\n")}\n`;
}

const stateColors: Readonly<Record<ListedSet["state"], Color>> = {
  applied: "green",
  undone: "gray",
  undo: "blue",
};

const columns: readonly Column[] = [
  { title: "RUN", align: "left" },
  { title: "STATE", align: "left" },
  { title: "AGE", align: "right" },
  { title: "FILES", align: "right" },
  { title: "WHAT", align: "left" },
];
