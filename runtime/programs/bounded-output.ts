// What a program prints, of which the beginning and the end are kept, whatever it prints.

export interface OutputText {
  readonly head: string;
  /** "" where the head is all of it. */
  readonly tail: string;
  /** Bytes between the two that were not kept. */
  readonly cutBytes: number;
}

/** Why something fails stands at the end more often than at the beginning. */
const headShare = 0.25;

export class BoundedOutput {
  readonly #headBytesMax: number;
  readonly #tailBytesMax: number;
  readonly #head: Uint8Array[] = [];
  #headBytes = 0;
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #cutBytes = 0;

  constructor(bytesMax: number) {
    this.#headBytesMax = Math.floor(bytesMax * headShare);
    this.#tailBytesMax = bytesMax - this.#headBytesMax;
  }

  take(bytes: Uint8Array): void {
    const room = this.#headBytesMax - this.#headBytes;
    const first = bytes.subarray(0, room);
    if (first.length > 0) {
      this.#head.push(Uint8Array.from(first));
      this.#headBytes += first.length;
    }
    const rest = bytes.subarray(first.length);
    if (rest.length === 0) return;
    this.#tail.push(Uint8Array.from(rest));
    this.#tailBytes += rest.length;
    // Joined seldom: a program may print a byte at a time.
    if (this.#tailBytes > 2 * this.#tailBytesMax || this.#tail.length > piecesMax) this.#shorten();
  }

  get text(): OutputText {
    this.#shorten();
    const decoder = new TextDecoder();
    return {
      head: decoder.decode(Buffer.concat(this.#head)),
      tail: decoder.decode(Buffer.concat(this.#tail)),
      cutBytes: this.#cutBytes,
    };
  }

  #shorten(): void {
    const whole = Buffer.concat(this.#tail);
    const kept = whole.subarray(Math.max(0, whole.length - this.#tailBytesMax));
    this.#cutBytes += whole.length - kept.length;
    this.#tail = [Uint8Array.from(kept)];
    this.#tailBytes = kept.length;
  }
}

/** Pieces of the end that are held before they are joined: each costs more than its bytes. */
const piecesMax = 1_000;
