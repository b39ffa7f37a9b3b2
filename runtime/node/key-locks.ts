// Locks by key (Elixir: `Registry.lock`): who asks for a key that is taken waits in line; an end gives the key up.
import { NoProcess } from "../process/failures.ts";
import type { Process } from "../process/process.ts";

/** One who holds the key, at the head of its line, or waits for it. */
interface Claim {
  readonly process: Process;
  readonly grant: (giveUp: () => void) => void;
  readonly refuse: (error: Error) => void;
  /** Takes the claim out of the line, wherever it stands. */
  readonly giveUp: () => void;
}

export class KeyLocks {
  readonly #registry: string;
  readonly #lines = new Map<string, Claim[]>();

  constructor(registry: string) {
    this.#registry = registry;
  }

  /** Settles when `process` holds `key`, with how to give it up; that happens by itself when the process ends. */
  acquire(process: Process, key: string): Promise<() => void> {
    return new Promise((grant, refuse) => {
      const claim: Claim = { process, grant, refuse, giveUp: () => this.#giveUp(key, claim) };
      const line = this.#lines.get(key) ?? [];
      this.#lines.set(key, line);
      line.push(claim);
      process.releases ??= new Set();
      process.releases.add(claim.giveUp);
      if (line.length === 1) grant(claim.giveUp);
    });
  }

  /** The registry has ended: nobody who waits will be let in any more. */
  close(): void {
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    for (const [, ...waiting] of lines) {
      for (const { refuse } of waiting) refuse(new NoProcess(`registry "${this.#registry}"`, "lock"));
    }
  }

  #giveUp(key: string, claim: Claim): void {
    claim.process.releases?.delete(claim.giveUp);
    const line = this.#lines.get(key);
    const place = line?.indexOf(claim) ?? -1;
    if (line === undefined || place < 0) return;
    line.splice(place, 1);
    const [next] = line;
    if (next === undefined) this.#lines.delete(key);
    else if (place === 0) next.grant(next.giveUp);
  }
}
