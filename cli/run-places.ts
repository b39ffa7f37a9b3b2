// Where runs are: among those of this user's own commands, and on the nodes that --on, the configuration or a connection lead to.
import type { RunSummary } from "../actors/runs/run-summary.ts";
import { RunRefused } from "../supervisors/runs/refused.ts";
import type { Runs } from "../supervisors/runs/runs.ts";
import type { Asking } from "./asking.ts";
import { showNotice } from "./failure.ts";
import type { Remotes, Settings } from "./host.ts";
import { withLastWords } from "./last-words.ts";
import { withDesk, withLibrary } from "./library.ts";
import { openDeadlineMs } from "./limits.ts";
import { numberValue, optionValue } from "./parse.ts";
import { type Placement, placementOf } from "./placement.ts";
import { closed, opened } from "./remote.ts";
import { readSettings } from "./settings.ts";

export interface RunPlace {
  readonly runs: Runs;
  /** True for those of this user's own commands, which work on in the command that goes on with them. */
  readonly isOwn: boolean;
}

export interface FoundRun extends RunPlace {
  readonly summary: RunSummary;
}

/** Undefined where nothing says that there are runs elsewhere. */
export interface Elsewhere {
  /** Whether this very command line names them: then they must be reachable. */
  readonly isNamed: boolean;
  /** @throws what connecting throws */
  open<Result>(use: (place: RunPlace & { readonly node: string }) => Promise<Result>): Promise<Result>;
}

/** Runs of this user's own commands, for everything but having one go on. */
export async function withOwnRuns<Result>(
  { host, interruption }: Asking,
  use: (place: RunPlace) => Promise<Result>,
): Promise<Result> {
  return ownRunsOf(await readSettings(host, interruption), { host, interruption }, use);
}

function ownRunsOf<Result>(
  settings: Settings,
  { host, interruption }: Pick<Asking, "host" | "interruption">,
  use: (place: RunPlace) => Promise<Result>,
): Promise<Result> {
  return withDesk(settings, host, interruption, async ({ runs, notice }) => {
    if (notice !== undefined) await showNotice(notice, host);
    return use({ runs, isOwn: true });
  });
}

/** What the options, the configuration and `aiex cluster connect` say of runs elsewhere. */
export async function elsewhere(asking: Asking): Promise<Elsewhere | undefined> {
  const { parsed, host, interruption } = asking;
  const said = placementOf(parsed, host);
  // Of a shell it says where new runs are to be.
  if (said === "here" && parsed.options.has("on")) return undefined;
  const placement = said === "here" ? undefined : said;
  const isNamed = placement !== undefined || optionValue(parsed, "nats") !== undefined;
  // What the configuration warns of has been said with the settings.
  const remotes = await interruption.orInterrupted(host.remotes());
  const isKnown = isNamed || remotes.url !== undefined || (await remotes.saved()) !== undefined;
  return isKnown ? { isNamed, open: (use) => runsAt(asking, remotes, placement, use) } : undefined;
}

/** Runs of one node, or of the cluster that is meant. After a signal `use` has a moment to end in good order. */
export async function runsAt<Result>(
  asking: Asking,
  remotes: Remotes,
  placement: Placement | undefined,
  use: (place: RunPlace & { readonly node: string }) => Promise<Result>,
): Promise<Result> {
  const { parsed, host, interruption } = asking;
  const url = optionValue(parsed, "nats");
  const credentials = optionValue(parsed, "credentials");
  const to = {
    ...(placement?.node === undefined ? {} : { node: placement.node }),
    ...(url === undefined ? {} : { url }),
    ...(credentials === undefined ? {} : { credentials }),
    anyMember: true,
  };
  const there = await opened(asking, remotes.runs(to), numberValue(parsed, "timeout") ?? openDeadlineMs);
  try {
    return await withLastWords(host, interruption, use({ runs: there, isOwn: false, node: there.node }));
  } finally {
    await closed(host, there);
  }
}

/**
 * The one run whose id begins so: among this user's own, else elsewhere.
 * @param goesOn whether `use` has it go on: for that alone everything that works on runs is started
 * @throws {RunRefused}
 */
export async function withRun<Result>(
  asking: Asking,
  prefix: string,
  use: (found: FoundRun) => Promise<Result>,
  { goesOn = false }: { readonly goesOn?: boolean } = {},
): Promise<Result> {
  const { host, interruption } = asking;
  const settings = await readSettings(host, interruption);
  const own = await ownRunsOf(settings, asking, async (place) => {
    const found = await runIn(place, prefix);
    if (found instanceof RunRefused) return { refused: found };
    return goesOn ? { summary: found.summary } : { result: await use(found) };
  });
  if ("result" in own) return own.result;
  if ("summary" in own) {
    const { summary } = own;
    return withLibrary(settings, host, interruption, ({ runs }) => use({ runs, isOwn: true, summary }));
  }
  const others = await elsewhere(asking);
  if (others === undefined) throw own.refused;
  return others.open(async (place) => {
    const found = await runIn(place, prefix);
    if (found instanceof RunRefused) throw found;
    return use(found);
  });
}

/** That there is none is a value. @throws {RunRefused} for other reasons */
export async function runIn(place: RunPlace, prefix: string): Promise<FoundRun | RunRefused> {
  try {
    return { ...place, summary: await place.runs.find(prefix) };
  } catch (error) {
    if (error instanceof RunRefused && error.code === "unknown_run") return error;
    throw error;
  }
}
