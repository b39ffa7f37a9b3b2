// What a session does with envelopes: in their order, once each, sent again when they are missing, and never too many at a time.
import { describe, expect, it } from "vitest";
import { sessionLimits } from "../../../runtime/wire/session-limits.ts";
import { hasRoom, isUp } from "../../../runtime/wire/session-state.ts";
import { alive, bytes, envelope, nack, Side, standingSide, welcome } from "./session-side.ts";

const { nackMs, probeMs, resendWindowMs, tickMs, envelopeBytes, ackWindowParts } = sessionLimits;

/** Without the frames that only acknowledge. */
function loud(words: readonly string[]): string[] {
  return words.filter((word) => !word.startsWith("alive"));
}

describe("A session that sends", () => {
  it("numbers its envelopes from 1 and acknowledges with each what has come", () => {
    const side = standingSide();
    expect(side.send("a")).toEqual(["envelope /200 1 ack 0 a to 200"]);
    side.hear(envelope(100, 1, "x"));
    expect(side.send("b")).toEqual(["envelope /200 2 ack 1 b to 200"]);
  });

  it("has room until the window is full, and tells once when there is room again", () => {
    const cost = 1 + envelopeBytes;
    const side = standingSide({ windowBytes: 3 * cost });
    for (const text of ["a", "b", "c"]) {
      expect(hasRoom(side.session)).toBe(true);
      side.send(text);
    }
    expect(hasRoom(side.session)).toBe(false);
    expect(side.hear(alive(100, 0, 0))).toEqual([]);
    expect(side.hear(alive(100, 0, 1))).toEqual(["window"]);
    expect(hasRoom(side.session)).toBe(true);
    expect(side.hear(alive(100, 0, 2))).toEqual([]);
    expect(side.hear(alive(100, 0, 3))).toEqual([]);
  });

  it("keeps to the smaller of both windows", () => {
    for (const [own, theirs] of [
      [10_000, 100],
      [100, 10_000],
    ] as const) {
      const side = standingSide({ windowBytes: own }, { windowBytes: theirs });
      side.send("a");
      expect(hasRoom(side.session)).toBe(true);
      side.send("b");
      expect(hasRoom(side.session)).toBe(false);
    }
  });

  it.each([1, 0, -5])("sends one envelope at a time through a window of %d bytes", (windowBytes) => {
    const side = standingSide({}, { windowBytes });
    for (let seq = 1; seq < 100; seq += 1) {
      expect(hasRoom(side.session)).toBe(true);
      side.send("body");
      expect(hasRoom(side.session)).toBe(false);
      expect(side.hear(alive(100, 0, seq))).toEqual(["window"]);
    }
  });

  it("counts empty envelopes, too", () => {
    const side = standingSide({ windowBytes: 10 * envelopeBytes });
    for (let count = 0; count < 10; count += 1) side.send("");
    expect(hasRoom(side.session)).toBe(false);
  });

  it("sends what is asked for and all behind it again, with the acknowledgement of now", () => {
    const side = standingSide();
    for (const text of ["a", "b", "c"]) side.send(text);
    side.hear(envelope(100, 1, "x", 1));
    expect(side.hear(nack(100, 2))).toEqual([
      "envelope /200 2 ack 1 b to 200",
      "envelope /200 3 ack 1 c to 200",
    ]);
  });

  it("keeps every envelope until it is acknowledged, however many there are", () => {
    const side = standingSide({ windowBytes: 1e9 }, { windowBytes: 1e9 });
    const count = 40 * sessionLimits.ringEnvelopes + 3;
    let acked = 0;
    for (let seq = 1; seq <= count; seq += 1) {
      side.send(`body ${seq}`);
      if (seq % 3 === 0) {
        acked += 1;
        side.hear(alive(100, 0, acked));
      }
    }
    const again = side.hear(nack(100, acked + 1));
    expect(again).toEqual(
      Array.from({ length: count - acked }, (_, index) => {
        const seq = acked + 1 + index;
        return `envelope /200 ${seq} ack 0 body ${seq} to 200`;
      }),
    );
    side.hear(alive(100, 0, count));
    expect(side.session.standing?.unackedBytes).toBe(0);
    expect(side.session.standing?.slots.every((slot) => slot === undefined)).toBe(true);
  });

  it("does not send everything twice for two copies of one request", () => {
    const side = standingSide();
    side.send("a");
    expect(side.hear(nack(100, 1))).toHaveLength(1);
    expect(side.hear(nack(100, 1))).toEqual([]);
    side.now += nackMs;
    expect(side.hear(nack(100, 1))).toHaveLength(1);
  });

  it("passes over a request for what was acknowledged since: it is late", () => {
    const side = standingSide();
    side.send("a");
    side.hear(alive(100, 0, 1));
    for (const from of [1, 0, -1]) expect(side.hear(nack(100, from))).toEqual([]);
  });

  it("passes over an acknowledgement that is older than one before", () => {
    const side = standingSide();
    side.send("a");
    side.send("b");
    side.hear(alive(100, 0, 2));
    for (const ack of [1, 0, -1]) expect(side.hear(alive(100, 0, ack))).toEqual([]);
    expect(side.session.standing?.acked).toBe(2);
  });

  it.each([
    ["an acknowledgement in an envelope", envelope(100, 1, "x", 2)],
    ["an acknowledgement by itself", alive(100, 0, 2)],
    ["a request", nack(100, 2)],
    ["an acknowledgement of no number", alive(100, 0, Number.NaN)],
    ["a request for no number", nack(100, Number.NaN)],
  ])("breaks with `protocol` at %s of what was never sent", (_, frame) => {
    const side = standingSide();
    side.send("a");
    expect(side.hear(frame)).toEqual(["goodbye /200 protocol to 200", "broken protocol 200"]);
  });
});

