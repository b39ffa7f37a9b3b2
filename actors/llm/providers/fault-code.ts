// Which of our codes an error is, by its status and by the words of whoever reports it.
import type { ProviderErrorCode } from "../provider.ts";
import { isObject } from "./fields.ts";
import { type JsonObject, objectOf } from "./wire.ts";

/** What the other side said about an error. */
export interface Said {
  /** Its own word for it, such as "overloaded_error". */
  readonly word: string;
  readonly text: string;
}

/** The code of an answer whose status is no success. `connection`: there is no such interface at this address. */
export function codeOf(status: number, said: Said): ProviderErrorCode {
  const { word, text } = said;
  if (isAboutMoney(said)) return "auth";
  if (isAboutContent(status, said)) return "content_filtered";
  if (isAboutLength(status, said)) return "context_too_long";
  if (status === 404) return /model/i.test(`${word} ${text}`) ? "no_model" : "connection";
  if (word === "model_not_found") return "no_model";
  if (status >= 500) return status === 504 || status === 524 ? "timeout" : "overloaded";
  return statusCodes[status] ?? "invalid_request";
}

/** The code of an error that is reported after a status of success. */
export function reportedCode(said: Said): ProviderErrorCode {
  const code = codeOf(Number(said.word) || statusOfWord(said.word), said);
  // A stream that has begun is at the right place.
  return code === "connection" ? "protocol" : code;
}

export function isAboutMoney({ word, text }: Said): boolean {
  return word === "insufficient_quota" || word === "billing_error" || /credit balance is too low/i.test(text);
}

/** What a body says about an error: each vendor's own form, or the body itself. */
export function saidIn(body: string): Said {
  try {
    return saidOf(objectOf(body));
  } catch {
    const page = /<title>([^<]*)/i.exec(body)?.[1];
    return { word: "", text: page ?? body };
  }
}

export function saidOf(value: JsonObject): Said {
  const error = value.error ?? value.message ?? value.detail ?? "";
  if (!isObject(error)) return { word: "", text: Array.isArray(error) ? asJson(error) : textOf(error) };
  const { type, code, message } = error;
  const text = textOf(message);
  // OpenAI tells apart by code what it calls by one type; Anthropic has types only.
  const word = typeof code === "string" || typeof code === "number" ? `${code}` : textOf(type);
  return { word, text: text === "" ? asJson(error) : text };
}

/** Nothing where a value is nested so deeply that it cannot be written. */
export function asJson(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}

function isAboutContent(status: number, { word, text }: Said): boolean {
  if (status !== 400 && status !== 403 && status !== 451) return false;
  return (
    /^(content_filter|content_policy_violation|moderation_blocked)$/.test(word) ||
    /content (management|filtering|usage) polic|flagged by moderation|requires moderation/i.test(text)
  );
}

/** Each vendor and each server says in other words that a request does not fit its model. */
function isAboutLength(status: number, { word, text }: Said): boolean {
  if (status === 413 || word === "context_length_exceeded" || word === "exceed_context_size_error")
    return true;
  if (status === 429) return /^Request too large/i.test(text);
  if (status !== 400 && status !== 422 && status !== 500) return false;
  return /prompt is too long|maximum context length|exceeds?( the)?( model's)?( available)?( maximum)? context|input length exceeds|input token count.*exceeds|greater than the context length|longer than the context|context (window|length|size) (is )?(exceeded|limit|overflow)|context (limit|window) of|too many (input )?tokens/i.test(
    text,
  );
}

const statusCodes: Partial<Readonly<Record<number, ProviderErrorCode>>> = {
  401: "auth",
  402: "auth",
  403: "auth",
  405: "connection",
  408: "timeout",
  409: "overloaded",
  429: "rate_limited",
};

/** The status that goes with a vendor's word for an error, as their lists of errors have it; 500 for all others. */
function statusOfWord(word: string): number {
  return Object.hasOwn(wordStatuses, word) ? (wordStatuses[word] ?? 500) : 500;
}

const wordStatuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  content_filter: 400,
  content_policy_violation: 400,
  context_length_exceeded: 400,
  authentication_error: 401,
  invalid_api_key: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  timeout_error: 504,
};

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
