// The body of an answer as a stream of the standard's, which is made for those only who do more with it than read it through: making
// one takes as long as half of a short answer.
import { ReadableStream } from "node:stream/web";
import type { ReceivedBody } from "./received-body.ts";

type Bytes = ReadableStream<Uint8Array>;

export class BodyStream implements Bytes {
  readonly #source: ReceivedBody;
  #standard: Bytes | undefined;

  constructor(source: ReceivedBody) {
    this.#source = source;
  }

  /** The same as the standard's own. */
  get standard(): Bytes {
    this.#standard ??= standardOf(this.#source);
    return this.#standard;
  }

  get locked(): boolean {
    return this.#standard?.locked ?? false;
  }

  [Symbol.asyncIterator](): ReturnType<Bytes["values"]> {
    return this.values();
  }

  /** Whoever stops early closes the connection. */
  values(options: { preventCancel?: boolean } = {}): ReturnType<Bytes["values"]> {
    if (this.#standard !== undefined || options.preventCancel === true) return this.standard.values(options);
    return this.#source as unknown as ReturnType<Bytes["values"]>;
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.#standard === undefined) this.#source.destroy();
    else await this.#standard.cancel(reason);
  }

  get getReader(): Bytes["getReader"] {
    return this.standard.getReader.bind(this.standard);
  }

  get pipeThrough(): Bytes["pipeThrough"] {
    return this.standard.pipeThrough.bind(this.standard);
  }

  get pipeTo(): Bytes["pipeTo"] {
    return this.standard.pipeTo.bind(this.standard);
  }

  get tee(): Bytes["tee"] {
    return this.standard.tee.bind(this.standard);
  }
}

/** Reads when it is read, and nothing ahead of that. */
function standardOf(source: ReceivedBody): Bytes {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void source.destroy(),
    },
    { highWaterMark: 0 },
  );
}
