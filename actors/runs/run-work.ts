// What the process of a run does: starts its steps, takes what they come to, waits, and comes to an end. Each method is one turn.
import {
  type DownMessage,
  type ExitReason,
  formatReason,
  self,
  sendAfter,
  tellEvent,
} from "../../runtime/index.ts";
import { pipelineEvents } from "../pipeline/events.ts";
import { type Plan, problemOfSteps, type StepFailure } from "../pipeline/plan.ts";
import type { Progress, ProgressAction } from "../pipeline/progress.ts";
import { retryDelayMs, runLimits } from "./limits.ts";
import { rebuilt } from "./rebuild.ts";
import { RunAnswers } from "./run-answers.ts";
import { RunAsks, type StepMessage } from "./run-asks.ts";
import { RunBudget } from "./run-budget.ts";
import { RunEffects } from "./run-effects.ts";
import { endingFact, endParts, tellEnd } from "./run-end.ts";
import type { RunFact } from "./run-entry.ts";
import type { RunJournal } from "./run-journal.ts";
import type { RunCommand, RunProcessOptions } from "./run-options.ts";
import { RunReaders } from "./run-readers.ts";
import { isOver } from "./run-summary.ts";
import { RunWaits } from "./run-waits.ts";
import { type StepProcess, StepProcesses } from "./step-processes.ts";
import type { StepResult } from "./step-work.ts";

export class RunWork {
  readonly #options: RunProcessOptions;
  readonly #journal: RunJournal;
  readonly #progress: Progress;
  readonly #plan: Plan;
  readonly #readers: RunReaders;
  readonly #effects: RunEffects;
  readonly #waits: RunWaits;
  readonly #asks: RunAsks;
  readonly #steps: StepProcesses;
  readonly #answers: RunAnswers;
  /** Why it is being let go: nothing more is begun, and what works has a moment. */
  #releasing: string | undefined;
  /** Nothing more is begun: what it came to is being written. */
  #isEnding = false;
  /** It is over, or let go, and that lasts. */
  hasEnded = false;

