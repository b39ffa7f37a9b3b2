// One lock that a process of this node holds: told when it is not safe any more, and given up once.
import type { Process } from "../process/process.ts";
import { LockLost } from "./failures.ts";
import type { LockHold } from "./naming.ts";

export class HeldLock implements LockHold {
  readonly #id: string;
  readonly #process: Process;
  readonly #givenUp: (hold: HeldLock) => Promise<void>;
  readonly #abort = new AbortController();
  readonly #release = (): void => void this.giveUp();
  #isLost = false;
  #isGivenUp = false;

  constructor(id: string, process: Process, givenUp: (hold: HeldLock) => Promise<void>) {
    this.#id = id;
    this.#process = process;
    this.#givenUp = givenUp;
    process.releases ??= new Set();
    process.releases.add(this.#release);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** The lease may come to an end. */
  endanger(): void {
    this.#abort.abort(new LockLost(this.#id));
  }

  lose(): void {
    this.#isLost = true;
    this.endanger();
  }

  check(): void {
    if (this.#isLost) throw new LockLost(this.#id);
  }

  giveUp(): Promise<void> {
    if (this.#isGivenUp) return Promise.resolve();
    this.#isGivenUp = true;
    this.#process.releases?.delete(this.#release);
    return this.#givenUp(this);
  }
}
