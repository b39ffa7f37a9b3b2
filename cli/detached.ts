// The id of a run that goes on without the command that made it.
import { shortId } from "../actors/runs/run-id.ts";
import { escapeJson } from "../runtime/observe/sanitize.ts";
import type { Runs } from "../supervisors/runs/runs.ts";
import type { Asking } from "./asking.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { showNotice } from "./failure.ts";
import { optionValue } from "./parse.ts";
import { renderJson } from "./render/json.ts";

/** `needsFiles`: those that the command would have served. */
export async function tellDetached(
  { parsed, host }: Pick<Asking, "parsed" | "host">,
  { place }: Pick<Runs, "place">,
  id: string,
  needsFiles = false,
): Promise<ExitCode> {
  const accepted = { schema: "aiex.run-accepted/1", id, place };
  switch (optionValue(parsed, "format")) {
    case "json":
      await host.stdout.write(renderJson(accepted));
      break;
    case "ndjson":
      await host.stdout.write(`${escapeJson(JSON.stringify(accepted))}\n`);
      break;
    default:
      await host.stdout.write(`${id}\n`);
  }
  const short = shortId(id);
  const follow = needsFiles
    ? `It waits for the files of this folder where it has not read them yet. Follow it here: aiex runs follow ${short}`
    : `Follow it: aiex runs follow ${short}`;
  await showNotice(follow, host);
  return exitCodes.ok;
}
