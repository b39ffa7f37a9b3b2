// Has a run do what a command was asked for, in this process or on a node, and follows it to its result.
import { shortId } from "../actors/runs/run-id.ts";
import type { WorkspaceRef } from "../actors/runs/run-spec.ts";
import type { RunOrder, RunQuestion, Runs } from "../supervisors/runs/runs.ts";
import type { Asking } from "./asking.ts";
import { tellDetached } from "./detached.ts";
import { disclosed } from "./disclosed.ts";
import type { ExitCode } from "./exit-codes.ts";
import { showNotice } from "./failure.ts";
import { runProgress } from "./followed-progress.ts";
import { followRun } from "./followed-run.ts";
import type { RunView } from "./followed-view.ts";
import type { Host, Settings } from "./host.ts";
import { withLibrary } from "./library.ts";
import { type Placement, placementBy, placementOf, refuseDetached } from "./placement.ts";
import { type RunResult, resultOf } from "./run-end.ts";
import { runsAt } from "./run-places.ts";

export interface Work {
  /** What is asked for, once it is known whose files it is about and whether somebody answers what it asks. */
  order(over: { readonly workspace?: WorkspaceRef | undefined; readonly asks?: boolean }): Promise<RunOrder>;
  /** Whether it is about files, which a node then reads through this command. */
  readonly needsFiles: boolean;
  /** Whether a model may be sent something. */
  readonly mayAsk: boolean;
  /** Sees what the run asks a person first, and may answer it. */
  readonly shown?: (question: RunQuestion) => Promise<string | undefined>;
  /** What shows it while it is done in this process. */
  view(): RunView;
  /** True where that shows it too where it is done elsewhere. Default: false, and then it is shown as any run. */
  readonly isViewedAnywhere?: true;
  /** Hears of the run before its entries are shown. */
  readonly begun?: (id: string, runs: Runs) => void;
}

/** A result, or the code of a command that has left its run to itself. */
export type Worked = { readonly result: RunResult } | { readonly code: ExitCode };

/** Where the options, the environment and the connection say that it is to be; undefined for this process. */
export async function workPlace(
  { parsed, host }: Asking,
  settings: Settings,
): Promise<Placement | undefined> {
  const said = placementOf(parsed, host);
  const placement = said === "here" ? undefined : (said ?? placementBy(await settings.connection()));
  refuseDetached(parsed, placement !== undefined);
  return placement;
}

export function worked(
  asking: Asking,
  settings: Settings,
  placement: Placement | undefined,
  work: Work,
): Promise<Worked> {
  return placement === undefined
    ? workedHere(asking, settings, work)
    : workedElsewhere(asking, settings, placement, work);
}

/** Whatever happens, the library is stopped and the progress line is gone before this settles. */
async function workedHere(asking: Asking, settings: Settings, work: Work): Promise<Worked> {
  const { host, interruption } = asking;
  const answer = work.mayAsk ? answerOf(work, host) : undefined;
  const view = work.view();
  try {
    return await withLibrary(settings, host, interruption, async ({ runs, notice }) => {
      const id = await runs.submit(await work.order({}));
      work.begun?.(id, runs);
      const end = await followRun(asking, runs, id, { view, answer, unkept: notice });
      return { result: await resultOf(runs, end, notice === undefined) };
    });
  } finally {
    await view.end();
  }
}

/** Has a node do it, which reads the files through this command while it is there. */
async function workedElsewhere(
  asking: Asking,
  settings: Settings,
  placement: Placement,
  work: Work,
): Promise<Worked> {
  const { parsed, host, interruption } = asking;
  const isDetached = parsed.options.has("detach");
  const serve = work.needsFiles ? await settings.workspace() : undefined;
  const placed = await work.order({ workspace: serve?.ref, asks: !isDetached });
  const remotes = await interruption.orInterrupted(host.remotes());
  let isSubmitted = false;
  const done = runsAt(asking, remotes, placement, async ({ runs, node }) => {
    const id = await runs.submit(placed, placement.node === undefined ? undefined : node);
    isSubmitted = true;
    await tellPlaced(
      host,
      placement,
      `Run ${shortId(id)} is ${placement.node === undefined ? `in ${runs.place}` : `on ${node}`}`,
    );
    if (isDetached) return { code: await tellDetached(asking, runs, id, serve !== undefined) };
    const answer = work.mayAsk ? answerOf(work, host) : undefined;
    work.begun?.(id, runs);
    const view = work.isViewedAnywhere === true ? work.view() : runProgress(host, id, false);
    const end = await followRun(asking, runs, id, { view, serve, answer });
    return { result: await resultOf(runs, end) };
  });
  return done.catch(async (error: unknown) => {
    if (!isSubmitted && !interruption.signal.aborted)
      await tellPlaced(host, placement, "This run was to be elsewhere");
    throw error;
  });
}

function answerOf({ shown }: Work, host: Host): (question: RunQuestion) => Promise<string | undefined> {
  const disclosure = disclosed(host);
  return async (question) => (await disclosure(question)) ?? shown?.(question);
}

/** Where nobody asked for it in this command, it says where its run is. */
async function tellPlaced(host: Host, { saidBy }: Placement, where: string): Promise<void> {
  if (saidBy === undefined) return;
  await showNotice(`${where}, as ${saidBy} says. With --on here it is in this process.`, host);
}
