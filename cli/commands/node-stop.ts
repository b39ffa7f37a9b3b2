// `aiex node stop`: asks a node to stop in good order, and waits until it is gone.
import { printable } from "../../actors/rendering/printable.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { gone } from "../gone.ts";
import { openDeadlineMs } from "../limits.ts";
import { optionValue } from "../parse.ts";
import { within, withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
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
