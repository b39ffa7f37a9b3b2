// How far a run is that somebody follows, on standard error: one line that goes on with the time on a terminal, lines elsewhere.
import type { RunEntry } from "../actors/runs/run-entry.ts";
import { RunState } from "../actors/runs/run-state.ts";
import type { TimerHandle } from "../runtime/world.ts";
import type { RunView } from "./followed-view.ts";
import type { Host } from "./host.ts";
import { runTickEveryMs } from "./limits.ts";
import { type Progress, startProgress } from "./progress.ts";
import { type RunProgress, runProgressText } from "./render/run-progress-text.ts";
import { terminalOf } from "./terminal.ts";

export function runProgress(host: Host, id: string, isOwn: boolean): RunView {
  return new ShownProgress(host, id, isOwn);
}

class ShownProgress implements RunView {
  readonly #host: Host;
  readonly #id: string;
  readonly #isOwn: boolean;
  readonly #state = new RunState();
  #step: string | undefined;
  #lost: string | undefined;
  #line: Progress<RunProgress> | undefined;
  #ticking: TimerHandle | undefined;
  #asides = 0;
  #hasEnded = false;

  constructor(host: Host, id: string, isOwn: boolean) {
    this.#host = host;
    this.#id = id;
    this.#isOwn = isOwn;
    this.#begin();
  }

  entry(entry: RunEntry): void {
    this.#state.apply(entry);
    if (entry.type === "step_started") this.#step = entry.step;
    this.#report();
  }

  lost(why: string | undefined): void {
    this.#lost = why;
    this.#report();
  }

  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#asides += 1;
    await this.#takeAway();
    try {
      return await work();
    } finally {
      this.#asides -= 1;
      if (this.#asides === 0) this.#begin();
    }
  }

  async end(): Promise<void> {
    this.#hasEnded = true;
    await this.#takeAway();
  }

  async #takeAway(): Promise<void> {
    const { timers } = this.#host.world;
    if (this.#ticking !== undefined) timers.clear(this.#ticking);
    this.#ticking = undefined;
    const line = this.#line;
    this.#line = undefined;
    await line?.end();
  }

  #begin(): void {
    if (this.#hasEnded) return;
    const { world, stderr: output, env, platform } = this.#host;
    const terminal = terminalOf(output, env, platform);
    const nothing: RunProgress = { summary: undefined, step: undefined, lost: undefined, isOwn: this.#isOwn };
    this.#line = startProgress<RunProgress>({
      ...{ world, output, terminal },
      text: (progress = nothing) => runProgressText(this.#id, progress, world.clock.wallTime(), terminal),
    });
    const tick = (): void => {
      this.#report();
      this.#ticking = world.timers.set(runTickEveryMs, tick);
    };
    this.#ticking = world.timers.set(runTickEveryMs, tick);
  }

  #report(): void {
    const summary = this.#state.summary(0);
    this.#line?.report({ summary, step: this.#step, lost: this.#lost, isOwn: this.#isOwn });
  }
}