describe("A session that receives", () => {
  it("delivers in order, and once", () => {
    const side = standingSide();
    expect(side.hear(envelope(100, 1, "a"))).toEqual(["deliver a"]);
    expect(side.hear(envelope(100, 1, "a"))).toEqual([]);
    expect(side.hear(envelope(100, 2, "b"))).toEqual(["deliver b"]);
    for (const seq of [0, -1, 1, 2]) expect(side.hear(envelope(100, seq, "late"))).toEqual([]);
  });

  it("asks for what is missing at once and drops what is behind it", () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    expect(side.hear(envelope(100, 3, "c"))).toEqual(["nack /200 2 to 200"]);
    expect(side.hear(envelope(100, 2, "b"))).toEqual(["deliver b"]);
    expect(side.hear(envelope(100, 3, "c"))).toEqual(["deliver c"]);
    expect(loud(side.pass(resendWindowMs))).toEqual([]);
    expect(isUp(side.session)).toBe(true);
  });

  it("asks once for a thousand envelopes behind a gap, and again only after a while", () => {
    const side = standingSide();
    const asked: string[] = [];
    for (let seq = 2; seq <= 1_000; seq += 1) asked.push(...side.hear(envelope(100, seq, "x")));
    expect(asked).toEqual(["nack /200 1 to 200"]);
    expect(loud(side.pass(nackMs - 1))).toEqual([]);
    expect(loud(side.pass(tickMs))).toEqual(["nack /200 1 to 200"]);
  });

  it("does not ask while what is missing comes in", () => {
    const side = standingSide();
    side.hear(envelope(100, 100, "x"));
    for (let seq = 1; seq < 50; seq += 1) {
      side.now += nackMs / 2;
      expect(loud([...side.hear(envelope(100, seq, "x")), ...side.words({ type: "tick" })])).toEqual([
        "deliver x",
      ]);
    }
    expect(loud(side.pass(nackMs + tickMs))).toEqual(["nack /200 50 to 200"]);
  });

  it("breaks with `gap` where one is not mended in time, before the peer would be down", () => {
    const side = standingSide();
    side.hear(envelope(100, 2, "b"));
    const words = loud(side.pass(resendWindowMs - 1));
    expect(new Set(words)).toEqual(new Set(["nack /200 1 to 200"]));
    expect(side.pass(1)).toEqual(["goodbye /200 gap to 200", "broken gap 200"]);
    expect(side.hear(envelope(100, 1, "a"))).toEqual(["reset /100 to 200"]);
  });

  it("gives each gap its own time", () => {
    const side = standingSide();
    side.hear(envelope(100, 9, "x"));
    for (let seq = 1; seq < 9; seq += 1) {
      side.pass(resendWindowMs - tickMs);
      expect(side.hear(envelope(100, seq, `${seq}`))).toContain(`deliver ${seq}`);
    }
    expect(isUp(side.session)).toBe(true);
  });

  it("learns by the peer's keep-alive that the last of its envelopes were lost", () => {
    const side = standingSide();
    side.hear(envelope(100, 1, "a"));
    expect(side.hear(alive(100, 3))).toEqual(["nack /200 2 to 200"]);
    side.hear(envelope(100, 2, "b"));
    side.hear(envelope(100, 3, "c"));
    expect(side.hear(alive(100, 3))).toEqual([]);
  });

  it("acknowledges by itself after a part of the window", () => {
    const windowBytes = 8_000;
    const side = standingSide({ windowBytes });
    const body = "x".repeat(windowBytes / ackWindowParts / 2 - envelopeBytes);
    expect(loud(side.hear(envelope(100, 1, body)))).toHaveLength(1);
    expect(side.hear(envelope(100, 2, body)).at(-1)).toBe("alive /200 0 ack 2 to 200");
    expect(side.hear(envelope(100, 3, body))).toHaveLength(1);
  });

  it("acknowledges each envelope through the smallest window", () => {
    const side = standingSide({ windowBytes: 1 });
    expect(side.hear(envelope(100, 1, "a"))).toEqual(["deliver a", "alive /200 0 ack 1 to 200"]);
  });

  it("takes a number from far away as a gap, and keeps nothing of it", () => {
    const side = standingSide();
    expect(side.hear(envelope(100, Number.MAX_SAFE_INTEGER, "x"))).toEqual(["nack /200 1 to 200"]);
    expect(side.hear(envelope(100, 1, "a"))).toEqual(["deliver a"]);
    expect(loud(side.pass(resendWindowMs)).at(-1)).toBe("broken gap 200");
  });
});

describe("Two sessions", () => {
  it("mend what is lost at the end of the traffic without anybody sending more", () => {
    const [one, other] = [new Side(100), new Side(200)];
    one.do({ type: "connect" });
    one.hear(welcome(200, 100));
    other.hear({
      kind: "hello",
      versions: [1],
      incarnation: 100,
      half: 100,
      hidden: false,
      windowBytes: 9_999,
    });
    other.hear(alive(200));
    one.hear(alive(100));
    one.do({ type: "send", body: bytes("lost") });
    const [asked] = one.pass(probeMs);
    expect(asked).toBe("alive /200 1 ack 0 to 200");
    expect(other.hear(alive(200, 1))).toEqual(["nack /100 1 to 100"]);
    expect(one.hear(nack(100, 1))).toEqual(["envelope /200 1 ack 0 lost to 200"]);
    expect(other.hear(envelope(200, 1, "lost"))).toEqual(["deliver lost"]);
  });
});
