// The bus of runtime events: telling must never harm the teller (the convention of Elixir's telemetry, G07).
import { describe, expect, test } from "vitest";
import { call, ok, type RuntimeEvent, replyWith, send, server, spawn } from "../../../runtime/index.ts";
import { EventBus } from "../../../runtime/observe/event-bus.ts";
import { simulation } from "../logic/simulation.ts";

const started = { name: "application_started", data: { application: "one" } };

/** A bus, and what a subscriber of it has heard. */
function listening() {
  const bus = new EventBus();
  const heard: RuntimeEvent[] = [];
  const hear = (event: RuntimeEvent): void => void heard.push(event);
  return { bus, heard, hear, tell: () => bus.emit("application_started", { application: "one" }) };
}

describe("subscribe()", () => {
  test("hands every event to every subscriber, in the order in which they came", () => {
    const { bus, tell } = listening();
    const heard: string[] = [];
    for (const name of ["a", "b", "c"]) bus.subscribe(() => void heard.push(name));
    tell();
    tell();
    expect(heard).toEqual(["a", "b", "c", "a", "b", "c"]);
  });

  test("gives back how to stop, which others do not notice, at whatever moment", () => {
    const { bus, heard, hear, tell } = listening();
    const stops: (() => void)[] = [];
    stops.push(bus.subscribe(() => stops[0]?.()));
    bus.subscribe(hear);
    tell();
    tell();
    stops[0]?.();
    expect(heard).toEqual([started, started]);
    expect(bus.isHeard).toBe(true);
  });
});

describe("emit()", () => {
  test("G07 lets a subscriber that throws go and tells so; teller and others go on", () => {
    const { bus, heard, hear, tell } = listening();
    let calls = 0;
    bus.subscribe(() => {
      calls += 1;
      throw new Error("broken");
    });
    bus.subscribe(hear);
    tell();
    tell();
    expect(calls).toBe(1);
    const reason = { error: expect.objectContaining({ message: "broken" }) };
    expect(heard).toEqual([{ name: "subscriber_failed", data: { reason } }, started, started]);
  });

  test("G07 survives subscribers that all throw, whatever they throw, even at hearing of each other", () => {
    const { bus, tell } = listening();
    const hostile = {
      get message(): string {
        throw new Error("worse");
      },
    };
    for (const thrown of [new Error("broken"), undefined, "text", hostile, Object.create(null)]) {
      bus.subscribe(() => {
        throw thrown;
      });
    }
    expect(tell).not.toThrow();
    expect(bus.isHeard).toBe(false);
    expect(tell).not.toThrow();
  });

  test("G07 never harms the process that has something to tell", async () => {
    const { node, told, inProcess } = simulation();
    node.subscribe(() => {
      throw new Error("broken");
    });
    const deaf = server("deaf", {
      init: () => ok(7),
      calls: { number: (state) => replyWith(state, state) },
    });
    await inProcess(async () => {
      const pid = await spawn(deaf);
      send(pid, { type: "stray" });
      expect(await call(pid, "number")).toBe(7);
    });
    expect(told("message_unhandled")).toHaveLength(1);
    expect(told("subscriber_failed")).toHaveLength(1);
    expect(told("process_crashed")).toEqual([]);
  });
});
