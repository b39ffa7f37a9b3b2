import { describe, expect, test } from "vitest";
import { requestIdIn, retryAfterMs, toldLimits } from "../../../../actors/llm/providers/told-limits.ts";

const nowMs = Date.parse("2026-11-23T12:00:00Z");

describe("toldLimits()", () => {
  const openai = (limit: string, remaining: string, reset: string, what = "requests") => ({
    [`x-ratelimit-limit-${what}`]: limit,
    [`x-ratelimit-remaining-${what}`]: remaining,
    [`x-ratelimit-reset-${what}`]: reset,
  });
  const anthropic = (limit: string, remaining: string, reset: string, what = "requests") => ({
    [`anthropic-ratelimit-${what}-limit`]: limit,
    [`anthropic-ratelimit-${what}-remaining`]: remaining,
    [`anthropic-ratelimit-${what}-reset`]: reset,
  });

  test.each([
    ["20ms", 20],
    ["1s", 1_000],
    ["1.5s", 1_500],
    ["45.622s", 45_622],
    ["1m0s", 60_000],
    ["0s", 0],
  ])("reads the duration %s", (reset, resetMs) => {
    expect(toldLimits(new Headers(openai("150000", "100", reset, "tokens")), nowMs)).toEqual({
      tokens: { limit: 150_000, remaining: 100, resetMs },
    });
  });

  test("reads Anthropic's dates, and its tokens of both kinds", () => {
    const requests = anthropic("50", "49", "2026-11-23T12:00:01Z");
    const told = { limit: 50, remaining: 49, resetMs: 1_000 };
    const tokens = { limit: 40_000, remaining: 39_000, resetMs: 2_000 };
    const inTokens = anthropic("40000", "39000", "2026-11-23T12:00:02Z", "input-tokens");
    expect(toldLimits(new Headers({ ...requests, ...inTokens }), nowMs)).toEqual({ requests: told, tokens });
    const allTokens = anthropic("80000", "1000", "2026-11-23T12:01:00Z", "tokens");
    expect(toldLimits(new Headers({ ...inTokens, ...allTokens }), nowMs)).toEqual({
      tokens: { limit: 80_000, remaining: 1_000, resetMs: 60_000 },
    });
  });

  test("leaves out a date that has passed, and keeps the rest", () => {
    const headers = new Headers(anthropic("50", "50", "2026-11-23T11:00:00Z"));
    expect(toldLimits(headers, nowMs)).toEqual({ requests: { limit: 50, remaining: 50 } });
  });

  test.each([
    ["a day's limit", openai("10000", "9999", "8.64s")],
    ["a day's limit that is used up", openai("200", "0", "6m0s")],
    ["no number", openai("many", "few", "1s")],
    ["a number below nothing", openai("-5", "-6", "1s")],
    ["more left than there is", openai("5", "6", "1s")],
    ["no limit at all", openai("0", "0", "1s")],
    ["half of it", { "x-ratelimit-limit-requests": "60" }],
    ["something huge", openai("9".repeat(30), "1", "1s")],
    ["nothing", {}],
  ])("takes %s for nothing", (_, headers) => {
    expect(toldLimits(new Headers(headers as Record<string, string>), nowMs)).toBeUndefined();
  });

  test("keeps a limit of which it is not said when it renews itself", () => {
    expect(toldLimits(new Headers(openai("60", "3", "soon")), nowMs)).toEqual({
      requests: { limit: 60, remaining: 3 },
    });
  });
});

describe("retryAfterMs()", () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": " 7 " }, 7_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "0.25" }, 250],
    [{ "retry-after": "6m0s" }, 360_000],
    [{ "retry-after": "20ms" }, 20],
    [{ "retry-after": "1h2m3s" }, 3_723_000],
    [{ "retry-after": "Mon, 23 Nov 2026 12:00:30 GMT" }, 30_000],
    [{ "retry-after": "2026-11-23T12:00:30Z" }, 30_000],
    [{ "retry-after": "7", "retry-after-ms": "120" }, 120],
    [{ "retry-after": "7", "retry-after-ms": "soon" }, 7_000],
    [{ "retry-after-ms": "0.5" }, 1],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{}, undefined],
  ])("reads %o", (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), nowMs)).toBe(expected);
  });

  test("takes the limit that is used up where nothing else is said", () => {
    const headers = {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "10",
      "x-ratelimit-reset-requests": "50s",
      "x-ratelimit-limit-tokens": "1000",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "40s",
    };
    expect(retryAfterMs(new Headers(headers), nowMs)).toBe(40_000);
    expect(retryAfterMs(new Headers({ ...headers, "retry-after": "2" }), nowMs)).toBe(2_000);
  });
});

describe("requestIdIn()", () => {
  test("takes what can be passed on, and nothing else", () => {
    expect(requestIdIn(new Headers({ "x-request-id": "req_1" }))).toBe("req_1");
    expect(requestIdIn(new Headers({ "x-request-id": "req_1", "request-id": "req_2" }))).toBe("req_2");
    expect(requestIdIn(new Headers({ "x-request-id": "a b" }))).toBeUndefined();
    expect(requestIdIn(new Headers({ "x-request-id": "x".repeat(201) }))).toBeUndefined();
    expect(requestIdIn(new Headers())).toBeUndefined();
  });
});
