// A gate for tests of what stands on it: it lets everything through, but for as many at a time as it is told, and for what a
// script refuses; and it remembers what it was asked and told.
import type { Gate, GateAsk, GateRefusal, GateReport, Granted } from "../../../actors/llm/gate.ts";
import { currentProcess } from "../../../runtime/process/current.ts";

/** Refuses an ask, or lets it through where it gives undefined. `index`: of all asks, from 0. */
export type Refuse = (ask: GateAsk, index: number) => GateRefusal | undefined;

interface Waiter {
  readonly entry: string;
  readonly go: () => void;
}

export class OpenGate implements Gate {
  readonly asks: GateAsk[] = [];
  readonly reports: GateReport[] = [];
  /** Permits whose holders ended without a report. */
  readonly givenBack: string[] = [];
  refuse: Refuse = () => undefined;
  /** Attempts at one entry at the same time. */
  concurrentMax: (entry: string) => number = () => Number.POSITIVE_INFINITY;
  readonly #held = new Map<string, string>();
  #waiters: Waiter[] = [];

  async acquire(ask: GateAsk): Promise<Granted> {
    this.asks.push(ask);
    const permit = `permit-${this.asks.length}`;
    const refusal = this.refuse(ask, this.asks.length - 1);
    if (refusal !== undefined) return { granted: false, refusal };
    if (this.#runningAt(ask.entry) >= this.concurrentMax(ask.entry)) {
      const isFree = await this.#wait(ask);
      if (!isFree) return { granted: false, refusal: { reason: "limit", retryInMs: 1_000, what: "places" } };
    }
    this.#held.set(permit, ask.entry);
    const process = currentProcess();
    process.releases ??= new Set();
    process.releases.add(() => {
      if (this.#free(permit)) this.givenBack.push(permit);
    });
    return { granted: true, permit };
  }

  report(report: GateReport): void {
    this.reports.push(report);
    this.#free(report.permit);
  }

  get held(): number {
    return this.#held.size;
  }

  async #wait({ entry, waitMsMax }: GateAsk): Promise<boolean> {
    const { timers } = currentProcess().kernel.world;
    return new Promise((resolve) => {
      const waiter: Waiter = {
        entry,
        go: () => {
          if (timer !== undefined) timers.clear(timer);
          this.#waiters = this.#waiters.filter((other) => other !== waiter);
          resolve(true);
        },
      };
      const timer = Number.isFinite(waitMsMax)
        ? timers.set(waitMsMax, () => {
            this.#waiters = this.#waiters.filter((other) => other !== waiter);
            resolve(false);
          })
        : undefined;
      this.#waiters.push(waiter);
    });
  }

  #free(permit: string): boolean {
    const entry = this.#held.get(permit);
    if (entry === undefined) return false;
    this.#held.delete(permit);
    this.#waiters.find((waiter) => waiter.entry === entry)?.go();
    return true;
  }

  #runningAt(entry: string): number {
    return [...this.#held.values()].filter((other) => other === entry).length;
  }
}
