// What the headers of an answer say of the account's limits, of a pause, and of the request itself.
import { HttpResponse } from "../../../runtime/http/response.ts";
import type { ToldLimit, ToldLimits } from "../provider.ts";
import { identifierIn } from "./fields.ts";
import { minuteLimitMsMax } from "./limits.ts";

/** The headers of an answer, of which one is asked for by its name in small letters. */
export type HeaderReader = Pick<Headers, "get">;

/** Those of an answer, as cheap as they can be had. */
export function headersIn(response: Response): HeaderReader {
  return response instanceof HttpResponse ? { get: (name) => response.header(name) } : response.headers;
}

/**
 * The limits of a minute, in the headers of OpenAI (and of those who speak alike) or of Anthropic; undefined where there are
 * none, or none that make sense.
 * @param nowMs milliseconds since the epoch
 */
export function toldLimits(headers: HeaderReader, nowMs: number): ToldLimits | undefined {
  const requests = openaiLimit(headers, "requests") ?? anthropicLimit(headers, "requests", nowMs);
  const tokens =
    openaiLimit(headers, "tokens") ??
    anthropicLimit(headers, "tokens", nowMs) ??
    anthropicLimit(headers, "input-tokens", nowMs);
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) };
}

/**
 * Milliseconds that a provider wants to be left alone: from `retry-after-ms`, from `retry-after` in seconds, as a duration or as
 * a date, or from the limit that is used up; undefined where none makes sense.
 */
export function retryAfterMs(headers: HeaderReader, nowMs: number): number | undefined {
  const exact = headers.get("retry-after-ms")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(exact)) return Math.ceil(Number(exact));
  const given = headers.get("retry-after")?.trim();
  if (given === undefined) return usedUpMs(toldLimits(headers, nowMs));
  return durationMs(/^\d+(\.\d+)?$/.test(given) ? `${given}s` : given) ?? untilMs(given, nowMs);
}

/** The provider's own id of the request. */
export function requestIdIn(headers: HeaderReader): string | undefined {
  return identifierIn(headers.get("request-id") ?? headers.get("x-request-id"));
}

/** Of the limits that nothing is left of, the one that lasts longest. */
function usedUpMs(limits: ToldLimits | undefined): number | undefined {
  const pauses = [limits?.requests, limits?.tokens].flatMap((limit) =>
    limit?.remaining === 0 && limit.resetMs !== undefined && limit.resetMs > 0 ? [limit.resetMs] : [],
  );
  return pauses.length === 0 ? undefined : Math.max(...pauses);
}

function openaiLimit(headers: HeaderReader, what: string): ToldLimit | undefined {
  const resetMs = durationMs(headers.get(`x-ratelimit-reset-${what}`) ?? "");
  return limitOf(
    headers.get(`x-ratelimit-limit-${what}`),
    headers.get(`x-ratelimit-remaining-${what}`),
    resetMs,
  );
}

function anthropicLimit(headers: HeaderReader, what: string, nowMs: number): ToldLimit | undefined {
  const value = (name: string) => headers.get(`anthropic-ratelimit-${what}-${name}`);
  return limitOf(value("limit"), value("remaining"), untilMs(value("reset") ?? "", nowMs));
}

function limitOf(limitText: string | null, remainingText: string | null, resetMs: number | undefined) {
  const limit = wholeNumber(limitText);
  const remaining = wholeNumber(remainingText);
  if (limit === undefined || remaining === undefined || limit === 0 || remaining > limit) return undefined;
  // Limits of a day come in the same headers; they give themselves away by how slowly what was used comes back.
  const used = limit - remaining;
  if (resetMs !== undefined && used > 0 && (resetMs / used) * limit > minuteLimitMsMax) return undefined;
  return { limit, remaining, ...(resetMs === undefined ? {} : { resetMs }) };
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

/** Such as "20ms", "1.5s" and "6m0s"; undefined where it is none. */
function durationMs(text: string): number | undefined {
  const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(
    text.trim(),
  );
  if (match === null || match[0] === "") return undefined;
  const [days, hours, minutes, seconds, rest] = match.slice(1).map((part) => Number(part ?? 0));
  const minutesInAll = ((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0);
  return Math.ceil((minutesInAll * 60 + (seconds ?? 0)) * 1_000 + (rest ?? 0));
}

/** Milliseconds until a date; undefined where it is none, or has passed. */
function untilMs(text: string, nowMs: number): number | undefined {
  // biome-ignore lint/style/noRestrictedGlobals: it reads a date that is written down, and no clock.
  const waitMs = Date.parse(text) - nowMs;
  return waitMs > 0 ? Math.ceil(waitMs) : undefined;
}
