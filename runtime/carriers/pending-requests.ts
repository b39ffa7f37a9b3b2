// Requests that wait for their answers, each with its deadline.
import type { Answer } from "../carrier.ts";
import type { TimerHandle, World } from "../world.ts";

interface Pending {
  readonly settle: (answer: Answer) => void;
  readonly deadline: TimerHandle;
}

export class PendingRequests {
  readonly #world: World;
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Sends by `send`, which is given the number of the request, and waits. What `send` throws is thrown here. */
  ask(timeoutMs: number, send: (number: number) => void): Promise<Answer> {
    this.#last = this.#last === numberMax ? 1 : this.#last + 1;
    const number = this.#last;
    const answer = new Promise<Answer>((settle) => {
      const late = (): void => this.settle(number, { kind: "timeout" });
      // Where this program itself was held up, the answer may be here already, and unread.
      const deadline = this.#world.timers.set(timeoutMs, () => this.#world.turns.afterIo(late));
      this.#pending.set(number, { settle, deadline });
    });
    try {
      send(number);
    } catch (error) {
      this.settle(number, { kind: "disconnected" });
      throw error;
    }
    return answer;
  }

  /** A number that waits no more is passed over. */
  settle(number: number, answer: Answer): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    this.#pending.delete(number);
    this.#world.timers.clear(pending.deadline);
    pending.settle(answer);
  }

  disconnect(): void {
    for (const number of [...this.#pending.keys()]) this.settle(number, { kind: "disconnected" });
  }
}

/** Four bytes on the wire. */
const numberMax = 0xffff_ffff;
