// What a shell is asked to do, one thing after the other, and the process that does it. The shell outlives that process.
import type { LocalValue } from "../../runtime/process/data.ts";
import type { Completions, Outcome } from "./evaluator.ts";
import type { FailureKind } from "./frames.ts";
import { attachLimits as limits } from "./limits.ts";
import { resultJson, resultText, thrownText } from "./shown-result.ts";

export type Work =
  | { readonly is: "evaluate"; readonly id: number; readonly text: string; readonly json: boolean }
  | { readonly is: "complete"; readonly id: number; readonly text: string };

/** What came of it, as data. */
export type Result =
  | { readonly is: "value"; readonly id: number; readonly text: string; readonly heldUpMs: number }
  | {
      readonly is: "error";
      readonly id: number;
      readonly kind: FailureKind;
      readonly text: string;
      readonly heldUpMs: number;
    }
  | { readonly is: "more"; readonly id: number }
  | {
      readonly is: "completions";
      readonly id: number;
      readonly list: readonly string[];
      readonly on: string;
    };

/** Runs what was typed: an evaluator, or the commands of a shell that only looks. */
export interface Runner {
  run(text: string): Promise<Outcome>;
  complete(text: string): Promise<Completions> | Completions;
  close(): void;
}

export class Shell {
  readonly #tell: (result: Result) => void;
  readonly #columns: number;
  #runner: Runner | undefined;
  readonly #waiting: Work[] = [];
  #wake: (() => void) | undefined;
  #current: { readonly work: Work; readonly abort: AbortController } | undefined;

  /** `tell` hears of every result, in the process that made it. */
  constructor(columns: number, tell: (result: Result) => void) {
    this.#columns = columns;
    this.#tell = tell;
  }

  use(runner: Runner): void {
    this.#runner = runner;
  }

  /** Aborted where the evaluation that runs is given up; undefined where none runs. */
  get signal(): AbortSignal | undefined {
    return this.#current?.abort.signal;
  }

  give(work: Work): void {
    this.#waiting.push(work);
    this.#wake?.();
  }

  /** The evaluation `id` is no longer waited for; true where it was. What it has started may go on. */
  abandon(id: number): boolean {
    const current = this.#current;
    if (current?.work.is !== "evaluate" || current.work.id !== id) return false;
    this.#current = undefined;
    current.abort.abort();
    return true;
  }

  /** Does all there is to do, for as long as the process lives that calls it. */
  async serve(): Promise<never> {
    for (;;) {
      const work = this.#waiting.shift();
      if (work !== undefined) await this.#carryOut(work);
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  close(): void {
    this.#current?.abort.abort();
    this.#runner?.close();
  }

  async #carryOut(work: Work): Promise<void> {
    const abort = new AbortController();
    const current = { work, abort };
    this.#current = current;
    const result = await Promise.race([this.#resultOf(work), whenAborted(abort.signal)]);
    if (this.#current !== current || result === undefined) return;
    this.#current = undefined;
    this.#tell(result);
  }

  async #resultOf(work: Work): Promise<Result | undefined> {
    const { id, text } = work;
    if (work.is === "complete") {
      const { list = [], on = "" } = (await this.#runner?.complete(text)) ?? {};
      const fitting = list.filter((item) => item.length <= completionCharactersMax);
      return { is: "completions", id, list: fitting.slice(0, limits.completionsMax), on };
    }
    const outcome = await this.#runner?.run(text);
    if (outcome === undefined) return undefined;
    if (outcome.kind === "more") return { is: "more", id };
    const { heldUpMs } = outcome;
    try {
      if (outcome.kind === "value") {
        const shown = work.json ? resultJson(outcome.value) : resultText(outcome.value, this.#columns);
        return { is: "value", id, text: shown, heldUpMs };
      }
      return { is: "error", id, kind: "thrown", text: thrownText(outcome.thrown, this.#columns), heldUpMs };
    } catch (thrown) {
      // What a value says of itself is code too.
      return { is: "error", id, kind: "thrown", text: thrownText(thrown, this.#columns), heldUpMs };
    }
  }
}

/** The process that a shell's code runs as. */
export function attachEvaluator({ value: shell }: LocalValue<Shell>): Promise<never> {
  return shell.serve();
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
}

/** Longer ones are no words that somebody completes. */
const completionCharactersMax = 500;
