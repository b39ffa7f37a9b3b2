// What went wrong, in the form in which OpenAI's interface says it, so that its SDKs throw the right error.
import type { Failure, FailureCode } from "../../actors/llm/failure.ts";
import type { TimeoutPhase } from "../../actors/llm/provider.ts";

export interface Problem {
  readonly status: number;
  /** For programs; stable. */
  readonly code: string;
  readonly type: string;
  readonly message: string;
  /** The part of the request that it is about, such as `messages.0.content`. */
  readonly param: string | null;
  /** Whether the same request may succeed later. SDKs repeat it by themselves then. */
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** Where a provider has failed: what OpenAI's form has no word for. */
  readonly about?: { readonly entry?: string; readonly phase?: TimeoutPhase; readonly request_id?: string };
}

interface Meaning {
  readonly status: number;
  readonly type: string;
  /** Where OpenAI has a word of its own for it. */
  readonly code?: string;
}

const invalid = "invalid_request_error";
const server = "server_error";

/** A provider's own refusal of our key is nothing that the client's token could mend, so that it is no 401. */
const meanings: Readonly<Record<FailureCode, Meaning>> = {
  invalid_order: { status: 400, type: invalid, code: "invalid_request" },
  invalid_request: { status: 400, type: invalid },
  context_too_long: { status: 400, type: invalid, code: "context_length_exceeded" },
  content_filtered: { status: 400, type: invalid, code: "content_filter" },
  unknown_provider: { status: 404, type: invalid, code: "model_not_found" },
  no_model: { status: 404, type: invalid, code: "model_not_found" },
  rate_limited: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  limited: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  too_many_waiting: { status: 429, type: "rate_limit_error" },
  budget: { status: 429, type: "insufficient_quota", code: "insufficient_quota" },
  auth: { status: 502, type: server, code: "provider_auth" },
  connection: { status: 502, type: server },
  protocol: { status: 502, type: server },
  overloaded: { status: 503, type: server },
  no_provider: { status: 503, type: server },
  all_unavailable: { status: 503, type: server },
  interrupted: { status: 503, type: server },
  timeout: { status: 504, type: server },
  deadline: { status: 504, type: server },
};

export function problemOfFailure(failure: Failure): Problem {
  const { code, message, retryable, retryAfterMs, entry, phase, requestId } = failure;
  const { status, type, code: word = code } = meanings[code];
  const param = status === 404 ? "model" : null;
  const later = retryAfterMs === undefined ? {} : { retryAfterMs };
  const about = {
    ...(entry === undefined ? {} : { entry }),
    ...(phase === undefined ? {} : { phase }),
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
  return { status, code: word, type, message, param, retryable, ...later, about };
}

/** The request itself is not one that can be answered. */
export function badRequest(message: string, param: string | null = null, code = "invalid_request"): Problem {
  return { status: 400, code, type: invalid, message, param, retryable: false };
}

/** Of the endpoint itself: `status` says what kind of thing. */
export function refusal(status: number, code: string, message: string): Problem {
  const isOwn = status >= 500;
  return { status, code, type: isOwn ? server : invalid, message, param: null, retryable: isOwn };
}

export function problemJson({ message, type, param, code, about = {} }: Problem): string {
  const more = Object.keys(about).length === 0 ? {} : { aiex: about };
  return JSON.stringify({ error: { message, type, param, code, ...more } });
}

/** Of an answer that is nothing but this problem. */
export function problemHeaders({ status, retryable, retryAfterMs, about }: Problem): Record<string, string> {
  return {
    "content-type": "application/json",
    // OpenAI's SDKs go by these, where they would else repeat by the status alone.
    "x-should-retry": String(retryable),
    ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...idHeader(about?.request_id),
    ...(retryAfterMs === undefined
      ? {}
      : {
          "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1_000))),
          "retry-after-ms": String(Math.ceil(retryAfterMs)),
        }),
  };
}

/** The provider's id of a request, where OpenAI's SDKs look for it. */
export function idHeader(id: string | undefined): Record<string, string> {
  return id === undefined ? {} : { "x-request-id": id };
}
