// What every adapter does alike, through the real SDKs, before a server that answers in every way that a server can.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ProviderKind } from "../../../../actors/llm/config.ts";
import { answerCharactersMax, eventBytesMax } from "../../../../actors/llm/limits.ts";
import type { ProviderErrorCode } from "../../../../actors/llm/provider.ts";
import type { Reply } from "../scripted-server.ts";
import { errorBody, errorPiece, piecesOf } from "../wire-formats.ts";
import { adapter, ask, dialectOf, hello, key, kinds, PatientWorld, talk, watchdogs } from "./adapters.ts";

const nested = "[".repeat(200_000) + "]".repeat(200_000);
const everyDialect = ["Hel", "lo, ", "wörld 🌍!"];

describe.each(kinds)("The adapter of %s", (kind) => {
  const dialect = dialectOf(kind);
  const failing = async (reply: Reply, world?: PatientWorld) => {
    const { provider } = await talk(kind, reply);
    return ask(provider, world === undefined ? {} : { world });
  };
  const error = (code: ProviderErrorCode, ...words: readonly (string | RegExp)[]) =>
    expect.objectContaining({
      code,
      message: expect.stringMatching(
        new RegExp(
          words.map((word) => `(?=.*${typeof word === "string" ? word : word.source})`).join(""),
          "s",
        ),
      ),
    });

  test("gives the text, the model, the end and the tokens of an answer", async () => {
    const { server, provider } = await talk(kind, { say: everyDialect, usage: { input: 12, output: 5 } });
    expect(await ask(provider)).toEqual({
      text: "Hello, wörld 🌍!",
      model: "the-model",
      finish: "stop",
      usage: { input_tokens: 12, output_tokens: 5 },
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.body).toMatchObject({
      model: "the-model",
      stream: true,
      messages: hello.messages,
    });
  });

  test.each([1, 3, 7])("reads an answer that comes in parts of %i bytes", async (bytesPerWrite) => {
    expect(await failing({ say: everyDialect, bytesPerWrite })).toMatchObject({ text: "Hello, wörld 🌍!" });
  });

  test("reads lines that end with carriage returns, a mark of byte order and bytes that are no UTF-8", async () => {
    const text = piecesOf(dialect, { say: "Hi\u0000?" }, "the-model").join("").replaceAll("\n", "\r\n");
    const bytes = Buffer.from(`\ufeff${text}`);
    bytes[bytes.indexOf("?")] = 0xff;
    expect(await failing({ body: bytes })).toMatchObject({ text: "Hi\u0000\ufffd", finish: "stop" });
  });

  test("does not take reasoning for part of the answer", async () => {
    expect(await failing({ say: "42", thinks: ["Let me ", "see."] })).toMatchObject({ text: "42" });
  });

  test("says that an answer ends because of its length", async () => {
    const finish = kind === "anthropic" ? "max_tokens" : "length";
    expect(await failing({ say: "Hel", finish })).toMatchObject({ text: "Hel", finish: "length" });
  });

  test("keeps its connection no longer than its answer, and its timers neither", async () => {
    const world = new PatientWorld();
    expect(await failing({ say: "Hi" }, world)).toMatchObject({ text: "Hi" });
    expect(world.running).toEqual([]);
  });

  test.each<[number, ProviderErrorCode, string]>([
    [400, "bad_request", "Change the request"],
    [401, "denied", "Check .*api_key"],
    [402, "denied", "no credit"],
    [403, "denied", "Check .*api_key"],
    [408, "timeout", "Try again"],
    [409, "overloaded", "Try again"],
    [413, "bad_request", ""],
    [422, "bad_request", ""],
    [429, "rate_limited", "max_concurrent_requests"],
    [500, "overloaded", "Try again"],
    [502, "overloaded", ""],
    [503, "overloaded", ""],
    [504, "timeout", ""],
    [529, "overloaded", ""],
  ])("calls the status %i %s", async (status, code, words) => {
    const reply = { status, body: errorBody(dialect, "some_error", "the cat sat on it") };
    const { server, provider } = await talk(kind, reply);
    expect(await ask(provider)).toEqual(error(code, `${status}: "the cat sat on it"`, words));
    // No retries of the SDK's own.
    expect(server.requests).toHaveLength(1);
  });

  test("tells a model that is not there from an address that is not there", async () => {
    const body = errorBody(dialect, "not_found", "model 'the-model' not found");
    const advice = { ollama: "ollama pull", lm_studio: "lms get" };
    const command = kind in advice ? advice[kind as keyof typeof advice] : "llm.providers.*model";
    expect(await failing({ status: 404, body })).toEqual(error("no_model", command));
    const wrong = await failing({ status: 404, body: "404 page not found" });
    expect(wrong).toEqual(error("unreachable", "404 page not found", `llm.providers.${kind}.base_url`));
    expect(wrong).toMatchObject({ retryable: false });
  });

  test.each<[Record<string, string>, number | undefined]>([
    [{ "retry-after": "7" }, 7_000],
    [{ "retry-after": "0.25" }, 250],
    [{ "retry-after": "7", "retry-after-ms": "120" }, 120],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, undefined],
    [{ "retry-after": "99999999999" }, 99_999_999_999_000],
    [{}, undefined],
  ])("reads a pause that is asked for: %o", async (headers, retryAfterMs) => {
    const body = errorBody(dialect, "rate_limit_error", "slow down");
    const failure = await failing({ status: 429, headers, body });
    expect(failure).toMatchObject({ code: "rate_limited", retryAfterMs });
    const { message } = failure as Error;
    expect(message.includes(`wait ${retryAfterMs} ms`)).toBe(retryAfterMs !== undefined);
  });

  test("reads a pause that is asked for as a date", async () => {
    const world = new PatientWorld();
    const now = world.clock.wallTime();
    const date = new Date(now + 60_000).toUTCString();
    const failure = await failing({ status: 429, headers: { "retry-after": date }, body: "" }, world);
    const { retryAfterMs } = failure as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test("does not follow to another address", async () => {
    const reply = { status: 307, headers: { location: "http://elsewhere.invalid/" }, body: "" };
    expect(await failing(reply)).toEqual(error("unreachable", "elsewhere.invalid", "base_url"));
  });

  test("says what to do where nothing listens", async () => {
    const { server, provider } = await talk(kind, { say: "Hi" });
    await server.stop();
    const start = { ollama: "ollama serve", lm_studio: "lms server start" };
    const advice = kind in start ? start[kind as keyof typeof start] : "base_url";
    expect(await ask(provider)).toEqual(
      error("unreachable", "Nothing accepts connections", server.origin, advice),
    );
  });

  test("says that a host's name leads nowhere", async () => {
    const provider = adapter(kind, { base_url: "http://nowhere.invalid:1234/v1" });
    expect(await ask(provider)).toEqual(error("unreachable", "nowhere.invalid"));
  });

  test("says that no secure connection came about, and that trying again is pointless", async () => {
    const { server } = await talk(kind, { say: "Hi" });
    const provider = adapter(kind, { base_url: server.baseUrl(kind).replace("http:", "https:") });
    const failure = await ask(provider);
    expect(failure).toEqual(error("unreachable", "No secure connection"));
    expect(failure).toMatchObject({ retryable: false });
  });

  test("says that the connection was cut before an answer began", async () => {
    expect(await failing({ say: "Hi", cutAfter: "request" })).toEqual(error("unreachable", "was cut before"));
  });

  test.each<[string, Partial<Reply>]>([
    ["ends", {}],
    ["is cut", { cutAfter: 99 }],
  ])("says that an answer is cut off that %s without its end marker", async (_, fault) => {
    const failure = await failing({ say: ["Hello"], finish: null, ...fault });
    expect(failure).toEqual(error("bad_response", "cut off after 5 characters"));
  });

  test("says that an answer is cut off in the middle of an event", async () => {
    const whole = piecesOf(dialect, { say: ["Hello", "there"] }, "m").join("");
    const body = whole.slice(0, whole.indexOf("there"));
    expect(await failing({ body })).toEqual(error("bad_response", "cut off after 5 characters"));
  });

  test("says that a whole answer of nothing is cut off before any text", async () => {
    expect(await failing({ body: "" })).toEqual(error("bad_response", "cut off before any text"));
  });

  test.each<[string, string | Uint8Array]>([
    ["a page", "<!DOCTYPE html><html><title>Log in</title></html>\n"],
    ["a page without an end of line", "<html><body>Log in</body></html>"],
    ["bytes", Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x1b, 0x5b, 0x32, 0x4a, 0x0a, 0xff])],
    ["broken JSON", dialect === "ollama" ? '{"message": {"content"\n' : 'data: {"choices": [\n\n'],
    ["JSON that is no object", dialect === "ollama" ? "[1, 2]\n" : "event: x\ndata: [1, 2]\n\n"],
  ])("calls %s in place of an answer a bad_response", async (_, body) => {
    const failure = await failing({ body });
    expect(failure).toEqual(error("bad_response", "base_url|address"));
    expect((failure as Error).message).not.toMatch(/\p{Cc}/u);
  });

  test.each<[string, string]>([
    ["text that is a number", shaped(kind, "7")],
    ["text that is an object", shaped(kind, '{"text":"Hi"}')],
    ["text that is nested deeply", shaped(kind, nested)],
    ["nothing known", '"hello":"world"'],
    ["an error that is nested deeply", `"error":{"x":${nested}}`],
  ])("calls an event with %s a failure", async (_, fields) => {
    const json = `{"type":"content_block_delta",${fields}}`;
    const body = dialect === "ollama" ? `${json}\n` : `event: content_block_delta\ndata: ${json}\n\n`;
    const failure = await failing({ body });
    expect(failure).toMatchObject({ code: fields.startsWith('"error"') ? "overloaded" : "bad_response" });
  });

  test("calls an answer that is empty a bad_response", async () => {
    expect(await failing({ say: " \n" })).toEqual(error("bad_response", "empty"));
  });

  test.each<[string, ProviderErrorCode]>([
    ["overloaded_error", "overloaded"],
    ["rate_limit_error", "rate_limited"],
    ["something_new", "overloaded"],
  ])("finds the error %s in the middle of an answer", async (type, code) => {
    const pieces = piecesOf(dialect, { say: "Hello", finish: null }, "m");
    const body = [...pieces, errorPiece(dialect, type, "no more")];
    // Ollama has no words for kinds of errors.
    const expected = dialect === "ollama" ? "overloaded" : code;
    expect(await failing({ body })).toEqual(error(expected, 'in the middle of its answer: "no more"'));
  });

  test("takes no more characters than an answer may have", async () => {
    const say = Array.from({ length: answerCharactersMax / 500_000 + 1 }, () => "x".repeat(500_000));
    expect(await failing({ say })).toEqual(error("bad_response", `${answerCharactersMax} characters`));
  });

  test("takes no more than that of an answer without an end, and closes the connection", async () => {
    const piece = piecesOf(dialect, { say: "x".repeat(500_000), finish: null }, "m").join("");
    const { server, provider } = await talk(kind, { body: [piece], endless: true });
    expect(await ask(provider)).toEqual(error("bad_response", "characters"));
    await server.requests[0]?.givenUp;
  });

  test("takes no event without an end", async () => {
    const start = dialect === "ollama" ? '{"message":{"content":"' : 'data: {"x":"';
    const { server, provider } = await talk(kind, { body: [start, "x".repeat(65_536)], endless: true });
    expect(await ask(provider)).toEqual(error("bad_response", `${eventBytesMax} bytes`));
    await server.requests[0]?.givenUp;
  });

  test("reads no error without an end", async () => {
    const { server, provider } = await talk(kind, { status: 503, body: ["x".repeat(65_536)], endless: true });
    expect(await ask(provider)).toMatchObject({ code: "overloaded" });
    await server.requests[0]?.givenUp;
  });

  describe("gives up", () => {
    const { first_byte_timeout_ms: firstMs, silence_timeout_ms: silenceMs } = watchdogs;

    test.each<[string, Reply, string]>([
      ["without headers", { say: "", stallAfter: "request" }, "None of its answer"],
      ["without a body", { say: "", stallAfter: 0 }, "It took the request"],
    ])("a request %s after the time for the first byte", async (_, reply, words) => {
      const world = new PatientWorld();
      const { server, provider } = await talk(kind, reply);
      const asked = ask(provider, { world });
      const request = await server.request(0);
      await request.sent;
      if (reply.stallAfter === 0) await world.answered;
      await world.fire(firstMs);
      expect(await asked).toEqual(error("timeout", words, `${firstMs} ms`, "first_byte_timeout_ms"));
      await request.givenUp;
    });

    test("a request whose connection is only kept alive after the time for the first byte", async () => {
      const world = new PatientWorld();
      const { server, provider } = await talk(kind, { say: "", stallAfter: 0, keepAlive: true });
      const asked = ask(provider, { world });
      const request = await server.request(0);
      await world.answered;
      expect(world.running).toEqual([firstMs]);
      await world.fire(firstMs);
      expect(await asked).toEqual(error("timeout", "first_byte_timeout_ms"));
      await request.givenUp;
    });

    test.each([false, true])(
      "an answer that stops after its silence, kept alive: %s",
      async (isKeptAlive) => {
        const world = new PatientWorld();
        const keepAlive = isKeptAlive ? { keepAlive: true as const } : {};
        const { server, provider } = await talk(kind, {
          say: ["Hello"],
          finish: null,
          stallAfter: 99,
          ...keepAlive,
        });
        const asked = ask(provider, { world });
        await world.fire(silenceMs, 2);
        expect(await asked).toEqual(error("timeout", "stopped after 5 characters", `${silenceMs} ms`));
        await (await server.request(0)).givenUp;
      },
    );

    test("an answer whose events say nothing any more, as if they had not come", async () => {
      const world = new PatientWorld();
      const say = ["Hello", ...Array<string>(20).fill(""), "!"];
      const { provider } = await talk(kind, { say, finish: null, stallAfter: 99 });
      const asked = ask(provider, { world });
      await world.fire(silenceMs, 3);
      expect(await asked).toEqual(error("timeout", "stopped after 6 characters"));
      expect(world.timesSet(silenceMs)).toBe(3);
    });

    test("an error whose body does not come, and still says its status", async () => {
      const world = new PatientWorld();
      const { provider } = await talk(kind, { status: 503, body: "x", stallAfter: 0 });
      const asked = ask(provider, { world });
      await world.answered;
      await world.fire(firstMs);
      expect(await asked).toEqual(error("overloaded", "503"));
    });

    test.each<[string, Reply]>([
      ["before the headers", { say: "Hi", stallAfter: "request" }],
      ["in the middle", { say: ["Hello"], finish: null, stallAfter: 99 }],
    ])("at once when its signal fires %s", async (_, reply) => {
      const { server, provider } = await talk(kind, reply);
      const controller = new AbortController();
      const asked = ask(provider, { signal: controller.signal });
      const request = await server.request(0);
      await request.sent;
      controller.abort();
      await request.givenUp;
      expect(await asked).toEqual(error("timeout", "given up"));
    });

    test("before it asks where its signal has fired", async () => {
      const { server, provider } = await talk(kind, { say: "Hi" });
      expect(await ask(provider, { signal: AbortSignal.abort() })).toEqual(error("timeout", "given up"));
      expect(server.requests).toHaveLength(0);
    });
  });

  test("shows no key and nothing that acts on a terminal, whatever the other side sends", async () => {
    const printed = (["log", "debug", "info", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const hostile = `\u001b[2J\u0007${key} \u202e${"x".repeat(190)}${key}`;
    for (const reply of [
      { status: 401, body: errorBody(dialect, key, hostile) },
      { status: 400, body: hostile },
      { status: 307, headers: { location: `http://x/?${key}` }, body: "" },
      { body: hostile },
      { body: errorPiece(dialect, "overloaded_error", hostile) },
      { body: `event: thread.run\ndata: ${hostile}\n\n` },
    ] satisfies Reply[]) {
      const failure = (await failing(reply)) as Error;
      expect(failure.message).not.toContain("canary");
      expect(failure.message).not.toMatch(/\p{Cc}|\u202e/u);
    }
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });
});

/** The fields of an event that has `json` where `kind` has its text. */
function shaped(kind: ProviderKind, json: string): string {
  if (kind === "ollama") return `"message":{"content":${json}}`;
  return kind === "anthropic" ? `"delta":{"text":${json}}` : `"choices":[{"delta":{"content":${json}}}]`;
}
