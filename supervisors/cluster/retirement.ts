// The end of a node that hands over what it owns first: begun once, whoever asks, told to who asked, and not without a bound.
import type { Owned } from "../../actors/control/owned.ts";
import type { Reports } from "../../actors/control/reports.ts";
import type { World } from "../../runtime/index.ts";
import type { DrainProgress } from "../../runtime/ownership/report.ts";
import { clusterLimits } from "./limits.ts";

export interface RetirementOptions {
  readonly world: Pick<World, "timers">;
  readonly owned: () => Owned | undefined;
  /** From now on the node takes no new work. */
  readonly onBegin: () => void;
  /** Everything is handed over, and whoever asked for it knows: the node is to stop. */
  readonly onEnd: () => void;
}

type Outcome = DrainProgress & { readonly why: string | null };

const nothing: DrainProgress = { owned: 0, left: 0, calls: 0, isDone: false, isCut: false };

export class Retirement {
  readonly #options: RetirementOptions;
  #handingOver: Promise<Outcome> | undefined;
  #outcome: Outcome | undefined;
  #isToEnd = false;
  #hasEnded = false;

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /** Resolves when everything is handed over, or cut. One that goes on already goes on with the deadline that it has. */
  handOver(deadlineMs: number): Promise<DrainProgress> {
    this.#handingOver ??= this.#drained(deadlineMs);
    return this.#handingOver;
  }

  /** Hands over, and has the node stop then. False where it was handing over already. */
  retire(deadlineMs: number): boolean {
    const isNew = this.#handingOver === undefined;
    void this.handOver(deadlineMs);
    if (!this.#isToEnd) {
      this.#isToEnd = true;
      void this.handOver(deadlineMs).then(() => {
        this.#options.world.timers.set(clusterLimits.drainToldMsMax, () => this.#end());
      });
    }
    return isNew;
  }

  /** How far it is. Who has been told of the end is not waited for any more. */
  tell(): Reports["drain"] {
    if (this.#outcome !== undefined) {
      if (this.#isToEnd) this.#end();
      return { draining: true, ...this.#outcome };
    }
    if (this.#handingOver === undefined) return { draining: false, ...nothing, why: null };
    const progress = this.#options.owned()?.drainProgress() ?? nothing;
    // What comes behind the end is not over yet: the outcome says when.
    return { draining: true, ...progress, isDone: false, why: null };
  }

  async #drained(deadlineMs: number): Promise<Outcome> {
    this.#options.onBegin();
    this.#outcome = await this.#settled(deadlineMs);
    return this.#outcome;
  }

  async #settled(deadlineMs: number): Promise<Outcome> {
    const owned = this.#options.owned();
    if (owned === undefined) return { ...nothing, isDone: true, why: null };
    const { timers } = this.#options.world;
    let timer: unknown;
    const late = new Promise<string>((resolve) => {
      const boundMs = deadlineMs + clusterLimits.drainGraceMs;
      timer = timers.set(boundMs, () => resolve(`it did not end within ${boundMs} ms`));
    });
    const work = owned.drain({ deadlineMs }).catch((error: unknown) => messageOf(error));
    const outcome = await Promise.race([work, late]);
    timers.clear(timer);
    if (typeof outcome !== "string") return { ...outcome, isDone: true, why: null };
    return { ...(owned.drainProgress() ?? nothing), isDone: true, isCut: true, why: outcome };
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.onEnd();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
