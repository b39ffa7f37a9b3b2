// `aiex cluster drain`: has a node hand over what it owns and leave, shows how far that is, and waits until it is gone.
import type { Reports } from "../../actors/control/reports.ts";
import { printable } from "../../actors/rendering/printable.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { gone, isAbsence } from "../gone.ts";
import { drainLogEveryMs, goneLookEveryMs, openDeadlineMs } from "../limits.ts";
import { numberValue, optionValue } from "../parse.ts";
import { type Progress, startProgress } from "../progress.ts";
import { inspected, NoAnswerInTime, type Reached, within, withRemote } from "../remote.ts";
import { type Drained, drainedText, drainingText } from "../render/drain-text.ts";
import { renderJson } from "../render/json.ts";
import { nodeNamed } from "../target.ts";
import { terminalOf } from "../terminal.ts";

type Seen = Reports["drain"];

export async function clusterDrain(asking: Asking): Promise<ExitCode> {
  const { parsed } = asking;
  const [word = ""] = parsed.arguments;
  const deadlineMs = numberValue(parsed, "deadline") ?? 0;
  return withRemote(asking, nodeNamed(word, "cluster drain"), async (reached) => {
    const { host } = asking;
    const { remote, node, timeoutMs } = reached;
    const asked = remote.control(node, "drain", { deadlineMs }, Math.min(timeoutMs, openDeadlineMs));
    const { incarnation, osPid, isNew } = await within(host, asked, timeoutMs, `Asking ${node} to drain`);
    if (!isNew) await showNotice(`${node} was draining already; it keeps the deadline that it has.`, host);
    const last = await shown(asking, reached, deadlineMs);
    await gone(asking, reached, incarnation);
    return told(asking, { node, incarnation, osPid, deadlineMs, last });
  });
}

/** Shows how far it is until that is over. Gives what the node said last; undefined where it said nothing. */
async function shown(asking: Asking, reached: Reached, deadlineMs: number): Promise<Seen | undefined> {
  const { host, interruption } = asking;
  const { node } = reached;
  const terminal = terminalOf(host.stderr, host.env, host.platform);
  const progress = startProgress<Seen>({
    ...{ world: host.world, output: host.stderr, terminal, afterMs: 0, logEveryMs: drainLogEveryMs },
    text: (seen) => printable(drainingText(node, seen), terminal),
  });
  try {
    return await interruption.orInterrupted(followed(asking, reached, deadlineMs, progress));
  } catch (error) {
    await progress.end();
    if (interruption.signal.aborted) await showNotice(`${node} goes on draining.`, host);
    throw error;
  } finally {
    await progress.end();
  }
}

/** @throws {NoAnswerInTime} it neither ends nor leaves */
async function followed(
  { host, interruption }: Asking,
  reached: Reached,
  deadlineMs: number,
  progress: Progress<Seen>,
): Promise<Seen | undefined> {
  const { clock, timers } = host.world;
  const boundMs = deadlineMs + reached.timeoutMs;
  const until = clock.now() + boundMs;
  let last: Seen | undefined;
  while (clock.now() < until && !interruption.signal.aborted) {
    const now = await seen(host, reached);
    // Nobody is there any more, or another incarnation, which does not drain.
    if (now === "gone" || (now !== "busy" && !now.draining)) return last;
    if (now !== "busy") {
      if (isFurther(now, last)) progress.report(now);
      last = now;
      if (now.isDone) return now;
    }
    await new Promise<void>((resolve) => timers.set(goneLookEveryMs, resolve));
  }
  throw new NoAnswerInTime(`Draining ${reached.node}`, boundMs);
}

async function seen(host: Asking["host"], reached: Reached): Promise<Seen | "gone" | "busy"> {
  try {
    return await inspected(host, reached, "drain", {});
  } catch (error) {
    if (isAbsence(error)) return "gone";
    if ((error as { readonly retryable?: unknown }).retryable === true) return "busy";
    throw error;
  }
}

function isFurther(now: Seen, last: Seen | undefined): boolean {
  return last === undefined || now.left !== last.left || now.calls !== last.calls || now.owned !== last.owned;
}

/** What it came to decides how the command ends: 7 where the node has left before it had handed over everything. */
async function told({ parsed, host }: Asking, drained: Drained): Promise<ExitCode> {
  const { node, incarnation, osPid, last } = drained;
  const isComplete = last?.isDone === true && !last.isCut;
  if (optionValue(parsed, "format") === "json") {
    const { owned, left, calls, why } = last ?? { owned: null, left: null, calls: null, why: null };
    const outcome = { node, incarnation, osPid, complete: isComplete, owned, left, calls, why };
    await host.stdout.write(renderJson({ schema: "aiex.cluster-drained/1", ...outcome }));
  } else {
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(`${printable(drainedText(drained), terminal)}\n`);
  }
  return isComplete ? exitCodes.ok : exitCodes.partial;
}
