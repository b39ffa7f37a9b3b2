// The way of an order to its answer, played with whatever may happen to it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Answering,
  attemptEnded,
  beginAnswering,
  expired,
  granted,
  hearing,
  nextAttempt,
  type Step,
} from "../../../actors/llm/answering.ts";
import type { AttemptOutcome } from "../../../actors/llm/attempt.ts";
import type { CompletionResult } from "../../../actors/llm/complete.ts";
import { completionOrder } from "../../../actors/llm/completion.ts";
import type { Place } from "../../../actors/llm/entries.ts";
import { lineMsMax } from "../../../actors/llm/limits.ts";
import type { ModelEvent, SaidEvent } from "../../../actors/llm/model-event.ts";
import { place } from "./places.ts";
import { hello, shown } from "./simulation.ts";

const times = { tookMs: 5, firstMs: 1 };
const use: ModelEvent = { type: "tool_call", call: { id: "1", name: "look", arguments: {} } };
const moment = { nowMs: 0, dueMs: 100_000, random: 0 };

function begun(places: readonly Place[], over: object = {}): Answering {
  const order = completionOrder.parse({ ...hello, ...over });
  const start = beginAnswering({
    order,
    places,
    hears: true,
    node: undefined,
    retriesMax: 1,
    backoffFactor: 2,
  });
  if (!start.ok) throw new Error(start.failure.message);
  return start.state;
}

function failed(
  code: "connection" | "overloaded" | "auth" | "invalid_request",
  retryable = true,
): AttemptOutcome {
  const failure = { code, message: `It said ${code}.`, retryable };
  return { is: "failed", failure, failsOver: code !== "invalid_request", mayCost: true, times };
}

function answered(
  usage?: { input_tokens: number; output_tokens: number },
  costUsd: number | null = 0.5,
): AttemptOutcome {
  return {
    is: "answered",
    completion: { model: "m", finish: "stop", ...(usage && { usage }) },
    costUsd,
    times,
  };
}

function say(state: Answering, text: string): Answering {
  return hearing(granted(state), [{ type: "text", text }]).state;
}

function ended(state: Answering, outcome: AttemptOutcome | undefined): Step {
  return attemptEnded(state, outcome, "killed", moment);
}

function resultOf({ next }: Step): CompletionResult {
  if (next.goesOn) throw new Error("It goes on.");
  return next.result;
}

/** Says `text` at the first place, fails, and gives the next attempt. */
function afterBreak(state: Answering, text: string): Answering {
  const broken = ended(say(nextAttempt(state, 1_000).state, text), failed("connection"));
  return nextAttempt(broken.state, 1_000).state;
}

describe("an answer by two entries", () => {
  const both = [place("alpha"), place("beta")];
  const one = { input_tokens: 10, output_tokens: 5 };

  test("costs what is known only where it is known of both", () => {
    const whole = resultOf(ended(say(afterBreak(begun(both), "abc"), "def"), answered(one)));
    expect(whole).toMatchObject({ ok: true, completion: { text: "abcdef" }, costUsd: null });
    expect(whole.ok && whole.completion.usage).toBeUndefined();
    const [first, second] = whole.ok ? whole.parts : [];
    expect([first?.costUsd, second?.costUsd, second?.usage]).toEqual([null, 0.5, one]);
  });

  test("is one text where the first had said only a word: the second is asked for all of it", () => {
    const second = nextAttempt(
      ended(say(nextAttempt(begun(both), 1_000).state, "Hello "), failed("connection")).state,
      1,
    );
    expect(second.input.request.messages.slice(-2)).toMatchObject([
      { role: "assistant", content: "Hello " },
      { role: "user", content: expect.stringContaining("Give the whole answer") },
    ]);
    const whole = resultOf(ended(say(say(second.state, "Hel"), "lo there."), answered(one)));
    expect(whole).toMatchObject({
      completion: { text: "Hello there." },
      parts: [{ characters: 6 }, { characters: 6 }],
    });
  });

  test("is asked to go on behind a longer text, and not to repeat it", () => {
    const { input } = nextAttempt(
      ended(say(nextAttempt(begun(both), 1_000).state, "Hello there, "), failed("connection")).state,
      1,
    );
    expect(input.request.messages.at(-1)?.content).toContain("do not repeat any of it");
  });

  test("costs what its only part does, where that wrote all of it", () => {
    const whole = resultOf(ended(say(nextAttempt(begun(both), 1_000).state, "abc"), answered(one)));
    expect(whole).toMatchObject({ ok: true, costUsd: 0.5, completion: { usage: one } });
  });

  test("is refused no second time for words that were added", () => {
    const again = ended(
      say(afterBreak(begun([...both, place("gamma")]), ""), "abc"),
      failed("invalid_request", false),
    );
    expect(again.next).toEqual({ goesOn: true, pauseMs: 0 });
    expect(nextAttempt(again.state, 1_000).place.name).toBe("gamma");
  });
});

describe("where it may cost only so much", () => {
  const dear = place("dear");

  test("an order is not begun with what is too dear", () => {
    const order = completionOrder.parse({ ...hello, cost_max_usd: 0.001 });
    const start = beginAnswering({
      order,
      places: [dear],
      hears: true,
      node: undefined,
      retriesMax: 1,
      backoffFactor: 2,
    });
    expect(start).toMatchObject({ ok: false, failure: { code: "budget" } });
  });

  test("what was perhaps paid in vain counts", () => {
    const state = begun([dear, place("other")], { cost_max_usd: 0.015 });
    const step = ended(granted(nextAttempt(state, 1_000).state), failed("auth", false));
    expect(resultOf(step)).toMatchObject({ ok: false, failure: { code: "auth" } });
  });
});

