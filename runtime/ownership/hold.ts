// Lets processes rest while nobody can say whether they still are the owners of what they stand for, and go on afterwards.
import type { Process } from "../process/process.ts";
import { SystemRequest } from "../process/system-message.ts";

export class Holds {
  readonly #resting = new Set<Process>();

  /** Its messages wait from now on, at the latest when the turn that it is in has ended. */
  hold(process: Process): void {
    if (this.#resting.has(process) || process.hasEnded) return;
    // Whoever was suspended by somebody else before stays so.
    if (process.phase === "suspended") return;
    this.#resting.add(process);
    if (process.phase === "live") process.suspend();
    else
      ask(process, () => {
        if (this.#resting.has(process)) process.suspend();
      });
  }

  release(process: Process): void {
    if (!this.#resting.delete(process) || process.hasEnded) return;
    ask(process, () => process.resume());
  }

  /** It is to stop as it is. */
  forget(process: Process): void {
    this.#resting.delete(process);
  }
}

function ask(process: Process, run: () => void): void {
  process.deliver(
    new SystemRequest(() => {
      run();
      return undefined;
    }),
    true,
  );
}
