// Several lines on standard error that are redrawn where they stand, and go on with the time. For terminals alone.
import type { TimerHandle, World } from "../runtime/world.ts";
import type { TextOutput } from "./host.ts";
import { progressAfterMs, progressLineEveryMs, runTickEveryMs } from "./limits.ts";

export interface LiveBlock {
  /** Something has changed. */
  changed(): void;
  /** Takes it away while something else is written. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** Takes it away for good. */
  end(): Promise<void>;
}

export interface LiveBlockOptions {
  readonly world: Pick<World, "clock" | "timers">;
  readonly output: TextOutput;
  /** No line wider than the terminal, or what is above would be overwritten. */
  readonly lines: () => readonly string[];
}

/** Nothing is shown within the first second, as it may all be over. */
export function startLiveBlock({ world, output, lines }: LiveBlockOptions): LiveBlock {
  let up = 0;
  let shownAt: number | undefined;
  let asides = 0;
  let hasEnded = false;
  let timer: TimerHandle;

  const draw = (): void => {
    shownAt = world.clock.now();
    if (asides > 0) return;
    const shown = lines();
    void output.write(`${clearing(up)}${shown.join("\n")}`);
    up = shown.length;
  };
  const takeAway = async (): Promise<void> => {
    const before = up;
    up = 0;
    if (before > 0) await output.write(clearing(before));
  };
  const tick = (): void => {
    draw();
    timer = world.timers.set(runTickEveryMs, tick);
  };
  timer = world.timers.set(progressAfterMs, tick);

  return {
    changed: () => {
      if (hasEnded || shownAt === undefined) return;
      if (world.clock.now() - shownAt >= progressLineEveryMs) draw();
    },
    aside: async (work) => {
      asides += 1;
      await takeAway();
      try {
        return await work();
      } finally {
        asides -= 1;
        if (!hasEnded && asides === 0 && shownAt !== undefined) draw();
      }
    },
    end: async () => {
      if (hasEnded) return;
      hasEnded = true;
      world.timers.clear(timer);
      await takeAway();
    },
  };
}

/** To the start of the block, and all below it away. */
function clearing(lines: number): string {
  if (lines === 0) return "\r\x1b[2K";
  return `\r${lines > 1 ? `\x1b[${lines - 1}A` : ""}\x1b[J`;
}
