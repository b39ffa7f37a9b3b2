// Beats from the main thread: for carriers within one program or machine. A busy node is late with them, and says by how much.
import type { Pulse, PulseOptions, PulseStatus } from "../pulse.ts";
import { Beater, firstSeq } from "./beater.ts";

export function inlinePulse(options: PulseOptions): Pulse {
  return new InlinePulse(options);
}

class InlinePulse implements Pulse {
  readonly #beater: Beater;
  #status: PulseStatus;

  constructor(options: PulseOptions) {
    this.#status = options.status;
    this.#beater = new Beater({
      ...options,
      seq: firstSeq(options.world),
      read: (lateMs) => ({ ...this.#status, lagMs: lateMs }),
    });
  }

  get sentBeats(): number {
    return this.#beater.sentBeats;
  }

  tick(status: PulseStatus): void {
    const isNews = status.state !== this.#status.state;
    this.#status = status;
    if (isNews) this.#beater.beat();
  }

  stop(options: { readonly farewell: boolean }): Promise<void> {
    this.#beater.stop(options);
    return Promise.resolve();
  }
}
