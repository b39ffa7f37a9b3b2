// Spans of time as people type them.
import { describe, expect, it } from "vitest";
import { timeSpanMs, timeText } from "../../cli/time-span.ts";

describe("timeSpanMs()", () => {
  it.each([
    ["500ms", 500],
    ["5s", 5_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["0.5s", 500],
    ["0ms", 0],
  ])("reads %s", (text, spanMs) => {
    expect(timeSpanMs(text)).toBe(spanMs);
  });

  it.each(["", "5", "s", "-5s", "5 s", "5S", "1e3ms", "Infinitys", "5sm", "1.2.3s"])("refuses %j", (text) => {
    expect(timeSpanMs(text)).toBeUndefined();
  });
});

describe("timeText()", () => {
  it.each([
    [10, "10ms"],
    [5_000, "5s"],
    [3_600_000, "1h"],
    [90_000, "90s"],
  ])("writes %i as %s", (spanMs, text) => {
    expect(timeText(spanMs)).toBe(text);
    expect(timeSpanMs(text)).toBe(spanMs);
  });
});
