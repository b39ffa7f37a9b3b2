// Shows on stderr how far a long command is: one redrawn line on a terminal, a line now and then elsewhere.
import { plural } from "../actors/rendering/report-order.ts";
import { cutTo } from "../actors/rendering/wrap.ts";
import { sanitizeLine, toAscii } from "../runtime/observe/sanitize.ts";
import type { TimerHandle, World } from "../runtime/world.ts";
import type { AnalyzeProgress } from "../supervisors/aiex.ts";
import type { TextOutput } from "./host.ts";
import { progressAfterMs, progressLineEveryMs, progressLogEveryMs } from "./limits.ts";
import type { Terminal } from "./terminal.ts";

export interface Progress<State> {
  report(state: State): void;
  /** Takes the line away; nothing is shown afterwards. */
  end(): Promise<void>;
}

export interface ProgressOptions<State> {
  readonly world: Pick<World, "clock" | "timers">;
  readonly output: TextOutput;
  readonly terminal: Terminal;
  /** The line for what was reported last; undefined where nothing was yet. */
  readonly text: (latest: State | undefined) => string;
  /** Nothing is shown before, as it may all be over. */
  readonly afterMs?: number;
  /** Between two lines where they stay. */
  readonly logEveryMs?: number;
}

export function startProgress<State>(options: ProgressOptions<State>): Progress<State> {
  const { world, output, terminal, afterMs = progressAfterMs, logEveryMs = progressLogEveryMs } = options;
  const everyMs = terminal.animated ? progressLineEveryMs : logEveryMs;
  let latest: State | undefined;
  let shownAt: number | undefined;
  let hasEnded = false;
  let isLineUp = false;
  let timer: TimerHandle;

  const show = (): void => {
    shownAt = world.clock.now();
    const text = options.text(latest);
    const line = cutTo(terminal.unicode ? text : toAscii(text), terminal.columns - 1);
    isLineUp = terminal.animated;
    void output.write(terminal.animated ? `${CLEAR_LINE}${line}` : `${line}\n`);
  };
  timer = world.timers.set(afterMs, show);

  return {
    report: (state) => {
      latest = state;
      if (hasEnded || shownAt === undefined) return;
      if (world.clock.now() - shownAt >= everyMs) show();
    },
    end: async () => {
      if (hasEnded) return;
      hasEnded = true;
      world.timers.clear(timer);
      if (isLineUp) await output.write(CLEAR_LINE);
    },
  };
}

/** How many files are done, of an `activity` such as "Analyzing". */
export function filesText(activity: string): (progress: AnalyzeProgress | undefined) => string {
  return (progress) => {
    if (progress === undefined) return `${activity}...`;
    const { done, total } = progress;
    const count = total === undefined ? plural(done, "file") : `${done} of ${plural(total, "file")}`;
    return `${activity}: ${count}  ${sanitizeLine(progress.path)}`;
  };
}

const CLEAR_LINE = "\r\x1b[2K";
