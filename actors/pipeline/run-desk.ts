// What the pipeline runner does about the runs that somebody waits for: has them started, watches them, answers.
import {
  child,
  type DownMessage,
  demonitor,
  type ExitReason,
  monitor,
  type Pid,
  type Ref,
  reply,
  type StartChild,
  type Supervisor,
  sameRef,
  self,
  send,
  startChild,
  whereis,
} from "../../runtime/index.ts";
import type { Clock } from "../../runtime/world.ts";
import type { Operations, Plan } from "./plan.ts";
import type { ProgressLimits } from "./progress.ts";
import { pipelineRun } from "./run.ts";
import type { RunInput, RunResult } from "./run-steps.ts";

export interface RunRequest {
  /** Chosen by whoever asks; asking again under the same id finds the run that is there. */
  readonly id: string;
  readonly plan: Plan;
  /** Hears of the progress; when it ends the run is given up. */
  readonly reader: Pid;
}

/** What the runner understands, for `named<PipelineRunner>("pipeline.runner")`. */
export interface PipelineRunner {
  readonly calls: {
    readonly run: { readonly payload: RunRequest; readonly reply: RunResult };
    readonly status: { readonly payload: undefined; readonly reply: RunnerStatus };
  };
  readonly casts: { readonly drain: undefined };
  readonly messages: { readonly type: string };
}

export interface RunnerStatus {
  readonly state: "accepting" | "draining";
  readonly runs: readonly string[];
}

/** A run that somebody waits for. */
interface Wanted {
  readonly request: RunRequest;
  readonly replyTo: Ref;
  /** Watches the reader. */
  readonly readerRef: Ref;
  /** The run's process and what watches it, once it has started. */
  readonly pid: Pid | undefined;
  readonly runRef: Ref | undefined;
  /** Times the run's process was lost. */
  readonly losses: number;
}

export type WantedRuns = Readonly<Record<string, Wanted>>;

export interface RunnerOptions {
  /** The supervisor under which runs are started. */
  readonly supervisor: Supervisor;
  readonly operations: Operations;
  readonly limits: ProgressLimits;
  readonly clock: Clock;
}

/** The name that the process of a run holds. */
export function runName(id: string): string {
  return `pipeline.run.${id}`;
}

export class RunDesk {
  readonly #options: RunnerOptions;
  readonly #run: ReturnType<typeof pipelineRun>;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#run = pipelineRun(options.operations, options.limits, options.clock);
  }

  accept(runs: WantedRuns, request: RunRequest, replyTo: Ref): WantedRuns {
    const readerRef = monitor(request.reader);
    return this.#launch(runs, { request, replyTo, readerRef, pid: undefined, runRef: undefined, losses: 0 });
  }

  /** The run's process has started, or has not. */
  launched(runs: WantedRuns, id: string, outcome: StartChild): WantedRuns {
    const wanted = runs[id];
    if (wanted === undefined) return runs;
    if (outcome.ok && outcome.pid !== undefined) {
      const pid = outcome.pid as Pid;
      return { ...runs, [id]: { ...wanted, pid, runRef: monitor(pid) } };
    }
    const reason: ExitReason =
      !outcome.ok && outcome.error === "start_failed" ? outcome.reason : { not_started: id };
    return this.#again(runs, wanted, reason);
  }

  /** A run or a reader has ended. */
  lost(runs: WantedRuns, { ref, reason }: Pick<DownMessage, "ref" | "reason">): WantedRuns {
    for (const [id, wanted] of Object.entries(runs)) {
      if (sameRef(wanted.readerRef, ref)) {
        if (wanted.pid !== undefined) send(wanted.pid, { type: "cancel" });
        return without(runs, id);
      }
      if (wanted.runRef !== undefined && sameRef(wanted.runRef, ref))
        return this.#again(runs, wanted, reason);
    }
    return runs;
  }

  answer(runs: WantedRuns, id: string, result: RunResult): WantedRuns {
    const wanted = runs[id];
    if (wanted === undefined) return runs;
    demonitor(wanted.readerRef, { flush: true });
    if (wanted.runRef !== undefined) demonitor(wanted.runRef, { flush: true });
    reply(wanted.replyTo, result);
    return without(runs, id);
  }

  /** Finds the run's process, or has it started; a `launched` event says how that came out. */
  #launch(runs: WantedRuns, wanted: Wanted): WantedRuns {
    const { id, plan, reader } = wanted.request;
    const me = self();
    const tell = (outcome: StartChild): void => send(me, { type: "launched", id, outcome } as never);
    const present = whereis(runName(id));
    if (present !== undefined) {
      send(present, { type: "attach", reader, resultTo: me } as never);
      tell({ ok: true, pid: present });
    } else {
      const input: RunInput = { id, plan, reader, resultTo: me };
      const spec = child(this.#run, { id, name: runName(id), input, restart: "temporary", trapExit: true });
      startChild(this.#options.supervisor, spec).then(tell, (error: Error) =>
        tell({ ok: false, error: "start_failed", id, reason: { not_started: error.message } }),
      );
    }
    return { ...runs, [id]: wanted };
  }

  /** A run was lost before its result: it is started again, and finds what its steps had kept. */
  #again(runs: WantedRuns, wanted: Wanted, reason: ExitReason): WantedRuns {
    const losses = wanted.losses + 1;
    if (losses > this.#options.limits.retriesMax) {
      return this.answer(runs, wanted.request.id, { ok: false, step: "", reason });
    }
    return this.#launch(runs, { ...wanted, pid: undefined, runRef: undefined, losses });
  }
}

function without(runs: WantedRuns, id: string): WantedRuns {
  const { [id]: _, ...others } = runs;
  return others;
}
