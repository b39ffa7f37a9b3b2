// `aiex node stop`: asks a node to stop in good order, and waits until it is gone.
import { ControlRefused } from "../../actors/control/envelope.ts";
import { NodeUnreachable } from "../../supervisors/remote/failures.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import type { Host } from "../host.ts";
import { goneLookEveryMs, openDeadlineMs } from "../limits.ts";
import { optionValue } from "../parse.ts";
import { inspected, NoAnswerInTime, type Reached, within, withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { printable } from "../render/printable.ts";
import { namedNode } from "../target.ts";
import { terminalOf } from "../terminal.ts";

export async function nodeStop(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  return withRemote(asking, namedNode(parsed), async (reached) => {
    const { remote, node, timeoutMs } = reached;
    const asked = remote.control(node, "stop", {}, Math.min(timeoutMs, openDeadlineMs));
    const { incarnation, osPid } = await within(host, asked, timeoutMs, `Asking ${node} to stop`);
    await gone(asking, reached, incarnation);
    if (optionValue(parsed, "format") === "json") {
      await host.stdout.write(renderJson({ schema: "aiex.node-stopped/1", node, incarnation, osPid }));
      return exitCodes.ok;
    }
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(`${printable(`Node ${node} has stopped.`, terminal)}\n`);
    return exitCodes.ok;
  });
}

/** Looks until nobody answers, or another incarnation does. @throws {NoAnswerInTime} */
async function gone({ host }: Asking, reached: Reached, incarnation: number): Promise<void> {
  const { clock, timers } = host.world;
  const deadline = clock.now() + reached.timeoutMs;
  while (clock.now() < deadline) {
    if (!(await isThere(host, reached, incarnation))) return;
    await new Promise<void>((resolve) => timers.set(goneLookEveryMs, resolve));
  }
  throw new NoAnswerInTime(`Stopping ${reached.node}`, reached.timeoutMs);
}

async function isThere(host: Host, reached: Reached, incarnation: number): Promise<boolean> {
  try {
    return (await inspected(host, reached, "node", {})).incarnation === incarnation;
  } catch (error) {
    if (error instanceof NodeUnreachable) return false;
    if (error instanceof ControlRefused) return error.code !== "node_unreachable";
    throw error;
  }
}
