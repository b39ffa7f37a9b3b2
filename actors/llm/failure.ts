// Why a completion did not come about: as data on its way to the caller, and as the typed error that the caller sees.
import { AiexError } from "../../runtime/errors.ts";
import { sanitizeLine } from "../../runtime/observe/sanitize.ts";
import { type ExitReason, formatReason } from "../../runtime/process/exit-reason.ts";
import type { Secret } from "../../runtime/secret.ts";
import { errorCharactersMax, quotedCharactersMax } from "./limits.ts";
import { ProviderError, type ProviderErrorCode, type TimeoutPhase } from "./provider.ts";

export type FailureCode =
  | ProviderErrorCode
  | "no_provider"
  | "unknown_provider"
  | "all_unavailable"
  /** A rate, and it would take longer than the order may wait: `retryAfterMs` says how long. */
  | "limited"
  /** A budget is used up: `retryAfterMs` is when it renews itself, and is left out where it does not. */
  | "budget"
  | "too_many_waiting"
  | "deadline"
  | "interrupted"
  | "invalid_order";

/** A failure as data. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** True where the same order may succeed later without a change. */
  readonly retryable: boolean;
  /** The entry of llm.providers that it is about. */
  readonly entry?: string;
  /** Milliseconds after which trying again makes sense, where that is known. */
  readonly retryAfterMs?: number;
  /** Of a timeout: which of the three. */
  readonly phase?: TimeoutPhase;
  /** The provider's own id of the request, for questions to its support. */
  readonly requestId?: string;
}

/** What an order took so far. */
export interface Tries {
  /** Attempts that a provider was asked in. */
  readonly requests: number;
  /** Those of them that may be paid for although no answer came of them. */
  readonly inVain: number;
}

export const noTries: Tries = { requests: 0, inVain: 0 };

/** No completion came about; `code` says why. */
export class CompletionFailed extends AiexError {
  readonly code: FailureCode;
  readonly entry: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** All that is known of it, as data. */
  readonly failure: Failure;
  readonly tries: Tries;

  constructor(failure: Failure, tries: Tries = noTries) {
    const { code, message, retryable, ...details } = failure;
    super(message, { retryable, details });
    this.code = code;
    this.entry = failure.entry;
    this.retryAfterMs = failure.retryAfterMs;
    this.failure = failure;
    this.tries = tries;
  }
}

export interface ProviderFailure {
  readonly failure: Failure;
  readonly countsAgainstProvider: boolean;
  readonly failsOver: boolean;
  readonly mayCost: boolean;
}

/**
 * What `thrown` by a provider says, with its secrets masked and nothing in it that could move a cursor. Anything but a
 * ProviderError is a fault of its adapter.
 */
