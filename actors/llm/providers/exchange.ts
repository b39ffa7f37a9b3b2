// One request over HTTP on behalf of an SDK: the SDK writes the request, and its answer is read here. The watchdogs are here and
// not in the SDKs, whose own time limit ends with the headers, so that a body may stand still for ever.
import { answerCharactersMax } from "../limits.ts";
import type { ModelEvent } from "../model-event.ts";
import { type ProviderContext, ProviderError } from "../provider.ts";
import { cutOff, notConnected, rejected, reported, senseless, withRequestId } from "./fault.ts";
import { errorBodyBytesMax, restBytesMax, restMs } from "./limits.ts";
import type { Peer } from "./peer.ts";
import { headersIn, requestIdIn, toldLimits } from "./told-limits.ts";
import { Watchdog } from "./watchdog.ts";
import { BodyReader, objectOf, type TakeValue, WireFault, type WireForm, wholeText } from "./wire.ts";

export interface ExchangeOptions {
  /** How the answer is written: what has one value goes to the SDK, all others to `read`. */
  readonly form: WireForm;
  /**
   * The headers of the request, all of them: what an SDK would send besides comes from the environment or describes this
   * machine.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** The answer is to have a given form, which some servers do not take. */
  readonly bySchema: boolean;
  /** Of an answer of one value. */
  readonly bytesMax: number;
}

/**
 * Lets `talk` use an SDK and sees that it ends: with what `talk` gives, or with a ProviderError that says what happened,
 * whatever the SDK made of it. The connection is given up when it fails, and at once when the context's signal fires.
 * @throws {ProviderError}; what the context's `hear` throws
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

/** The key of a request's settings under which its exchange goes along. */
const carried = Symbol("exchange");

/**
 * What an SDK's client is to use for `fetch`, where one serves all exchanges, because it takes long to make: each request has to
 * be made with the `fetchOptions` of its exchange.
 */
export const exchangeFetch: typeof globalThis.fetch = (resource, init = {}) => {
  const exchange = (init as { readonly [carried]?: Exchange })[carried];
  if (exchange === undefined) throw new TypeError("A request was made without an exchange.");
  return exchange.fetch(resource, init);
};

