// How far the drain of a node is, and what it came to, in the words of people.
import type { Reports } from "../../actors/control/reports.ts";
import { plural } from "../../actors/rendering/report-order.ts";
import { timeText } from "../time-span.ts";

export interface Drained {
  readonly node: string;
  readonly incarnation: number;
  readonly osPid: number;
  readonly deadlineMs: number;
  /** What the node said last; undefined where it said nothing. */
  readonly last: Reports["drain"] | undefined;
}

/** "Draining beta: 2 of 5 children handed over, 3 calls to answer" */
export function drainingText(node: string, progress: Reports["drain"] | undefined): string {
  if (progress === undefined) return `Draining ${node}...`;
  const { owned, left, calls } = progress;
  const handed = `${owned - left} of ${plural(owned, "child", "children")} handed over`;
  return `Draining ${node}: ${handed}${calls === 0 ? "" : `, ${plural(calls, "call")} to answer`}`;
}

export function drainedText({ node, deadlineMs, last }: Drained): string {
  if (last === undefined || !last.isDone) {
    return `${node} has ended before it said that everything was handed over. What it still owned starts again elsewhere from its last checkpoint.`;
  }
  const { owned, left, calls, isCut, why } = last;
  if (!isCut) {
    const children = plural(owned, "child", "children");
    return owned === 0
      ? `${node} owned nothing, and has left.`
      : `${node} has handed over ${children} and left.`;
  }
  const early = why === null ? `Its deadline (${timeText(deadlineMs)}) came` : `The end came (${why})`;
  const rest = [
    ...(left === 0 ? [] : [`${left} of ${plural(owned, "child", "children")}`]),
    ...(calls === 0 ? [] : [plural(calls, "call")]),
  ];
  const what = rest.length === 0 ? "" : `: ${rest.join(" and ")} were left`;
  const start = left === 0 ? "" : " Those children start again elsewhere from their last checkpoints.";
  return `${node} has left. ${early} before all was done${what}.${start}`;
}
