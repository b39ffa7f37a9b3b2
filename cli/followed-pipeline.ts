// What shows a pipeline while it is done: its steps as a block that is redrawn on a terminal, a line for each of them elsewhere; and,
// where it is streamed, every result as soon as it is there.
import { textOf } from "../actors/rendering/result.ts";
import type { Kept, RunEntry } from "../actors/runs/run-entry.ts";
import { isRecord } from "../runtime/wire/shape.ts";
import type { Runs } from "../supervisors/runs/runs.ts";
import { showNotice } from "./failure.ts";
import type { RunView } from "./followed-view.ts";
import type { Host } from "./host.ts";
import { type LiveBlock, startLiveBlock } from "./live-block.ts";
import type { PipelineEvent } from "./pipeline-result.ts";
import {
  type PipelineStanding,
  partOfEffect,
  type StepStanding,
  standingAfter,
  standingOf,
  type WrittenStep,
} from "./pipeline-standing.ts";
import { stepsOfRun } from "./pipeline-steps.ts";
import { pipelineBlock, stepLogLine } from "./render/pipeline-progress-text.ts";
import { eventJson, eventText } from "./render/run-event.ts";
import { type Terminal, terminalOf } from "./terminal.ts";

export interface PipelineSeen {
  readonly steps: readonly WrittenStep[];
  /** Says on standard error all that the run says. */
  readonly isVerbose: boolean;
  /** `results`: each result on standard output when it is there. `events`: each event there as JSON. */
  readonly stream: "results" | "events" | undefined;
}

export class PipelineView implements RunView {
  readonly #host: Host;
  readonly #seen: PipelineSeen;
  /** From when the run is there. */
  #block: LiveBlock | undefined;
  #standing: PipelineStanding;
  #run: { readonly id: string; readonly runs: Runs } | undefined;
  #last: RunEntry | undefined;
  /** Results that were shown. */
  #shown = 0;
  /** Steps of which parts were shown. */
  readonly #inParts = new Set<string>();

  constructor(host: Host, seen: PipelineSeen) {
    this.#host = host;
    this.#seen = seen;
    this.#standing = standingOf(seen.steps);
  }

  /** Its run is there, and its entries follow, and then `end`. */
  begun(id: string, runs: Runs): void {
    this.#run = { id, runs };
    const { world, stderr } = this.#host;
    const isDrawn = this.#terminal().animated && this.#seen.stream !== "events";
    if (isDrawn) this.#block = startLiveBlock({ world, output: stderr, lines: () => this.#lines() });
  }

