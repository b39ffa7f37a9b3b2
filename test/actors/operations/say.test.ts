// An answer of a model within a run: written down as it comes, asked for once, waited for, and counted.
import { describe, expect, test } from "vitest";
import type { CompletionOrder } from "../../../actors/llm/completion.ts";
import type { SaidEvent } from "../../../actors/llm/model-event.ts";
import { planOfSaying, sayingOperations } from "../../../actors/operations/model.ts";
import { type Said, say } from "../../../actors/operations/say.ts";
import type { Operations, Plan } from "../../../actors/pipeline/plan.ts";
import type { RunEntry } from "../../../actors/runs/run-entry.ts";
import type { RunSpec } from "../../../actors/runs/run-spec.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import { memoryRunStore } from "../../../actors/runs/stores/memory.ts";
import { simulatedWorld, startNode } from "../../../runtime/index.ts";
import { type RunStage, stageOf, step } from "../runs/run-stage.ts";
import { fails, type Script, says, scriptedCoordinator, speaks } from "./scripted-coordinator.ts";

const order: CompletionOrder = { request: { messages: [{ role: "user", content: "Well?" }] } };
const cutOff = { entry: "other", reason: "It was cut off." } as const;

interface Played {
  readonly said: Said;
  readonly entries: readonly RunEntry[];
  readonly state: RunState;
  readonly orders: readonly CompletionOrder[];
}

interface Staging {
  readonly plan?: Plan;
  readonly spec?: Partial<RunSpec>;
  readonly operations?: Operations;
  /** Sees to the run until it has ended; the usual way is to wait. */
  readonly see?: (stage: RunStage) => Promise<void>;
  /** The coordinator is begun again after so many milliseconds. */
  readonly againAfterMs?: number;
}

async function played(script: Script, staging: Staging = {}): Promise<Played> {
  const {
    plan = planOfSaying(order),
    spec,
    operations = sayingOperations,
    see = toEnd,
    againAfterMs = 1,
  } = staging;
  const world = simulatedWorld();
  const node = startNode({ world, name: "alpha" });
  const orders: CompletionOrder[] = [];
  const begin = async (): Promise<void> => {
    const pid = await node.spawn(scriptedCoordinator(script, orders), { name: "llm.coordinator" });
    node.monitor(pid, () => void world.timers.set(againAfterMs, () => void begin()));
  };
  const stage = stageOf({ world, node, store: memoryRunStore(world.clock), operations });
  let entries: readonly RunEntry[] = [];
  await world.until(
    (async () => {
      await begin();
      await stage.begin(plan, spec);
      await see(stage);
      entries = await stage.entries();
    })(),
  );
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  expect(state.phase).toBe("done");
  const { output } = state;
  return {
    said: (output !== undefined && "value" in output ? output.value : undefined) as Said,
    entries,
    state,
    orders,
  };
}

async function toEnd(stage: RunStage): Promise<void> {
  expect(await stage.ended(await stage.start())).toBe("normal");
}

function ofType<T extends RunEntry["type"]>(entries: readonly RunEntry[], type: T) {
  return entries.filter((entry): entry is Extract<RunEntry, { readonly type: T }> => entry.type === type);
}

function textOf(said: Said): string | undefined {
  return said.ok ? said.completion.text : undefined;
}

