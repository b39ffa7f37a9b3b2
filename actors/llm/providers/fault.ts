// What goes wrong with a request, in the one vocabulary of ProviderError: what happened, at whose place, and what to do.
import type { ProviderKind } from "../config.ts";
import { quoted } from "../failure.ts";
import { ProviderError, type ProviderErrorCode } from "../provider.ts";
import { type Peer, shownUrl } from "./peer.ts";
import { type JsonObject, objectOf, type WireFault } from "./wire.ts";

/** What the other side said about an error. */
interface Said {
  /** Its own word for it, such as "overloaded_error". */
  readonly word: string;
  readonly text: string;
}

/** An answer whose status is no success. `bySchema`: the request asked for an answer of a given form. */
export interface Rejection {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly bySchema: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export function rejected(peer: Peer, { status, headers, body, bySchema, nowMs }: Rejection): ProviderError {
  const said = saidIn(body);
  const words = said.text === "" ? `${status}` : `${status}: ${quoted(said.text, peer.secrets)}`;
  if (status >= 300 && status < 400) {
    const target = quoted(headers.get("location") ?? "elsewhere", peer.secrets);
    return misplaced(peer, `sends requests elsewhere (${status} to ${target}), which is not followed`);
  }
  const code = codeOf(status, said);
  const retryAfterMs = retryAfter(headers, nowMs);
  const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (code === "unreachable") return misplaced(peer, `has no such interface (${words})`);
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${retryAfterMs} ms.`;
  return new ProviderError(code, `${sentence(peer, code, words, said, bySchema)}${wait}`, pause);
}

/** An error that the other side reports within a stream whose status was a success. */
export function reported(peer: Peer, value: JsonObject): ProviderError | undefined {
  if ((value.error ?? undefined) === undefined && value.type !== "error") return undefined;
  const said = saidOf(value);
  const code = codeOf(Number(said.word) || statusOfWord(said.word), said);
  const words = quoted(said.text === "" ? asJson(value) : said.text, peer.secrets);
  // A stream that has begun is at the right place.
  return new ProviderError(
    code === "unreachable" ? "bad_response" : code,
    sentence(peer, code, `in the middle of its answer: ${words}`, said, false),
    { mayCost: true },
  );
}

/** A request that got no answer at all, or whose connection broke before one began. */
export function notConnected(peer: Peer, thrown: unknown): ProviderError {
  const code = systemCode(thrown);
  const url = shownUrl(peer);
  if (/^UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT$|^ETIMEDOUT$/.test(code)) {
    return new ProviderError("timeout", `No connection to ${url} came about in time (${code}). Try again.`);
  }
  if (/CERT|SSL|TLS|SIGNATURE|EPROTO|SELF_SIGNED/.test(code)) {
    return new ProviderError(
      "unreachable",
      `No secure connection to ${url} came about (${code}). Check base_url, http or https, and the certificate that it shows.`,
      { retryable: false },
    );
  }
  const why = unreachableReasons[code] ?? "The connection failed";
  const detail = code === "" ? causeOf(thrown) : ` (${code})`;
  const wasSent = code === "ECONNRESET" || code === "UND_ERR_SOCKET";
  const options = wasSent ? { mayCost: true as const } : {};
  return new ProviderError("unreachable", `${why}: ${url}${detail}. ${startAdvice(peer)}`, options);
}

/** A body that makes no sense. `type`: what its header says that it is, which matters where that is no stream either. */
export function senseless(peer: Peer, { message, sample }: WireFault, type: string): ProviderError {
  const named = /^$|event-stream|ndjson/.test(type) ? "" : `, of type ${quoted(type, peer.secrets)}`;
  const shown = sample === "" ? "" : `: ${quoted(sample, peer.secrets)}`;
  return new ProviderError(
    "bad_response",
    `${message}${named}${shown}. Check that ${shownUrl(peer)} is the address of its interface.`,
  );
}

/** The connection broke in the middle of an answer, or it ended without its end marker. */
export function cutOff(characters: number): ProviderError {
  const far = characters === 0 ? "before any text" : `after ${characters} characters`;
  return new ProviderError(
    "bad_response",
    `Its answer was cut off ${far}, without an end marker. Try again.`,
  );
}

export function noKey(peer: Peer): ProviderError {
  return new ProviderError("denied", `It has no key. Set ${peer.keyPlace}.`);
}

/** What the system says that has no code for it. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : undefined;
  return cause instanceof Error ? ` (${quoted(cause.message, [])})` : "";
}

/** What to do about a server that is not reached. */
function startAdvice({ kind }: Peer): string {
  const advice: Readonly<Record<ProviderKind, string>> = {
    ollama: "Is Ollama running? Start it with: ollama serve",
    lm_studio: "Is the server of LM Studio running? Start it with: lms server start",
    openai: "Check the network and base_url.",
    anthropic: "Check the network and base_url.",
  };
  return advice[kind];
}

function modelAdvice({ kind, entry }: Peer): string {
  if (kind === "ollama") return "Get it with: ollama pull NAME (or see what there is with: ollama list)";
  if (kind === "lm_studio") return "Get it with: lms get NAME (or see what there is with: lms ls)";
  return `Set llm.providers.${entry}.model to a model that the key may use.`;
}

const unreachableReasons: Partial<Readonly<Record<string, string>>> = {
  ECONNREFUSED: "Nothing accepts connections at this address",
  ENOTFOUND: "There is no host of this name",
  EAI_AGAIN: "The name of the host could not be looked up",
  ECONNRESET: "The connection was cut before an answer began",
  UND_ERR_SOCKET: "The connection was cut before an answer began",
};

function misplaced(peer: Peer, what: string): ProviderError {
  const text = `The address ${shownUrl(peer)} ${what}. Check llm.providers.${peer.entry}.base_url.`;
  return new ProviderError("unreachable", text, { retryable: false });
}

function codeOf(status: number, { word, text }: Said): ProviderErrorCode {
  if (isAboutMoney({ word })) return "denied";
  if (status === 404) return /model/i.test(`${word} ${text}`) ? "no_model" : "unreachable";
  if (word === "model_not_found") return "no_model";
  if (status >= 500) return status === 504 || status === 524 ? "timeout" : "overloaded";
  return statusCodes[status] ?? "bad_request";
}

function isAboutMoney({ word }: Pick<Said, "word">): boolean {
  return word === "insufficient_quota" || word === "billing_error";
}

const statusCodes: Partial<Readonly<Record<number, ProviderErrorCode>>> = {
  401: "denied",
  402: "denied",
  403: "denied",
  405: "unreachable",
  408: "timeout",
  409: "overloaded",
  429: "rate_limited",
};

/** The status that goes with a vendor's word for an error, as their lists of errors have it; 500 for all others. */
function statusOfWord(word: string): number {
  const statuses: Partial<Readonly<Record<string, number>>> = {
    invalid_request_error: 400,
    authentication_error: 401,
    billing_error: 402,
    permission_error: 403,
    not_found_error: 404,
    request_too_large: 413,
    rate_limit_error: 429,
    rate_limit_exceeded: 429,
    insufficient_quota: 429,
    timeout_error: 504,
    context_length_exceeded: 400,
  };
  return statuses[word] ?? 500;
}

function sentence(peer: Peer, code: ProviderErrorCode, words: string, said: Said, bySchema: boolean): string {
  switch (code) {
    case "denied":
      return isAboutMoney(said) || words.startsWith("402")
        ? `Its account has no credit left (${words}). See to it at the provider's.`
        : `It does not let this key in (${words}). Check ${peer.keyPlace}.`;
    case "no_model":
      return `It does not have the model (${words}). ${modelAdvice(peer)}`;
    case "rate_limited":
      return `It was asked too often (${words}). Wait, or lower max_concurrent_requests.`;
    case "overloaded":
      return `It failed or is overloaded (${words}). Try again later.`;
    case "timeout":
      return `It gave up waiting (${words}). Try again.`;
    default:
      return bySchema &&
        /response_format|output_config|output_format|json_schema|\bformat\b|schema/i.test(words)
        ? `It does not take the form that the answer is to have (${words}). Choose a model, or a newer server, that answers by JSON Schema.`
        : `It does not take this request (${words}). Change the request, or choose another model.`;
  }
}

