// `aiex call`: calls a process of a node that runs, and prints its reply.
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { readArgument } from "../json-argument.ts";
import { optionValue } from "../parse.ts";
import { callTo } from "../processes.ts";
import { withRemote } from "../remote.ts";
import { renderValue } from "../render/shown-json.ts";
import { targetOf } from "../target.ts";
import { terminalOf } from "../terminal.ts";

export async function call(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const [word = "", type = "", text] = parsed.arguments;
  const target = targetOf(word, "call");
  const payload = text === undefined ? undefined : await readArgument(asking, text, "PAYLOAD");
  return withRemote(asking, target.node, async (reached) => {
    const reply = await callTo(host, reached, target, type, payload);
    const isPretty = host.stdout.isTTY === true && optionValue(parsed, "format") === "text";
    const terminal = terminalOf(host.stdout, host.env, host.platform);
    await host.stdout.write(renderValue(reply, terminal, isPretty));
    return exitCodes.ok;
  });
}
