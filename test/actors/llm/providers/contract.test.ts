// What every adapter does alike, through the real SDKs, before a server that answers in every way that a server can.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { goingOn } from "../../../../actors/llm/continuation.ts";
import { answerCharactersMax } from "../../../../actors/llm/limits.ts";
import type { ProviderErrorCode } from "../../../../actors/llm/provider.ts";
import type { ProviderKind } from "../../../../actors/llm/provider-config.ts";
import { eventBytesMax, restMs } from "../../../../actors/llm/providers/limits.ts";
import { ProxyFailure } from "../../../../runtime/http/proxy-failure.ts";
import type { Reply } from "../scripted-server.ts";
import { errorBody, errorPiece, piecesOf } from "../wire-formats.ts";
import {
  adapter,
  ask,
  dialectOf,
  hello,
  key,
  kinds,
  Listener,
  PatientWorld,
  talk,
  watchdogs,
} from "./adapters.ts";

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

  test.each([1, 3, 7])("row 39: reads an answer that comes in parts of %i bytes", async (bytesPerWrite) => {
    expect(await failing({ say: everyDialect, bytesPerWrite })).toMatchObject({ text: "Hello, wörld 🌍!" });
  });

  test("row 39: reads lines that end with carriage returns, a mark of byte order and bytes that are no UTF-8", async () => {
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
    await world.idle();
  });

  test("asks again over the connections that it has", async () => {
    const { server, provider } = await talk(kind, { say: "Hi" });
    for (let time = 0; time < 6; time += 1) {
      const world = new PatientWorld();
      expect(await ask(provider, { world })).toMatchObject({ text: "Hi" });
      await world.idle();
    }
    expect(server.requests).toHaveLength(6);
    // The client leaves a connection alone for a turn of the event loop, in which it may make one more.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test.each<[number, ProviderErrorCode, string]>([
    [400, "invalid_request", "Change the request"],
    [401, "auth", "Check .*api_key"],
    [402, "auth", "no credit"],
    [403, "auth", "Check .*api_key"],
    [408, "timeout", "Try again"],
    [409, "overloaded", "Try again"],
    [413, "context_too_long", "larger context"],
    [422, "invalid_request", ""],
    [429, "rate_limited", "max_concurrent_requests"],
    [500, "overloaded", "Try again"],
    [502, "overloaded", ""],
    [503, "overloaded", ""],
    [504, "timeout", ""],
    [529, "overloaded", ""],
  ])("row 32: calls the status %i %s", async (status, code, words) => {
    const reply = { status, body: errorBody(dialect, "some_error", "the cat sat on it") };
    const { server, provider } = await talk(kind, reply);
    expect(await ask(provider)).toEqual(error(code, `${status}: "the cat sat on it"`, words));
    // No retries of the SDK's own.
    expect(server.requests).toHaveLength(1);
  });

  test("row 41: tells a model that is not there from an address that is not there", async () => {
    const body = errorBody(dialect, "not_found", "model 'the-model' not found");
    const advice = { ollama: "ollama pull", lm_studio: "lms get" };
    const command = kind in advice ? advice[kind as keyof typeof advice] : `llm.providers.${kind}.model`;
    expect(await failing({ status: 404, body })).toEqual(error("no_model", command));
    const wrong = await failing({ status: 404, body: "404 page not found" });
    expect(wrong).toEqual(error("connection", "404 page not found", `llm.providers.${kind}.base_url`));
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
  ])("row 31: reads a pause that is asked for: %o", async (headers, retryAfterMs) => {
    const body = errorBody(dialect, "rate_limit_error", "slow down");
    const failure = await failing({ status: 429, headers, body });
    expect(failure).toMatchObject({ code: "rate_limited", retryAfterMs });
    const { message } = failure as Error;
    expect(message.includes(`wait ${retryAfterMs} ms`)).toBe(retryAfterMs !== undefined);
  });

  test("row 31: reads a pause that is asked for as a date", async () => {
    const world = new PatientWorld();
    const now = world.clock.wallTime();
    const date = new Date(now + 60_000).toUTCString();
    const failure = await failing({ status: 429, headers: { "retry-after": date }, body: "" }, world);
    const { retryAfterMs } = failure as { retryAfterMs: number };
    expect(retryAfterMs).toBe(60_000);
  });

  test("does not follow to another address", async () => {
    const reply = { status: 307, headers: { location: "http://elsewhere.invalid/" }, body: "" };
    expect(await failing(reply)).toEqual(error("connection", "elsewhere.invalid", "base_url"));
  });

  test("row 33: says what to do where nothing listens", async () => {
    const { server, provider } = await talk(kind, { say: "Hi" });
    await server.stop();
    const start = { ollama: "ollama serve", lm_studio: "lms server start" };
    const advice = kind in start ? start[kind as keyof typeof start] : "base_url";
    expect(await ask(provider)).toEqual(
      error("connection", "Nothing accepts connections", server.origin, advice),
    );
  });

  test("row 33: says that a host's name leads nowhere", async () => {
    const provider = adapter(kind, { base_url: "http://nowhere.invalid:1234/v1" });
    expect(await ask(provider)).toEqual(error("connection", "nowhere.invalid"));
  });

  test("row 33: says that no secure connection came about, and that trying again is pointless", async () => {
    const { server } = await talk(kind, { say: "Hi" });
    const provider = adapter(kind, { base_url: server.baseUrl(kind).replace("http:", "https:") });
    const failure = await ask(provider);
    expect(failure).toEqual(error("connection", "No secure connection"));
    expect(failure).toMatchObject({ retryable: false });
  });

  test.each([
    [new ProxyFailure("proxy_auth", "http://proxy.invalid:3128", undefined, 407), false],
    [new ProxyFailure("proxy_refused", "http://proxy.invalid:3128", undefined, 403), false],
    [new ProxyFailure("proxy_unreachable", "http://proxy.invalid:3128", new Error("ECONNREFUSED")), true],
  ])("row 33: says what a proxy did: %o", async (cause, retryable) => {
    const world = new PatientWorld(() => Promise.reject(new TypeError("fetch failed", { cause })));
    const failure = await ask(adapter(kind), { world });
    expect(failure).toEqual(error("connection", "proxy.invalid:3128", "proxy"));
    expect(failure).toMatchObject({ retryable, mayCost: false });
  });

  test.each<[number, string, string]>([
    [
      400,
      "context_length_exceeded",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 210000 tokens.",
    ],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"],
    [
      400,
      "invalid_request_error",
      "input length and `max_tokens` exceed context limit: 190000 + 21333 > 200000",
    ],
    [413, "request_too_large", "Request exceeds the maximum size"],
    [400, "exceed_context_size_error", "the request exceeds the available context size, try increasing it"],
    [400, "x", "The number of tokens to keep from the initial prompt is greater than the context length."],
    [400, "x", "The input token count (1500000) exceeds the maximum number of tokens allowed (1048576)."],
    [400, "x", "the input length exceeds the context length"],
    [400, "x", "request (8889 tokens) exceeds the available context size (4096 tokens), try increasing it"],
    [400, "x", "the prompt is longer than the context length currently available to the model"],
    [429, "tokens", "Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 52000."],
  ])("row 41: knows a request that is too long for its model: %i %s %s", async (status, type, text) => {
    const failure = await failing({ status, body: errorBody(dialect, type, text) });
    expect(failure).toEqual(error("context_too_long", "larger context"));
    expect(failure).toMatchObject({ retryable: false, failsOver: true, countsAgainstProvider: false });
  });

  test.each<[number, string, string]>([
    [
      400,
      "invalid_request_error",
      "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens",
    ],
    [
      400,
      "invalid_value",
      "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
    ],
  ])("row 41: does not take a wish for too long an answer for it: %i %s %s", async (status, type, text) => {
    expect(await failing({ status, body: errorBody(dialect, type, text) })).toEqual(error("invalid_request"));
  });

  test("row 41: knows an account without credit, whatever the status", async () => {
    const text = "Your credit balance is too low to access the Anthropic API.";
    const reply = { status: 400, body: errorBody(dialect, "invalid_request_error", text) };
    expect(await failing(reply)).toEqual(error("auth", "no credit"));
  });

  test("row 35: says that the connection was cut before an answer began", async () => {
    expect(await failing({ say: "Hi", cutAfter: "request" })).toEqual(error("connection", "was cut before"));
  });

  test.each<[string, Partial<Reply>]>([
    ["ends", {}],
    ["is cut", { cutAfter: 99 }],
  ])("row 35: says that an answer is cut off that %s without its end marker", async (_, fault) => {
    const failure = await failing({ say: ["Hello"], finish: null, ...fault });
    expect(failure).toEqual(error("protocol", "cut off after 5 characters"));
  });

  test("row 35: says that an answer is cut off in the middle of an event", async () => {
    const whole = piecesOf(dialect, { say: ["Hello", "there"] }, "m").join("");
    const body = whole.slice(0, whole.indexOf("there"));
    expect(await failing({ body })).toEqual(error("protocol", "cut off after 5 characters"));
  });

  test("row 36: says that a whole answer of nothing is cut off before any text", async () => {
    expect(await failing({ body: "" })).toEqual(error("protocol", "cut off before any text"));
  });

  test.each<[string, string | Uint8Array]>([
    ["a page", "<!DOCTYPE html><html><title>Log in</title></html>\n"],
    ["a page without an end of line", "<html><body>Log in</body></html>"],
    ["bytes", Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x1b, 0x5b, 0x32, 0x4a, 0x0a, 0xff])],
    ["broken JSON", dialect === "ollama" ? '{"message": {"content"\n' : 'data: {"choices": [\n\n'],
    ["JSON that is no object", dialect === "ollama" ? "[1, 2]\n" : "event: x\ndata: [1, 2]\n\n"],
  ])("row 36: calls %s in place of an answer a fault of the protocol", async (_, body) => {
    const failure = await failing({ body });
    expect(failure).toEqual(error("protocol", "base_url|address"));
    expect((failure as Error).message).not.toMatch(/\p{Cc}/u);
  });

  test.each<[string, string]>([
    ["text that is a number", shaped(kind, "7")],
    ["text that is an object", shaped(kind, '{"text":"Hi"}')],
    ["text that is nested deeply", shaped(kind, nested)],
    ["nothing known", '"hello":"world"'],
    ["an error that is nested deeply", `"error":{"x":${nested}}`],
  ])("row 37: calls an event with %s a failure", async (_, fields) => {
    const json = `{"type":"content_block_delta",${fields}}`;
    const body = dialect === "ollama" ? `${json}\n` : `event: content_block_delta\ndata: ${json}\n\n`;
    const failure = await failing({ body });
    expect(failure).toMatchObject({ code: fields.startsWith('"error"') ? "overloaded" : "protocol" });
  });

  test("calls an answer that is empty a fault of the protocol", async () => {
    expect(await failing({ say: " \n" })).toEqual(error("protocol", "empty"));
  });

  test("takes an answer that is empty as one where it is to go on with a text: that was whole", async () => {
    const { provider } = await talk(kind, { say: "" });
    const request = goingOn(hello, "A text that was cut off behind its last character.");
    expect(await ask(provider, { request })).toMatchObject({ text: "", finish: "stop" });
    // Of a text of few characters all is asked for once more.
    expect(await ask(provider, { request: goingOn(hello, "A") })).toEqual(error("protocol", "empty"));
  });

  test.each<[string, ProviderErrorCode]>([
    ["overloaded_error", "overloaded"],
    ["rate_limit_error", "rate_limited"],
    ["something_new", "overloaded"],
  ])("row 36: finds the error %s in the middle of an answer", async (type, code) => {
    const pieces = piecesOf(dialect, { say: "Hello", finish: null }, "m");
    const body = [...pieces, errorPiece(dialect, type, "no more")];
    // Ollama has no words for kinds of errors.
    const expected = dialect === "ollama" ? "overloaded" : code;
    expect(await failing({ body })).toEqual(error(expected, 'in the middle of its answer: "no more"'));
  });

  test("row 38: takes no more characters than an answer may have", async () => {
    const say = Array.from({ length: answerCharactersMax / 500_000 + 1 }, () => "x".repeat(500_000));
    expect(await failing({ say })).toEqual(error("protocol", `${answerCharactersMax} characters`));
  });

  test("row 38: takes no more than that of an answer without an end, and closes the connection", async () => {
    const piece = piecesOf(dialect, { say: "x".repeat(500_000), finish: null }, "m").join("");
    const { server, provider } = await talk(kind, { body: [piece], endless: true });
    expect(await ask(provider)).toEqual(error("protocol", "characters"));
    await server.requests[0]?.givenUp;
  });

  test("row 38: takes no event without an end", async () => {
    const start = dialect === "ollama" ? '{"message":{"content":"' : 'data: {"x":"';
    const { server, provider } = await talk(kind, { body: [start, "x".repeat(65_536)], endless: true });
    expect(await ask(provider)).toEqual(error("protocol", `${eventBytesMax} bytes`));
    await server.requests[0]?.givenUp;
  });

  test("row 38: reads no error without an end", async () => {
    const { server, provider } = await talk(kind, { status: 503, body: ["x".repeat(65_536)], endless: true });
    expect(await ask(provider)).toMatchObject({ code: "overloaded" });
    await server.requests[0]?.givenUp;
  });

  describe("row 34: gives up", () => {
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
      world.pass(firstMs - 1);
      expect(world.running).toEqual([firstMs]);
      world.pass(1);
      const failure = await asked;
      expect(failure).toEqual(error("timeout", words, `${firstMs} ms`, "first_byte_timeout_ms"));
      expect(failure).toMatchObject({ phase: "first_byte" });
      await request.givenUp;
    });

    test("a request whose connection is only kept alive after the time for the first byte", async () => {
      const world = new PatientWorld();
      const { server, provider } = await talk(kind, { say: "", stallAfter: 0, keepAlive: true });
      const asked = ask(provider, { world });
      const request = await server.request(0);
      await world.answered;
      for (const partMs of [firstMs - 1, 1]) {
        await world.received(3);
        expect(world.running).toEqual([firstMs]);
        world.pass(partMs);
      }
      expect(await asked).toEqual(error("timeout", "first_byte_timeout_ms"));
      await request.givenUp;
    });

    test.each([false, true])(
      "an answer that stops after its silence, kept alive: %s",
      async (isKeptAlive) => {
        const world = new PatientWorld();
        const listener = new Listener();
        const keepAlive = isKeptAlive ? { keepAlive: true as const } : {};
        const spoken = { say: ["Hello"], finish: null, stallAfter: 99, ...keepAlive };
        const { server, provider } = await talk(kind, spoken);
        const asked = ask(provider, { world, hear: listener.hear });
        await listener.count(1);
        world.pass(silenceMs - 1);
        if (isKeptAlive) await world.received(3);
        expect(world.running).toHaveLength(1);
        world.pass(1);
        const failure = await asked;
        expect(failure).toEqual(error("timeout", "stopped after 5 characters", `${silenceMs} ms`));
        expect(failure).toMatchObject({ phase: "silence" });
        await (await server.request(0)).givenUp;
      },
    );

    test("an answer whose events say nothing any more, as if they had not come", async () => {
      const world = new PatientWorld();
      const listener = new Listener();
      const silent = piecesOf(dialect, { say: "", finish: null }, "m").filter((piece) =>
        /delta|"content"/.test(piece),
      );
      const body = [...piecesOf(dialect, { say: "Hello", finish: null }, "m"), silent.at(-1) ?? ""];
      const { server, provider } = await talk(kind, { body, endless: true });
      const asked = ask(provider, { world, hear: listener.hear });
      await listener.count(1);
      for (const partMs of [silenceMs - 1, 1]) {
        await world.received(3);
        expect(world.running).toHaveLength(1);
        world.pass(partMs);
      }
      expect(await asked).toEqual(error("timeout", "stopped after 5 characters"));
      await (await server.request(0)).givenUp;
    });

    test("nothing while it goes on, however long it takes in all", async () => {
      const world = new PatientWorld();
      const listener = new Listener();
      const body = piecesOf(dialect, { say: "Hello", finish: null }, "m");
      const said = body.findLast((piece) => piece.includes("Hello")) ?? "";
      const controller = new AbortController();
      const { provider } = await talk(kind, { body: [...body, said], endless: true });
      const asked = ask(provider, { world, hear: listener.hear, signal: controller.signal });
      for (let time = 1; time < 6; time += 1) {
        await listener.count(listener.events.length + 1);
        world.pass(silenceMs - 1);
      }
      expect(world.running).toHaveLength(1);
      controller.abort();
      expect(await asked).toEqual(error("timeout", "given up"));
    });

    test("the connection of an answer whose body does not end behind its end marker, a moment later", async () => {
      const world = new PatientWorld();
      const { server, provider } = await talk(kind, { say: "Hi", stallAfter: 99 });
      expect(await ask(provider, { world })).toMatchObject({ text: "Hi" });
      const { givenUp } = await server.request(0);
      expect(world.running).toEqual([restMs]);
      world.pass(restMs);
      await givenUp;
    });

    test("the connection of an answer behind whose end marker more and more follows", async () => {
      const world = new PatientWorld();
      const pieces = piecesOf(dialect, { say: "Hi" }, "m");
      const body = [...pieces, `${" ".repeat(10_000)}\n`];
      const { server, provider } = await talk(kind, { body, endless: true });
      expect(await ask(provider, { world })).toMatchObject({ text: "Hi" });
      await (await server.request(0)).givenUp;
      await world.idle();
    });

    test("an error whose body does not come, and still says its status", async () => {
      const world = new PatientWorld();
      const { provider } = await talk(kind, { status: 503, body: "x", stallAfter: 0 });
      const asked = ask(provider, { world });
      await world.answered;
      world.pass(firstMs);
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

  test("row 39: shows no key and nothing that acts on a terminal, whatever the other side sends", async () => {
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
