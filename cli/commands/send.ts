// `aiex send`: a message to a process of a node that runs.
import { printable } from "../../actors/rendering/printable.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { readArgument } from "../json-argument.ts";
import { optionValue } from "../parse.ts";
import { findProcess, sendTo } from "../processes.ts";
import { withRemote } from "../remote.ts";
import { renderJson } from "../render/json.ts";
import { targetOf, targetText } from "../target.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function send(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const [word = "", text = ""] = parsed.arguments;
  const target = targetOf(word, "send");
  const message = messageOf(await readArgument(asking, text, "MESSAGE"));
  return withRemote(asking, target.node, async (reached) => {
    const { node } = reached;
    const pid = await findProcess(host, reached, target);
    await sendTo(host, reached, target, message);
    if (optionValue(parsed, "format") === "json") {
      await host.stdout.write(renderJson({ schema: "aiex.sent/1", node, pid }));
    } else {
      const terminal = terminalOf(host.stdout, host.env, host.platform);
      await host.stdout.write(`${printable(`Sent to ${targetText(target)} (${pid}).`, terminal)}\n`);
    }
    return exitCodes.ok;
  });
}

function messageOf(value: unknown): object {
  const isMessage =
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
  if (isMessage && !Array.isArray(value)) return value;
  throw new UsageError(
    `A MESSAGE is a JSON object with a "type" that is a text, such as '{"type":"press"}'; given was ${JSON.stringify(value).slice(0, 60)}.`,
    "send",
  );
}
