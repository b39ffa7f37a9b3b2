// What a heartbeat is on the wire: whatever else comes there is none.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Beat, decodeBeat, encodeBeat, nodeStates } from "../../../runtime/membership/beat.ts";
import { membershipLimits } from "../../../runtime/membership/limits.ts";

const beat: Beat = {
  incarnation: 1_767_225_600_000,
  seq: 7,
  state: "up",
  load: 0.25,
  lagMs: 12,
  host: "build-3.example.org",
  osPid: 4_242,
  version: "0.1.0",
};

const text = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

describe("a beat", () => {
  test("comes back as it was written", () => {
    expect(decodeBeat(encodeBeat(beat))).toEqual(beat);
    for (const state of nodeStates) expect(decodeBeat(encodeBeat({ ...beat, state }))?.state).toBe(state);
  });

  test("may have fields that a later version adds", () => {
    expect(decodeBeat(text({ v: 2, ...beat, mood: "fine" }))).toEqual(beat);
  });

  test("fits whatever a host and a version are called", () => {
    const long = { ...beat, host: "ü".repeat(1_000), version: "9".repeat(1_000) };
    const bytes = encodeBeat(long);
    expect(bytes.length).toBeLessThanOrEqual(membershipLimits.beatBytesMax);
    expect(decodeBeat(bytes)?.host).toBe("ü".repeat(255));
  });

  test.each<readonly [string, unknown]>([
    ["empty", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", [1, 2]],
    ["a number", "7"],
    ["without a version", { ...beat }],
    ["of version 0", { v: 0, ...beat }],
    ["of a version in words", { v: "1", ...beat }],
    ["without an incarnation", { v: 1, ...beat, incarnation: undefined }],
    ["with a part of an incarnation", { v: 1, ...beat, incarnation: 1.5 }],
    ["with a number beyond counting", { v: 1, ...beat, seq: 2 ** 53 }],
    ["with a number below 0", { v: 1, ...beat, seq: -1 }],
    ["of a state that is none", { v: 1, ...beat, state: "dead" }],
    ["of a state of every object", { v: 1, ...beat, state: "constructor" }],
    ["with a load above 1", { v: 1, ...beat, load: 1.01 }],
    ["with a load that is none", `{"v":1,"incarnation":1,"seq":1,"state":"up","load":1e999}`],
    ["with a lag below 0", { v: 1, ...beat, lagMs: -1 }],
    ["with an endless host", { v: 1, ...beat, host: "h".repeat(256) }],
    ["with a host that is none", { v: 1, ...beat, host: { toString: 1 } }],
    ["with an endless version", { v: 1, ...beat, version: "9".repeat(65) }],
    ["with an OS process that is none", { v: 1, ...beat, osPid: "1" }],
    ["beyond the limit", { v: 1, ...beat, more: "x".repeat(membershipLimits.beatBytesMax) }],
    ["deep beyond the limit", `${"[".repeat(2_000)}${"]".repeat(2_000)}`],
  ])("is nothing that is %s", (_, value) => {
    expect(decodeBeat(text(value))).toBeUndefined();
  });

  test("is none that is cut off, and none with a byte that UTF-8 does not have", () => {
    const whole = encodeBeat(beat);
    for (let length = 0; length < whole.length; length += 1)
      expect(decodeBeat(whole.subarray(0, length))).toBeUndefined();
    const broken = whole.slice();
    broken[whole.indexOf("b".charCodeAt(0))] = 0xff;
    expect(decodeBeat(broken)).toBeUndefined();
  });

  test("is sought in any bytes without harm", () => {
    const whole = encodeBeat(beat);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (place, byte) => {
        const changed = whole.slice();
        changed[place] = byte;
        const read = decodeBeat(changed);
        if (read !== undefined) expect(decodeBeat(encodeBeat(read))).toBeDefined();
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => void decodeBeat(bytes)));
  });
});
