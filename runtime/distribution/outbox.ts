// What is on its way to another node and not in an envelope yet: signals in order, and the parts of large ones between them.
import { Ring } from "../process/mailbox.ts";
import { type FragmentSignal, fragmentsOf } from "../wire/fragments.ts";
import type { Signal } from "../wire/frame.ts";
import { encodeSignals, SignalBatch } from "../wire/signals.ts";
import { distributionLimits } from "./limits.ts";

interface Body {
  readonly bytes: Uint8Array;
  readonly signals: number;
}

/** A large signal of one sender, in parts, and what that sender has sent since. */
interface Bulk {
  readonly parts: FragmentSignal[];
  readonly behind: { readonly signal: Signal; readonly bytes: number }[];
  /** The number of the body that has to leave before: what its sender sent earlier is in there. */
  readonly after: number;
}

/**
 * Order holds for each sender: while parts of one of its signals wait, its later signals wait behind them. Signals of other
 * senders go on in between. Every signal is written as it is sent, so that what cannot travel is refused where it was sent.
 */
export class Outbox {
  readonly #batch = new SignalBatch();
  readonly #bodies = new Ring<Body>();
  readonly #bulks = new Map<number, Bulk>();
  #bodyBytes = 0;
  #bulkBytes = 0;
  #behindBytes = 0;
  #waiting = 0;
  #fragments = 0;
  /** Bodies that have left. */
  #left = 0;
  #bulkIsNext = false;

  /** Signals that wait. */
  get length(): number {
    return this.#waiting;
  }

  get isOverfull(): boolean {
    return this.#bodyBytes + this.#bulkBytes + this.#behindBytes > distributionLimits.parkedBytesMax;
  }

  /** @throws {Misuse} it is no data; {MessageTooLarge}. Then nothing of it is sent */
  push(signal: Signal): void {
    const bulk = this.#bulks.size === 0 ? undefined : this.#bulks.get(signal[1]);
    if (bulk === undefined) this.#add(signal);
    else {
      // Written once more when its turn comes: what is wrong with it is for whoever sends it now.
      const bytes = encodeSignals([signal]).length;
      this.#behindBytes += bytes;
      bulk.behind.push({ signal, bytes });
    }
    this.#waiting += 1;
  }

  /** The body of the next envelope; undefined where nothing waits. */
  next(): Uint8Array | undefined {
    const bulk = this.#bulks.size === 0 ? undefined : this.#nextBulk();
    const hasOthers = this.#bodies.length > 0 || this.#batch.count > 0;
    if (bulk !== undefined && (this.#bulkIsNext || !hasOthers)) {
      this.#bulkIsNext = false;
      return this.#nextPart(...bulk);
    }
    this.#bulkIsNext = true;
    if (this.#bodies.length === 0) this.#closeBatch();
    const body = this.#bodies.shift();
    if (body === undefined) return undefined;
    this.#bodyBytes -= body.bytes.length;
    this.#waiting -= body.signals;
    this.#left += 1;
    return body.bytes;
  }

  #add(signal: Signal): void {
    const large = this.#batch.add(signal);
    if (large !== undefined) this.#split(signal, large);
    else if (this.#batch.isFull) this.#closeBatch();
  }

  #closeBatch(): void {
    const signals = this.#batch.count;
    if (signals === 0) return;
    const bytes = this.#batch.take();
    this.#bodyBytes += bytes.length;
    this.#bodies.push({ bytes, signals });
  }

  #split([, from]: Signal, bytes: Uint8Array): void {
    this.#closeBatch();
    this.#fragments += 1;
    const parts = [...fragmentsOf(bytes, from, this.#fragments)];
    this.#bulks.set(from, { parts, behind: [], after: this.#left + this.#bodies.length });
    this.#bulkBytes += bytes.length;
  }

  /** Of those whose turn has come, the one that has waited longest. */
  #nextBulk(): [from: number, bulk: Bulk] | undefined {
    for (const [from, bulk] of this.#bulks) if (bulk.after <= this.#left) return [from, bulk];
    return undefined;
  }

  #nextPart(from: number, bulk: Bulk): Uint8Array | undefined {
    const part = bulk.parts.shift();
    if (part === undefined) return undefined;
    this.#bulks.delete(from);
    this.#bulkBytes -= part[4].length;
    if (bulk.parts.length > 0) this.#bulks.set(from, bulk);
    else {
      this.#waiting -= 1;
      this.#comeForward(bulk.behind);
    }
    return encodeSignals([part]);
  }

  /** What was behind a large signal is next, up to another large one. */
  #comeForward(behind: Bulk["behind"]): void {
    for (const [index, { signal, bytes }] of behind.entries()) {
      this.#add(signal);
      this.#behindBytes -= bytes;
      const bulk = this.#bulks.get(signal[1]);
      if (bulk === undefined) continue;
      bulk.behind.push(...behind.slice(index + 1));
      return;
    }
  }
}
