// The seam to whoever provides a language model, and the words in which it says what went wrong.
import { AiexError } from "../../runtime/errors.ts";
import type { Secret } from "../../runtime/secret.ts";
import type { World } from "../../runtime/world.ts";
import type { Completion, CompletionRequest } from "./completion.ts";

export interface ProviderContext {
  /** Fires when nobody waits for the answer any more: too late, or the process of the request has ended. */
  readonly signal: AbortSignal;
  readonly world: World;
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
 * - `timeout`: no answer in time;  `unreachable`: no connection;
 * - `denied`: the key is missing, wrong or not allowed to do this. Not counted: an open breaker would hide that a person
 *   has to act;  `no_model`: it does not have the model. Not counted for the same reason;
 * - `bad_request`: it will never take this request;  `bad_response`: what it answered makes no sense.
 */
const classifications = {
  rate_limited: { retryable: true, countsAgainstProvider: false, failsOver: true, mayCost: false },
  overloaded: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: false },
  timeout: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: true },
  unreachable: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: false },
  denied: { retryable: false, countsAgainstProvider: false, failsOver: true, mayCost: false },
  no_model: { retryable: false, countsAgainstProvider: false, failsOver: true, mayCost: false },
  bad_request: { retryable: false, countsAgainstProvider: false, failsOver: false, mayCost: false },
  bad_response: { retryable: true, countsAgainstProvider: true, failsOver: true, mayCost: true },
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
  readonly cause?: unknown;
}

/** Why a provider gave no completion. */
export class ProviderError extends AiexError {
  readonly code: ProviderErrorCode;
  readonly countsAgainstProvider: boolean;
  readonly failsOver: boolean;
  readonly mayCost: boolean;
  readonly retryAfterMs: number | undefined;

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
  }
}
