// The seam to whoever provides a language model, and the words in which it says what went wrong.
import { AiexError } from "../../runtime/errors.ts";
import type { Secret } from "../../runtime/secret.ts";
import type { World } from "../../runtime/world.ts";
import type { Completion, CompletionRequest } from "./completion.ts";
import type { ModelEvent } from "./model-event.ts";

export interface ProviderContext {
  /** Fires when nobody waits for the answer any more: too late, or the process of the request has ended. */
  readonly signal: AbortSignal;
  readonly world: World;
  /** Hears each piece of the answer as it comes, before `complete` gives the whole. What it throws ends the attempt. */
  readonly hear?: (event: ModelEvent) => void;
  /** Hears what the answer's headers say of the account's limits, before the first piece. */
  readonly limits?: (told: ToldLimits) => void;
}

/** What a provider says of its limits in the headers of an answer. */
export interface ToldLimits {
  readonly requests?: ToldLimit;
  readonly tokens?: ToldLimit;
}

export interface ToldLimit {
  /** For one minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until all of it may be used again; undefined where it does not say. */
  readonly resetMs?: number;
}

/** What a model can do, as far as its provider says so or it is known; undefined is not known. */
export interface Model {
  readonly name: string;
  /** Tokens that it can read and write in one request. */
  readonly contextTokens?: number;
  readonly outputTokensMax?: number;
  readonly tools?: boolean;
  readonly structured?: boolean;
  /** It turns text into numbers, and writes none. */
  readonly embeds?: boolean;
}

export interface EmbeddingRequest {
  readonly texts: readonly string[];
  readonly model?: string;
}

export interface Embeddings {
  /** One for each text, in order. */
  readonly vectors: readonly (readonly number[])[];
  readonly model: string;
  readonly usage?: { readonly input_tokens: number };
}

export interface Provider {
  /** Whose interface it speaks. */
  readonly kind: string;
  /** What it authenticates with. None of them is ever seen in an error, whatever the other side sends back. */
  readonly secrets: readonly Secret[];
  /**
   * Makes one attempt: no retries, no deadline of its own; the caller sees to both.
   * @throws {ProviderError}
   */
  complete(request: CompletionRequest, context: ProviderContext): Promise<Completion>;
  /** What it has now, asked of it; costs nothing. @throws {ProviderError} */
  models(context: ProviderContext): Promise<readonly Model[]>;
  /** Left out where its interface has none. @throws {ProviderError} */
  embed?(request: EmbeddingRequest, context: ProviderContext): Promise<Embeddings>;
  /** Closes the connections that it keeps. It may be used again afterwards. */
  close?(): Promise<void>;
}

interface Classification {
  /** The same request may succeed at the same provider later. */
  readonly retryable: boolean;
  /** It says that the provider is not well, so that its circuit breaker counts it. */
  readonly countsAgainstProvider: boolean;
  /** Another provider may answer the same request. */
  readonly failsOver: boolean;
  /** It may have begun to answer, so that the request costs something although no answer came of it. */
  readonly mayCost: boolean;
}

/**
 * - `rate_limited`: asked too often (it is well, and says so);  `overloaded`: it cannot keep up;
 * - `timeout`: no answer in time, `phase` says which;  `connection`: there is none, or it broke before an answer began;
 * - `auth`: the key is missing, wrong or not allowed to do this, or the account has no credit. Not counted: an open breaker would
 *   hide that a person has to act;  `no_model`: it does not have the model. Not counted for the same reason;
 * - `invalid_request`: it will never take this request;  `context_too_long`: the request is longer than its model can read, which
 *   another model may;  `content_filtered`: it refuses to answer this, by a filter of its own;
 * - `protocol`: what it answered makes no sense, or was cut off.
 */
const classifications = {
  rate_limited: { retryable: true, countsAgainstProvider: false, failsOver: true, mayCost: false },
  overloaded: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: false },
  timeout: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: true },
  connection: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: false },
  auth: { retryable: false, countsAgainstProvider: false, failsOver: true, mayCost: false },
  no_model: { retryable: false, countsAgainstProvider: false, failsOver: true, mayCost: false },
  invalid_request: { retryable: false, countsAgainstProvider: false, failsOver: false, mayCost: false },
  context_too_long: { retryable: false, countsAgainstProvider: false, failsOver: true, mayCost: false },
  content_filtered: { retryable: false, countsAgainstProvider: false, failsOver: true, mayCost: true },
  protocol: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: true },
} as const satisfies Record<string, Classification>;

export type ProviderErrorCode = keyof typeof classifications;

export const providerErrorCodes = Object.keys(classifications) as readonly ProviderErrorCode[];

export interface ProviderErrorOptions {
  /** Milliseconds after which the provider wants to be asked again, where it said so. */
  readonly retryAfterMs?: number;
  /** False where a person has to act first, although what its code says usually passes. */
  readonly retryable?: false;
  /** True where it had begun to answer, although its code usually says that it did not. */
  readonly mayCost?: true;
  /** Of a timeout: until the answer began, between two pieces of it, or until it was whole. */
  readonly phase?: TimeoutPhase;
  /** The provider's own id of the request. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

export type TimeoutPhase = "first_byte" | "silence" | "total";

/** Why a provider gave no completion. */
export class ProviderError extends AiexError {
  readonly code: ProviderErrorCode;
  readonly countsAgainstProvider: boolean;
  readonly failsOver: boolean;
  readonly mayCost: boolean;
  readonly retryAfterMs: number | undefined;
  readonly phase: TimeoutPhase | undefined;
  readonly requestId: string | undefined;

  constructor(code: ProviderErrorCode, message: string, options: ProviderErrorOptions = {}) {
    const { retryable, countsAgainstProvider, failsOver, mayCost } = classifications[code];
    super(message, {
      retryable: options.retryable ?? retryable,
      ...("cause" in options ? { cause: options.cause } : {}),
    });
    this.code = code;
    this.countsAgainstProvider = countsAgainstProvider;
    this.failsOver = failsOver;
    this.mayCost = options.mayCost ?? mayCost;
    this.retryAfterMs = options.retryAfterMs;
    this.phase = options.phase;
    this.requestId = options.requestId;
  }
}
