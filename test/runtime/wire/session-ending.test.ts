// How sessions end, and how their times go together.
import { describe, expect, it } from "vitest";
import type { Frame } from "../../../runtime/wire/frame.ts";
import { sessionLimits, sessionTimes } from "../../../runtime/wire/session-limits.ts";
import { alive, bytes, envelope, hello, nack, Side, standingSide } from "./session-side.ts";

const { helloTimeoutMs } = sessionLimits;

describe("The end of a session", () => {
  it("is told once and to both sides, and nothing is delivered after it", () => {
    const side = standingSide();
    expect(side.words({ type: "close", why: "goodbye" })).toEqual([
      "goodbye /200 goodbye to 200",
      "broken goodbye 200",
    ]);
    expect(side.words({ type: "close", why: "goodbye" })).toEqual([]);
    expect(side.hear(envelope(100, 1, "late"))).toEqual(["reset /100 to 200"]);
    expect(side.pass(10_000)).toEqual([]);
    expect(() => side.do({ type: "send", body: bytes("a") })).toThrow("no session stands");
  });

  it.each(["down", "overrun"] as const)("by the shell's verdict %s is told to the peer as well", (why) => {
    expect(standingSide().words({ type: "close", why })).toEqual([
      `goodbye /200 ${why} to 200`,
      `broken ${why} 200`,
    ]);
  });

  it("by a goodbye comes with its words", () => {
    const frame: Frame = { kind: "goodbye", yours: 100, why: "overrun" };
    expect(standingSide().do({ type: "frame", frame })).toEqual([
      { type: "broken", reason: "goodbye", wasUp: true, incarnation: 200, detail: "overrun" },
    ]);
  });

  it("by the loss of the own carrier comes at once, without a word to anybody", () => {
    const side = standingSide();
    expect(side.words({ type: "carrier_lost" })).toEqual(["broken disconnect 200"]);
    const greeter = new Side(100);
    greeter.do({ type: "connect" });
    expect(greeter.words({ type: "carrier_lost" })).toEqual(["broken disconnect before up 0"]);
    const answerer = new Side(100);
    answerer.hear(hello(200));
    expect(answerer.words({ type: "carrier_lost" })).toEqual([]);
    expect(answerer.hear(alive(100))).toEqual(["reset /100 to 0"]);
    expect(new Side(100).words({ type: "carrier_lost" })).toEqual([]);
  });

  it("by a close takes back an answer that was given, and a hello", () => {
    const side = new Side(100);
    side.hear(hello(200));
    side.do({ type: "connect" });
    expect(side.words({ type: "close", why: "down" })).toEqual([
      "goodbye /200 down to 200",
      "broken down before up 200",
    ]);
  });

  it("by a reset takes one that names the peer's half", () => {
    const side = standingSide();
    expect(side.hear({ kind: "reset", yours: 100 })).toEqual([]);
    expect(side.hear({ kind: "reset", yours: 199 })).toEqual([]);
    expect(side.hear({ kind: "reset", yours: 200 })).toEqual(["broken reset 200"]);
    expect(side.hear({ kind: "reset", yours: 200 })).toEqual([]);
  });

  it("is told to whoever still speaks in it, though not to every word", () => {
    const side = standingSide();
    side.do({ type: "close", why: "goodbye" });
    expect(side.hear(nack(100, 1))).toEqual(["reset /100 to 200"]);
    for (let count = 0; count < 1_000; count += 1) expect(side.hear(envelope(100, count, "x"))).toEqual([]);
    side.now += sessionLimits.resetMs;
    expect(side.hear(alive(100))).toEqual(["reset /100 to 200"]);
    expect(side.hear({ kind: "goodbye", yours: 100, why: "x" })).toEqual([]);
  });
});

describe("The times of a session", () => {
  it("scale together", () => {
    const side = new Side(100, { factor: 2 });
    side.do({ type: "connect" });
    expect(side.pass(2 * helloTimeoutMs - 1)).not.toContain("broken unanswered before up 0");
    expect(side.pass(1)).toEqual(["broken unanswered before up 0"]);
    expect(sessionTimes(0.5).resendWindowMs).toBe(sessionLimits.resendWindowMs / 2);
  });

  it("mend within the time to down", () => {
    expect(sessionLimits.resendWindowMs).toBeLessThan(sessionLimits.downMs);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("take no factor of %d", (factor) => {
    expect(() => sessionTimes(factor)).toThrow(`given was ${factor}`);
  });
});
