// What time does to a session that stands: keep-alives where nothing else is said, and an end where nothing comes back.
import { describe, expect, it } from "vitest";
import { sessionLimits } from "../../../runtime/wire/session-limits.ts";
import { isUp } from "../../../runtime/wire/session-state.ts";
import { alive, envelope, hello, type Side, standingSide, welcome } from "./session-side.ts";

const { ackDelayMs, aliveMs, downMs, probeMs, tickMs } = sessionLimits;

/** The ticks of a while in which the peer is heard at every tenth of its time to down. */
function passHearing(side: Side, ms: number): string[] {
  const found: string[] = [];
  for (let passed = 0; passed < ms; passed += downMs / 10) {
    side.hear(alive(100));
    found.push(...side.pass(Math.min(downMs / 10, ms - passed)));
  }
  return found;
}

describe("A session in which nothing is sent", () => {
  it("says that it lives once in every interval", () => {
    const words = passHearing(standingSide(), 60 * aliveMs);
    expect(new Set(words)).toEqual(new Set(["alive /200 0 ack 0 to 200"]));
    expect(words).toHaveLength(60);
  });

  it("says nothing more while it sends", () => {
    const side = standingSide();
    const words: string[] = [];
    for (let seq = 1; seq <= 40; seq += 1) {
      side.send("x");
      side.hear(alive(100, 0, seq));
      words.push(...side.pass(aliveMs / 2));
    }
    expect(words).toEqual([]);
  });
});

describe("A session that owes an acknowledgement", () => {
  it("gives it by itself after a while", () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    expect(side.pass(ackDelayMs - 1)).toEqual([]);
    expect(side.pass(tickMs)).toEqual(["alive /200 0 ack 1 to 200"]);
    expect(side.pass(probeMs)).toEqual([]);
  });

  it("gives it with the next envelope where there is one", () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    side.send("b");
    side.hear(alive(100, 1, 1));
    expect(side.pass(ackDelayMs + tickMs)).toEqual([]);
  });

  it("gives it again for a copy, since the first may have been lost", () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    side.pass(ackDelayMs + tickMs);
    side.hear(envelope(100, 1, "a"));
    expect(side.pass(ackDelayMs + tickMs)).toEqual(["alive /200 0 ack 1 to 200"]);
  });
});

describe("A session whose envelopes are not acknowledged", () => {
  it("tells again what it sent last, well before an idle one would", () => {
    const side = standingSide();
    side.send("a");
    expect(side.pass(probeMs)).toEqual(["alive /200 1 ack 0 to 200"]);
    side.hear(alive(100, 0, 1));
    expect(side.pass(probeMs)).toEqual([]);
  });

  it("breaks with `missed_beats` after the time to down, though the peer speaks", () => {
    const side = standingSide();
    passHearing(side, 5 * downMs);
    side.send("a");
    expect(passHearing(side, downMs - tickMs).filter((word) => word.startsWith("broken"))).toEqual([]);
    expect(side.pass(tickMs).slice(-2)).toEqual([
      "goodbye /200 missed_beats to 200",
      "broken missed_beats 200",
    ]);
  });

  it("goes on while some of them are", () => {
    const side = standingSide();
    for (let seq = 1; seq <= 20; seq += 1) {
      side.send("a");
      side.send("b");
      side.pass(downMs / 2);
      side.hear(alive(100, 0, seq));
    }
    expect(isUp(side.session)).toBe(true);
  });
});

describe("A session whose peer is silent", () => {
  it("breaks with `missed_beats` after the time to down", () => {
    const side = standingSide();
    const words = side.pass(downMs - 1);
    expect(words.filter((word) => !word.startsWith("alive"))).toEqual([]);
    expect(side.pass(1)).toEqual(["goodbye /200 missed_beats to 200", "broken missed_beats 200"]);
    expect(side.pass(10 * downMs)).toEqual([]);
  });

  it.each([
    ["a hello of another session", hello(201)],
    ["a welcome", welcome(200, 100)],
    ["a word in another session", alive(99)],
    ["a reset of another session", { kind: "reset", yours: 1 } as const],
  ])("is not kept by %s", (_, frame) => {
    const side = standingSide();
    side.pass(downMs - tickMs);
    side.hear(frame);
    expect(side.pass(tickMs)).toContain("broken missed_beats 200");
  });

  it("breaks at the first tick after a while in which it was itself asleep", () => {
    const side = standingSide();
    side.now += 100 * downMs;
    expect(side.words({ type: "tick" })).toContain("broken missed_beats 200");
  });
});
