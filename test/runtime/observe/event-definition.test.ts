import { describe, expect, test } from "vitest";
import { defineEvents, event, field, Misuse, measure, type RuntimeEvents } from "../../../runtime/index.ts";
import { EventBus } from "../../../runtime/observe/event-bus.ts";
import { reservedFields } from "../../../runtime/observe/event-definition.ts";
import { events } from "../../../runtime/observe/events.ts";

const baked = event({
  means: "A loaf was baked.",
  level: "info",
  measurements: { bakedMs: measure("ms", "How long it took") },
  metadata: { flour: field.label("The flour") },
});

describe("defineEvents()", () => {
  test("names each event after the application and its own name", () => {
    const bakery = defineEvents("bakery", { baked });
    expect(bakery.baked).toMatchObject({ name: "bakery.baked", level: "info", means: "A loaf was baked." });
    expect(Object.isFrozen(bakery)).toBe(true);
  });

  test.each(["", "Bakery", "a.b", "1a", "a b", "a".repeat(65)])("refuses the prefix %j", (prefix) => {
    expect(() => defineEvents(prefix, { baked })).toThrow(Misuse);
  });

  test("refuses a name that is none", () => {
    expect(() => defineEvents("bakery", { Baked: baked })).toThrow(/"Baked"/);
  });

  test.each([...reservedFields])("refuses the field %j, which every line of a log has", (name) => {
    const definition = event({ means: "No.", level: "info", metadata: { [name]: field.text("It") } });
    expect(() => defineEvents("bakery", { definition })).toThrow(name);
  });
});

describe("The compiler", () => {
  const bus = new EventBus();
  const bakery = defineEvents("bakery", { baked });

  test("knows what an event carries", () => {
    const data: RuntimeEvents["long_turn"] = {
      turnMs: 1,
      logic: "baker",
      name: undefined,
      pid: { node: "a", incarnation: 1, id: 1 },
    };
    expect(data.turnMs).toBe(1);
    bus.emit("long_turn", data);
    bus.tell(bakery.baked, { bakedMs: 5, flour: "rye" });
  });

  test("refuses an event that is not in the table, and what it does not carry", () => {
    // @ts-expect-error
    bus.emit("turn_long", { turnMs: 1 });
    // @ts-expect-error
    bus.emit("event_loop_lag", { lagMs: 1, logic: "baker" });
    // @ts-expect-error
    bus.emit("event_loop_lag", {});
    // @ts-expect-error
    bus.emit("event_loop_lag", { lagMs: "1" });
    // @ts-expect-error
    bus.tell(bakery.baked, { bakedMs: 5 });
    // @ts-expect-error
    bus.tell(bakery.baked, { bakedMs: 5, flour: "rye", oven: 2 });
    // @ts-expect-error
    bus.tell(events.long_turn, { turnMs: 1 });
    expect(bus.isHeard).toBe(false);
  });

  test("refuses a span over fields that the event has not", () => {
    const definition = event({
      means: "A loaf was eaten.",
      level: "info",
      metadata: { loaf: field.text("The loaf") },
      // @ts-expect-error
      span: { is: "end", span: "loaf", key: ["oven"], failed: false },
    });
    expect(definition.means).toBe("A loaf was eaten.");
  });
});
