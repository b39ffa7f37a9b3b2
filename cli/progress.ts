// Shows on stderr how far a long command is: one redrawn line on a terminal, a line now and then elsewhere.
import { sanitizeLine, toAscii } from "../runtime/observe/sanitize.ts";
import type { TimerHandle, World } from "../runtime/world.ts";
import type { AnalyzeProgress } from "../supervisors/aiex.ts";
import type { TextOutput } from "./host.ts";
import { progressAfterMs, progressLineEveryMs, progressLogEveryMs } from "./limits.ts";
import { plural } from "./render/report-order.ts";
import { cutTo } from "./render/wrap.ts";
import type { Terminal } from "./terminal.ts";

export interface Progress {
  report(progress: AnalyzeProgress): void;
  /** Takes the line away; nothing is shown afterwards. */
  end(): Promise<void>;
}

export interface ProgressOptions {
  readonly world: Pick<World, "clock" | "timers">;
  readonly output: TextOutput;
  readonly terminal: Terminal;
  /** What goes on, such as "Analyzing". */
  readonly activity: string;
}

export function startProgress({ world, output, terminal, activity }: ProgressOptions): Progress {
  const everyMs = terminal.animated ? progressLineEveryMs : progressLogEveryMs;
  let latest: AnalyzeProgress | undefined;
  let shownAt: number | undefined;
  let hasEnded = false;
  let isLineUp = false;
  let timer: TimerHandle;

  const show = (): void => {
    shownAt = world.clock.now();
    const text = progressText(activity, latest);
    const line = cutTo(terminal.unicode ? text : toAscii(text), terminal.columns - 1);
    isLineUp = terminal.animated;
    void output.write(terminal.animated ? `${CLEAR_LINE}${line}` : `${line}\n`);
  };
  timer = world.timers.set(progressAfterMs, show);

  return {
    report: (progress) => {
      latest = progress;
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

function progressText(activity: string, progress: AnalyzeProgress | undefined): string {
  if (progress === undefined) return `${activity}...`;
  const { done, total } = progress;
  const count = total === undefined ? plural(done, "file") : `${done} of ${plural(total, "file")}`;
  return `${activity}: ${count}  ${sanitizeLine(progress.path)}`;
}

const CLEAR_LINE = "\r\x1b[2K";
