// One lock as one node knows it: who holds it here, and who waits for it here, in the order in which they came.
import type { Process } from "../process/process.ts";
import { LockLost, LockTaken } from "./failures.ts";
import { HeldLock } from "./held-lock.ts";

export interface Waiter {
  readonly process: Process;
  readonly requester: string;
  /** Attempts that are left when one has failed; may be Infinity. */
  retriesLeft: number;
  attempts: number;
  readonly grant: (hold: HeldLock) => void;
  readonly refuse: (error: Error) => void;
  /** Takes it out of the line at the end of its process. */
  readonly leave: () => void;
}

export class LockLine {
  readonly id: string;
  /** Takes the lock from the cluster, or gives it back. */
  readonly #givenBack: () => Promise<void>;
  readonly #waiters: Waiter[] = [];
  readonly #holds = new Set<HeldLock>();
  #requester = "";

  constructor(id: string, givenBack: () => Promise<void>) {
    this.id = id;
    this.#givenBack = givenBack;
  }

  get first(): Waiter | undefined {
    return this.#waiters[0];
  }

  /** For whom it is held here, or was last. */
  get requester(): string {
    return this.#requester;
  }

  get isHeldHere(): boolean {
    return this.#holds.size > 0;
  }

  get isIdle(): boolean {
    return !this.isHeldHere && this.#waiters.length === 0;
  }

  /** Lets a waiter in at once where the lock is held here for the same requester; false where it has to wait. */
  enter(waiter: Waiter): boolean {
    const { process } = waiter;
    process.releases ??= new Set();
    process.releases.add(waiter.leave);
    this.#waiters.push(waiter);
    if (!this.isHeldHere || this.#requester !== waiter.requester) return false;
    // It would wait for itself.
    if ([...this.#holds].some(({ isLost }) => isLost)) this.#refuse(waiter, new LockLost(this.id));
    else this.#grant(waiter);
    return true;
  }

  leave(waiter: Waiter): void {
    const place = this.#waiters.indexOf(waiter);
    if (place >= 0) this.#waiters.splice(place, 1);
    waiter.process.releases?.delete(waiter.leave);
  }

  /** The cluster has given the lock to this node, for the requester of the first waiter. */
  granted(requester: string): void {
    this.#requester = requester;
    for (const waiter of [...this.#waiters]) if (waiter.requester === requester) this.#grant(waiter);
  }

  /** Somebody else has it: each who waits has one attempt less. */
  taken(): void {
    for (const waiter of [...this.#waiters]) this.missed(waiter);
  }

  missed(waiter: Waiter): void {
    waiter.attempts += 1;
    if (waiter.retriesLeft <= 0) this.#refuse(waiter, new LockTaken(this.id, waiter.attempts));
    else waiter.retriesLeft -= 1;
  }

  refuseAll(error: Error): void {
    for (const waiter of [...this.#waiters]) this.#refuse(waiter, error);
  }

  endanger(): void {
    for (const hold of this.#holds) hold.endanger();
  }

  lose(): void {
    for (const hold of this.#holds) hold.lose();
  }

  #grant(waiter: Waiter): void {
    this.leave(waiter);
    const hold = new HeldLock(this.id, waiter.process, (given) => {
      this.#holds.delete(given);
      return this.isHeldHere ? Promise.resolve() : this.#givenBack();
    });
    this.#holds.add(hold);
    waiter.grant(hold);
  }

  #refuse(waiter: Waiter, error: Error): void {
    this.leave(waiter);
    waiter.refuse(error);
  }
}
