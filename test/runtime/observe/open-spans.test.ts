import { describe, expect, test } from "vitest";
import { type EventDefinition, event, field, measure, simulatedWorld } from "../../../runtime/index.ts";
import type { RuntimeEvent } from "../../../runtime/observe/events.ts";
import { observeLimits as limits } from "../../../runtime/observe/limits.ts";
import { type EndedSpan, OpenSpans } from "../../../runtime/observe/open-spans.ts";

const loaf = { loaf: field.text("The loaf"), day: field.text("The day") };
const table = {
  opened: event({
    means: "The bakery opened.",
    level: "info",
    metadata: { day: loaf.day },
    span: { is: "begin", span: "day", key: ["day"] },
  }),
  begun: event({
    means: "A loaf was put into the oven.",
    level: "info",
    metadata: loaf,
    span: {
      is: "begin",
      span: "baking",
      key: ["loaf"],
      within: { span: "day", key: ["day"] },
      when: (data) => data.loaf !== "raw",
    },
  }),
  baked: event({
    means: "It was taken out.",
    level: "info",
    metadata: loaf,
    span: { is: "end", span: "baking", key: ["loaf"], failed: false },
  }),
  burnt: event({
    means: "It burnt.",
    level: "warn",
    metadata: loaf,
    span: { is: "end", span: "baking", key: ["loaf"], failed: true },
  }),
  kneaded: event({
    means: "Dough was kneaded.",
    level: "info",
    measurements: { kneadedMs: measure("ms", "How long it took") },
    metadata: {},
    span: { is: "whole", span: "kneading", took: "kneadedMs" },
  }),
  rested: event({ means: "Nothing.", level: "info", metadata: {} }),
} satisfies Record<string, EventDefinition>;

function bakery() {
  const world = simulatedWorld({ wallTime: 5_000 });
  const spans = new OpenSpans<string>(world.clock);
  const happens = (
    name: keyof typeof table,
    data: Record<string, unknown> = {},
  ): readonly EndedSpan<string>[] =>
    spans.take({ name: `bakery.${name}`, data } as RuntimeEvent, table[name], (span, _, around) =>
      around === undefined ? span : `${around} > ${span}`,
    );
  return { world, spans, happens };
}

describe("OpenSpans", () => {
  test("gives a span when it ends, with its length and where it began", async () => {
    const { world, happens } = bakery();
    expect(happens("begun", { loaf: "rye" })).toEqual([]);
    await world.advance(300);
    expect(happens("baked", { loaf: "rye" })).toEqual([
      {
        span: "baking",
        began: { wallMs: 5_000, nowMs: 0 },
        durationMs: 300,
        opened: "baking",
        failed: false,
      },
    ]);
    expect(happens("baked", { loaf: "rye" })).toEqual([]);
  });

  test("tells spans apart by their key", async () => {
    const { world, happens } = bakery();
    happens("begun", { loaf: "rye" });
    await world.advance(10);
    happens("begun", { loaf: "oat" });
    expect(happens("burnt", { loaf: "oat" })).toMatchObject([{ durationMs: 0, failed: true }]);
    expect(happens("baked", { loaf: "rye" })).toMatchObject([{ durationMs: 10, failed: false }]);
  });

  test("takes an end without a beginning, and an event without a span, for nothing", () => {
    const { happens } = bakery();
    expect(happens("baked", { loaf: "rye" })).toEqual([]);
    expect(happens("rested")).toEqual([]);
  });

  test("begins none where the event says so", () => {
    const { happens } = bakery();
    happens("begun", { loaf: "raw" });
    expect(happens("baked", { loaf: "raw" })).toEqual([]);
  });

  test("ends the one before it that was never ended", async () => {
    const { world, happens } = bakery();
    happens("begun", { loaf: "rye" });
    await world.advance(10);
    expect(happens("begun", { loaf: "rye" })).toMatchObject([{ durationMs: 10, failed: true }]);
    await world.advance(1);
    expect(happens("baked", { loaf: "rye" })).toMatchObject([{ durationMs: 1, failed: false }]);
  });

  test("puts a span into the one around it", () => {
    const { happens } = bakery();
    happens("opened", { day: "Monday" });
    happens("begun", { loaf: "rye", day: "Monday" });
    happens("begun", { loaf: "oat", day: "Sunday" });
    expect(happens("baked", { loaf: "rye" })).toMatchObject([{ opened: "day > baking" }]);
    expect(happens("baked", { loaf: "oat" })).toMatchObject([{ opened: "baking" }]);
  });

  test("gives a span that is told of as a whole, which began when its time says", async () => {
    const { world, happens } = bakery();
    await world.advance(100);
    expect(happens("kneaded", { kneadedMs: 30 })).toEqual([
      {
        span: "kneading",
        began: { wallMs: 5_070, nowMs: 70 },
        durationMs: 30,
        opened: undefined,
        failed: false,
      },
    ]);
  });

  test.each([Number.NaN, -1, undefined, "30"])("gives none that took %j", (kneadedMs) => {
    const { happens } = bakery();
    expect(happens("kneaded", { kneadedMs }).length).toBe(kneadedMs === "30" ? 1 : 0);
  });

  test("measures by the clock that does not jump", () => {
    const clock = { now: () => 10, wallTime: () => 1_000 };
    const spans = new OpenSpans<string>(clock);
    const data = { loaf: "rye", day: "Monday" };
    spans.take({ name: "bakery.begun", data }, table.begun, () => "");
    Object.assign(clock, { now: () => 15, wallTime: () => -3_600_000 });
    expect(spans.take({ name: "bakery.baked", data }, table.baked, () => "")).toMatchObject([
      { began: { wallMs: 1_000 }, durationMs: 5 },
    ]);
  });

  test("gives up the oldest where too many are open", () => {
    const { spans, happens } = bakery();
    for (let index = 0; index < limits.openSpansMax; index += 1)
      expect(happens("begun", { loaf: `${index}` })).toEqual([]);
    expect(happens("begun", { loaf: "one more" })).toMatchObject([{ failed: true }]);
    expect(happens("baked", { loaf: "0" })).toEqual([]);
    expect(spans.endAll()).toHaveLength(limits.openSpansMax);
    expect(spans.endAll()).toEqual([]);
  });
});
