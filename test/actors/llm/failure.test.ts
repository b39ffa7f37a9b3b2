import { describe, expect, test } from "vitest";
import { CompletionFailed, noProvider, providerFailure } from "../../../actors/llm/failure.ts";
import { ProviderError, type ProviderErrorCode, providerErrorCodes } from "../../../actors/llm/provider.ts";
import { Secret } from "../../../runtime/secret.ts";

/** code: retryable, counts against the provider, another provider may answer. */
const table: Readonly<Record<ProviderErrorCode, readonly [boolean, boolean, boolean]>> = {
  rate_limited: [true, false, true],
  overloaded: [true, true, true],
  timeout: [true, true, true],
  unreachable: [true, true, true],
  denied: [false, false, true],
  no_model: [false, false, true],
  bad_request: [false, false, false],
  bad_response: [true, true, true],
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
    const error = new ProviderError("denied", "sk-canary is wrong; given was sk-canary");
    expect(providerFailure(error, "one", secrets).failure.message).toBe(
      'Provider "one": [secret] is wrong; given was [secret]',
    );
  });

  test("masks before it clips, so that no part of a secret is left at the end", () => {
    const error = new ProviderError("denied", `${"x".repeat(480)}sk-canary${"y".repeat(10_000)}`);
    const { message } = providerFailure(error, "one", secrets).failure;
    expect(message).not.toContain("sk-");
    expect(message).toHaveLength(501);
  });

  test.each([new TypeError("x of sk-canary"), "sk-canary", undefined, null, { secret: "sk-canary" }])(
    "makes a bad_response of whatever else is thrown: %s",
    (thrown) => {
      const { failure, countsAgainstProvider } = providerFailure(thrown, "one", secrets);
      expect(failure).toMatchObject({ code: "bad_response", retryable: true, entry: "one" });
      expect(failure.message).not.toContain("canary");
      expect(countsAgainstProvider).toBe(true);
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
