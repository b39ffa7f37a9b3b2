// What requests that are on their way have taken from a rate, by estimate: what they did not use is put back when they are done.
//
// Putting all of it back would be too much: a rate that was full meanwhile let in nothing more, and would have done so without them
// too. So each remembers how much room there was at the least since it took: more than that would never have been there.
import { type Amounts, nothing, type Rates } from "./rate.ts";

const all: Amounts = { requests: Number.POSITIVE_INFINITY, tokens: Number.POSITIVE_INFINITY };

interface Taking {
  readonly amounts: Amounts;
  room: Amounts;
}

export class Outstanding {
  readonly #takings = new Map<string, Taking>();

  /** @param as what it is a part of: something that was taken before */
  took(permit: string, amounts: Amounts, as?: string): void {
    this.#takings.set(permit, { amounts, room: this.#takings.get(as ?? permit)?.room ?? all });
  }

  /** So much was left at some time. Whoever changes a rate says so before, with whatever has come in. */
  seen(left: Amounts, rates: Rates): void {
    if (this.#takings.size === 0) return;
    const requests = (rates.requests?.burst ?? 0) - left.requests;
    const tokens = (rates.tokens?.burst ?? 0) - left.tokens;
    for (const taking of this.#takings.values()) {
      taking.room = {
        requests: Math.max(0, Math.min(taking.room.requests, requests)),
        tokens: Math.max(0, Math.min(taking.room.tokens, tokens)),
      };
    }
  }

  /** It may have been full meanwhile: nobody knows. */
  missed(): void {
    for (const taking of this.#takings.values()) taking.room = nothing;
  }

  /** What is put back for a request that used `used`; below 0 where it used more. Undefined `used`: nobody knows, and nothing is. */
  done(permit: string, used: Amounts | undefined): Amounts {
    const taking = this.#takings.get(permit);
    this.#takings.delete(permit);
    if (taking === undefined || used === undefined) return nothing;
    const { amounts, room } = taking;
    return {
      requests: Math.min(amounts.requests - used.requests, room.requests),
      tokens: Math.min(amounts.tokens - used.tokens, room.tokens),
    };
  }
}
