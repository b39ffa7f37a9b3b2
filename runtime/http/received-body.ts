// The body of an answer as it comes in. A stream of Node's does the same for any purpose, and takes as long to make as the rest of a
// request.

/** Whoever sends it: held up while nobody reads, and ended when nobody will. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** The connection is closed. */
  abort(reason: Error): void;
}

/** What waits to be read is at most this and one part more: whoever sends is held up above it. */
const unreadBytesMax = 65_536;

export class ReceivedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: BodySource;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #isPaused = false;
  #isWhole = false;
  #isDisturbed = false;
  /** Why nothing more comes, in a list because that may be anything. */
  #failure: readonly [unknown] | undefined;
  #waiting: { readonly wake: () => void } | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** Somebody has begun to read it, or has put it away. */
  get isDisturbed(): boolean {
    return this.#isDisturbed;
  }

  push(part: Uint8Array): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > unreadBytesMax && !this.#isPaused) {
      this.#isPaused = true;
      this.#source.pause();
    }
    this.#wake();
  }

  /** It is whole. */
  end(): void {
    this.#isWhole = true;
    this.#wake();
  }

  /** Nothing more comes of it, and what has come is not read any more. */
  fail(reason: unknown): void {
    if (this.#isWhole) return;
    this.#failure ??= [reason];
    this.#parts = [];
    this.#wake();
  }

  /** Nobody reads on: the connection is closed where it is not whole. */
  destroy(): void {
    this.#isDisturbed = true;
    if (this.#isWhole || this.#failure !== undefined) return;
    const reason = new Error("The body is not read to its end.");
    this.fail(reason);
    this.#source.abort(reason);
  }

  /** Reads it through, so that its connection can be used again; closes that where there is more than `bytesMax`. */
  async discard(bytesMax: number): Promise<void> {
    let bytes = 0;
    for await (const part of this) {
      bytes += part.length;
      if (bytes > bytesMax) return;
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** All that has come since the last time. @throws why nothing more comes */
  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isDisturbed = true;
    while (this.#parts.length === 0) {
      if (this.#failure !== undefined) throw this.#failure[0];
      if (this.#isWhole) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#waiting = { wake: resolve };
      });
    }
    const [only] = this.#parts;
    const value = only !== undefined && this.#parts.length === 1 ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#source.resume();
    }
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.destroy();
    return { done: true, value: undefined };
  }

  #wake(): void {
    this.#waiting?.wake();
    this.#waiting = undefined;
  }
}