describe("where the gate refuses", () => {
  const limit = (retryInMs: number): AttemptOutcome => {
    return { is: "refused", refusal: { reason: "limit", retryInMs, what: "The rate of alpha" }, waitedMs: 0 };
  };
  const budget: AttemptOutcome = {
    is: "refused",
    refusal: { reason: "budget", retryInMs: null, what: "The budget of the run" },
    waitedMs: 0,
  };

  test("the next entry is asked at once, and the last one may wait in line", () => {
    const first = nextAttempt(begun([place("alpha"), place("beta")]), 50_000);
    expect(first.input.waitMsMax).toBe(lineMsMax);
    const step = ended(first.state, limit(9_000));
    expect(step.next).toEqual({ goesOn: true, pauseMs: 0 });
    const second = nextAttempt(step.state, 50_000);
    expect([second.place.name, second.input.waitMsMax]).toEqual(["beta", 50_000]);
  });

  test("the one that is free first is waited for, where there is time", () => {
    const step = ended(nextAttempt(begun([place("alpha"), place("beta")]), 50_000).state, limit(9_000));
    const last = ended(nextAttempt(step.state, 50_000).state, limit(20_000));
    expect(last.next).toEqual({ goesOn: true, pauseMs: 9_000 });
    expect(nextAttempt(last.state, 41_000).place.name).toBe("alpha");
  });

  test.each([0, 8_999])(
    "it ends with when to come back where the order may wait for %d ms only",
    (limit_wait_ms) => {
      const state = begun([place("alpha")], { limit_wait_ms });
      const { state: first, input } = nextAttempt(state, 50_000);
      expect(input.waitMsMax).toBe(limit_wait_ms);
      expect(resultOf(ended(first, limit(9_000)))).toMatchObject({
        ok: false,
        failure: { code: "limited", retryable: true, retryAfterMs: 9_000 },
        tries: { requests: 0, inVain: 0 },
      });
    },
  );

  test("for a budget it ends with that", () => {
    expect(resultOf(ended(nextAttempt(begun([place("alpha")]), 1_000).state, budget))).toMatchObject({
      failure: {
        code: "budget",
        retryable: false,
        message: expect.stringContaining("The budget of the run"),
      },
    });
  });
});

describe("the same entry on other nodes", () => {
  const here = place("alpha", { node: undefined });
  const there = place("alpha", { node: "far" });

  test("is asked where the line of one was broken", () => {
    const step = attemptEnded(
      granted(nextAttempt(begun([here, there]), 1_000).state),
      undefined,
      "noconnection",
      moment,
    );
    expect(nextAttempt(step.state, 1_000).place.node).toBe("far");
  });

  test("is spared where the account is the trouble, and asked where each node has its own", () => {
    const denied = failed("auth", false);
    expect(ended(nextAttempt(begun([here, there]), 1_000).state, denied).next.goesOn).toBe(false);
    const own = [
      { ...here, isLocal: true },
      { ...there, isLocal: true },
    ];
    expect(ended(nextAttempt(begun(own), 1_000).state, denied).next.goesOn).toBe(true);
  });
});

const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ does: fc.constant("says" as const), text: fc.string({ maxLength: 30 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ does: "calls" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant("ends" as const),
      outcome: fc.constantFrom<AttemptOutcome | undefined>(
        undefined,
        failed("connection"),
        failed("overloaded"),
        failed("auth", false),
        { is: "refused", refusal: { reason: "breaker", retryInMs: 5 }, waitedMs: 0 },
        { is: "refused", refusal: { reason: "limit", retryInMs: 5, what: "A rate" }, waitedMs: 3 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ does: "answers" as const }) },
);

test("whatever happens, what was heard is what is given, and it ends", () => {
  const orders = fc.record({
    isOfOnePiece: fc.boolean(),
    so_far: fc.constantFrom(undefined, "", "So far and no further"),
  });
  fc.assert(
    fc.property(orders, fc.array(happening, { maxLength: 60 }), ({ isOfOnePiece, so_far }, happenings) => {
      const request = isOfOnePiece
        ? { ...hello.request, answer_schema: { name: "a", schema: { type: "object" } } }
        : hello.request;
      let state = begun([place("alpha"), place("beta")], {
        request,
        ...(so_far === undefined ? {} : { so_far }),
      });
      state = nextAttempt(state, 1_000).state;
      const events: SaidEvent[] = [];
      let result: CompletionResult | undefined;
      const follow = (step: Step): void => {
        state = step.state;
        events.push(...step.events);
        if (step.next.goesOn) state = nextAttempt(state, 1_000).state;
        else result = step.next.result;
      };
      for (const what of happenings) {
        if (result !== undefined) break;
        if (what.does === "ends") follow(ended(state, what.outcome));
        else if (what.does === "answers") follow(ended(granted(state), answered()));
        else {
          const piece: ModelEvent = what.does === "calls" ? use : { type: "text", text: what.text };
          const told = hearing(granted(state), [piece]);
          state = told.state;
          events.push(...told.events);
        }
      }
      if (result === undefined) follow(expired(state, 1_000));
      expect(state.said.told).toBe(events.length);
      if (!result?.ok) return;
      const { completion, parts } = result;
      expect(shown(events)).toBe(completion.text);
      expect(parts.reduce((sum, { characters }) => sum + characters, 0)).toBe(completion.text.length);
      if (completion.finish === "partial") expect(completion.tool_calls).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test("an order that nobody can answer comes to an end", () => {
  let state = begun([place("alpha"), place("beta"), place("gamma")]);
  for (let attempts = 0; ; attempts += 1) {
    expect(attempts).toBeLessThan(20);
    const step = ended(granted(nextAttempt(state, 1_000).state), failed("overloaded"));
    if (!step.next.goesOn) break;
    state = step.state;
  }
});
