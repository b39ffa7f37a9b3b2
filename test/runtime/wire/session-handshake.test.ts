// How sessions come about, and what no copy that comes late can make of it.
import { describe, expect, it } from "vitest";
import type { Frame } from "../../../runtime/wire/frame.ts";
import { refusal } from "../../../runtime/wire/session-handshake.ts";
import { sessionLimits } from "../../../runtime/wire/session-limits.ts";
import { hasRoom, isConnecting, isUp } from "../../../runtime/wire/session-state.ts";
import { alive, envelope, hello, Side, standingSide, welcome } from "./session-side.ts";

const { helloRetryMs, helloTimeoutMs, probeMs } = sessionLimits;

describe("A session's greeter", () => {
  it("says hello, stands at the welcome and names its half at once", () => {
    const side = new Side(100);
    expect(side.words({ type: "connect" })).toEqual(["hello 100 to 0"]);
    expect(isConnecting(side.session)).toBe(true);
    expect(side.hear(welcome(200, 100))).toEqual(["up 200 version 1", "alive /200 0 ack 0 to 200"]);
    expect([isUp(side.session), isConnecting(side.session), hasRoom(side.session)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("says in its hello who it is and what it takes", () => {
    const side = new Side(100, { hidden: true, windowBytes: 5 });
    const [said] = side.do({ type: "connect" });
    expect(said).toEqual({
      type: "transmit",
      to: 0,
      frame: { kind: "hello", versions: [1], incarnation: 100, half: 100, hidden: true, windowBytes: 5 },
    });
  });

  it("says hello again while nobody answers, always with the same half, and gives up", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    const said = side.pass(helloTimeoutMs - 1);
    expect(new Set(said)).toEqual(new Set(["hello 100 to 0"]));
    expect(said).toHaveLength(Math.ceil(helloTimeoutMs / helloRetryMs) - 1);
    expect(side.pass(1)).toEqual(["broken unanswered before up 0"]);
    expect(side.pass(10_000)).toEqual([]);
    expect(side.words({ type: "connect" })).toEqual(["hello 101 to 0"]);
  });

  it("does nothing where a session or a hello is there already", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    expect(side.words({ type: "connect" })).toEqual([]);
    expect(standingSide().words({ type: "connect" })).toEqual([]);
  });

  it("names its half again until the peer has named its own, since the first word may be lost", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    side.hear(welcome(200, 100));
    expect(side.pass(probeMs)).toEqual(["alive /200 0 ack 0 to 200"]);
    side.hear(alive(100));
    expect(side.pass(probeMs)).toEqual([]);
  });

  it("takes no welcome for a half that it has not, or has no more", () => {
    const side = new Side(100);
    expect(side.hear(welcome(200, 100))).toEqual([]);
    side.do({ type: "connect" });
    expect(side.hear(welcome(200, 99))).toEqual([]);
    side.pass(helloTimeoutMs);
    side.do({ type: "connect" });
    expect(side.hear(welcome(200, 100))).toEqual([]);
    expect(isUp(side.session)).toBe(false);
  });

  it("passes over a second welcome, of this session or of another", () => {
    const side = standingSide();
    expect(side.hear(welcome(200, 100))).toEqual([]);
    expect(side.hear(welcome(201, 100))).toEqual([]);
    expect(side.send("a")).toEqual(["envelope /200 1 ack 0 a to 200"]);
  });

  it("is told why it is refused, with the versions of both", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    const refuse: Frame = { kind: "refuse", yours: 100, incarnation: 200, why: "version", versions: [7, 8] };
    expect(side.hear({ ...refuse, yours: 99 })).toEqual([]);
    expect(side.do({ type: "frame", frame: refuse })).toEqual([
      {
        type: "broken",
        reason: "refused",
        wasUp: false,
        incarnation: 200,
        detail: "The peer speaks the versions 7, 8 of the wire, and this program 1.",
      },
    ]);
    expect(side.hear(refuse)).toEqual([]);
  });

  it("is told of a name or an end as a reason, too", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    const frame: Frame = { kind: "refuse", yours: 100, incarnation: 200, why: "closing", versions: [] };
    expect(side.do({ type: "frame", frame })).toMatchObject([{ reason: "refused", detail: "closing" }]);
  });

  it("takes no version that it does not speak", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    expect(side.hear(welcome(200, 100, { version: 9 }))).toEqual(["broken refused before up 200"]);
  });

  it("is not moved by a refusal once its session stands", () => {
    const side = standingSide();
    const frame: Frame = { kind: "refuse", yours: 100, incarnation: 200, why: "closing", versions: [] };
    expect(side.hear(frame)).toEqual([]);
  });
});

