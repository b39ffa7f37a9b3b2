// How far a pipeline is: a block of lines that is redrawn, and single lines where nothing is.

import { printable } from "../../actors/rendering/printable.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { cutTo, widthOf } from "../../actors/rendering/wrap.ts";
import type { PipelineStanding, StepStanding, StepState } from "../pipeline-standing.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";
import { agoText } from "./amounts.ts";
import { costText } from "./run-words.ts";

/** Steps that are shown at once; those around the ones at work. A terminal has some two dozen lines. */
const stepsShownMax = 10;

/** `now`: by the wall clock. No line is wider than the terminal. */
export function pipelineBlock(
  standing: PipelineStanding,
  now: number,
  terminal: Terminal,
  showsTail: boolean,
): readonly string[] {
  const { steps, begunAt } = standing;
  const ended = steps.filter(isEnded).length;
  const tokens = steps.reduce((sum, step) => sum + step.tokens, 0);
  const head = [
    `Pipeline: ${ended} of ${steps.length} steps`,
    ...(begunAt === undefined ? [] : [agoText(now - begunAt)]),
    ...(tokens === 0 ? [] : [`${tokens} tokens, ${costText(costOf(steps))}`]),
    ...(standing.waits === undefined ? [] : [`waits: ${printable(standing.waits, terminal)}`]),
  ];
  const first = firstShown(steps);
  const shown = steps.slice(first, first + stepsShownMax);
  const before = first === 0 ? [] : [`  ... ${first} before these`];
  const left = steps.length - first - shown.length;
  const behind = left === 0 ? [] : [`  ... ${left} behind these`];
  const lines = shown.flatMap((step) => [
    stepLine(step, standing.node, now, terminal),
    ...(showsTail && step.tail !== "" ? [tailLine(step.tail, terminal)] : []),
  ]);
  return [head.join(", "), ...before, ...lines, ...behind].map((line) => fitted(line, terminal));
}

/** One step that has just begun or ended, for a log. */
export function stepLogLine(
  step: StepStanding,
  total: number,
  node: string | undefined,
  now: number,
  terminal: Terminal,
): string {
  const facts = factsOf(step, node, now, terminal);
  const said = facts.length === 0 ? "" : `: ${facts.join(", ")}`;
  return `${paint(terminal, stateColors[step.state], step.state.padEnd(7))}  step ${step.id} of ${total}, ${printable(step.text, terminal)}${said}`;
}

function stepLine(step: StepStanding, node: string | undefined, now: number, terminal: Terminal): string {
  const facts = factsOf(step, node, now, terminal).join(", ");
  const head = `  ${step.state.padEnd(7)} ${step.id.padStart(2)} `;
  const room = terminal.columns - 1 - head.length - widthOf(facts) - (facts === "" ? 0 : 2);
  const text = printable(step.text, terminal);
  // What it is gives way first to how it stands, but for a few letters.
  const name = widthOf(text) <= room ? text : cutTo(text, Math.max(nameColumnsMin, room));
  return `${head}${name}${facts === "" ? "" : `  ${facts}`}`;
}

function factsOf(step: StepStanding, node: string | undefined, now: number, terminal: Terminal): string[] {
  const { startedAt, endedAt, tokens, costUsd, parts, files, doing, state, reason } = step;
  return [
    ...(startedAt === undefined || state === "skipped" ? [] : [agoText((endedAt ?? now) - startedAt)]),
    ...(parts === undefined ? [] : [`${parts.done} of ${plural(parts.total, "part")}`]),
    ...(parts === undefined || parts.failed === 0 ? [] : [`${parts.failed} failed`]),
    ...(files === undefined || state !== "working" ? [] : [`${files.done} of ${files.total} files`]),
    ...(tokens === 0 ? [] : [`${tokens} tokens`, costText(costUsd)]),
    ...(state === "working" && startedAt !== undefined && node !== undefined
      ? [`on ${printable(node, terminal)}`]
      : []),
    ...(doing === undefined ? [] : [printable(doing, terminal)]),
    ...(reason === undefined ? [] : [printable(reason, terminal)]),
  ];
}

function tailLine(tail: string, terminal: Terminal): string {
  const text = printable(tail.replace(/\s+/g, " ").trim(), terminal);
  const indent = " ".repeat(11);
  const room = Math.max(1, terminal.columns - 1 - indent.length);
  const all = [...text];
  let from = Math.max(0, all.length - room);
  while (widthOf(all.slice(from).join("")) > room) from += 1;
  return `${indent}${all.slice(from).join("")}`;
}

function fitted(line: string, terminal: Terminal): string {
  return cutTo(line, terminal.columns - 1);
}

/** The first that is shown where not all have room: the last ones that ended, those at work, and what is next. */
function firstShown(steps: readonly StepStanding[]): number {
  const open = steps.findIndex((step) => !isEnded(step));
  const around = (open === -1 ? steps.length : open) - 2;
  return Math.max(0, Math.min(around, steps.length - stepsShownMax));
}

function isEnded({ state }: StepStanding): boolean {
  return state === "done" || state === "skipped" || state === "failed";
}

function costOf(steps: readonly StepStanding[]): number | null {
  return steps.reduce<number | null>(
    (sum, { costUsd }) => (sum === null || costUsd === null ? null : sum + costUsd),
    0,
  );
}

const nameColumnsMin = 8;

const stateColors: Readonly<Record<StepState, Color>> = {
  waiting: "gray",
  working: "blue",
  done: "green",
  skipped: "gray",
  failed: "red",
};
