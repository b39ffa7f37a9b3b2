// `aiex runs cancel`: ends a run where it is.
import { printable } from "../../actors/rendering/printable.ts";
import { shortId } from "../../actors/runs/run-id.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { stepsText } from "../render/run-words.ts";
import { RunWithoutResult } from "../run-end.ts";
import { withRun } from "../run-places.ts";
import { terminalOf } from "../terminal.ts";

export async function runsCancel(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const [word = ""] = parsed.arguments;
  return withRun(asking, word, async ({ runs, summary: { id } }) => {
    const run = await runs.cancel(id);
    const { phase } = run;
    if (phase !== "cancelled")
      throw new RunWithoutResult(
        "run_over",
        `Run ${shortId(id)} is ${phase} already: there is nothing to cancel.`,
      );
    if (optionValue(parsed, "format") === "json") {
      await host.stdout.write(renderJson({ schema: "aiex.run-cancelled/1", run }));
    } else {
      const terminal = terminalOf(host.stdout, host.env, host.platform);
      const text = `Run ${shortId(id)} is cancelled, with ${stepsText(run.steps)} steps done.`;
      await host.stdout.write(`${printable(text, terminal)}\n`);
    }
    return exitCodes.ok;
  });
}
