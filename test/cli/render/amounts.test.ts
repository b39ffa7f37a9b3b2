// Bytes, times and shares in the words of people.
import { describe, expect, it } from "vitest";
import { agoText, bytesText, millisecondsText, shareText } from "../../../cli/render/amounts.ts";

describe("bytesText()", () => {
  it.each([
    [0, "0 B"],
    [1_023, "1023 B"],
    [1_024, "1.0 KiB"],
    [1_536, "1.5 KiB"],
    [34 * 1_048_576, "34 MiB"],
    [5 * 1_024 ** 4, "5.0 TiB"],
    [5_000 * 1_024 ** 4, "5000 TiB"],
  ])("writes %i as %s", (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});

describe("agoText()", () => {
  it.each([
    [-5, "0 s"],
    [59_000, "59 s"],
    [59_900, "1 min 0 s"],
    [7_500_000, "2 h 5 min"],
    [86_400_000, "1 d 0 h"],
    [400 * 86_400_000, "400 d 0 h"],
  ])("writes %i ms as %s", (spanMs, text) => {
    expect(agoText(spanMs)).toBe(text);
  });
});

describe("millisecondsText() and shareText()", () => {
  it("round as a reader would", () => {
    expect([millisecondsText(0.4), millisecondsText(9_999), millisecondsText(12_345)]).toEqual([
      "0 ms",
      "9999 ms",
      "12.3 s",
    ]);
    expect([shareText(0), shareText(0.256), shareText(1)]).toEqual(["0 %", "26 %", "100 %"]);
  });
});
