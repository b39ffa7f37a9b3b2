// Several lines on standard error that are redrawn where they stand, and go on with the time. For terminals alone.
import { cutTo, widthOf } from "../actors/rendering/wrap.ts";
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
  /** Plain text. What the terminal has no room for is cut off, or it could not be taken away again. */
  readonly lines: () => readonly string[];
}

/** Nothing is shown within the first second, as it may all be over. */
export function startLiveBlock({ world, output, lines }: LiveBlockOptions): LiveBlock {
  let drawn: readonly string[] = [];
  let shownAt: number | undefined;
  let asides = 0;
  let hasEnded = false;
  let timer: TimerHandle;

  const draw = (): void => {
    shownAt = world.clock.now();
    if (asides > 0) return;
    const shown = fitting(lines(), output);
    void output.write(`${clearing(rowsOf(drawn, output))}${shown.join("\n")}`);
    drawn = shown;
  };
  const takeAway = async (): Promise<void> => {
    const before = rowsOf(drawn, output);
    drawn = [];
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

/** As many as the terminal is high, but for one, and none as wide as it: that would scroll, and the cursor be elsewhere. */
function fitting(lines: readonly string[], { columns = 0, rows = 0 }: TextOutput): readonly string[] {
  const high = rows > 1 ? lines.slice(0, rows - 1) : lines;
  return columns > 1 ? high.map((line) => cutTo(line, columns - 1)) : high;
}

/** Those that lines take which were written before: a terminal that has become narrower has wrapped them. */
function rowsOf(lines: readonly string[], { columns = 0 }: TextOutput): number {
  if (columns <= 0) return lines.length;
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}

/** To the start of the block, and all below it away. */
function clearing(rows: number): string {
  if (rows === 0) return "\r\x1b[2K";
  return `\r${rows > 1 ? `\x1b[${rows - 1}A` : ""}\x1b[J`;
}
