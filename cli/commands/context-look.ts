// `aiex context status` and `aiex context sessions`: what is remembered, where, and how much it takes.
import type { Asking } from "../asking.ts";
import { withContext } from "../context-places.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { renderContextStatus, renderSessions } from "../render/context-text.ts";
import { renderJson } from "../render/json.ts";
import { terminalOf } from "../terminal.ts";

export async function contextStatus(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const { node, status } = await withContext(asking, async (place) => ({
    node: place.node,
    status: await place.status(),
  }));
  await host.stdout.write(
    optionValue(parsed, "format") === "json"
      ? renderJson({ schema: "aiex.context-status/1", node, ...status })
      : renderContextStatus(node, status, terminalOf(host.stdout, host.env, host.platform)),
  );
  return status.problem === null ? exitCodes.ok : exitCodes.failed;
}

export async function contextSessions(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const { node, report } = await withContext(asking, async (place) => ({
    node: place.node,
    report: await place.sessions(),
  }));
  const terminal = terminalOf(host.stdout, host.env, host.platform);
  await host.stdout.write(
    optionValue(parsed, "format") === "json"
      ? renderJson({ schema: "aiex.context-sessions/1", node, ...report })
      : renderSessions(report, host.world.clock.wallTime(), terminal),
  );
  return exitCodes.ok;
}