  /** The run and the last of its entries; undefined before there is one. */
  get lastEvent(): PipelineEvent | undefined {
    return this.#run === undefined || this.#last === undefined
      ? undefined
      : { run: this.#run.id, entry: this.#last };
  }

  /** True where every result of a step was shown. */
  get hasShown(): boolean {
    return this.#shown > 0;
  }

  async entry(entry: RunEntry): Promise<void> {
    if (this.#last === undefined) await this.#learnSteps();
    this.#last = entry;
    const { stream } = this.#seen;
    if (stream === "events") {
      await this.#host.stdout.write(eventJson(this.#run?.id ?? "", entry));
      return;
    }
    const before = this.#standing;
    const whole = await this.#whole(entry);
    this.#standing = standingAfter(before, whole);
    const said = this.#saidOf(entry, before);
    if (said !== "") await this.#beside(() => this.#host.stderr.write(said));
    if (stream === "results") await this.#result(whole);
    this.#block?.changed();
  }

  /** A workflow has become the steps that it has: the run knows them. */
  async #learnSteps(): Promise<void> {
    if (this.#run === undefined) return;
    const { id, runs } = this.#run;
    const { steps: given } = this.#seen;
    const steps = await stepsOfRun(runs, id).catch(() => given);
    const isSame = steps.length === given.length && steps.every(({ word }, at) => word === given[at]?.word);
    // What the person has written is shorter.
    if (!isSame) this.#standing = standingOf(steps);
  }

  lost(why: string | undefined): void {
    if (why === undefined) return;
    void this.#beside(() => showNotice(`Looking for who has the pipeline: ${why}`, this.#host));
  }

  aside<T>(work: () => Promise<T>): Promise<T> {
    return this.#beside(work);
  }

  async end(): Promise<void> {
    await this.#block?.end();
  }

  #beside<T>(work: () => Promise<T>): Promise<T> {
    return this.#block === undefined ? work() : this.#block.aside(work);
  }

  /** Lines that stay: of each step where nothing is redrawn, of every event where that is asked for. */
  #saidOf(entry: RunEntry, before: PipelineStanding): string {
    const terminal = this.#terminal();
    if (this.#seen.isVerbose) return entry.type === "text" ? "" : eventText(entry, terminal);
    if (this.#block !== undefined) return "";
    const { steps, node } = this.#standing;
    const now = this.#host.world.clock.wallTime();
    const isNew = (step: StepStanding): boolean => {
      const { state, within } = step;
      const former = before.steps.find(({ id }) => id === step.id)?.state;
      return within === undefined && state !== former && state !== "working" && state !== "waiting";
    };
    return steps
      .filter(isNew)
      .map((step) => `${stepLogLine(step, steps.length, node, now, terminal)}\n`)
      .join("");
  }

  /** With what says how a step or a part ended, however large that is. */
  async #whole(entry: RunEntry): Promise<RunEntry> {
    if (entry.type === "step_finished") return { ...entry, output: await this.#broughtIn(entry.output) };
    if (entry.type !== "outcome" || entry.value === undefined || partOfEffect(entry.effect) === undefined)
      return entry;
    return { ...entry, value: await this.#broughtIn(entry.value) };
  }

  async #result(entry: RunEntry): Promise<void> {
    if (entry.type === "outcome") await this.#part(entry.effect, valueIn(entry.value));
    if (entry.type !== "step_finished" || this.#inParts.has(entry.step)) return;
    const record = valueIn(entry.output);
    if (isRecord(record) && isRecord(record.result)) await this.#show(record.result);
  }

  /** A part of a step is done: each is shown when it comes, and the step not once more. */
  async #part(effect: string, value: unknown): Promise<void> {
    const followed = partOfEffect(effect);
    if (followed === undefined) return;
    const { end } = isRecord(value) ? value : {};
    const { document } = isRecord(end) && isRecord(end.output) ? end.output : {};
    if (!isRecord(document) || !isRecord(document.result)) return;
    this.#inParts.add(followed.step);
    const hasSeveral = Array.isArray(document.steps) && document.steps.length > 1;
    const result = hasSeveral ? document : document.result;
    const part = { name: followed.name, status: "done", reason: null, result };
    await this.#show({ schema: "aiex.parts/1", parts: [part] });
  }

  async #show(result: Readonly<Record<string, unknown>>): Promise<void> {
    const { stdout, env, platform } = this.#host;
    const text = textOf(result, terminalOf(stdout, env, platform));
    this.#shown += 1;
    await this.#beside(() => stdout.write(`${text.trimEnd()}\n\n`));
  }

  /** As it is where it cannot be read: what it says is then not known. */
  async #broughtIn(kept: Kept): Promise<Kept> {
    if ("value" in kept || this.#run === undefined) return kept;
    const { id, runs } = this.#run;
    return runs.value(id, kept).then(
      (value) => ({ value }),
      () => kept,
    );
  }

  #lines(): readonly string[] {
    const isStreamed = this.#seen.stream === "results" || this.#seen.isVerbose;
    return pipelineBlock(this.#standing, this.#host.world.clock.wallTime(), this.#terminal(), isStreamed);
  }

  #terminal(): Terminal {
    const { stderr, env, platform } = this.#host;
    return terminalOf(stderr, env, platform);
  }
}

function valueIn(kept: Kept | undefined): unknown {
  return kept !== undefined && "value" in kept ? kept.value : undefined;
}
