// Words for what is said of runs: ids, states, costs and times, as every place shows them.
import { plural } from "../../actors/rendering/report-order.ts";
import type { RunPhase, RunSummary } from "../../actors/runs/run-summary.ts";
import { type Color, paint, type Terminal } from "../terminal.ts";

export function phaseText(phase: RunPhase, terminal: Terminal): string {
  return paint(terminal, phaseColors[phase], phase);
}

/** "3 of 12" */
export function stepsText({ done, total }: RunSummary["steps"]): string {
  return `${done} of ${total}`;
}

/** Four digits behind the point where it is little: most answers of models cost less than a cent. */
export function costText(costUsd: number | null): string {
  if (costUsd === null) return "cost unknown";
  if (costUsd === 0) return "US$ 0";
  return `US$ ${costUsd.toFixed(costUsd < 1 ? 4 : 2)}`;
}

/** What models were asked; undefined where none was. */
export function modelUse({ tokens, costUsd, interruptedCalls }: ModelUse): string | undefined {
  if (tokens === 0 && (costUsd === 0 || costUsd === null) && interruptedCalls === 0) return undefined;
  const lost = interruptedCalls === 0 ? "" : `, ${plural(interruptedCalls, "request")} maybe paid in vain`;
  return `${tokens} tokens, ${costText(costUsd)}${lost}`;
}

export type ModelUse = Pick<RunSummary, "tokens" | "costUsd" | "interruptedCalls">;

/** "waits for the workspace: nobody who has it is there" */
export function waitText({ for: cause, why }: NonNullable<RunSummary["waiting"]>): string {
  return `waits for ${causeWords[cause]}${why === "" ? "" : `: ${why}`}`;
}

/** By the wall clock of whoever wrote it, in UTC: 2026-11-23 02:53:16Z. */
export function timeOfDay(at: number): string {
  return `${utc.format(timeIn(at))}Z`;
}

/** 2026-11-23T02:53:16.482Z */
export function isoTime(at: number): string {
  const time = timeIn(at);
  return `${utc.format(time).replace(" ", "T")}.${String(time % 1_000).padStart(3, "0")}Z`;
}

/** What is no time is the beginning of all times: it came from elsewhere. */
function timeIn(at: number): number {
  return at >= 0 && at <= timeMsMax ? Math.floor(at) : 0;
}

const utc = new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC", dateStyle: "short", timeStyle: "medium" });

// The last moment that a date can say.
const timeMsMax = 8.64e15;

const phaseColors: Readonly<Record<RunPhase, Color>> = {
  queued: "gray",
  running: "blue",
  waiting: "yellow",
  interrupted: "yellow",
  done: "green",
  failed: "red",
  cancelled: "gray",
};

const causeWords = {
  limit: "a limit",
  workspace: "its files",
  answer: "an answer",
  node: "a node",
} as const satisfies Readonly<Record<NonNullable<RunSummary["waiting"]>["for"], string>>;

/** Of a question; nothing where any text is an answer. */
export function choicesText(choices: readonly string[]): string {
  return choices.length === 0 ? "" : ` (${choices.join(", ")})`;
}
