// The people of the room: they ask for runs, follow them from whichever node, answer what they are asked, and now and then cancel one.

import {
  type RunAnswer,
  type RunDesk,
  type RunPage,
  runDeskName,
} from "../../actors/runs/run-desk-protocol.ts";
import type { RunEntry } from "../../actors/runs/run-entry.ts";
import type { RunSpec } from "../../actors/runs/run-spec.ts";
import { isOver } from "../../actors/runs/run-summary.ts";
import { named } from "../../runtime/index.ts";
import type { RunPlan } from "./plan.ts";
import type { Program, Stage } from "./stage.ts";

/** How long somebody waits for an answer before he asks somebody else. */
const patienceMs = 6_000;
/** How long a reader waits for news, and for another try where it got no answer. */
const newsMs = 3_000;
const againMs = 150;

type Call = keyof RunDesk["calls"];

/** Everybody who has to do with one run. */
export class People {
  readonly run: RunPlan;
  readonly readers: readonly Reader[];
  isAccepted = false;
  /** As some reader was shown. */
  isOver = false;
  #hasResumed = false;
  #isFailed = false;
  readonly #stage: Stage;
  readonly #createdAt: number;
  /** Questions by the number of the entry that asks, with the answer that was made up. */
  readonly #questions = new Map<number, { readonly question: string; readonly choice: string }>();
  /** Until when an answer to what was asked is waited for, by what that is. */
  readonly #pending = new Map<string, number>();

  constructor(stage: Stage, run: RunPlan) {
    this.#stage = stage;
    this.run = run;
    this.#createdAt = Math.round(stage.world.clock.wallTime());
    this.readers = run.readers.map(
      (bytesMax, index) => new Reader(stage, this, `${run.name}-${"xyz"[index] ?? ""}`, bytesMax),
    );
  }

  /** All have seen its end, and nobody has it go on or is about to. */
  get isContent(): boolean {
    const isResuming = this.#isFailed || [...this.#pending.keys()].some((what) => what.startsWith("resume "));
    return !isResuming && this.readers.every(({ isDone }) => isDone);
  }

