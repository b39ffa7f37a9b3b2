// What a run may still cost: the most that an effect can cost is kept for it before it begins, so that all together stay below.
import type { RunJournal } from "./run-journal.ts";

export interface Payable {
  readonly step: string;
  /** See `Effect`. */
  readonly costMaxUsd: number | null | undefined;
  readonly among: number | undefined;
}

/** `later`: all that is left is kept for others, which may not need all of it. `none`: nothing is left, and the run ends. */
export type Keeping = "kept" | "later" | "none";

export class RunBudget {
  readonly #journal: RunJournal;
  readonly #over: (step: string, words: string) => void;
  /** US dollars; undefined where it is not bound. */
  readonly #kept = new Map<Payable, number | undefined>();

  /** `over` ends the run. */
  constructor(journal: RunJournal, over: (step: string, words: string) => void) {
    this.#journal = journal;
    this.#over = over;
  }

  keep(payable: Payable): Keeping {
    const { step, costMaxUsd: wanted, among } = payable;
    const most = this.#most;
    if (most === undefined || wanted === undefined) {
      this.#kept.set(payable, undefined);
      return "kept";
    }
    const others = [...this.#kept.values()].filter((kept) => kept !== undefined);
    const left = most - this.#journal.state.spentUsd - others.reduce((sum, kept) => sum + kept, 0);
    const share = among === undefined ? undefined : left / Math.max(1, among - this.#sharing);
    const isFree = share === undefined ? wanted !== null && wanted <= left : left > 0 || most === 0;
    if (!isFree && others.length > 0) return "later";
    // Where nothing may be spent from the beginning, what is free may be used.
    if (wanted !== 0 && left <= 0 && most > 0) {
      this.#over(step, this.#words(most));
      return "none";
    }
    this.#kept.set(payable, Math.min(wanted ?? share ?? left, left));
    return "kept";
  }

  /** What is kept for it. */
  of(payable: Payable): number | undefined {
    return this.#kept.get(payable);
  }

  /** It is over, and what it cost is counted. */
  release(payable: Payable): void {
    this.#kept.delete(payable);
  }

  /** Ends the run where it has cost more than it may. */
  look(step: string): void {
    const most = this.#most;
    if (most !== undefined && this.#journal.state.spentUsd > most) this.#over(step, this.#words(most));
  }

  /** How many have a share of what is left. */
  get #sharing(): number {
    return [...this.#kept].filter(([{ among }, kept]) => among !== undefined && kept !== undefined).length;
  }

  get #most(): number | undefined {
    return this.#journal.state.costUsdMax;
  }

  #words(most: number): string {
    return `It has cost ${this.#journal.state.spentUsd.toFixed(4)} USD, and ${most} USD were allowed.`;
  }
}
