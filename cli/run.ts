// Runs one command line: parses it, hands it to its command, shows what goes wrong, and gives the exit code.
import { analyze } from "./commands/analyze.ts";
import { configShow } from "./commands/config-show.ts";
import { rulesList } from "./commands/rules-list.ts";
import { rulesShow } from "./commands/rules-show.ts";
import { rulesTest } from "./commands/rules-test.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { showFailure, showNotice } from "./failure.ts";
import type { Host } from "./host.ts";
import type { Interruption } from "./interruption.ts";
import { type ParsedCommand, parseCommandLine } from "./parse.ts";

/** Never rejects. */
export async function run(
  words: readonly string[],
  host: Host,
  interruption: Interruption,
): Promise<ExitCode> {
  try {
    return await dispatch(parseCommandLine(words), host, interruption);
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) return showFailure(error, host);
    await showNotice(code === exitCodes.interrupted ? "Interrupted." : "Terminated.", host);
    return code;
  }
}

function dispatch(parsed: ParsedCommand, host: Host, interruption: Interruption): Promise<ExitCode> {
  const name = parsed.command.words.join(" ");
  switch (name) {
    case "ai analyze":
      return analyze(parsed, host, interruption);
    case "rules list":
      return rulesList(parsed, host, interruption);
    case "rules show":
      return rulesShow(parsed, host, interruption);
    case "rules test":
      return rulesTest(parsed, host, interruption);
    case "config show":
      return configShow(parsed, host, interruption);
    default:
      throw new Error(`The command table holds "${name}", which nothing runs.`);
  }
}