describe("A session's answerer", () => {
  it("answers a hello and stands with the first frame that names its half", () => {
    const side = new Side(100);
    expect(side.hear(hello(200))).toEqual(["welcome 100/200 to 200"]);
    expect(isUp(side.session)).toBe(false);
    expect(side.hear(alive(100))).toEqual(["up 200 version 1", "alive /200 0 ack 0 to 200"]);
  });

  it("delivers what that frame carries, after it has told that it stands", () => {
    const side = new Side(100);
    side.hear(hello(200));
    const words = side.hear(envelope(100, 1, "first"));
    expect(words.filter((word) => !word.startsWith("alive"))).toEqual(["up 200 version 1", "deliver first"]);
  });

  it("gives every copy of a hello the same answer, and the session no end", () => {
    const side = new Side(100);
    side.hear(hello(200));
    expect(side.hear(hello(200))).toEqual(["welcome 100/200 to 200"]);
    side.hear(alive(100));
    side.hear(envelope(100, 1, "a"));
    expect(side.hear(hello(200))).toEqual(["welcome 100/200 to 200"]);
    expect(side.hear(envelope(100, 2, "b"))).toEqual(["deliver b"]);
  });

  it("never stands by a hello alone, and forgets it in time", () => {
    const side = new Side(100);
    side.hear(hello(200));
    expect(side.pass(helloTimeoutMs)).toEqual([]);
    expect(side.hear(alive(100))).toEqual(["reset /100 to 0"]);
    expect(side.hear(hello(200))).toEqual(["welcome 101/200 to 200"]);
  });

  it("forgets a hello whose session is over before it has begun", () => {
    for (const frame of [
      { kind: "goodbye", yours: 100, why: "x" },
      { kind: "reset", yours: 200 },
    ] satisfies Frame[]) {
      const side = new Side(100);
      side.hear(hello(200));
      expect(side.hear(frame)).toEqual([]);
      expect(side.hear(alive(100))).toEqual(["reset /100 to 0"]);
    }
  });

  it("agrees on the highest version that both speak, and refuses with its own where there is none", () => {
    const side = new Side(100);
    const [answer] = side.do({ type: "frame", frame: hello(200, { versions: [0, 1, 7] }) });
    expect(answer).toMatchObject({ frame: { kind: "welcome", version: 1 } });
    for (const versions of [[], [2, 3], [0.5]]) {
      expect(new Side(100).do({ type: "frame", frame: hello(200, { versions }) })).toEqual([
        {
          type: "transmit",
          to: 200,
          frame: { kind: "refuse", yours: 200, incarnation: 100, why: "version", versions: [1] },
        },
      ]);
    }
  });

  it("leaves it to its shell to refuse for another reason", () => {
    const said = hello(200);
    if (said.kind !== "hello") throw new Error("That is no hello.");
    expect(refusal(said, 100, "closing")).toEqual({
      type: "transmit",
      to: 200,
      frame: { kind: "refuse", yours: 200, incarnation: 100, why: "closing", versions: [1] },
    });
  });

  it("tells that the peer is hidden", () => {
    const side = new Side(100);
    side.hear(hello(200, { hidden: true }));
    expect(side.hear(alive(100))[0]).toBe("up 200 hidden version 1");
  });
});

