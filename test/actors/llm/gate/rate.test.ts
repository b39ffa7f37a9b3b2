import { describe, expect, test } from "vitest";
import { Outstanding } from "../../../../actors/llm/gate/outstanding.ts";
import {
  aged,
  changed,
  type Level,
  leftOf,
  type Rates,
  ratesNow,
  ratesOf,
  taken,
  withTold,
} from "../../../../actors/llm/gate/rate.ts";
import { decodeRateRecord, encodeRateRecord } from "../../../../actors/llm/gate/rate-record.ts";

const sixty: Rates = { requests: { perMinute: 60, burst: 10 }, tokens: { perMinute: 6_000, burst: 6_000 } };
const one = { requests: 1, tokens: 100 };

describe("ratesOf()", () => {
  test.each([
    [{}, {}],
    [{ requests_per_minute: 60 }, { requests: { perMinute: 60, burst: 10 } }],
    [{ requests_per_minute: 3 }, { requests: { perMinute: 3, burst: 1 } }],
    [{ requests_per_minute: 60, burst_size: 2 }, { requests: { perMinute: 60, burst: 2 } }],
    [{ tokens_per_minute: 9 }, { tokens: { perMinute: 9, burst: 9 } }],
    [{ burst_size: 5 }, {}],
  ])("makes of %j what it says", (configured, expected) => {
    expect(ratesOf(configured)).toEqual(expected);
  });
});

describe("taken()", () => {
  test("lets as many go at once as its burst says, then one for each part of the minute", () => {
    let level: Level = {};
    for (let i = 0; i < 10; i += 1) {
      const result = taken(level, sixty, one);
      if (!result.ok) throw new Error("Expected it to go.");
      level = result.level;
    }
    expect(taken(level, sixty, one)).toEqual({ ok: false, retryInMs: 1_000 });
    expect(taken(aged(level, sixty, 999), sixty, one)).toEqual({ ok: false, retryInMs: 1 });
    expect(taken(aged(level, sixty, 1_000), sixty, one)).toMatchObject({ ok: true });
  });

  test("says when there is enough of both", () => {
    expect(taken({ requests: 0, tokens: 0 }, sixty, { requests: 1, tokens: 300 })).toEqual({
      ok: false,
      retryInMs: 3_000,
    });
  });

  test("lets what is larger than all of it go when all is there, and owes the rest", () => {
    const large = { requests: 1, tokens: 9_000 };
    const result = taken({}, sixty, large);
    expect(result).toMatchObject({ ok: true, level: { tokens: -3_000 } });
    expect(taken({ requests: 10, tokens: 5_900 }, sixty, large)).toEqual({ ok: false, retryInMs: 1_000 });
    const owing = result.ok ? result.level : {};
    expect(taken(owing, sixty, one)).toEqual({ ok: false, retryInMs: 31_000 });
  });

  test("never holds more than may go at once", () => {
    expect(leftOf(aged({ requests: 3, tokens: 1 }, sixty, 1e9), sixty)).toEqual({
      requests: 10,
      tokens: 6_000,
    });
    expect(changed({ requests: 9, tokens: 1 }, sixty, { requests: 5, tokens: 5 })).toEqual({
      requests: 10,
      tokens: 6,
    });
  });
});

describe("withTold()", () => {
  const told = (limit: number, remaining: number) => ({ requests: { limit, remaining } });

  test("lowers what is configured and never raises it", () => {
    expect(ratesNow(sixty, withTold({}, sixty, told(30, 30))).requests).toEqual({ perMinute: 30, burst: 10 });
    expect(ratesNow(sixty, withTold({}, sixty, told(600, 600))).requests).toEqual({
      perMinute: 60,
      burst: 10,
    });
    expect(ratesNow({}, withTold({}, {}, told(5, 5))).requests).toEqual({ perMinute: 5, burst: 5 });
  });

  test("leaves no more than is said to remain", () => {
    expect(withTold({ requests: 8 }, sixty, told(60, 2)).requests).toBe(2);
    expect(withTold({ requests: 1 }, sixty, told(60, 50)).requests).toBe(1);
  });

  test("is forgotten when nobody tells it any more", () => {
    const level = withTold({}, {}, told(5, 5));
    expect(ratesNow({}, aged(level, {}, 119_999)).requests).toBeDefined();
    expect(ratesNow({}, aged(level, {}, 120_000)).requests).toBeUndefined();
  });

  test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])(
    "stops nobody for good by a limit of %d",
    (limit) => {
      const level = withTold({}, {}, told(limit, 0));
      expect(ratesNow({}, level).requests?.perMinute).toBe(1);
    },
  );
});

describe("Outstanding", () => {
  const seen = (outstanding: Outstanding, tokens: number) =>
    outstanding.seen({ requests: 10, tokens }, sixty);

  test("gives back what was not used where there was room for it all the time", () => {
    const outstanding = new Outstanding();
    outstanding.took("a", { requests: 1, tokens: 1_000 });
    seen(outstanding, 3_000);
    expect(outstanding.done("a", { requests: 1, tokens: 100 })).toEqual({ requests: 0, tokens: 900 });
  });

  test("gives back no more than there was room for at any time", () => {
    const outstanding = new Outstanding();
    outstanding.took("a", { requests: 1, tokens: 1_000 });
    seen(outstanding, 5_800);
    seen(outstanding, 1_000);
    expect(outstanding.done("a", { requests: 1, tokens: 100 }).tokens).toBe(200);
  });

  test("takes what was used beyond the estimate, and nothing where nobody knows", () => {
    const outstanding = new Outstanding();
    outstanding.took("a", one);
    outstanding.took("b", one);
    expect(outstanding.done("a", { requests: 1, tokens: 250 }).tokens).toBe(-150);
    expect(outstanding.done("b", undefined)).toEqual({ requests: 0, tokens: 0 });
    expect(outstanding.done("b", { requests: 0, tokens: 0 })).toEqual({ requests: 0, tokens: 0 });
  });

  test("gives nothing back where it missed what happened", () => {
    const outstanding = new Outstanding();
    outstanding.took("a", one);
    outstanding.missed();
    expect(outstanding.done("a", { requests: 0, tokens: 0 })).toEqual({ requests: 0, tokens: 0 });
  });
});

describe("decodeRateRecord()", () => {
  test("reads what was written", () => {
    const record = {
      changes: 7,
      mark: "a/1",
      level: { requests: 1.5, tokens: -3, told: { requests: 10, leftMs: 5 } },
      peaks: [{ requests: 2.5, tokens: Number.POSITIVE_INFINITY }],
    };
    expect(decodeRateRecord(encodeRateRecord(record))).toEqual(record);
  });

  test.each([
    "",
    "{",
    "7",
    "null",
    "[]",
    '{"v":2}',
    '{"v":1,"level":{},"peaks":7}',
    '{"v":1,"level":7,"peaks":[]}',
  ])("refuses %j", (text) => {
    expect(decodeRateRecord(new TextEncoder().encode(text))).toBeUndefined();
  });

  test("takes no word for a number", () => {
    const text = '{"v":1,"changes":1,"mark":"m","level":{"requests":"9","told":{"leftMs":null}},"peaks":[7]}';
    expect(decodeRateRecord(new TextEncoder().encode(text))?.level).toEqual({});
  });
});
