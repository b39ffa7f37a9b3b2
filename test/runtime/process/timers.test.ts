// The node's timers, many on one of the world's: against a list that is searched, in virtual time.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulatedWorld, type World } from "../../../runtime/index.ts";
import { limits } from "../../../runtime/limits.ts";
import { type Timer, TimerService } from "../../../runtime/process/timers.ts";

interface Planned {
  readonly id: number;
  readonly due: number;
  readonly follow: number | undefined;
  state: "armed" | "fired" | "stopped";
}

const delay = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constantFrom(0.2, 7.5, 1_000));
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant("start" as const),
      delay,
      follow: fc.option(delay, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("stop" as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("advance" as const), by: fc.integer({ min: 0, max: 40 }) }),
  },
);

describe("the timer service", () => {
  test("fires every timer once, at its time, unless it was stopped before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const world = simulatedWorld();
        const service = new TimerService(world);
        const model: Planned[] = [];
        const timers = new Map<number, Timer>();
        const fired: { readonly id: number; readonly at: number }[] = [];
        // The real one and the model number their timers in the same order only if they fire in the same order,
        // so a timer that starts another names the other after itself.
        const start = (id: number, delayMs: number, follow: number | undefined): void => {
          const run = (): void => {
            fired.push({ id, at: world.clock.now() });
            if (follow !== undefined) start(id + 10_000, follow, undefined);
          };
          timers.set(id, service.start(delayMs, run));
        };
        const plan = (id: number, from: number, delayMs: number, follow: number | undefined): void => {
          model.push({ id, due: from + Math.ceil(delayMs), follow, state: "armed" });
        };
        const advanceModel = (to: number): void => {
          for (let ran = true; ran; ) {
            ran = false;
            for (const planned of [...model]) {
              if (planned.state !== "armed" || planned.due > to) continue;
              planned.state = "fired";
              ran = true;
              if (planned.follow !== undefined)
                plan(planned.id + 10_000, planned.due, planned.follow, undefined);
            }
          }
        };
        for (const [id, one] of steps.entries()) {
          if (one.act === "start") {
            plan(id, world.clock.now(), one.delay, one.follow);
            start(id, one.delay, one.follow);
          } else if (one.act === "stop") {
            const planned = model[one.pick % Math.max(1, model.length)];
            const timer = planned === undefined ? undefined : timers.get(planned.id);
            if (planned === undefined || timer === undefined) continue;
            expect(service.stop(timer)).toBe(planned.state === "armed");
            expect(service.remaining(timer)).toBeUndefined();
            if (planned.state === "armed") planned.state = "stopped";
          } else {
            await world.advance(one.by);
            advanceModel(world.clock.now());
          }
          for (const planned of model) {
            const timer = timers.get(planned.id);
            if (timer === undefined) throw new Error("a timer is missing");
            const left = planned.state === "armed" ? planned.due - world.clock.now() : undefined;
            expect(service.remaining(timer)).toBe(left);
          }
        }
        await world.advance(5_000);
        advanceModel(world.clock.now());
        const expected = model.filter((planned) => planned.state === "fired");
        expect(fired.map(({ id, at }) => `${id} at ${at}`).toSorted()).toEqual(
          expected.map(({ id, due }) => `${id} at ${due}`).toSorted(),
        );
        expect(fired.map(({ at }) => at)).toEqual(fired.map(({ at }) => at).toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  test("fires timers of one duration in the order of their starts", async () => {
    const world = simulatedWorld();
    const service = new TimerService(world);
    const fired: number[] = [];
    for (let number = 0; number < 100; number += 1) service.start(10, () => fired.push(number));
    await world.advance(10);
    expect(fired).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test("goes on with the others when the work of one throws", () => {
    const { world, clock, due } = manualWorld();
    const service = new TimerService(world);
    const fired: string[] = [];
    service.start(1, () => {
      throw new Error("out of order");
    });
    service.start(1, () => fired.push("same duration"));
    service.start(2, () => fired.push("another duration"));
    clock.now = 5;
    expect(() => due()).toThrow("out of order");
    due();
    expect(fired).toEqual(["same duration", "another duration"]);
  });

  test("refuses a time that is no number, and the others still fire", async () => {
    const world = simulatedWorld();
    const service = new TimerService(world);
    const fired: number[] = [];
    service.start(10, () => fired.push(10));
    for (const delayMs of [Number.NaN, undefined, "soon"]) {
      expect(() => service.start(delayMs as number, () => fired.push(-1))).toThrow(
        expect.objectContaining({ code: "misuse" }),
      );
    }
    service.start(5, () => fired.push(5));
    await world.advance(20);
    expect(fired).toEqual([5, 10]);
  });

  test("takes a time in the past as now, and Infinity as never", async () => {
    const world = simulatedWorld();
    const service = new TimerService(world);
    const fired: string[] = [];
    const never = service.start(Number.POSITIVE_INFINITY, () => fired.push("never"));
    service.start(-5, () => fired.push("past"));
    await world.advance(10_000_000);
    expect(fired).toEqual(["past"]);
    expect(service.stop(never)).toBe(true);
  });

  test("never asks the world for more than its timers can do, and still fires on time", () => {
    const { world, clock, due, asked } = manualWorld();
    const service = new TimerService(world);
    let fired = 0;
    const durationMs = 3 * limits.timerMsMax;
    service.start(durationMs, () => {
      fired += 1;
    });
    for (const part of [1, 2]) {
      clock.now = part * limits.timerMsMax;
      due();
      expect(fired).toBe(0);
    }
    clock.now = durationMs;
    due();
    expect(fired).toBe(1);
    expect(Math.max(...asked)).toBeLessThanOrEqual(limits.timerMsMax);
  });

  test("holds one timer of the world, however many run, and none when all is stopped", () => {
    const { world, armed } = manualWorld();
    const service = new TimerService(world);
    for (let number = 0; number < 1_000; number += 1) service.start(1_000 - number, () => {});
    expect(armed()).toBe(1);
    service.stopAll();
    expect(armed()).toBe(0);
  });
});

/** A world whose clock and timers are moved by hand, late ones included. */
function manualWorld() {
  const clock = { now: 0 };
  const asked: number[] = [];
  const waiting = new Map<number, { readonly due: number; readonly run: () => void }>();
  let last = 0;
  const world: World = {
    ...simulatedWorld(),
    clock: { now: () => clock.now, wallTime: () => clock.now },
    timers: {
      set: (delayMs, run) => {
        asked.push(delayMs);
        last += 1;
        waiting.set(last, { due: clock.now + delayMs, run });
        return last;
      },
      clear: (handle) => {
        waiting.delete(handle as number);
      },
    },
  };
  const due = (): void => {
    for (const [id, timer] of [...waiting]) {
      if (timer.due > clock.now) continue;
      waiting.delete(id);
      timer.run();
    }
  };
  return { world, clock, asked, due, armed: () => waiting.size };
}