describe("An answer within a run", () => {
  test("that came to nothing says in its run what the provider has said of the request", async () => {
    const more = { entry: "work", phase: "silence", requestId: "req_123" } as const;
    const { said } = await played(() => fails("timeout", undefined, more));
    expect(said).toMatchObject({ ok: false, failure: { code: "timeout", ...more } });
  });

  test("is written down while it comes, and is the output", async () => {
    const { said, entries, orders } = await played(() =>
      speaks(["One", ", two", ", three."], undefined, 500),
    );
    const texts = ofType(entries, "text");
    expect(texts.map(({ text }) => text)).toEqual(["One", ", two", ", three."]);
    const spans = texts.slice(1).map(({ at }, index) => at - (texts[index]?.at ?? 0));
    expect(Math.min(...spans)).toBeGreaterThan(400);
    expect(said).toMatchObject({
      ok: true,
      entry: "work",
      completion: { text: "One, two, three.", finish: "stop" },
    });
    const whom = { run: expect.any(String), user: "me@here", limit_wait_ms: expect.any(Number) };
    expect(orders).toEqual([{ ...order, ...whom }]);
  });

  test("is counted in the moment in which it is written that it came, with its last words", async () => {
    const { entries, state } = await played(() => speaks(["One", ", two."], undefined, 500));
    const last = entries.findIndex(({ type }) => type === "outcome");
    expect(entries.slice(last - 2, last + 1).map(({ type }) => type)).toEqual(["text", "usage", "outcome"]);
    expect(new Set(entries.slice(last - 2, last + 1).map(({ at }) => at)).size).toBe(1);
    expect(state.summary(0)).toMatchObject({ tokens: 120, costUsd: 0.0003, interruptedCalls: 0 });
  });

  test("is counted by its parts, where several have written it", async () => {
    const usage = { input_tokens: 7, output_tokens: 3 };
    const parts = [
      { entry: "first", model: "m1", characters: 3, costUsd: null },
      { entry: "work", node: "beta", model: "m2", characters: 6, usage, costUsd: 0.5 },
    ];
    const ending = { ...says("One, two."), parts, costUsd: null, tries: { requests: 3, inVain: 2 } };
    const { entries, said } = await played(() => speaks(["One", ", two."], ending as never));
    const unknown = { inputTokens: null, outputTokens: null, costUsd: null };
    expect(ofType(entries, "usage")).toMatchObject([
      { provider: "work", ...unknown },
      { provider: "first", model: "m1", ...unknown },
      { provider: "work", model: "m2", inputTokens: 7, outputTokens: 3, costUsd: 0.5 },
    ]);
    expect(said).toMatchObject({ parts });
  });

  test("tells readers who goes on with it, and what does not count any more", async () => {
    const events: readonly SaidEvent[] = [
      { type: "reasoning", text: "Hm." },
      { type: "text", text: "One" },
      { type: "continued", ...cutOff },
      { type: "text", text: ", two" },
      { type: "restarted", ...cutOff },
      { type: "text", text: "Three" },
      { type: "tool_call", call: { id: "1", name: "t", arguments: {} } },
    ];
    const { said, entries } = await played(() => ({ says: events, everyMs: 100, ending: says("Three") }));
    const told = { answer: "answer", ...cutOff };
    expect(entries.filter(({ type }) => type === "text" || type === "told")).toMatchObject([
      { text: "One" },
      { name: "continued", about: told },
      { text: ", two" },
      { name: "restarted", about: told },
      { text: "Three" },
    ]);
    expect(textOf(said)).toBe("Three");
  });

  test("of one large piece is whole", async () => {
    const long = "x\u{1f600}".repeat(100_000);
    let text: string | undefined;
    const operations: Operations = {
      "model.say": async (input: { readonly order: CompletionOrder }, context) => {
        text = textOf(await say(context, input.order));
        return { output: null };
      },
    };
    await played(() => speaks([long]), { operations });
    expect(text === long).toBe(true);
  });

  test("is one of several in its step, each with its own text", async () => {
    let texts: readonly (string | undefined)[] = [];
    const operations: Operations = {
      both: async (_, context) => {
        const [one, two] = await Promise.all([
          say(context, order, { key: "one" }),
          say(context, { ...order, provider: "b" }, { key: "two" }),
        ]);
        if (context.attempt === 1) throw new Error("It broke.");
        texts = [textOf(one), textOf(two)];
        return { output: null };
      },
    };
    const { orders } = await played(({ provider }) => speaks(provider === "b" ? ["B", "2"] : ["A", "1"]), {
      operations,
      plan: { steps: [step("s", "both")], result: "s" },
    });
    expect(texts).toEqual(["A1", "B2"]);
    // The second attempt of the step has found both.
    expect(orders).toHaveLength(2);
  });
});

describe("An answer that cannot be had now", () => {
  test.each(["limited", "budget"] as const)("is waited for where %s says when it may be", async (code) => {
    const retryAfterMs = 90_000;
    const begun: number[] = [];
    const { said, entries, state, orders } = await played(
      (_, index) =>
        index === 0 ? fails(code, { requests: 0, inVain: 0 }, { retryAfterMs }) : speaks(["Now."]),
      {
        see: async (stage) => {
          begun.push(stage.world.clock.wallTime());
          await toEnd(stage);
        },
      },
    );
    expect(ofType(entries, "waiting")).toMatchObject([{ for: "limit", why: `It said ${code}.` }]);
    const until = ofType(entries, "waiting")[0]?.until ?? 0;
    expect(until - (begun[0] ?? 0)).toBeGreaterThanOrEqual(retryAfterMs);
    expect(textOf(said)).toBe("Now.");
    expect(state.summary(0)?.interruptedCalls).toBe(0);
    expect(orders).toHaveLength(2);
  });

  test("is waited for wherever its run is, and not asked for all the time", async () => {
    const { said, entries, orders, state } = await played(
      (_, index) =>
        index < 3
          ? fails("limited", { requests: 0, inVain: 0 }, { retryAfterMs: index === 0 ? 60_000 : 1 })
          : speaks(["Now."]),
      {
        see: async (stage) => {
          const first = await stage.start();
          await stage.pass(5_000);
          const ended = stage.ended(first);
          stage.node.exit(first, "kill");
          await ended;
          expect(await stage.ended(await stage.start("node_down"))).toBe("normal");
        },
      },
    );
    expect(textOf(said)).toBe("Now.");
    expect(orders).toHaveLength(4);
    const waits = ofType(entries, "waiting");
    expect(waits).toHaveLength(3);
    for (const { at, until = 0 } of waits) expect(until - at).toBeGreaterThan(900);
    expect(state.summary(0)?.interruptedCalls).toBe(0);
  });

  test("is waited for in the middle of it, and gone on with from there", async () => {
    const failure = {
      code: "limited",
      message: "100 a minute",
      retryable: true,
      retryAfterMs: 5_000,
    } as const;
    const part = { ...says("One", { finish: "partial" }), failure };
    const { said, entries, orders, state } = await played((_, index) =>
      index === 0 ? speaks(["One"], part as never) : speaks([", two."]),
    );
    expect(orders.map(({ so_far }) => so_far)).toEqual([undefined, "One"]);
    expect(textOf(said)).toBe("One, two.");
    expect(said).toMatchObject({
      parts: [
        { entry: "work", characters: 3 },
        { entry: "work", characters: 6 },
      ],
    });
    expect(ofType(entries, "usage")).toHaveLength(2);
    expect(ofType(entries, "waiting")).toHaveLength(1);
    expect(state.summary(0)?.interruptedCalls).toBe(0);
  });

  test("is said to be none where waiting does not help, and is asked for once", async () => {
    for (const code of ["auth", "budget", "limited", "content_filtered"] as const) {
      const { said, orders, entries } = await played(() => fails(code, { requests: 2, inVain: 1 }));
      expect(said).toMatchObject({ ok: false, failure: { code, message: `It said ${code}.` } });
      expect(orders).toHaveLength(1);
      expect(ofType(entries, "usage")).toMatchObject([{ costUsd: null, interrupted: false }]);
    }
  });

  test("is a part where nobody could go on with it, and says why", async () => {
    const failure = { code: "connection", message: "It broke.", retryable: true, entry: "work" } as const;
    const part = { ...says("One", { finish: "partial" }), failure };
    const { said } = await played(() => speaks(["One"], part as never));
    expect(said).toMatchObject({ ok: true, failure, completion: { text: "One", finish: "partial" } });
  });
});

