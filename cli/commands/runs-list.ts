// `aiex runs list`: the runs of this user's own commands, and those of the cluster that is meant.
import type { RunSummary } from "../../actors/runs/run-summary.ts";
import { escapeJson } from "../../runtime/observe/sanitize.ts";
import type { Asking } from "../asking.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { showNotice } from "../failure.ts";
import { optionValue } from "../parse.ts";
import { renderJson } from "../render/json.ts";
import { type ListedRun, renderRunList } from "../render/run-list-text.ts";
import { elsewhere, type RunPlace, withOwnRuns } from "../run-places.ts";
import { terminalOf } from "../terminal.ts";

export async function runsList(asking: Asking): Promise<ExitCode> {
  const { host, parsed } = asking;
  const state = optionValue(parsed, "state");
  const own = await withOwnRuns(asking, listed);
  const { runs: others, missing } = await listedElsewhere(asking);
  const hasParts = parsed.options.has("children");
  const runs = [...own, ...others]
    .filter(({ parent }) => hasParts || parent === undefined)
    .filter(({ phase }) => state === undefined || phase === state)
    .toSorted((left, right) => right.createdAt - left.createdAt);
  await host.stdout.write(rendered(asking, runs, missing));
  if (missing === undefined) return exitCodes.ok;
  await showNotice(`The runs of the cluster are not among them: ${missing}`, host);
  return exitCodes.partial;
}

interface Others {
  readonly runs: readonly ListedRun[];
  /** Why they could not be listed. */
  readonly missing: string | undefined;
}

/** A cluster that nobody named on the command line may be away: the own runs are there all the same. */
async function listedElsewhere(asking: Asking): Promise<Others> {
  const others = await elsewhere(asking);
  if (others === undefined) return { runs: [], missing: undefined };
  try {
    return { runs: await others.open(listed), missing: undefined };
  } catch (error) {
    if (others.isNamed || asking.interruption.signal.aborted || !(error instanceof Error)) throw error;
    return { runs: [], missing: error.message };
  }
}

async function listed({ runs, isOwn }: RunPlace): Promise<readonly ListedRun[]> {
  const all: readonly RunSummary[] = await runs.list();
  return all.map((run) => ({ ...run, phase: phaseShown(run), place: isOwn ? undefined : runs.place }));
}

/** Whoever looks at a list wants to know what came to nothing, though all of its steps were done. */
function phaseShown({ phase, problem }: RunSummary): RunSummary["phase"] {
  return phase === "done" && problem !== undefined ? "failed" : phase;
}

function rendered({ parsed, host }: Asking, runs: readonly ListedRun[], missing: string | undefined): string {
  const rows = runs.map(({ place, ...run }) => ({ ...run, place: place ?? null }));
  switch (optionValue(parsed, "format")) {
    case "json":
      return renderJson({ schema: "aiex.run-list/1", complete: missing === undefined, runs: rows });
    case "ndjson":
      return rows.map((row) => `${escapeJson(JSON.stringify({ v: 1, ...row }))}\n`).join("");
    default: {
      if (runs.length === 0) return "There is no run.\n";
      const terminal = terminalOf(host.stdout, host.env, host.platform);
      return renderRunList(runs, host.world.clock.wallTime(), terminal);
    }
  }
}
