// The helper of a shell that has the node hand over what it owns and end, and shows how far that is.
import type { Node } from "../../runtime/index.ts";
import { Misuse } from "../../runtime/process/failures.ts";
import { controlLimits } from "../control/limits.ts";
import type { Reports } from "../control/reports.ts";
import { attachLimits as limits } from "./limits.ts";
import { readable } from "./table.ts";

/** A node as far as it drains. */
export interface DrainedNode {
  retire(request: { readonly deadlineMs: number }): boolean;
  tellDrain(): Reports["drain"];
}

interface DrainOptions {
  readonly node: Node;
  /** Undefined where the node cannot drain. */
  readonly drain: DrainedNode | undefined;
  readonly show: (line: string) => void;
  /** Aborted where the evaluation is given up; the drain goes on. */
  readonly signal: () => AbortSignal | undefined;
}

/** Resolves with how it ended. @throws {Misuse} no such deadline */
export async function drain(options: DrainOptions, deadlineMs: unknown): Promise<unknown> {
  const { node, drain: drained, signal } = options;
  if (drained === undefined) {
    return readable(
      { drained: false },
      `Node ${node.name} cannot drain: what started it gave it no way to hand over its work. What it can do now is stop in good order: aiex node stop ${node.name}.`,
    );
  }
  const most = Number(deadlineMs ?? limits.drainDeadlineMsDefault);
  if (!(most >= 0 && most <= controlLimits.drainDeadlineMsMax))
    throw new Misuse(
      `A drain ends after 0 to ${controlLimits.drainDeadlineMsMax} ms; given was ${String(deadlineMs).slice(0, 60)}.`,
    );
  drained.retire({ deadlineMs: most });
  const end = await followed(options, drained, signal());
  if (end === undefined) return readable({ drained: false }, `Node ${node.name} goes on draining.`);
  const { owned, left, calls, isCut } = end;
  const words = isCut
    ? `Cut short. Children left: ${left} of ${owned}, which start again elsewhere from their last checkpoints. Calls left: ${calls}.`
    : `All that node ${node.name} owned is handed over. Children: ${owned}.`;
  return readable({ drained: !isCut, owned, left, calls }, `${words} The node ends now.`);
}

/** Its end; undefined where nobody follows it any more. */
async function followed(
  { node, show }: DrainOptions,
  drained: DrainedNode,
  given: AbortSignal | undefined,
): Promise<Reports["drain"] | undefined> {
  let shown = "";
  while (given?.aborted !== true) {
    const now = drained.tellDrain();
    if (now.isDone) return now;
    const line = `Children left: ${now.left} of ${now.owned}. Calls left: ${now.calls}.\n`;
    if (line !== shown) show(line);
    shown = line;
    await new Promise<void>((resolve) => node.world.timers.set(limits.drainLookEveryMs, resolve));
  }
  return undefined;
}
