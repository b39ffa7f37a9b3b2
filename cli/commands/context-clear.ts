// `aiex context clear`: forgets what a session remembers, or what all of them do.
import { plural } from "../../actors/rendering/report-order.ts";
import type { Asking } from "../asking.ts";
import { type ContextPlace, withContext } from "../context-places.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { sessionName } from "../session-choice.ts";
import { UsageError } from "../usage.ts";

export async function contextClear(asking: Asking): Promise<ExitCode> {
  const { parsed, host } = asking;
  const name = optionValue(parsed, "session");
  const isAll = parsed.options.has("all");
  if (isAll && name !== undefined)
    throw new UsageError("--session and --all exclude each other. Give one of them.", "context clear");
  const choice = name === undefined ? {} : { name: sessionName(name) };
  const cleared = await withContext(asking, async (place) => {
    const ids = isAll ? await idsAt(place) : [await place.idOf(choice)];
    let count = 0;
    for (const id of ids) if (await place.clear(id)) count += 1;
    return { node: place.node, cleared: count };
  });
  await host.stdout.write(
    optionValue(parsed, "format") === "json"
      ? renderJson({ schema: "aiex.context-clear/1", ...cleared })
      : cleared.cleared === 0
        ? "There was nothing to forget.\n"
        : `Forgot what ${plural(cleared.cleared, "session")} remembered.\n`,
  );
  return exitCodes.ok;
}

async function idsAt(place: ContextPlace): Promise<readonly string[]> {
  return (await place.sessions()).sessions.map(({ id }) => id);
}
