import { describe, expect, test } from "vitest";
import { defineEvents, event, field, tellEvent } from "../../../runtime/index.ts";
import { bench } from "../process/bench.ts";

const bakery = defineEvents("bakery", {
  baked: event({ means: "A loaf was baked.", level: "info", metadata: { flour: field.label("The flour") } }),
});

describe("tellEvent()", () => {
  test("tells everybody who subscribed, with what is defined of the event", async () => {
    const { node, inProcess } = bench();
    const heard: unknown[] = [];
    node.subscribe((told, definition) => heard.push([told, definition.means]));
    await inProcess(async () => tellEvent(bakery.baked, { flour: "rye" }));
    expect(heard).toEqual([[{ name: "bakery.baked", data: { flour: "rye" } }, "A loaf was baked."]]);
  });

  test("says nothing outside of processes, and does not throw there", () => {
    const { events } = bench();
    tellEvent(bakery.baked, { flour: "rye" });
    expect(events).toEqual([]);
  });

  test("lets events of the runtime be told apart by their names", async () => {
    const { node } = bench();
    const lags: number[] = [];
    node.subscribe(({ name, data }) => {
      if (name === "event_loop_lag") lags.push(data.lagMs);
    });
    node.emit("event_loop_lag", { lagMs: 12 });
    expect(lags).toEqual([12]);
  });
});