  private constructor(options: RunProcessOptions, journal: RunJournal, progress: Progress, plan: Plan) {
    this.#options = options;
    this.#journal = journal;
    this.#progress = progress;
    this.#plan = plan;
    this.#steps = new StepProcesses(options, journal, progress);
    this.#readers = new RunReaders(journal, options.store);
    const budget = new RunBudget(journal, (step, words) => this.#fail("budget", words, step));
    this.#effects = new RunEffects({
      ...{ journal, budget, permitted: options.permitted },
      giveUp: (step, effect) =>
        this.#fail(
          "effect_unknown",
          `Nobody knows whether "${effect}" happened before its owner was lost.`,
          step,
        ),
    });
    this.#waits = new RunWaits(journal, options.world);
    this.#answers = new RunAnswers({ journal, effects: this.#effects, waits: this.#waits });
    this.#asks = new RunAsks({
      ...{ journal, budget, effects: this.#effects, waits: this.#waits },
      rest: (step) => this.#steps.kill(step),
      look: () => this.#look(),
    });
  }

  /** @throws {KeptMissing}; {TypeError} the plan cannot be carried out here */
  static async over(options: RunProcessOptions, journal: RunJournal): Promise<RunWork> {
    const { progress, plan } = await rebuilt(journal, options);
    return new RunWork(options, journal, progress, plan);
  }

  /** What the run waits for, and nothing of it works meanwhile. */
  get waiting() {
    return this.#journal.state.phase === "waiting" ? this.#journal.state.waiting?.for : undefined;
  }

  begin(): void {
    const { state } = this.#journal;
    const { spec } = state;
    this.#readers.grown();
    if (spec === undefined || isOver(state.phase)) {
      this.#isEnding = true;
      this.hasEnded = true;
      return;
    }
    tellEvent(pipelineEvents.run_began, { run: spec.id });
    const poison = this.#journal.state.poison;
    if (poison !== undefined) {
      const { id, losses } = poison;
      this.#fail("step_lost", `${losses} owners in a row were lost while step "${id}" was at work.`, id);
      return;
    }
    this.#setDeadline();
    this.#carryOut(this.#progress.begin());
  }

  /** Something that was written lasts. @throws what ended the log: this owner is over then */
  written(): void {
    this.#journal.settle();
    this.#readers.grown();
    this.#look();
  }

  down(down: Pick<DownMessage, "ref" | "reason" | "output">): void {
    if (this.#readers.lost(down)) return;
    const working = this.#steps.take(down.ref);
    if (working === undefined) return;
    const { id, operation } = working.step;
    this.#effects.forget(id);
    this.#waits.unasked(id);
    if (this.#isEnding) return;
    const told = { run: this.#id, step: id, operation };
    if (this.#waits.isResting(id)) this.#rested(id);
    else if (down.reason === "normal") {
      const { failure } = (down.output as StepResult).outcome;
      if (failure === undefined) {
        tellEvent(pipelineEvents.step_finished, told);
        this.#finished(working, down.output as StepResult);
      } else {
        tellEvent(pipelineEvents.step_failed, { ...told, reason: { [failure.code]: failure.message } });
        this.#ended(working, failure);
      }
    } else if (this.#releasing === undefined) {
      tellEvent(pipelineEvents.step_failed, { ...told, reason: down.reason });
      this.#failed(working, down.reason);
    }
    this.#look();
  }

  retry(id: string): void {
    if (!this.#isStopping) this.#carryOut(this.#progress.step({ type: "retry", id }));
  }

  /** The clock says that something may be due: a wait that is over, or the deadline. */
  tick(): void {
    const { spec } = this.#journal.state;
    const now = this.#options.world.clock.wallTime();
    if (spec?.deadlineAt !== undefined && now >= spec.deadlineAt)
      this.#fail(
        "deadline",
        `It was not done within the ${spec.deadlineAt - spec.createdAt} ms that it had.`,
      );
    else this.#setDeadline();
    for (const id of this.#waits.due(now)) this.retry(id);
    this.#look();
  }

  permit(): void {
    this.#effects.look();
  }

  noteDue(): void {
    void this.#readers.note();
  }

  command(command: RunCommand): void {
    if (this.#isEnding && command.type !== "watch") return;
    switch (command.type) {
      case "watch":
        this.#readers.watch(command.pid);
        return;
      case "cancel":
      case "parent_over":
        this.#end(endingFact(command));
        return;
      case "release":
        this.#release(command.why);
        return;
      case "workspace_back":
        if (command.workspace !== this.#journal.state.spec?.workspace?.id) return;
        for (const id of this.#waits.woken("workspace")) this.retry(id);
        this.#look();
        return;
      case "answer":
        this.#answers.answer(command.question, command.choice, command.by);
        return;
      case "cut_short":
        for (const id of this.#waits.cutShort(command.by)) this.retry(id);
        this.#look();
        return;
      case "resume": {
        this.#answers.answerEffects(command.onUnknown, command.by);
        for (const id of this.#waits.woken(undefined)) this.retry(id);
        this.#look();
        return;
      }
    }
  }

  /** A step asks; it is answered when what it asks for lasts. */
  asked(message: StepMessage): void {
    if (!this.#isEnding) this.#asks.asked(message);
  }

  /** What still works has had its time. */
  releaseDue(): void {
    if (this.#releasing !== undefined) this.#end({ type: "released", why: this.#releasing });
  }

  /** What it says last: for whoever reads a list. */
  async close(): Promise<void> {
    this.#steps.kill();
    await this.#readers.note();
    await this.#journal.close();
  }

  /** Its process ends, whatever the cause. */
  letGo(): void {
    void this.#journal.close();
  }

  get #id(): string {
    return this.#journal.state.spec?.id ?? "";
  }

  get #isStopping(): boolean {
    return this.#releasing !== undefined || this.#isEnding;
  }

  #finished({ step }: StepProcess, { outcome, output, steps: kept }: StepResult): void {
    const { id } = step;
    const steps = outcome.steps ?? [];
    const { operations } = this.#options;
    const problem = steps.length === 0 ? undefined : problemOfSteps(steps, this.#progress.ids, operations);
    if (problem !== undefined) {
      this.#fail("bad_steps", problem, id);
      return;
    }
    const fact: RunFact = {
      type: "step_finished",
      step: id,
      output,
      added: steps.length,
      ...(kept === undefined ? {} : { steps: kept }),
    };
    const finished = { type: "finished", id, output: outcome.output, steps } as const;
    if (id === this.#plan.result) {
      // Nothing comes behind it: both are written at once.
      this.#progress.step(finished);
      this.#end({ type: "done", output }, [fact]);
      return;
    }
    const then = (): void => {
      if (!this.#isEnding) this.#carryOut(this.#progress.step(finished));
    };
    // What several come to is written together: steps that do not wait for this one may begin at once.
    this.#journal.write([fact], then, false);
    if (this.#journal.pending < runLimits.pendingWritesMax)
      this.#carryOut(this.#progress.step({ type: "worked", id }));
    if (this.#steps.ids.length === 0) this.#journal.hurry();
  }

  /** It says itself that it is of no use to try it again. */
  #ended({ step, attempt }: StepProcess, { code, message: words }: StepFailure): void {
    const message = words.slice(0, runLimits.textCharactersMax);
    this.#end({ type: "failed", code, message, step: step.id }, [
      { type: "step_failed", step: step.id, attempt, reason: `${code}: ${message}` },
    ]);
  }

  #failed({ step, attempt }: StepProcess, reason: ExitReason): void {
    const { id } = step;
    this.#journal.write([{ type: "step_failed", step: id, attempt, reason: formatReason(reason) }]);
    const nowMs = this.#options.world.clock.now();
    this.#carryOut(this.#progress.step({ type: "failed", id, nowMs }), reason);
  }

  /** It waits: another attempt is made when what it waits for is there, which may be so already. */
  #rested(id: string): void {
    this.#carryOut(this.#progress.step({ type: "rested", id }));
    if (this.#waits.isAwake(id)) this.retry(id);
  }

  #release(why: string): void {
    if (this.#isStopping) return;
    this.#releasing = why;
    sendAfter(self(), { type: "release_due" } as never, runLimits.releaseGraceMs);
    this.#look();
  }

  #fail(code: string, message: string, step?: string): void {
    this.#end({ type: "failed", code, message, ...(step === undefined ? {} : { step }) });
  }

  /** `before` is written with it, right before it. */
  #end(fact: RunFact, before: readonly RunFact[] = []): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#steps.kill();
    this.#journal.writeLast([...before, fact], () => {
      this.hasEnded = true;
      tellEnd(this.#id, fact, this.#progress.counts.done);
      endParts(this.#journal.state, fact);
    });
  }

  #carryOut(actions: readonly ProgressAction[], reason: ExitReason = "normal"): void {
    for (const action of actions) {
      if (this.#isEnding) return;
      switch (action.type) {
        case "start":
          if (this.#isStopping) break;
          this.#waits.begun(action.step.id);
          this.#steps.start(action.step);
          break;
        case "retry_later":
          this.#waits.retrying(action.id);
          sendAfter(self(), { type: "retry", id: action.id } as never, retryDelayMs(action.attempt));
          break;
        case "complete": {
          // Written before the step counted as finished.
          const output = this.#journal.state.steps.get(this.#plan.result)?.output ?? { value: action.output };
          this.#end({ type: "done", output });
          break;
        }
        case "give_up":
          this.#fail("step_failed", `Step "${action.id}" failed: ${formatReason(reason)}.`, action.id);
          break;
      }
    }
  }

  #setDeadline(): void {
    const { spec } = this.#journal.state;
    if (spec?.deadlineAt === undefined) return;
    const inMs = Math.max(0, spec.deadlineAt - this.#options.world.clock.wallTime());
    sendAfter(self(), { type: "tick" } as never, Math.min(inMs, runLimits.timerMsMax));
  }

  #look(): void {
    if (this.#isEnding) return;
    const working = this.#steps.ids;
    if (this.#releasing !== undefined) {
      const busy = working.filter((step) => !this.#effects.isFollowing(step));
      if (!this.#waits.isAnyAtWork(busy)) this.releaseDue();
      return;
    }
    this.#waits.look(working);
    // Nothing works, waits or is being written: nothing would ever happen any more.
    if (working.length === 0 && !this.#waits.isAny && this.#journal.pending === 0)
      this.#fail("no_result", `No step of its plan comes to its result, "${this.#plan.result}".`);
  }
}
