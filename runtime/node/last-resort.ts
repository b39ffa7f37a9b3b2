// What a node does about a failure that no process can be blamed for: it tells, stops in good order, and never goes on.
import { reasonOfThrown } from "../process/exit-reason.ts";
import type { Kernel } from "../process/kernel.ts";
import { nodeLimits } from "./limits.ts";

/** Stops something in good order before the node kills what is left. Is given what was thrown. */
export type Drain = (thrown: unknown) => unknown;

export interface LastResortOptions {
  /** Kills all that lives and lets go of the program. */
  readonly halt: () => Promise<void>;
  /** Decides how the program goes on when the node has halted. */
  readonly onHalt: ((thrown: unknown) => void) | undefined;
}

export class LastResort {
  readonly #kernel: Kernel;
  readonly #options: LastResortOptions;
  readonly #drains = new Set<Drain>();
  #hasFailed = false;

  constructor(kernel: Kernel, options: LastResortOptions) {
    this.#kernel = kernel;
    this.#options = options;
  }

  /** Has `drain` run first of all, beside the others. Gives back how to stop that. */
  drainWith(drain: Drain): () => void {
    this.#drains.add(drain);
    return () => {
      this.#drains.delete(drain);
    };
  }

  /** @throws `thrown`, when the node has halted and nobody decides what is to follow */
  async fail(thrown: unknown): Promise<void> {
    this.#kernel.events.emit("unattributed_failure", { reason: reasonOfThrown(thrown) });
    // The first failure decides, however much else fails while the node halts.
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    await this.#drain(thrown);
    const { halt, onHalt } = this.#options;
    await halt();
    if (onHalt === undefined) throw thrown;
    onHalt(thrown);
  }

  /** Waits for all drains, but not longer than they may take together. */
  #drain(thrown: unknown): Promise<void> {
    const { timers } = this.#kernel.world;
    return new Promise((resolve) => {
      const deadline = timers.set(nodeLimits.failureDrainMsMax, resolve);
      const drains = [...this.#drains].map(async (drain) => drain(thrown));
      void Promise.allSettled(drains).then(() => {
        timers.clear(deadline);
        resolve();
      });
    });
  }
}