  /** Everybody does what is due. */
  tend(round: number): void {
    const { run, isAccepted } = this;
    if (round < run.round) return;
    if (!isAccepted) this.#submit();
    for (const reader of this.readers) reader.tend();
    if (this.#isFailed) this.#resume();
    if (this.isOver || !isAccepted) return;
    if (run.cancelRound !== undefined && round >= run.cancelRound)
      this.#ask("cancel", { id: run.id, by: "somebody" });
    for (const { question, choice } of this.#questions.values())
      this.#ask("answer", { id: run.id, question, choice, by: "somebody" }, question);
  }

  saw(entry: RunEntry): void {
    const { draw } = this.#stage;
    switch (entry.type) {
      case "asked": {
        if (this.#questions.has(entry.n)) return;
        const isEffect = entry.question.startsWith("effect:");
        const choice = isEffect
          ? draw.one(["retry", "retry", "done", "done", "fail"])
          : draw.one(entry.choices);
        this.#questions.set(entry.n, { question: entry.question, choice });
        return;
      }
      case "answered":
        for (const [n, { question }] of this.#questions)
          if (n < entry.n && question === entry.question) this.#questions.delete(n);
        return;
      case "owned":
        this.#isFailed = false;
        return;
      case "failed":
        this.#isFailed = this.run.resume !== undefined && !this.#hasResumed;
        this.isOver = !this.#isFailed;
        return;
      case "done":
      case "cancelled":
        this.isOver = true;
    }
  }

  /** Somebody has it go on, and all who follow it have seen its end and look again. */
  #resume(): void {
    const { id, resume: onUnknown } = this.run;
    this.#ask("resume", { id, by: "somebody", onUnknown }, "", () => {
      this.#hasResumed = true;
      for (const reader of this.readers) reader.again();
    });
  }

  #submit(): void {
    const { id, name, steps, onUnknown, asks } = this.run;
    const spec: RunSpec = {
      ...{ id, kind: "test", title: name, plan: steps, workspace: undefined, onUnknown, asks },
      ...{ deadlineAt: undefined, costUsdMax: undefined, by: "somebody", createdAt: this.#createdAt },
      ...{ request: null, forkedFrom: undefined },
    };
    this.#ask("submit", { spec, on: undefined }, "", () => {
      if (!this.isAccepted) this.#stage.note({ type: "accepted", run: name });
      this.isAccepted = true;
    });
  }

  #ask<C extends Call>(call: C, payload: RunDesk["calls"][C]["payload"], about = "", done = () => {}): void {
    const { world, draw } = this.#stage;
    const what = `${call} ${this.run.name}${about === "" ? "" : ` ${about}`}`;
    if ((this.#pending.get(what) ?? Number.NEGATIVE_INFINITY) > world.elapsedMs) return;
    const program = draw.maybeOne(this.#stage.awake());
    if (program === undefined) return;
    this.#pending.set(what, world.elapsedMs + patienceMs);
    const number = this.#stage.nextNumber();
    this.#stage.note({ type: "asked", call: number, what, node: program.label });
    void askDesk(program, call, payload, patienceMs).then((answer) => {
      this.#pending.delete(what);
      const outcome = answer === undefined ? "no answer" : answer.ok ? "ok" : answer.code;
      this.#stage.note({ type: "answered", call: number, what, outcome });
      if (answer?.ok === true) done();
    });
  }
}

/** One who follows a run: from node to node, and never back. */
export class Reader {
  readonly name: string;
  readonly bytesMax: number;
  /** The number that it is to be shown next. */
  next = 1;
  isDone = false;
  readonly #stage: Stage;
  readonly #people: People;
  #program: Program | undefined;
  /** Grows with each life: what comes for an earlier one is not shown to anybody. */
  #life = 0;

  constructor(stage: Stage, people: People, name: string, bytesMax: number) {
    this.#stage = stage;
    this.#people = people;
    this.name = name;
    this.bytesMax = bytesMax;
  }

  kill(): void {
    this.#life += 1;
    this.#program = undefined;
  }

  /** There may be more to see. */
  again(): void {
    if (!this.isDone) return;
    this.isDone = false;
    this.kill();
  }

  tend(): void {
    if (this.isDone || (this.#program !== undefined && !this.#program.isGone)) return;
    const program = this.#stage.draw.maybeOne(this.#stage.awake());
    if (program === undefined) return;
    this.#life += 1;
    this.#program = program;
    const { name: reader, next: from } = this;
    this.#stage.note({ type: "follows", reader, run: this.#people.run.name, node: program.label, from });
    void this.#follow(program, this.#life);
  }

  async #follow(program: Program, life: number): Promise<void> {
    const { id } = this.#people.run;
    while (!this.isDone && life === this.#life && !program.isGone) {
      const request = { id, from: this.next, waitMs: newsMs, bytesMax: this.bytesMax };
      const answer = await askDesk(program, "read", request, newsMs + patienceMs);
      if (life !== this.#life || program.isGone) return;
      if (answer?.ok === true) this.#show(answer.value as RunPage);
      else await new Promise<void>((resolve) => this.#stage.world.timers.set(againMs, resolve));
    }
  }

  #show({ entries, next, summary }: RunPage): void {
    const run = this.#people.run.name;
    for (const entry of entries) {
      this.#stage.note({ type: "shown", reader: this.name, run, entry });
      this.#people.saw(entry);
    }
    this.next = next;
    this.isDone = isOver(summary.phase) && next > summary.n;
  }
}

/** Undefined where no answer came. */
async function askDesk<C extends Call>(
  { node }: Program,
  call: C,
  payload: RunDesk["calls"][C]["payload"],
  timeoutMs: number,
): Promise<RunAnswer<unknown> | undefined> {
  try {
    return (await node.call(named<RunDesk>(runDeskName), call as never, payload as never, {
      timeoutMs,
    })) as never;
  } catch {
    return undefined;
  }
}
