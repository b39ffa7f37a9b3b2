// Runs that are not there, for the tests of commands: a list of scripted runs with their entries, and what was asked of them.

import type { Kept, KeptSpec, RunEntry, RunFact } from "../../actors/runs/run-entry.ts";
import { isRunIdPrefix } from "../../actors/runs/run-id.ts";
import { RunState } from "../../actors/runs/run-state.ts";
import { isOver, type RunSummary } from "../../actors/runs/run-summary.ts";
import { simulatedWorld } from "../../runtime/worlds/simulated.ts";
import { RunRefused } from "../../supervisors/runs/refused.ts";
import type { FollowOptions, RunEnd, RunOrder, Runs } from "../../supervisors/runs/runs.ts";

/** The wall clock of the first entry of every scripted run, two minutes ago; each further one comes a second later. */
export const scriptedAt = simulatedWorld().clock.wallTime() - 120_000;

export const scriptedId = "q3jz5k2maaaaaaaa";

export interface ScriptedRun {
  readonly id: string;
  readonly entries: RunEntry[];
}

function spec(over: Partial<KeptSpec> = {}): KeptSpec {
  return {
    id: scriptedId,
    kind: "analysis",
    title: "Analysis of src",
    plan: { value: { steps: [], result: "combine" } },
    workspace: undefined,
    onUnknown: "ask",
    deadlineAt: undefined,
    costUsdMax: undefined,
    asks: false,
    by: "ann@desk",
    createdAt: scriptedAt,
    request: null,
    forkedFrom: undefined,
    ...over,
  };
}

/** A run that was accepted, is owned by `alpha`, and of which then happened what is given. */
export function scriptedRun(over: Partial<KeptSpec> = {}, ...facts: readonly RunFact[]): ScriptedRun {
  const kept = spec(over);
  const run: ScriptedRun = { id: kept.id, entries: [] };
  for (const fact of [
    { type: "accepted", spec: kept, steps: 2 } as const,
    { type: "owned", epoch: 1, reason: "start" } as const,
    ...facts,
  ])
    grow(run, fact);
  return run;
}

export function grow({ entries }: ScriptedRun, fact: RunFact): RunEntry {
  const n = entries.length + 1;
  const entry: RunEntry = { ...fact, n, at: scriptedAt + (n - 1) * 1_000, node: "alpha" };
  entries.push(entry);
  return entry;
}

export function done(output: unknown): RunFact {
  return { type: "done", output: { value: output } };
}

export interface AskedOfRuns {
  readonly verb: keyof Runs;
  readonly given: readonly unknown[];
}

export interface ScriptedOptions {
  readonly place?: string;
  /** What becomes of a run that is followed when all that there is of it was read: it grows, or is left to the signal. */
  readonly onRead?: (run: ScriptedRun, options: FollowOptions) => Promise<void> | void;
  readonly onResume?: (run: ScriptedRun, choice: string | undefined) => void;
  readonly onSubmit?: (run: ScriptedRun, order: RunOrder, on: string | undefined) => void;
  /** Whether a run that is left goes on. */
  readonly goesOn?: boolean;
  readonly refuse?: Partial<Record<keyof Runs, RunRefused>>;
}

export class ScriptedRuns implements Runs {
  readonly place: string;
  readonly asked: AskedOfRuns[] = [];
  readonly runs: ScriptedRun[];
  readonly #options: ScriptedOptions;
  #made = 0;

  constructor(runs: readonly ScriptedRun[] = [], options: ScriptedOptions = {}) {
    this.runs = [...runs];
    this.#options = options;
    this.place = options.place ?? "/home/ann/.local/share/aiex/runs";
  }

