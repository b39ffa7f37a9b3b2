// `aiex tree`: the supervision trees of a node.
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { numberValue, optionValue } from "../parse.ts";
import { inspected, withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { renderTree } from "../render/tree-text.ts";
import { namedNode } from "../target.ts";
import { terminalOf } from "../terminal.ts";

export async function tree(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  return withRemote(asking, namedNode(parsed), async (reached) => {
    const childrenMax = numberValue(parsed, "children") ?? 1;
    const report = await inspected(host, reached, "tree", { childrenMax });
    const { trees, cut } = report;
    const { node } = reached;
    await host.stdout.write(
      optionValue(parsed, "format") === "json"
        ? renderJson({ schema: "aiex.tree/1", node, trees, left_out: cut })
        : renderTree(node, report, terminalOf(host.stdout, host.env, host.platform)),
    );
    return exitCodes.ok;
  });
}