export class Exchange {
  /** What the SDK is to use for `fetch`. */
  readonly fetch: typeof globalThis.fetch = (resource, init) => this.#ask(`${resource}`, init ?? {});
  readonly #peer: Peer;
  readonly #context: ProviderContext;
  readonly #options: ExchangeOptions;
  readonly #abort = new AbortController();
  readonly #watchdog: Watchdog;
  readonly #giveUp = (): void => {
    this.#isGivenUp = true;
    this.#abort.abort();
  };
  #isGivenUp = false;
  #response: Response | undefined;
  #requestId: string | undefined;
  #hasBegun = false;
  /** Something was heard since the watchdog was told last. */
  #isNews = false;
  #characters = 0;
  /** The rest of a body whose end marker has come is awaited for a moment, when all else has ended. */
  #isLingering = false;
  /** The first thing that went wrong: what follows from it says less. */
  #failure: ProviderError | undefined;
  /** What the listener threw, in a list because that may be anything. */
  #thrown: readonly [unknown] | undefined;

  constructor(peer: Peer, context: ProviderContext, options: ExchangeOptions) {
    this.#peer = peer;
    this.#context = context;
    this.#options = options;
    this.#watchdog = new Watchdog(context.world, peer, (phase) => {
      this.#fail(phase === "silence" ? silence(this.#characters, peer) : noFirstByte(peer, this.#response));
      this.#giveUp();
    });
    context.signal.addEventListener("abort", this.#giveUp);
    if (context.signal.aborted) this.#giveUp();
  }

  /** For `exchangeFetch`. */
  get fetchOptions(): object {
    return { [carried]: this };
  }

  /** The provider's own id of the request, once its headers are here. */
  get requestId(): string | undefined {
    return this.#requestId;
  }

  /** Passes a piece of the answer on to whoever listens. */
  tell(event: ModelEvent): void {
    try {
      this.#context.hear?.(event);
    } catch (thrown) {
      this.#thrown ??= [thrown];
      throw thrown;
    }
  }

  /**
   * An event of the answer is here. `characters`: how many it added to what the model says, thinks or asks for. The first event
   * ends the wait for the answer to begin; later ones that say nothing are no sign of life, whatever form they come in.
   * @throws {ProviderError} it says too much
   */
  heard(characters: number): void {
    if (characters === 0 && this.#hasBegun) return;
    this.#hasBegun = true;
    this.#isNews = true;
    this.#characters += characters;
    if (this.#characters <= answerCharactersMax) return;
    throw new ProviderError(
      "protocol",
      `Its answer has more than ${answerCharactersMax} characters. Ask for less, or set max_output_tokens.`,
    );
  }

  /**
   * Reads the answer, until `take` says that it was the last value or until there is no more. What a server reports as an error
   * is thrown.
   */
  async read(take: TakeValue): Promise<void> {
    const response = this.#response;
    const { form } = this.#options;
    if (response === undefined || form === "json") throw new TypeError("There is no stream to read.");
    const reader = new BodyReader(form, (value) => {
      // A listener may give up in the middle of what has come at once.
      if (this.#isGivenUp) return true;
      const error = reported(this.#peer, value);
      if (error !== undefined) throw error;
      return take(value);
    });
    try {
      const parts = bytesOf(response.body);
      for (;;) {
        const { done, value } = await parts.next();
        if (done) break;
        reader.push(value);
        if (this.#isNews) this.#watchdog.heard();
        this.#isNews = false;
        if (reader.isOver) return this.#linger(parts);
      }
      reader.end();
    } catch (thrown) {
      throw this.#broken(thrown, response);
    }
  }

  /** The answer's end marker did not come. */
  cutOff(): ProviderError {
    return cutOff(this.#characters);
  }

  failureOf(thrown: unknown): unknown {
    if (this.#thrown !== undefined) return this.#thrown[0];
    return withRequestId(this.#failureOf(thrown), this.#requestId);
  }

  end(): void {
    this.#watchdog.stop();
    this.#context.signal.removeEventListener("abort", this.#giveUp);
    if (!this.#isLingering) this.#giveUp();
  }

  #failureOf(thrown: unknown): ProviderError {
    if (this.#failure !== undefined) return this.#failure;
    if (this.#context.signal.aborted) {
      return new ProviderError("timeout", "The request was given up before its answer was whole.");
    }
    if (thrown instanceof ProviderError) return thrown;
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown;
    return senseless(this.#peer, new WireFault("Its answer could not be read", what), "");
  }

  async #ask(url: string, { method, body }: RequestInit): Promise<Response> {
    const { form, headers } = this.#options;
    const response = await this.#reach(url, {
      method: method ?? "GET",
      headers,
      body: body ?? null,
      signal: this.#abort.signal,
      // Only where that is configured, and never to another origin: see the HTTP client.
      redirect: "follow",
    });
    const nowMs = this.#context.world.clock.wallTime();
    this.#response = response;
    const given = headersIn(response);
    this.#requestId = requestIdIn(given);
    const told = toldLimits(given, nowMs);
    if (told !== undefined) this.#context.limits?.(told);
    if (!response.ok) {
      // It goes before what the watchdogs said about its body.
      this.#failure = await this.#rejection(response, nowMs);
      throw this.#failure;
    }
    // Of a stream the SDK gets the status only, for its own reader would read it once more.
    return form === "json" ? this.#whole(response) : wellReceived;
  }

  async #reach(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#context.world.fetch(url, init);
    } catch (thrown) {
      if (this.#isGivenUp) throw thrown;
      throw this.#fail(notConnected(this.#peer, thrown));
    }
  }

  async #rejection({ status, headers, body }: Response, nowMs: number): Promise<ProviderError> {
    // Of an error whose body is too long or does not come, the status is known all the same.
    const text = await wholeText(bytesOf(body), errorBodyBytesMax).catch(() => "");
    const { bySchema } = this.#options;
    return rejected(this.#peer, { status, headers, body: text, bySchema, nowMs });
  }

  async #whole(response: Response): Promise<Response> {
    try {
      const text = await wholeText(bytesOf(response.body), this.#options.bytesMax);
      objectOf(text);
      return new Response(text, { headers: { "content-type": "application/json" } });
    } catch (thrown) {
      throw this.#broken(thrown, response);
    }
  }

  /** A connection is used again whose answer was read to its end, which mostly follows at once. */
  #linger(parts: AsyncIterableIterator<Uint8Array>): void {
    this.#isLingering = true;
    const { timers } = this.#context.world;
    const timer = timers.set(restMs, this.#giveUp);
    let bytes = 0;
    const rest = async (): Promise<void> => {
      for await (const part of parts) {
        bytes += part.length;
        if (bytes > restBytesMax) return this.#giveUp();
      }
    };
    const end = (): void => timers.clear(timer);
    rest().then(end, end);
  }

  /** What ended a body early. */
  #broken(thrown: unknown, { headers }: Response): unknown {
    if (this.#isGivenUp || this.#thrown !== undefined) return thrown;
    if (thrown instanceof ProviderError) return this.#fail(thrown);
    if (!(thrown instanceof WireFault)) return this.#fail(this.cutOff());
    return this.#fail(senseless(this.#peer, thrown, headers.get("content-type") ?? ""));
  }

  #fail(failure: ProviderError): ProviderError {
    this.#failure ??= failure;
    return this.#failure;
  }
}

/** Nobody reads it, so that one will do. */
const wellReceived = new Response("");

function noFirstByte({ entry, firstByteMs }: Peer, headers: Response | undefined): ProviderError {
  const what = headers === undefined ? "None" : "It took the request, but none";
  return new ProviderError(
    "timeout",
    `${what} of its answer came within ${firstByteMs} ms. If its model takes longer to begin, raise llm.providers.${entry}.first_byte_timeout_ms.`,
    { phase: "first_byte" },
  );
}

function silence(characters: number, { silenceMs }: Peer): ProviderError {
  return new ProviderError(
    "timeout",
    `Its answer stopped after ${characters} characters, and nothing more came for ${silenceMs} ms (silence_timeout_ms). Try again.`,
    { phase: "silence" },
  );
}

function bytesOf(body: ReadableStream<Uint8Array> | null): AsyncIterableIterator<Uint8Array> {
  return body === null ? nothing() : body[Symbol.asyncIterator]();
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}
