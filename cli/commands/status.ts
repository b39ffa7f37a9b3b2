// `aiex status`: what a node is, how it fares, and what is wrong with it.
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { inspected, withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { renderStatus } from "../render/status-text.ts";
import { namedNode } from "../target.ts";
import { terminalOf } from "../terminal.ts";

export async function status(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  return withRemote(asking, namedNode(parsed), async (reached) => {
    const report = await inspected(host, reached, "status", {});
    await host.stdout.write(
      optionValue(parsed, "format") === "json"
        ? renderJson({ schema: "aiex.status/1", ...report })
        : renderStatus(report, terminalOf(host.stdout, host.env, host.platform)),
    );
    return exitCodes.ok;
  });
}
