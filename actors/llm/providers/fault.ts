// What goes wrong with a request, in the one vocabulary of ProviderError: what happened, at whose place, and what to do.
import { ProxyFailure } from "../../../runtime/http/proxy-failure.ts";
import { quoted } from "../failure.ts";
import { ProviderError, type ProviderErrorCode, type ProviderErrorOptions } from "../provider.ts";
import { asJson, codeOf, isAboutMoney, reportedCode, type Said, saidIn, saidOf } from "./fault-code.ts";
import { identifierIn } from "./fields.ts";
import { type Peer, shownUrl } from "./peer.ts";
import { retryAfterMs } from "./told-limits.ts";
import { type JsonObject, objectOf, type WireFault } from "./wire.ts";

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
  if (code === "connection") return misplaced(peer, `has no such interface (${words})`);
  const pauseMs = retryAfterMs(headers, nowMs);
  const wait = pauseMs === undefined ? "" : ` It asks to wait ${pauseMs} ms.`;
  const requestId = requestIdOf(body);
  return new ProviderError(code, `${sentence(peer, code, words, said, bySchema)}${wait}`, {
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
    ...(code === "timeout" ? { phase: "first_byte" } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  });
}

/** An error that the other side reports within a stream whose status was a success. */
export function reported(peer: Peer, value: JsonObject): ProviderError | undefined {
  if ((value.error ?? undefined) === undefined && value.type !== "error") return undefined;
  const said = saidOf(value);
  const code = reportedCode(said);
  const words = quoted(said.text === "" ? asJson(value) : said.text, peer.secrets);
  return new ProviderError(code, sentence(peer, code, `in the middle of its answer: ${words}`, said, false), {
    mayCost: true,
    ...(code === "timeout" ? { phase: "total" } : {}),
  });
}

/** A request that got no answer at all, or whose connection broke before one began. */
export function notConnected(peer: Peer, thrown: unknown): ProviderError {
  const url = shownUrl(peer);
  const proxy = causes(thrown).find((cause) => cause instanceof ProxyFailure);
  if (proxy !== undefined) {
    const options: ProviderErrorOptions = proxy.retryable ? {} : { retryable: false };
    return new ProviderError("connection", `No connection to ${url} came about. ${proxy.message}`, options);
  }
  const code = systemCode(thrown);
  if (/^UND_ERR_(HEADERS|BODY|CONNECT)_TIMEOUT$|^ETIMEDOUT$/.test(code)) {
    const text = `No connection to ${url} came about in time (${code}). Try again.`;
    return new ProviderError("timeout", text, { phase: "first_byte" });
  }
  if (/CERT|SSL|TLS|SIGNATURE|EPROTO|SELF_SIGNED/.test(code)) {
    return new ProviderError(
      "connection",
      `No secure connection to ${url} came about (${code}). Check base_url, http or https, and the certificate that it shows.`,
      { retryable: false },
    );
  }
  const why = unreachableReasons[code] ?? "The connection failed";
  const detail = code === "" ? causeOf(thrown) : ` (${code})`;
  const wasSent = code === "ECONNRESET" || code === "UND_ERR_SOCKET";
  const options = wasSent ? { mayCost: true as const } : {};
  return new ProviderError(
    "connection",
    `${why}: ${url}${detail}. ${startAdvice[peer.kind] ?? "Check the network and base_url."}`,
    options,
  );
}

/** A body that makes no sense. `type`: what its header says that it is, which matters where that is no stream either. */
export function senseless(peer: Peer, { message, sample }: WireFault, type: string): ProviderError {
  const named = /^$|event-stream|ndjson/.test(type) ? "" : `, of type ${quoted(type, peer.secrets)}`;
  const shown = sample === "" ? "" : `: ${quoted(sample, peer.secrets)}`;
  return new ProviderError(
    "protocol",
    `${message}${named}${shown}. Check that ${shownUrl(peer)} is the address of its interface.`,
  );
}

/** The connection broke in the middle of an answer, or it ended without its end marker. */
export function cutOff(characters: number): ProviderError {
  const far = characters === 0 ? "before any text" : `after ${characters} characters`;
  return new ProviderError("protocol", `Its answer was cut off ${far}, without an end marker. Try again.`);
}

export function noKey(peer: Peer): ProviderError {
  return new ProviderError("auth", `It has no key. Set ${peer.keyPlace}.`);
}

/** The same error, with the id of the request that its answer came with. */
export function withRequestId(error: ProviderError, requestId: string | undefined): ProviderError {
  if (requestId === undefined || error.requestId !== undefined) return error;
  const { code, message, retryable, mayCost, retryAfterMs: pauseMs, phase, cause } = error;
  return new ProviderError(code, message, {
    ...(retryable ? {} : { retryable }),
    ...(mayCost ? { mayCost } : {}),
    ...(pauseMs === undefined ? {} : { retryAfterMs: pauseMs }),
    ...(phase === undefined ? {} : { phase }),
    ...(cause === undefined ? {} : { cause }),
    requestId,
  });
}

/** What the system says that has no code for it. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : undefined;
  return cause instanceof Error ? ` (${quoted(cause.message, [])})` : "";
}

/** What to do about a server that is not reached. */
const startAdvice: Partial<Readonly<Record<string, string>>> = {
  ollama: "Is Ollama running? Start it with: ollama serve",
  lm_studio: "Is the server of LM Studio running? Start it with: lms server start",
};

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
  return new ProviderError("connection", text, { retryable: false });
}

function sentence(peer: Peer, code: ProviderErrorCode, words: string, said: Said, bySchema: boolean): string {
  switch (code) {
    case "auth":
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
    case "context_too_long":
      return `The request is longer than it can read (${words}). Send less, or choose a model with a larger context.`;
    case "content_filtered":
      return `Its filter does not let this through (${words}). Change the request, or choose another model.`;
    default:
      return bySchema &&
        /response_format|output_config|output_format|json_schema|\bformat\b|schema/i.test(words)
        ? `It does not take the form that the answer is to have (${words}). Choose a model, or a newer server, that answers by JSON Schema.`
        : `It does not take this request (${words}). Change the request, or choose another model.`;
  }
}

/** Anthropic puts it into the body too, where a gateway has left the header out. */
function requestIdOf(body: string): string | undefined {
  if (!body.includes('"request_id"')) return undefined;
  try {
    return identifierIn(objectOf(body).request_id);
  } catch {
    return undefined;
  }
}

/** The system's word for what went wrong, from however deep it stands. */
function systemCode(thrown: unknown): string {
  for (const { code } of causes(thrown)) {
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code)) return code;
  }
  return "";
}

/** What was thrown, and what it came from. */
function causes(thrown: unknown): readonly { readonly code?: unknown }[] {
  const found: object[] = [];
  let error: unknown = thrown;
  while (found.length < 5 && typeof error === "object" && error !== null) {
    found.push(error);
    const { cause, errors } = error as { cause?: unknown; errors?: unknown };
    error = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return found;
}
