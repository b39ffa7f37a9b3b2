// What shows a run that is followed: each event as a line, or the files of an analysis; how far any run is stands beside it.
import type { RunEntry } from "../actors/runs/run-entry.ts";
import { shortId } from "../actors/runs/run-id.ts";
import type { AnalysisCount, AnalyzeProgress } from "../supervisors/runs/analysis-progress.ts";
import { showNotice } from "./failure.ts";
import type { Host } from "./host.ts";
import { filesText, type Progress, startProgress } from "./progress.ts";
import { eventJson, eventText } from "./render/run-event.ts";
import { terminalOf } from "./terminal.ts";

export interface RunView {
  /** Gets every entry that is followed, in order. */
  entry(entry: RunEntry): void | Promise<void>;
  /** Nobody is read from at the moment; undefined once somebody is again. */
  lost(why: string | undefined): void;
  /** Takes away what is redrawn while something else is on the terminal. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** A line for each event: for people on standard error, for programs on standard output. */
export function eventLines(host: Host, id: string, format: "text" | "ndjson"): RunView {
  const { stdout, stderr, env, platform } = host;
  const terminal = terminalOf(stderr, env, platform);
  return {
    entry: (entry) =>
      format === "ndjson" ? stdout.write(eventJson(id, entry)) : stderr.write(eventText(entry, terminal)),
    lost: (why) => {
      if (why !== undefined) void showNotice(`Looking for who has run ${shortId(id)}: ${why}`, host);
    },
    aside: (work) => work(),
    end: async () => {},
  };
}

/** The files that are analyzed, and, from what stands aside on, those that are reviewed. */
export function analysisFiles({ world, stderr: output, env, platform }: Host, count: AnalysisCount): RunView {
  const terminal = terminalOf(output, env, platform);
  const begin = (activity: string): Progress<AnalyzeProgress> =>
    startProgress({ world, output, terminal, text: filesText(activity) });
  let progress = begin("Analyzing");
  return {
    entry: (entry) => {
      const done = count.take(entry);
      if (done !== undefined) progress.report(done);
    },
    lost: () => {},
    aside: async (work) => {
      await progress.end();
      const done = await work();
      progress = begin("Reviewing");
      return done;
    },
    end: () => progress.end(),
  };
}
