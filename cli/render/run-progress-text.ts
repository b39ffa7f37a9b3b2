// How far a run is that somebody follows, as one line: steps, time, tokens, cost and node.
import { printable } from "../../actors/rendering/printable.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import type { Terminal } from "../terminal.ts";
import { agoText } from "./amounts.ts";
import { modelUse, stepsText, waitText } from "./run-words.ts";

export interface RunProgress {
  /** Undefined until something of it was read. */
  readonly summary: RunSummary | undefined;
  /** The step that was heard of last. */
  readonly step: string | undefined;
  /** Why nobody is read from at the moment. */
  readonly lost: string | undefined;
  readonly isOwn: boolean;
}

/** `now`: by the wall clock. */
export function runProgressText(
  id: string,
  { summary, step, lost, isOwn }: RunProgress,
  now: number,
  terminal: Terminal,
): string {
  const name = `Run ${shortId(id)}`;
  if (summary === undefined) return printable(`${name}...${lost === undefined ? "" : ` ${lost}`}`, terminal);
  const { steps, phase, waiting, node, createdAt } = summary;
  const use = modelUse(summary);
  const parts = [
    `${stepsText(steps)} steps`,
    agoText(now - createdAt),
    ...(use === undefined ? [] : [use]),
    ...(isOwn || node === undefined ? [] : [`on ${node}`]),
  ];
  const doing = waiting === undefined ? (phase === "running" ? step : phase) : waitText(waiting);
  const said = lost === undefined ? doing : `looking for who has it (${lost})`;
  return printable(`${name}: ${parts.join(", ")}${said === undefined ? "" : `  ${said}`}`, terminal);
}
