// A timer that ends with its process, whatever it was for.
import type { Chained } from "./chain.ts";
import { Chain } from "./chain.ts";
import type { Kernel } from "./kernel.ts";
import type { Process } from "./process.ts";
import type { Timer } from "./timers.ts";

export class OwnedTimer implements Chained<OwnedTimer> {
  readonly #kernel: Kernel;
  readonly #owner: Process | undefined;
  /** The number of its reference, where it can be cancelled and read by one. */
  readonly #ref: number | undefined;
  readonly #timer: Timer;
  previous: OwnedTimer | undefined;
  next: OwnedTimer | undefined;

  /**
   * Runs `run` after `delayMs` milliseconds, unless `owner` has ended by then; without an owner in any case.
   * @throws {Misuse} the delay is not a number
   */
  constructor(kernel: Kernel, owner: Process | undefined, delayMs: number, run: () => void, ref?: number) {
    this.#kernel = kernel;
    this.#owner = owner;
    this.#ref = ref;
    this.#timer = kernel.timers.start(delayMs, () => {
      this.#leave();
      run();
    });
    if (ref !== undefined) kernel.messageTimers.set(ref, this);
    if (owner === undefined) return;
    owner.timers ??= new Chain();
    owner.timers.append(this);
  }

  /** Milliseconds until it fires. */
  get remainingMs(): number {
    return this.#kernel.timers.remaining(this.#timer) ?? 0;
  }

  /** True for a timer of a user's, which sends a message. */
  get sendsMessage(): boolean {
    return this.#ref !== undefined;
  }

  /** True for a timer that belongs to a process. */
  get isOwned(): boolean {
    return this.#owner !== undefined;
  }

  stop(): void {
    if (this.#kernel.timers.stop(this.#timer)) this.#leave();
  }

  #leave(): void {
    if (this.#ref !== undefined) this.#kernel.messageTimers.delete(this.#ref);
    this.#owner?.timers?.remove(this);
  }
}
