import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Lane } from "../../../../actors/llm/completion.ts";
import {
  newQueue,
  type Queue,
  type QueueAction,
  type QueueEvent,
  queueStep,
  queueWakeMs,
} from "../../../../actors/llm/gate/queue.ts";
import type { Pid } from "../../../../runtime/index.ts";

function pid(id: number): Pid {
  return { node: "test", incarnation: 0, id };
}

type Fed<T> = T extends unknown ? Omit<T, "nowMs"> : never;

/** A queue that is fed by hand, and shares that come when the test says so. */
function queue(placesMax: number) {
  let state: Queue = newQueue(placesMax);
  let nowMs = 0;
  let asked = 0;
  const feed = (event: Fed<QueueEvent>): readonly QueueAction[] => {
    const step = queueStep(state, { ...event, nowMs } as QueueEvent);
    state = step.state;
    return step.actions;
  };
  return {
    feed,
    ask: (waitMs = 0, lane: Lane = "normal", holder = 1) => {
      asked += 1;
      const from = { node: "test", incarnation: 0, ref: asked };
      return feed({ type: "asked", permit: `${asked}`, holder: pid(holder), from, lane, tokens: 1, waitMs });
    },
    share: (count: number, retryInMs = 0) =>
      feed({ type: "shared", share: { count, retryInMs, what: "rate" } }),
    pass: (ms: number) => {
      nowMs += ms;
    },
    state: () => state,
    wakeMs: () => queueWakeMs(state, nowMs),
  };
}

const kinds = (actions: readonly QueueAction[]) => actions.map(({ type }) => type);

describe("queueStep()", () => {
  test("asks for a share for as many as there are places, one question at a time", () => {
    const subject = queue(2);
    expect(subject.ask(100)).toEqual([{ type: "take", wants: [{ permit: "1", tokens: 1 }] }]);
    expect(subject.ask(100)).toEqual([]);
    expect(subject.ask(100)).toEqual([]);
    expect(kinds(subject.share(1))).toEqual(["grant", "take"]);
    expect(kinds(subject.share(1))).toEqual(["grant"]);
    expect(kinds(subject.feed({ type: "released", permit: "1" }))).toEqual(["take"]);
  });

  test("waits for a share as long as who asked may, and no longer", () => {
    const subject = queue(1);
    subject.ask(1_000);
    expect(subject.share(0, 900)).toEqual([]);
    expect(subject.wakeMs()).toBe(900);
    subject.pass(900);
    expect(kinds(subject.feed({ type: "woken" }))).toEqual(["take"]);
    expect(subject.share(0, 200)).toMatchObject([{ type: "refuse", retryInMs: 200, what: "rate" }]);
    expect(subject.wakeMs()).toBeUndefined();
  });

  test("does not give up while its question is on the way", () => {
    const subject = queue(1);
    subject.ask(0);
    subject.pass(5_000);
    expect(subject.feed({ type: "woken" })).toEqual([]);
    expect(kinds(subject.share(1))).toEqual(["grant"]);
  });

  test("gives back a share that was taken for who has ended", () => {
    const subject = queue(2);
    subject.ask(0, "normal", 7);
    subject.feed({ type: "gone", holder: pid(7) });
    expect(subject.share(1)).toEqual([{ type: "unused", permit: "1" }]);
    expect(subject.state().running.size).toBe(0);
  });

  test("tells of those who had a place and ended", () => {
    const subject = queue(1);
    subject.ask(0, "normal", 7);
    subject.share(1);
    subject.ask(100, "normal", 8);
    expect(kinds(subject.feed({ type: "gone", holder: pid(7) }))).toEqual(["lost", "take"]);
  });

  test("never shortens a pause", () => {
    const subject = queue(1);
    subject.feed({ type: "paused", untilMs: 500 });
    subject.feed({ type: "paused", untilMs: 100 });
    expect(subject.ask(499)).toMatchObject([{ type: "refuse", retryInMs: 500 }]);
  });

  test("does not wake without a reason", () => {
    const subject = queue(1);
    subject.ask(0);
    subject.share(1);
    subject.feed({ type: "paused", untilMs: 100 });
    subject.pass(200);
    subject.ask(1_000);
    expect(subject.wakeMs()).toBe(1_200);
  });

  test("answers everybody once and never has more at work than there are places, whatever happens", () => {
    const command = fc.oneof(
      fc.record({
        do: fc.constant("ask" as const),
        wait: fc.nat(300),
        lane: fc.constantFrom<Lane>("interactive", "normal", "background"),
      }),
      fc.record({ do: fc.constant("share" as const), count: fc.nat(4), retry: fc.nat(200) }),
      fc.record({ do: fc.constant("release" as const), pick: fc.nat() }),
      fc.record({ do: fc.constant("gone" as const), holder: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant("pause" as const), ms: fc.nat(300) }),
      fc.record({ do: fc.constant("pass" as const), ms: fc.nat(200) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(command, { maxLength: 60 }), (places, run) => {
        const subject = queue(places);
        const answered = new Set<number>();
        let nowMs = 0;
        let asked = 0;
        const look = (actions: readonly QueueAction[]): void => {
          for (const action of actions) {
            if (action.type !== "grant" && action.type !== "refuse") continue;
            expect(answered.has(action.from.ref)).toBe(false);
            answered.add(action.from.ref);
            if (action.type === "grant") expect(nowMs).toBeGreaterThanOrEqual(0);
          }
          const { running, asking } = subject.state();
          expect(running.size + asking.length).toBeLessThanOrEqual(places);
        };
        for (const one of run) {
          if (one.do === "ask") {
            asked += 1;
            look(subject.ask(one.wait, one.lane, (asked % 4) + 1));
          } else if (one.do === "share") {
            const { asking } = subject.state();
            if (asking.length > 0) look(subject.share(Math.min(one.count, asking.length), one.retry));
          } else if (one.do === "release") {
            const permits = [...subject.state().running.keys()];
            look(
              subject.feed({
                type: "released",
                permit: permits[one.pick % Math.max(1, permits.length)] ?? "",
              }),
            );
          } else if (one.do === "gone") look(subject.feed({ type: "gone", holder: pid(one.holder) }));
          else if (one.do === "pause") look(subject.feed({ type: "paused", untilMs: nowMs + one.ms }));
          else {
            nowMs += one.ms;
            subject.pass(one.ms);
            look(subject.feed({ type: "woken" }));
          }
        }
        // Whoever still waits is woken for some time.
        const { waiting, asking } = subject.state();
        if (waiting.length > asking.length) expect(subject.wakeMs()).toBeDefined();
      }),
      { numRuns: Number(process.env.AIEX_PROPERTY_RUNS ?? 300) },
    );
  });
});