export function providerFailure(thrown: unknown, entry: string, secrets: readonly Secret[]): ProviderFailure {
  const error =
    thrown instanceof ProviderError
      ? thrown
      : new ProviderError("protocol", `Its adapter failed with ${describe(thrown)}.`);
  const { code, message, retryable, retryAfterMs, phase, countsAgainstProvider, failsOver, mayCost } = error;
  const requestId = identifier(error.requestId, secrets);
  const text = clipped(sanitizeLine(masked(`Provider "${entry}": ${message}`, secrets)));
  const failure: Failure = {
    code,
    message: requestId === undefined || text.includes(requestId) ? text : `${text} (request ${requestId})`,
    retryable,
    entry,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(phase === undefined ? {} : { phase }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  return { failure, countsAgainstProvider, failsOver, mayCost };
}

/** Undefined where it is no short word, or holds a secret: whoever answers may give us back what it was sent. */
function identifier(id: string | undefined, secrets: readonly Secret[]): string | undefined {
  if (id === undefined || !/^[\x21-\x7e]{1,200}$/.test(id)) return undefined;
  return masked(id, secrets) === id ? id : undefined;
}

/** The beginning of what the other side said, in quotes, fit for a message: one line, no secret, nothing that acts. */
export function quoted(text: string, secrets: readonly Secret[]): string {
  // A secret is masked before anything is cut off, so that no part of it is left at the end.
  const line = sanitizeLine(masked(text, secrets).replaceAll(/\s+/g, " ").trim());
  return line.length > quotedCharactersMax ? `"${line.slice(0, quotedCharactersMax)}…"` : `"${line}"`;
}

export function noProvider(): Failure {
  return {
    code: "no_provider",
    message:
      "No language model is set up. Set one of these in the environment: OPENAI_API_KEY, ANTHROPIC_API_KEY, AIEX_OLLAMA_HOST (such as http://localhost:11434) or AIEX_LM_STUDIO_HOST (such as http://localhost:1234); or add an entry to llm.providers in ~/.config/aiex/config.yaml, such as: llm: { providers: { ollama: { model: NAME } } }.",
    retryable: false,
  };
}

export function unknownProvider(name: string, entries: readonly string[]): Failure {
  return {
    code: "unknown_provider",
    message: `There is no entry ${JSON.stringify(clipped(name))} in llm.providers. The entries are: ${entries.join(", ")}. Name one of them, or none to let aiex choose.`,
    retryable: false,
  };
}

export function notHere(entry: string): Failure {
  return {
    code: "unknown_provider",
    message: `The node that was to ask ${JSON.stringify(clipped(entry))} has no such entry in llm.providers any more.`,
    retryable: true,
    entry,
  };
}

/** What lets attempts through does not run. */
export function failedGate(entry: string, problem: string): Failure {
  return {
    code: "interrupted",
    message: `Provider "${entry}" was not asked, because what counts its requests did not answer: ${clipped(problem)}`,
    retryable: true,
    entry,
  };
}

/** `wanted`: what none of them has, as in "the labels local". */
export function noneFits(wanted: string, entries: readonly string[]): Failure {
  return {
    code: "no_provider",
    message: `No entry of llm.providers has ${clipped(wanted)}. The entries are: ${entries.join(", ")}. Ask for less, or set up an entry that has it.`,
    retryable: false,
  };
}

export function tooDear(leftUsd: number, entries: readonly string[]): Failure {
  return {
    code: "budget",
    message: `The request may cost ${dollars(leftUsd)}, and at none of its providers (${entries.join(", ")}) is it sure to cost no more. Set max_output_tokens lower, allow more, or set the prices of the entry.`,
    retryable: false,
  };
}

/** `what`: the rate or the number of requests that is used up. */
export function limited(what: string, retryAfterMs: number): Failure {
  return {
    code: "limited",
    message: `${clipped(what)} is used up, and the request would have to wait longer than it may. Try again in ${seconds(retryAfterMs)} s.`,
    retryable: true,
    retryAfterMs,
  };
}

/** `retryAfterMs`: until the budget renews itself; null where it does not. */
export function budgetUsed(what: string, retryAfterMs: number | null): Failure {
  const when =
    retryAfterMs === null
      ? "Raise it in llm.budgets, or ask an entry that costs nothing."
      : `It renews itself in ${seconds(retryAfterMs)} s; or raise it in llm.budgets.`;
  return {
    code: "budget",
    message: `${clipped(what)} is used up, and nothing more is asked that could cost more. ${when}`,
    retryable: retryAfterMs !== null,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

export function allUnavailable(entries: readonly string[], retryAfterMs: number): Failure {
  return {
    code: "all_unavailable",
    message: `Every provider that could answer (${entries.join(", ")}) is left alone for a while: it failed too often, or a person has said so (\`aiex llm breaker\`). Try again in ${seconds(retryAfterMs)} s, or add another provider to llm.providers.`,
    retryable: true,
    retryAfterMs,
  };
}

export function tooManyWaiting(waiting: number): Failure {
  return {
    code: "too_many_waiting",
    message: `${waiting} requests wait for a language model already, and no more are taken. Try again later, or raise llm.max_concurrent_requests.`,
    retryable: true,
  };
}

export function deadlinePassed(deadlineMs: number, last: Failure | undefined): Failure {
  const before = last === undefined ? "" : ` The last failure before that: ${last.message}`;
  return {
    code: "deadline",
    message: `There was no answer within the ${deadlineMs} ms that the whole request had. Give it a longer deadline_ms, or ask for less.${before}`,
    retryable: true,
  };
}

export function interrupted(entry: string, reason: ExitReason): Failure {
  return {
    code: "interrupted",
    message: `The request to provider "${entry}" was ended before it had an answer: ${clipped(formatReason(reason))}.`,
    retryable: true,
    entry,
  };
}

/** What listened to the answer for its caller was ended. */
export function unheard(reason: ExitReason): Failure {
  return {
    code: "interrupted",
    message: `Nobody hears the answer any more: what listened to it was ended (${clipped(formatReason(reason))}).`,
    retryable: true,
  };
}

/** The process of an order was ended before it had an answer. */
export function orderEnded(reason: ExitReason): Failure {
  return {
    code: "interrupted",
    message: `The request was ended before it had an answer: ${clipped(formatReason(reason))}. Try again.`,
    retryable: true,
  };
}

export function invalidOrder(problem: string): Failure {
  return {
    code: "invalid_order",
    message: `A completion is asked for with { request: { messages: [{ role, content }, …] }, provider?, deadline_ms? }, and this was given otherwise: ${clipped(problem)}.`,
    retryable: false,
  };
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

function dollars(usd: number): string {
  return `${Number(usd.toPrecision(3))} USD`;
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeof thrown;
}

function masked(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, secret) => {
    const value = secret.reveal();
    return value === "" ? rest : rest.replaceAll(value, `${secret}`);
  }, text);
}

function clipped(text: string): string {
  return text.length > errorCharactersMax ? `${text.slice(0, errorCharactersMax)}…` : text;
}
