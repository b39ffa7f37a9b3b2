// One request for a chat completion, with time that is virtual: what is written when nothing happens, and when it ends badly.
import { describe, expect, it } from "vitest";
import { CompletionFailed } from "../../../actors/llm/failure.ts";
import type { SaidEvent } from "../../../actors/llm/model-event.ts";
import type { HttpExchange, ReadBody } from "../../../runtime/http-server/exchange.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";
import { answerChat, type Complete } from "../../../supervisors/openai/chat.ts";
import { answered } from "./stage.ts";

/** An exchange that keeps what is written. `isSlow`: nothing is read until `read`. */
class KeptExchange implements HttpExchange {
  readonly method = "POST";
  readonly path = "/v1/chat/completions";
  readonly leaving = new AbortController();
  readonly gone = this.leaving.signal;
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  written = "";
  writes = 0;
  isOver = false;
  isSlow = false;
  #caughtUp: () => void = () => {};
  readonly #body: ReadBody;

  constructor(body: object) {
    this.#body = { kind: "whole", bytes: new TextEncoder().encode(JSON.stringify(body)) };
  }

  get isBegun(): boolean {
    return this.status !== 0;
  }
  header(): undefined {}
  async readBody(): Promise<ReadBody> {
    return this.#body;
  }
  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void {
    this.begin(status, headers);
    this.write(body);
    this.end();
  }
  begin(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.isBegun) return;
    this.status = status;
    this.headers = headers;
  }
  write(piece: string): boolean {
    this.written += piece;
    this.writes += 1;
    return !this.isSlow;
  }
  whenRead(): Promise<void> {
    return new Promise((resolve) => {
      this.#caughtUp = resolve;
    });
  }
  read(): void {
    this.isSlow = false;
    this.#caughtUp();
  }
  end(): void {
    this.isOver = true;
  }
  cut(): void {
    this.isOver = true;
  }
}

const asked = { model: "auto", stream: true, messages: [{ role: "user", content: "?" }] };

/** `say` and `finish` are the model's. */
function begun(body: object = asked) {
  const world = simulatedWorld();
  const exchange = new KeptExchange(body);
  let say: (event: SaidEvent) => void = () => {};
  let finish: (result: ReturnType<typeof answered>) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  let signal: AbortSignal | undefined;
  const complete: Complete = (_, terms) =>
    new Promise((resolve, reject) => {
      say = (event) => terms.hear?.(event);
      finish = resolve;
      fail = reject;
      signal = terms.signal;
      terms.signal.addEventListener("abort", () => reject(terms.signal.reason));
    });
  const over = answerChat(exchange, { world, complete, newId: () => "chatcmpl-1" });
  return {
    ...{ world, exchange, over },
    say: (text: string) => say({ type: "text", text }),
    restart: () => say({ type: "restarted", entry: "other", reason: "it failed" }),
    finish: (text: string) => finish(answered({ text })),
    fail: (error: unknown) => fail(error),
    signal: () => signal,
  };
}

const overloaded = new CompletionFailed({ code: "overloaded", message: "Full.", retryable: true });

describe("A stream", () => {
  it("says every 15 s of silence that it lives, and nothing while there is something to read", async () => {
    const { world, exchange, say, finish, over } = begun();
    await world.advance(14_999);
    expect(exchange.isBegun).toBe(false);
    await world.advance(1);
    expect([exchange.status, exchange.written]).toEqual([200, ": the answer is being worked on\n\n"]);
    await world.advance(10_000);
    say("Hel");
    await world.advance(10_000);
    expect(exchange.written.match(/^: /gm)).toHaveLength(1);
    await world.advance(15_000);
    expect(exchange.written.match(/^: /gm)).toHaveLength(2);
    finish("Hello");
    await world.until(over);
    const before = exchange.written;
    await world.advance(60_000);
    expect([exchange.written, exchange.isOver]).toEqual([before, true]);
  });

  it("is refused by a status while nothing was written", async () => {
    const { world, exchange, fail, over } = begun();
    await world.advance(0);
    fail(overloaded);
    await world.until(over);
    expect([exchange.status, exchange.headers["content-type"]]).toEqual([503, "application/json"]);
  });

  it("tells a failure in itself once something was written, if only that it lives", async () => {
    const { world, exchange, fail, over } = begun();
    await world.advance(15_000);
    fail(overloaded);
    await world.until(over);
    expect([exchange.status, exchange.isOver]).toEqual([200, true]);
    expect(exchange.written).toMatch(
      /\n\ndata: \{"error":\{"message":"Full\.",.*"code":"overloaded"\}\}\n\n$/,
    );
  });

  it("stops the work where what was written counts no more", async () => {
    const { world, exchange, say, restart, over, signal } = begun();
    await world.advance(0);
    say("Hel");
    await world.advance(0);
    restart();
    await world.until(over);
    expect(signal()?.aborted).toBe(true);
    expect(exchange.written).toContain('"code":"answer_began_again"');
    expect(exchange.isOver).toBe(true);
  });

  it("writes what is said together in one piece, and to a slow reader in fewer", async () => {
    const { world, exchange, say, finish, over } = begun();
    await world.advance(0);
    say("a");
    say("b");
    await world.advance(0);
    expect(exchange.writes).toBe(1);
    exchange.isSlow = true;
    for (const piece of "cdef") {
      say(piece);
      await world.advance(0);
    }
    expect(exchange.writes).toBe(2);
    exchange.read();
    await world.advance(0);
    expect(exchange.writes).toBe(3);
    finish("abcdef");
    await world.until(over);
    const pieces = [...exchange.written.matchAll(/"content":"([a-f]+)"/g)].map(([, piece]) => piece);
    expect(pieces).toEqual(["ab", "c", "def"]);
  });

  it("is nobody's any more when its reader goes, and then writes nothing", async () => {
    const { world, exchange, say, over, signal } = begun();
    await world.advance(0);
    say("a");
    await world.advance(0);
    const before = exchange.written;
    exchange.leaving.abort();
    await world.until(over);
    expect([signal()?.aborted, exchange.written]).toEqual([true, before]);
  });
});

describe("An answer that is not streamed", () => {
  it("says nothing before it is whole, however long that takes", async () => {
    const { world, exchange, finish, over } = begun({ ...asked, stream: false });
    await world.advance(120_000);
    expect(exchange.isBegun).toBe(false);
    finish("Hello");
    await world.until(over);
    expect([exchange.status, JSON.parse(exchange.written).id]).toEqual([200, "chatcmpl-1"]);
  });
});
