import { describe, expect, test } from "vitest";
import { CompletionFailed, noProvider, providerFailure } from "../../../actors/llm/failure.ts";
import { ProviderError, type ProviderErrorCode, providerErrorCodes } from "../../../actors/llm/provider.ts";
import { Secret } from "../../../runtime/secret.ts";

/** code: retryable, counts against the provider, another provider may answer. */
const table: Readonly<Record<ProviderErrorCode, readonly [boolean, boolean, boolean]>> = {
  rate_limited: [true, false, true],
  overloaded: [true, true, true],
  timeout: [true, true, true],
  connection: [true, true, true],
  auth: [false, false, true],
  no_model: [false, false, true],
  invalid_request: [false, false, false],
  context_too_long: [false, false, true],
  content_filtered: [false, false, true],
  protocol: [true, true, true],
};

describe("ProviderError", () => {
  test.each(providerErrorCodes)("%s is classified as the table says", (code) => {
    const error = new ProviderError(code, "what happened");
    expect([error.retryable, error.countsAgainstProvider, error.failsOver]).toEqual(table[code]);
  });
});

describe("providerFailure()", () => {
  const secrets = [new Secret("sk-canary"), new Secret("")];

  test("masks secrets wherever they stand in the text", () => {
    const error = new ProviderError("auth", "sk-canary is wrong; given was sk-canary");
    expect(providerFailure(error, "one", secrets).failure.message).toBe(
      'Provider "one": [secret] is wrong; given was [secret]',
    );
  });

  test("masks before it clips, so that no part of a secret is left at the end", () => {
    const error = new ProviderError("auth", `${"x".repeat(480)}sk-canary${"y".repeat(10_000)}`);
    const { message } = providerFailure(error, "one", secrets).failure;
    expect(message).not.toContain("sk-");
    expect(message).toHaveLength(501);
  });

  test.each([new TypeError("x of sk-canary"), "sk-canary", undefined, null, { secret: "sk-canary" }])(
    "makes a bad_response of whatever else is thrown: %s",
    (thrown) => {
      const { failure, countsAgainstProvider } = providerFailure(thrown, "one", secrets);
      expect(failure).toMatchObject({ code: "protocol", retryable: true, entry: "one" });
      expect(failure.message).not.toContain("canary");
      expect(countsAgainstProvider).toBe(true);
    },
  );
});

describe("what a provider says of a request", () => {
  const secrets = [new Secret("sk-canary")];
  const failed = (requestId: string) =>
    providerFailure(new ProviderError("timeout", "Late.", { phase: "silence", requestId }), "one", secrets)
      .failure;

  test("is kept: its id, and which of the timeouts it was", () => {
    expect(failed("req_123")).toEqual({
      ...{ code: "timeout", retryable: true, entry: "one", phase: "silence", requestId: "req_123" },
      message: 'Provider "one": Late. (request req_123)',
    });
  });

  test("is told behind the longest message, and once", () => {
    const long = new ProviderError("protocol", "x".repeat(10_000), { requestId: "req_123" });
    expect(providerFailure(long, "one", []).failure.message).toMatch(/x… \(request req_123\)$/);
    const said = new ProviderError("protocol", "Told in req_123.", { requestId: "req_123" });
    expect(providerFailure(said, "one", []).failure.message).toBe('Provider "one": Told in req_123.');
  });

  test.each(["", "two words", "req\u001b[2J", "req-sk-canary", "r".repeat(201)])(
    "is left out where it is no id, or no harmless one: %j",
    (id) => {
      const { message, ...failure } = failed(id);
      expect(message).toBe('Provider "one": Late.');
      expect(failure).not.toHaveProperty("requestId");
    },
  );
});

describe("CompletionFailed", () => {
  test("carries what the failure says", () => {
    const error = new CompletionFailed({
      code: "all_unavailable",
      message: "none",
      retryable: true,
      retryAfterMs: 5,
    });
    expect(error).toMatchObject({
      code: "all_unavailable",
      message: "none",
      retryable: true,
      retryAfterMs: 5,
    });
  });

  test("of no_provider says how to set one up", () => {
    expect(noProvider().message).toMatch(
      /OPENAI_API_KEY.*ANTHROPIC_API_KEY.*AIEX_OLLAMA_HOST.*llm\.providers/,
    );
  });
});
