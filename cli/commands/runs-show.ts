// `aiex runs show`: how a run stands, or stood after any of its events.
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { numberValue, optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { eventJson } from "../render/run-event.ts";
import { renderRun, viewOf } from "../render/run-shown-text.ts";
import { withRun } from "../run-places.ts";
import { terminalOf } from "../terminal.ts";

export async function runsShow(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const [word = ""] = parsed.arguments;
  const at = numberValue(parsed, "at");
  return withRun(asking, word, async ({ runs, summary: { id } }) => {
    const { summary, state, entries } = await runs.show(id, at);
    const format = optionValue(parsed, "format");
    if (format === "ndjson") {
      for (const entry of entries) await host.stdout.write(eventJson(id, entry));
      return exitCodes.ok;
    }
    // How they stood then is not known: those that were begun are all that is.
    const parts = at === undefined ? (await runs.list()).filter(({ parent }) => parent === id) : [];
    const view = viewOf(summary, state, { place: runs.place, at, parts });
    if (format === "json") await host.stdout.write(renderJson({ schema: "aiex.run/1", ...view }));
    else {
      const terminal = terminalOf(host.stdout, host.env, host.platform);
      await host.stdout.write(renderRun(view, host.world.clock.wallTime(), terminal));
    }
    return exitCodes.ok;
  });
}
