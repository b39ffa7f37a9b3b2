// What the steps of a run wait for: an answer, a limit, a workspace, another attempt; and whether the run as a whole waits.
import { type Ref, reply, self, sendAfter } from "../../runtime/index.ts";
import type { World } from "../../runtime/world.ts";
import { runLimits } from "./limits.ts";
import type { RunFact, WaitCause } from "./run-entry.ts";
import type { RunJournal } from "./run-journal.ts";
import type { StepAsks } from "./step-work.ts";

interface Rest {
  readonly cause: WaitCause;
  readonly why: string;
  readonly until: number | undefined;
  /** What it waits for came before its process had ended. */
  isAwake: boolean;
}

interface Ask {
  readonly question: string;
  readonly step: string;
  readonly text: string;
  readonly replyTo: Ref;
}

export class RunWaits {
  readonly #journal: RunJournal;
  readonly #world: World;
  readonly #resting = new Map<string, Rest>();
  readonly #retrying = new Set<string>();
  #asks: readonly Ask[] = [];
  /** Steps that come to their end when they are cut short, those that rest too; with whom to tell. */
  readonly #listening = new Map<string, Ref>();
  /** Of which that is written, or about to be. */
  readonly #cut: Set<string>;
  /** What was written last of it; undefined while it works. */
  #told: string | undefined;

  constructor(journal: RunJournal, world: World) {
    this.#journal = journal;
    this.#world = world;
    const { phase, waiting, cutShort } = journal.state;
    this.#cut = new Set(cutShort);
    this.#told = phase === "waiting" ? waiting?.why : undefined;
  }

  rest(step: string, { cause, why, until }: StepAsks["wait"]["asks"]): void {
    const soonest = this.#world.clock.wallTime() + runLimits.retryMsMin;
    const at = until === null ? undefined : Math.max(until, soonest);
    this.#resting.set(step, { cause, why, until: at, isAwake: false });
    if (at !== undefined) this.#wakeAt(at);
  }

  isResting(step: string): boolean {
    return this.#resting.has(step);
  }

  isAwake(step: string): boolean {
    return this.#resting.get(step)?.isAwake === true;
  }

  /** Another attempt of the step begins. */
  begun(step: string): void {
    this.#resting.delete(step);
    this.#retrying.delete(step);
  }

  /** It failed, and is tried again in a moment. */
  retrying(step: string): void {
    this.#retrying.add(step);
  }

  /** Steps to be tried again, since what they wait for is there; undefined: whatever it is. */
  woken(cause: WaitCause | undefined): readonly string[] {
    return this.#wake((rest) => cause === undefined || rest.cause === cause);
  }

  /** Steps that have waited long enough. */
  due(now: number): readonly string[] {
    const due = this.#wake(({ until }) => until !== undefined && until <= now);
    for (const { until } of this.#resting.values())
      if (until !== undefined && until > now) this.#wakeAt(until);
    return due;
  }

  /** A step asks a person. One that was answered before, by another owner's time, is answered at once. */
  ask(step: string, { key, text, choices, about }: StepAsks["ask"]["asks"], replyTo: Ref): void {
    const question = `${step}/${key}`;
    const { questions, spec } = this.#journal.state;
    const known = questions.get(question);
    if (known?.choice !== undefined) {
      reply(replyTo, known.choice);
      return;
    }
    if (spec?.asks !== true && known === undefined) {
      reply(replyTo, null);
      return;
    }
    this.#asks = [...this.#asks, { question, step, text, replyTo }];
    if (known !== undefined) return;
    const told = about === undefined ? {} : { about };
    this.#journal.write([{ type: "asked", question, step, text, choices, ...told }]);
  }

  answered(question: string, choice: string): void {
    for (const ask of this.#asks) if (ask.question === question) reply(ask.replyTo, choice);
    this.#asks = this.#asks.filter((ask) => ask.question !== question);
  }

  /** A step wants to know when it is cut short. */
  listen(step: string, replyTo: Ref): void {
    this.#listening.set(step, replyTo);
    if (this.#journal.state.cutShort.has(step)) reply(replyTo, null);
  }

  /** Those that listen end with what they have. @returns the ones that rest, to be tried again for that */
  cutShort(by: string): readonly string[] {
    const fresh = [...this.#listening.keys()].filter((step) => !this.#cut.has(step));
    for (const step of fresh) {
      this.#cut.add(step);
      this.#journal.write([{ type: "cut_short", step, by }], () => {
        const listener = this.#listening.get(step);
        if (listener !== undefined) reply(listener, null);
      });
    }
    return this.#wake((_, step) => fresh.includes(step));
  }

  /** A step that ended asks nothing more. */
  unasked(step: string): void {
    this.#asks = this.#asks.filter((ask) => ask.step !== step);
    if (!this.isResting(step)) this.#listening.delete(step);
  }

  /** Writes that the run waits, or goes on, where that has changed. `working`: the steps that have a process. */
  look(working: readonly string[]): void {
    const waits = this.#waits(working);
    if (waits?.why === this.#told) return;
    this.#told = waits?.why;
    this.#journal.write([waits ?? { type: "going_on" }]);
  }

  /** True where a step waits for something, or for its next attempt. */
  get isAny(): boolean {
    return this.#resting.size > 0 || this.#retrying.size > 0 || this.#asks.length > 0;
  }

  /** True where a step does more than to wait. */
  isAnyAtWork(working: readonly string[]): boolean {
    const asking = new Set([...this.#asks, ...this.#journal.state.openQuestions].map(({ step }) => step));
    return working.some((step) => !asking.has(step) && !this.#resting.has(step));
  }

  #waits(working: readonly string[]): Extract<RunFact, { readonly type: "waiting" }> | undefined {
    if (this.isAnyAtWork(working) || this.#retrying.size > 0) return undefined;
    const [first] = this.#journal.state.openQuestions;
    if (first !== undefined) return { type: "waiting", for: "answer", why: first.text };
    const rests = [...this.#resting.values()].sort((a, b) => (a.until ?? 0) - (b.until ?? 0));
    const [rest] = rests;
    if (rest === undefined) return undefined;
    const until = rest.until === undefined ? {} : { until: rest.until };
    return { type: "waiting", for: rest.cause, why: rest.why, ...until };
  }

  #wake(isDue: (rest: Rest, step: string) => boolean): readonly string[] {
    const woken: string[] = [];
    for (const [step, rest] of this.#resting) {
      if (!isDue(rest, step)) continue;
      rest.isAwake = true;
      woken.push(step);
    }
    return woken;
  }

  #wakeAt(until: number): void {
    const inMs = Math.max(0, until - this.#world.clock.wallTime());
    sendAfter(self(), { type: "tick" } as never, Math.min(inMs, runLimits.timerMsMax));
  }
}