describe("An answer in the middle of which the coordinator is lost", () => {
  test("is gone on with from its text so far, and counted", async () => {
    const { said, orders, entries } = await played(
      (_, index) => (index === 0 ? speaks(["One", ", two"], "lost") : speaks([", three."])),
      { againAfterMs: 40 },
    );
    expect(textOf(said)).toBe("One, two, three.");
    expect(orders.map(({ so_far }) => so_far)).toEqual([undefined, "One, two"]);
    expect(ofType(entries, "usage")).toMatchObject([{ costUsd: null }, { inputTokens: 100 }]);
    expect(said).toMatchObject({
      parts: [
        { entry: "unknown", model: "unknown", characters: 8, costUsd: null },
        { entry: "work", characters: 8 },
      ],
      costUsd: null,
    });
    expect(said.ok && said.completion).not.toHaveProperty("usage");
    expect(ofType(entries, "intent")).toHaveLength(1);
  });

  test("is gone on with from where it began anew", async () => {
    const events: readonly SaidEvent[] = [
      { type: "text", text: "Wrong" },
      { type: "restarted", ...cutOff },
      { type: "text", text: "Ri" },
    ];
    const { said, orders } = await played((_, index) =>
      index === 0 ? { says: events, everyMs: 50, ending: "lost" } : speaks(["ght"]),
    );
    expect(orders.map(({ so_far }) => so_far)).toEqual([undefined, "Ri"]);
    expect(textOf(said)).toBe("Right");
    expect(said).toMatchObject({
      parts: [
        { entry: "other", characters: 2 },
        { entry: "work", characters: 3 },
      ],
    });
  });

  test("says who wrote what of it, as far as somebody said so", async () => {
    const events: readonly SaidEvent[] = [
      { type: "text", text: "One" },
      { type: "continued", ...cutOff },
      { type: "text", text: ", two" },
    ];
    const plan = planOfSaying({ ...order, provider: "named" });
    const { said } = await played(
      (_, index) => (index === 0 ? { says: events, everyMs: 50, ending: "lost" } : speaks([", three."])),
      { plan },
    );
    const wrote = said.ok ? said.parts.map(({ entry, characters }) => [entry, characters]) : [];
    expect(wrote).toEqual([
      ["named", 3],
      ["other", 5],
      ["work", 8],
    ]);
  });

  test("again and again, is none, and says so", async () => {
    const { said } = await played(() => speaks(["One"], "lost"));
    expect(said).toMatchObject({ ok: false, failure: { code: "interrupted", retryable: true } });
  });
});

describe("An answer of a run that may cost so much", () => {
  test("may cost what is left", async () => {
    const plan: Plan = {
      steps: [step("one", "model.say", { order }), step("two", "model.say", { order }, ["one"])],
      result: "two",
    };
    const { orders } = await played(() => ({ ...says("Yes."), costUsd: 0.25, parts: [] }) as never, {
      plan,
      spec: { costUsdMax: 1 },
    });
    expect(orders.map(({ cost_max_usd }) => cost_max_usd)).toEqual([1, 0.75]);
  });

  test("may cost what it was ordered for, where that is less", async () => {
    const cheap = { ...order, cost_max_usd: 0.125 };
    const bounded = await played(() => says("Yes."), { plan: planOfSaying(cheap), spec: { costUsdMax: 1 } });
    expect(bounded.orders[0]?.cost_max_usd).toBe(0.125);
    const free = await played(() => says("Yes."), { plan: planOfSaying(cheap) });
    expect(free.orders[0]?.cost_max_usd).toBe(0.125);
  });
});
