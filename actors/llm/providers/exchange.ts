// One request over HTTP on behalf of an SDK: it gets a `fetch` that watches over the answer. The watchdogs are here and not in
// the SDKs, whose own time limit ends with the headers, so that a body may stand still for ever.
import type { TimerHandle } from "../../../runtime/world.ts";
import { answerCharactersMax, errorBodyBytesMax, listBytesMax } from "../limits.ts";
import { type ProviderContext, ProviderError } from "../provider.ts";
import { cutOff, notConnected, rejected, reported, senseless } from "./fault.ts";
import type { Peer } from "./peer.ts";
import { cleaned, objectOf, WireFault, type WireForm, wholeText } from "./wire.ts";

export interface ExchangeOptions {
  readonly form: WireForm;
  /**
   * The headers of the request, all of them: what an SDK would send besides comes from the environment or describes this
   * machine.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** The answer is to have a given form, which some servers do not take. */
  readonly bySchema: boolean;
}

/**
 * Lets `talk` use an SDK and sees that it ends: with what `talk` gives, or with a ProviderError that says what happened,
 * whatever the SDK made of it. The connection is given up when it ends, and at once when the context's signal fires.
 * @throws {ProviderError}
 */
export async function exchange<T>(
  peer: Peer,
  context: ProviderContext,
  options: ExchangeOptions,
  talk: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const watched = new Exchange(peer, context, options);
  try {
    return await talk(watched);
  } catch (thrown) {
    throw watched.failureOf(thrown);
  } finally {
    watched.end();
  }
}

export class Exchange {
  /** What the SDK is to use for `fetch`. */
  readonly fetch: typeof globalThis.fetch = (resource, init) => this.#ask(`${resource}`, init ?? {});
  readonly #peer: Peer;
  readonly #context: ProviderContext;
  readonly #options: ExchangeOptions;
  readonly #abort = new AbortController();
  readonly #giveUp = (): void => this.#abort.abort();
  #timer: TimerHandle;
  #hasHeaders = false;
  #hasBegun = false;
  #characters = 0;
  /** The first thing that went wrong: what follows from it says less. */
  #failure: ProviderError | undefined;

  constructor(peer: Peer, context: ProviderContext, options: ExchangeOptions) {
    this.#peer = peer;
    this.#context = context;
    this.#options = options;
    context.signal.addEventListener("abort", this.#giveUp);
    if (context.signal.aborted) this.#giveUp();
    this.#watch(peer.firstByteMs, () => noFirstByte(peer, this.#hasHeaders));
  }

  /**
   * An event of the answer is here. `characters`: how many it added to what the model says or thinks. The first event ends
   * the wait for the answer to begin; later ones that say nothing are no sign of life, whatever form they come in.
   * @throws {ProviderError} it says too much
   */
  heard(characters: number): void {
    if (characters === 0 && this.#hasBegun) return;
    this.#hasBegun = true;
    const { silenceMs } = this.#peer;
    this.#characters += characters;
    if (this.#characters > answerCharactersMax) {
      throw new ProviderError(
        "bad_response",
        `Its answer has more than ${answerCharactersMax} characters. Ask for less, or set max_output_tokens.`,
      );
    }
    this.#watch(silenceMs, () => silence(this.#characters, silenceMs));
  }

  /** The answer's end marker did not come. */
  cutOff(): ProviderError {
    return cutOff(this.#characters);
  }

  failureOf(thrown: unknown): ProviderError {
    if (this.#failure !== undefined) return this.#failure;
    if (this.#context.signal.aborted) {
      return new ProviderError("timeout", "The request was given up before its answer was whole.");
    }
    if (thrown instanceof ProviderError) return thrown;
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown;
    return senseless(this.#peer, new WireFault("Its answer could not be read", what), "");
  }

  end(): void {
    this.#context.world.timers.clear(this.#timer);
    this.#context.signal.removeEventListener("abort", this.#giveUp);
    this.#abort.abort();
  }

  async #ask(url: string, { method, body }: RequestInit): Promise<Response> {
    const { form, headers } = this.#options;
    const response = await this.#reach(url, {
      method: method ?? "GET",
      headers,
      body: body ?? null,
      signal: this.#abort.signal,
      // A key and other people's code go to the configured address and to no other.
      redirect: "manual",
    });
    this.#hasHeaders = true;
    if (!response.ok) {
      // It goes before what the watchdogs said about its body.
      this.#failure = await this.#rejection(response);
      throw this.#failure;
    }
    if (form === "json") return new Response(await this.#jsonOf(response), { headers: jsonHeaders });
    return new Response(streamOf(this.#bodyOf(response, form), this.#giveUp));
  }

  async #reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#context.world.fetch(url, init);
    } catch (thrown) {
      if (this.#abort.signal.aborted) throw thrown;
      throw this.#fail(notConnected(this.#peer, thrown));
    }
  }

  async #rejection({ status, headers, body }: Response): Promise<ProviderError> {
    // Of an error whose body is too long or does not come, the status is known all the same.
    const text = await wholeText(bytesOf(body), errorBodyBytesMax).catch(() => "");
    const { bySchema } = this.#options;
    const nowMs = this.#context.world.clock.wallTime();
    return rejected(this.#peer, { status, headers, body: text, bySchema, nowMs });
  }

  async #jsonOf(response: Response): Promise<string> {
    try {
      const text = await wholeText(bytesOf(response.body), listBytesMax);
      objectOf(text);
      return text;
    } catch (thrown) {
      throw this.#broken(thrown, response);
    }
  }

  async *#bodyOf(response: Response, form: "events" | "lines"): AsyncGenerator<string, void, void> {
    try {
      yield* cleaned(bytesOf(response.body), form, (value) => {
        const error = reported(this.#peer, value);
        if (error !== undefined) throw error;
      });
    } catch (thrown) {
      throw this.#broken(thrown, response);
    }
  }

  /** What ended a body early. */
  #broken(thrown: unknown, { headers }: Response): unknown {
    if (this.#abort.signal.aborted) return thrown;
    if (thrown instanceof ProviderError) return this.#fail(thrown);
    if (!(thrown instanceof WireFault)) return this.#fail(this.cutOff());
    return this.#fail(senseless(this.#peer, thrown, headers.get("content-type") ?? ""));
  }

  #watch(delayMs: number, why: () => ProviderError): void {
    const { timers } = this.#context.world;
    timers.clear(this.#timer);
    this.#timer = timers.set(delayMs, () => {
      this.#fail(why());
      this.#giveUp();
    });
  }

  #fail(failure: ProviderError): ProviderError {
    this.#failure ??= failure;
    return this.#failure;
  }
}

const jsonHeaders = { "content-type": "application/json" };

function noFirstByte({ entry, firstByteMs }: Peer, hasHeaders: boolean): ProviderError {
  const what = hasHeaders ? "It took the request, but none" : "None";
  return new ProviderError(
    "timeout",
    `${what} of its answer came within ${firstByteMs} ms. If its model takes longer to begin, raise llm.providers.${entry}.first_byte_timeout_ms.`,
  );
}

function silence(characters: number, silenceMs: number): ProviderError {
  return new ProviderError(
    "timeout",
    `Its answer stopped after ${characters} characters, and nothing more came for ${silenceMs} ms (silence_timeout_ms). Try again.`,
  );
}

async function* bytesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void, void> {
  if (body !== null) yield* body;
}

/** `giveUp` ends what `parts` waits for, as whoever cancels does not want to wait for it. */
function streamOf(parts: AsyncGenerator<string, void, void>, giveUp: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: giveUp,
  });
}