/** What a body says about an error: each vendor's own form, or the body itself. */
function saidIn(body: string): Said {
  try {
    return saidOf(objectOf(body));
  } catch {
    const page = /<title>([^<]*)/i.exec(body)?.[1];
    return { word: "", text: page ?? body };
  }
}

function saidOf(value: JsonObject): Said {
  const error = value.error ?? value.message ?? value.detail ?? "";
  if (typeof error !== "object" || error === null) return { word: "", text: textOf(error) };
  const { type, code, message } = error as JsonObject;
  const text = textOf(message);
  // OpenAI tells apart by code what it calls by one type; Anthropic has types only.
  const word = typeof code === "string" || typeof code === "number" ? `${code}` : textOf(type);
  return { word, text: text === "" ? asJson(error) : text };
}

/** Nothing where a value is nested so deeply that it cannot be written. */
function asJson(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Milliseconds, from `retry-after-ms`, or from `retry-after` in seconds or as a date; undefined where none makes sense. */
function retryAfter(headers: Headers, nowMs: number): number | undefined {
  const exact = headers.get("retry-after-ms");
  const given = headers.get("retry-after");
  const number = exact ?? given ?? "";
  if (/^\d+(\.\d+)?$/.test(number.trim())) return Math.ceil(Number(number) * (exact === null ? 1_000 : 1));
  if (given === null) return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: it reads a date that is written down, and no clock.
  const wait = Date.parse(given) - nowMs;
  return wait > 0 ? wait : undefined;
}

/** The system's word for what went wrong, from however deep it stands. */
function systemCode(thrown: unknown): string {
  let error: unknown = thrown;
  for (let depth = 0; depth < 5 && typeof error === "object" && error !== null; depth += 1) {
    const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
    error = cause ?? errors?.[0];
  }
  return "";
}
