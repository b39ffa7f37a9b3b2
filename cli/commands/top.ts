// `aiex top`: the processes of a node that have the most of something.
import type { Asking } from "../asking.ts";
import { topWords } from "../command-tables/processes.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { numberValue, optionValue } from "../parse.ts";
import { inspected, withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { renderTop } from "../render/top-text.ts";
import { namedNode } from "../target.ts";
import { terminalOf } from "../terminal.ts";

export async function top(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  return withRemote(asking, namedNode(parsed), async (reached) => {
    const by = topWords.find((word) => word === optionValue(parsed, "by")) ?? "messagesHandled";
    const limit = numberValue(parsed, "count") ?? 1;
    const report = await inspected(host, reached, "top", { by, limit });
    const { rows, processes, cut } = report;
    const { node } = reached;
    await host.stdout.write(
      optionValue(parsed, "format") === "json"
        ? renderJson({ schema: "aiex.top/1", node, by, total: processes, processes: rows, left_out: cut })
        : renderTop(node, report, terminalOf(host.stdout, host.env, host.platform)),
    );
    return exitCodes.ok;
  });
}