  async submit(order: RunOrder, on?: string): Promise<string> {
    this.#note("submit", order, on);
    const run = scriptedRun({ ...specFrom(order), id: this.#newId() });
    this.runs.push(run);
    this.#options.onSubmit?.(run, order, on);
    return run.id;
  }

  async follow(id: string, options: FollowOptions = {}): Promise<RunEnd> {
    this.#note("follow", id, options.from);
    const run = this.#run(id);
    const { from = 1, signal, onEntry, onQuestion } = options;
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    aborted.catch(() => undefined);
    for (let next = from - 1; ; ) {
      signal?.throwIfAborted();
      for (; next < run.entries.length; next += 1) {
        const entry = run.entries[next];
        if (entry === undefined) break;
        await onEntry?.(entry);
        if (entry.type !== "asked" || onQuestion === undefined) continue;
        const choice = await onQuestion(entry);
        if (choice !== undefined) await this.answer(id, entry.question, choice);
      }
      signal?.throwIfAborted();
      const { phase } = summaryOf(run);
      if (isOver(phase) || phase === "interrupted") return endOf(run);
      const { onRead = () => new Promise<void>(() => undefined) } = this.#options;
      await Promise.race([aborted, onRead(run, options)]);
    }
  }

  async list(): Promise<readonly RunSummary[]> {
    this.#note("list");
    return this.runs.map(summaryOf);
  }

  async find(prefix: string): Promise<RunSummary> {
    this.#note("find", prefix);
    const found = isRunIdPrefix(prefix) ? this.runs.filter(({ id }) => id.startsWith(prefix)) : [];
    const [first, second] = found;
    if (first === undefined)
      throw new RunRefused("unknown_run", `There is no run ${prefix} in ${this.place}.`);
    if (second !== undefined)
      throw new RunRefused("ambiguous_run", `${found.length} runs begin with ${prefix}.`);
    return summaryOf(first);
  }

  async show(id: string, at?: number) {
    this.#note("show", id, at);
    const entries = this.#run(id).entries;
    if (at !== undefined && at > entries.length)
      throw new RunRefused("no_such_event", `Run ${id} has the entries 1 to ${entries.length}.`);
    const shown = entries.slice(0, at);
    const state = new RunState();
    for (const entry of shown) state.apply(entry);
    return { summary: summaryOf({ id, entries: shown }), state, entries: shown };
  }

  async value(id: string, kept: Kept): Promise<unknown> {
    this.#note("value", id, kept);
    return "value" in kept ? kept.value : undefined;
  }

  async cancel(id: string): Promise<RunSummary> {
    this.#note("cancel", id);
    const run = this.#run(id);
    if (!isOver(summaryOf(run).phase)) grow(run, { type: "cancelled", by: "ann@desk" });
    return summaryOf(run);
  }

  async resume(id: string, onUnknown?: string): Promise<RunSummary> {
    this.#note("resume", id, onUnknown);
    const run = this.#run(id);
    grow(run, { type: "owned", epoch: 2, reason: "resume" });
    this.#options.onResume?.(run, onUnknown);
    return summaryOf(run);
  }

  async answer(id: string, question: string, choice: string): Promise<RunSummary> {
    this.#note("answer", id, question, choice);
    const run = this.#run(id);
    grow(run, { type: "answered", question, choice, by: "ann@desk" });
    return summaryOf(run);
  }

  async cutShort(id: string): Promise<boolean> {
    this.#note("cutShort", id);
    return true;
  }

  async fork(id: string, at?: number): Promise<string> {
    this.#note("fork", id, at);
    const run = this.#run(id);
    const fork = { id: this.#newId(), entries: run.entries.slice(0, at) };
    this.runs.push(fork);
    this.#options.onResume?.(fork, undefined);
    return fork.id;
  }

  async remove(id: string): Promise<void> {
    this.#note("remove", id);
    this.runs.splice(this.runs.indexOf(this.#run(id)), 1);
  }

  async leave(id: string, why: string): Promise<boolean> {
    this.#note("leave", id, why);
    const { goesOn = false } = this.#options;
    if (!goesOn) grow(this.#run(id), { type: "released", why });
    return goesOn;
  }

  /** What was asked under a word, without the word. */
  given(verb: keyof Runs): readonly (readonly unknown[])[] {
    return this.asked.filter((each) => each.verb === verb).map(({ given }) => given);
  }

  #note(verb: keyof Runs, ...given: readonly unknown[]): void {
    this.asked.push({ verb, given });
    const refused = this.#options.refuse?.[verb];
    if (refused !== undefined) throw refused;
  }

  #run(id: string): ScriptedRun {
    const found = this.runs.find((run) => run.id === id);
    if (found === undefined) throw new RunRefused("unknown_run", `There is no run ${id}.`);
    return found;
  }

  #newId(): string {
    this.#made += 1;
    return `newrun${"abcdefg"[this.#made]}aaaaaaaaa`;
  }
}

function specFrom({
  kind,
  title,
  onUnknown = "ask",
  costUsdMax,
  asks = false,
  request,
  workspace,
  plan,
}: RunOrder) {
  const kept = { onUnknown, costUsdMax, asks, request: request ?? null, workspace };
  return { kind, title, plan: { value: plan }, ...kept };
}

export function summaryOf({ id, entries }: ScriptedRun): RunSummary {
  const state = new RunState();
  for (const entry of entries) state.apply(entry);
  const summary = state.summary(2_048);
  if (summary === undefined) throw new Error(`Run ${id} has no entry.`);
  return { ...summary, id };
}

function endOf(run: ScriptedRun): RunEnd {
  const summary = summaryOf(run);
  const last = run.entries.at(-1);
  const output = last?.type === "done" && "value" in last.output ? last.output.value : undefined;
  const problem =
    last?.type === "failed" ? { code: last.code, message: last.message, step: last.step } : undefined;
  return { summary, output, problem };
}
