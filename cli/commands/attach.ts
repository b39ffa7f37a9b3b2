// `aiex attach`: a shell inside a node that runs, for a person or for one line of a script.
import { attachLimits } from "../../actors/attach/limits.ts";
import { subjects } from "../../runtime/wire/subject.ts";
import { converse } from "../attach/conversation.ts";
import { ShellUnreachable } from "../attach/failures.ts";
import { terminalLimits } from "../attach/limits.ts";
import { evaluateOnce } from "../attach/one-shot.ts";
import type { AttachPlace } from "../attach/remote-shell.ts";
import type { LineInput } from "../attach/screen.ts";
import type { ExitCode } from "../exit-codes.ts";
import type { ByteInput, Host } from "../host.ts";
import type { Interruption } from "../interruption.ts";
import { numberValue, optionValue, type ParsedCommand } from "../parse.ts";
import { type Reached, withRemote } from "../remote.ts";
import { readStdin } from "../stdin.ts";
import { terminalOf } from "../terminal.ts";
import { UsageError } from "../usage.ts";

export async function attach(
  parsed: ParsedCommand,
  host: Host,
  interruption: Interruption,
): Promise<ExitCode> {
  const given = optionValue(parsed, "eval");
  const format = optionValue(parsed, "format") === "json" ? "json" : "text";
  if (given === undefined && format === "json")
    throw new UsageError("--format json is for --eval: a person reads text.", "attach");
  const [node] = parsed.arguments;
  const text = given === "-" ? await scriptOf(host, interruption) : given;
  return withRemote({ parsed, host, interruption }, node, (reached) =>
    attached(placeOf(reached), { parsed, host, interruption, text, format }),
  );
}

interface Attaching {
  readonly parsed: ParsedCommand;
  readonly host: Host;
  readonly interruption: Interruption;
  readonly text: string | undefined;
  readonly format: "text" | "json";
}

/** @throws {ShellUnreachable} the node is behind another one: code is handed on by nobody */
function placeOf({ remote, node }: Pick<Reached, "remote" | "node">): AttachPlace {
  const { gate, carrier, self: from } = remote;
  const entry = gate === undefined ? node : remote.entry;
  if (gate !== undefined && gate !== entry) {
    throw new ShellUnreachable(
      `Node ${entry} is not behind the socket of node ${gate}, which hands on no shells. Run aiex attach on the machine of ${entry}, or over its cluster's broker: --nats URL.`,
    );
  }
  return { carrier, subjects: subjects(remote.cluster), node: entry, from };
}

async function attached(
  place: AttachPlace,
  { parsed, host, interruption, text, format }: Attaching,
): Promise<ExitCode> {
  const mode =
    optionValue(parsed, "read-only") === undefined && !parsed.options.has("read-only") ? "evaluate" : "look";
  const timeoutMs = numberValue(parsed, "timeout") ?? attachLimits.evaluationTimeoutMsDefault;
  const { signal } = interruption;
  if (text === undefined)
    return converse(place, { host, input: lineInput(host.stdin), mode, timeoutMs, signal });
  const { columns } = terminalOf(host.stdout, host.env, host.platform);
  return evaluateOnce(place, { world: host.world, host, mode, columns, text, format, timeoutMs, signal });
}

async function scriptOf(host: Host, interruption: Interruption): Promise<string> {
  const reading = readStdin(
    host.stdin,
    terminalLimits.scriptBytesMax,
    "a shorter script, or a module that it imports",
  );
  return new TextDecoder().decode(await interruption.orInterrupted(reading));
}

/** Standard input is a stream wherever this runs as a command. */
function lineInput(stdin: ByteInput): LineInput {
  if ("pipe" in stdin) return stdin as ByteInput & LineInput;
  throw new UsageError("Standard input cannot be read line by line here. Use --eval.", "attach");
}
