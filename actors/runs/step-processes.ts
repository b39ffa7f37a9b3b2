// The processes of a run's steps: each attempt of a step has one of its own.
import { exit, type Pid, type Ref, self, spawnMonitor, tellEvent } from "../../runtime/index.ts";
import { pipelineEvents } from "../pipeline/events.ts";
import type { Step } from "../pipeline/plan.ts";
import type { Progress } from "../pipeline/progress.ts";
import type { KeptSpec } from "./run-entry.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunProcessOptions } from "./run-options.ts";
import type { RunTerms } from "./run-spec.ts";
import { workOnStep } from "./step-work.ts";

export interface StepProcess {
  readonly step: Step;
  readonly pid: Pid;
  readonly attempt: number;
}

export class StepProcesses {
  readonly #options: RunProcessOptions;
  readonly #journal: RunJournal;
  readonly #progress: Progress;
  /** By the reference of their monitor. */
  readonly #working = new Map<number, StepProcess>();
  /** The attempts that were begun here: what is written of them comes later. */
  readonly #attempts = new Map<string, number>();

  constructor(options: RunProcessOptions, journal: RunJournal, progress: Progress) {
    this.#options = options;
    this.#journal = journal;
    this.#progress = progress;
  }

  /** Steps at work. */
  get ids(): readonly string[] {
    return [...this.#working.values()].map(({ step }) => step.id);
  }

  start(step: Step): void {
    const { operations, workspaceOf } = this.#options;
    const operation = operations[step.operation];
    if (operation === undefined) throw new TypeError(`There is no operation "${step.operation}".`);
    const { state, place } = this.#journal;
    const { spec, resumes } = state;
    const { id: run = "", by: user = "", session, parent } = spec ?? {};
    const attempt = (this.#attempts.get(step.id) ?? state.steps.get(step.id)?.attempt ?? 0) + 1;
    this.#attempts.set(step.id, attempt);
    const told = { step: step.id, operation: step.operation };
    tellEvent(pipelineEvents.step_began, { run, ...told });
    this.#journal.write([{ type: "step_started", ...told, attempt }], undefined, false);
    const options = {
      ...{ run, changesRun: parent?.root ?? run, user, session, runPid: self(), step, attempt, operation },
      ...{ resumes, terms: termsOf(spec) },
      ...{ progress: this.#progress, blobs: place.blobs },
      workspace: workspaceOf(spec?.workspace, place.blobs),
    };
    // Linked, so that a run takes its steps along; the run traps exits, so that a step does not take the run along.
    const { ref, pid } = spawnMonitor(() => workOnStep(options), { link: true, monitor: { output: true } });
    this.#working.set(ref.ref, { step, pid: pid as Pid, attempt });
  }

  /** The step whose process has ended; undefined where it was none of these. */
  take({ ref }: Ref): StepProcess | undefined {
    const working = this.#working.get(ref);
    this.#working.delete(ref);
    return working;
  }

  /** Ends the process of one step, or of all. */
  kill(id?: string): void {
    for (const { step, pid } of this.#working.values())
      if (id === undefined || step.id === id) exit(pid, "kill");
  }
}

function termsOf(spec: KeptSpec | undefined): RunTerms {
  const { workspace, onUnknown = "ask", deadlineAt } = spec ?? {};
  return { workspace, onUnknown, deadlineAt };
}