describe("Two hellos at once", () => {
  it("make one session with one half of each", () => {
    const [one, other] = [new Side(100), new Side(200)];
    one.do({ type: "connect" });
    other.do({ type: "connect" });
    expect(one.hear(hello(200))).toEqual(["welcome 100/200 to 200"]);
    expect(other.hear(hello(100, { incarnation: 100 }))).toEqual(["welcome 200/100 to 100"]);
    expect(one.hear(welcome(200, 100))[0]).toBe("up 200 version 1");
    expect(other.hear(welcome(100, 200))[0]).toBe("up 200 version 1");
    expect(one.hear(envelope(100, 1, "a"))).toEqual(["deliver a"]);
    expect(other.hear(envelope(200, 1, "b"))).toEqual(["deliver b"]);
  });

  it("make one where a hello is lost, by a frame that names the half of the other", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    side.hear(hello(200));
    expect(side.hear(alive(100))[0]).toBe("up 200 version 1");
    expect(side.hear(welcome(200, 100))).toEqual([]);
  });

  it("are about the session that was answered before, where there was one", () => {
    const side = new Side(100);
    side.hear(hello(200));
    expect(side.words({ type: "connect" })).toEqual(["hello 100 to 0"]);
  });
});

describe("A half", () => {
  it("is never bound to a second half of the peer by a welcome", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    side.hear(hello(200));
    expect(side.hear(welcome(201, 100))).toEqual(["hello 101 to 0"]);
    expect(isUp(side.session)).toBe(false);
    expect(side.hear(welcome(202, 101))[0]).toBe("up 200 version 1");
  });

  it("is never bound to a second half of the peer by a hello", () => {
    const side = new Side(100);
    side.do({ type: "connect" });
    side.hear(hello(200));
    expect(side.hear(hello(201))).toEqual(["welcome 101/201 to 200"]);
    expect(side.hear(alive(100))).toEqual(["reset /100 to 0"]);
    expect(side.hear(welcome(201, 101))[0]).toBe("up 200 version 1");
  });

  it("is drawn anew where the hello that it was bound to is forgotten", () => {
    const side = new Side(100);
    side.hear(hello(200));
    side.pass(helloTimeoutMs - 1);
    side.do({ type: "connect" });
    expect(side.pass(1)).toEqual(["hello 101 to 0"]);
  });
});

describe("A new hello to a session that stands", () => {
  it("changes nothing until its half is named, since it may be a late copy", () => {
    const side = standingSide();
    expect(side.hear(hello(190))).toEqual(["welcome 101/190 to 200"]);
    expect(side.hear(envelope(100, 1, "a"))).toEqual(["deliver a"]);
    side.pass(helloTimeoutMs / 2);
    side.hear(alive(100, 1));
    side.pass(helloTimeoutMs / 2);
    expect(isUp(side.session)).toBe(true);
    expect(side.session.answered).toBeUndefined();
  });

  it("breaks it with `reset` once its half is named, before the new one is told", () => {
    const side = standingSide();
    side.hear(hello(201));
    expect(side.hear(envelope(101, 1, "new"))).toEqual([
      "broken reset 200",
      "up 200 version 1",
      "alive /201 0 ack 0 to 200",
      "deliver new",
    ]);
    expect(side.hear(envelope(100, 1, "old"))).toEqual(["reset /100 to 200"]);
  });

  it("breaks it with `incarnation` where the peer has started anew", () => {
    const side = standingSide();
    side.hear(hello(201, { incarnation: 300 }));
    expect(side.hear(alive(101))).toEqual([
      "goodbye /200 incarnation to 200",
      "broken incarnation 200",
      "up 300 version 1",
      "alive /201 0 ack 0 to 300",
    ]);
  });
});
