// What a node tells of its language models, and has done about them, asked over a network in memory as a command asks it.
import { describe, expect, it } from "vitest";
import type { ControlledNode } from "../../../actors/control/controlled-node.ts";
import { ControlDesk } from "../../../actors/control/desk.ts";
import { encodeRequest } from "../../../actors/control/envelope.ts";
import { type ControlVerb, decodeAnswer } from "../../../actors/control/protocol.ts";
import { controlName, controlServer } from "../../../actors/control/server.ts";
import { Vitals } from "../../../actors/control/vitals.ts";
import type { EntryHealth } from "../../../actors/llm/health.ts";
import { memoryNetwork } from "../../../runtime/carriers/memory.ts";
import { noReply, ok, replyWith, server, startNode } from "../../../runtime/index.ts";
import { subjects } from "../../../runtime/wire/subject.ts";
import { simulatedWorld } from "../../../runtime/worlds/simulated.ts";

const price = {
  ...{ inputPerMillion: 2, cachedPerMillion: 0.2, cacheWritePerMillion: 2.5, outputPerMillion: 10 },
  source: "list" as const,
};
const models = Array.from({ length: 3 }, (_, number) => {
  return { name: `model-${number}`, contextTokens: 1_000, price: number === 0 ? price : null };
});
const shownModels = models.map((model) => ({
  ...model,
  price: model.price && {
    ...{ input_usd_per_million_tokens: 2, cached_input_usd_per_million_tokens: 0.2 },
    ...{ cache_write_usd_per_million_tokens: 2.5, output_usd_per_million_tokens: 10, source: "list" },
  },
}));
const breaker = {
  ...{ entry: "main", state: "open", held: false, failures: 5, permits: 0, retryInMs: 42_000 },
  models: [{ model: "model-0", state: "open", held: false, failures: 5, permits: 0, retryInMs: 42_000 }],
};
const { permits: _, ...shownBreaker } = {
  ...breaker,
  models: breaker.models.map(({ permits: __, ...one }) => one),
};

const farFigures = {
  ...{ requests: 3, errors: 0, errorsByCode: {}, tookMs: { p50: 50, p95: 60 }, firstMs: null },
  ...{ inputTokens: 9, outputTokens: 3, costUsd: 0 },
};

interface Parts {
  readonly looks?: readonly EntryHealth[];
  readonly entries?: readonly object[];
  readonly usage?: object;
}

const answering: EntryHealth = {
  entry: "main",
  kind: "openai",
  look: { at: 1, tookMs: 42, models, failure: undefined },
};
const failing: EntryHealth = {
  entry: "other",
  kind: "openai",
  look: {
    ...{ at: 1, tookMs: 7, models: undefined },
    failure: { code: "auth", message: "Its key is refused.", retryable: false, entry: "other" },
  },
};

async function withNode({ looks = [answering, failing], entries, usage }: Parts = {}) {
  const world = simulatedWorld();
  const node = startNode({ world, name: "alpha" });
  const ordered: unknown[] = [];
  const part = (name: string, calls: Record<string, (payload: never) => unknown>) => {
    const handlers = Object.entries(calls).map(([call, answer]) => [
      call,
      (state: undefined, payload: never) => replyWith<unknown, undefined>(answer(payload), state),
    ]);
    const logic = server(name, {
      init: () => ok(undefined),
      calls: Object.fromEntries(handlers),
      info: (state) => noReply(state),
    });
    return world.until(node.spawn(logic, { name }));
  };
  const known = entries ?? [
    { name: "main", kind: "openai", breaker, running: 2, waiting: 1 },
    { name: "other", kind: "openai", breaker: undefined, running: 0, waiting: 0 },
  ];
  const figures = [
    {
      ...{ entry: "main", node: "beta", requests: 20, errors: 1, errorsByCode: { timeout: 1 } },
      ...{
        tookMs: { p50: 900, p95: 1_200 },
        firstMs: null,
        inputTokens: 100,
        outputTokens: 10,
        costUsd: 0.01,
      },
    },
    { ...farFigures, entry: "far", node: "gamma" },
  ];
  await part("llm.coordinator", {
    status: () => ({ entries: known, running: 2, waiting: 1 }),
    figures: () => figures,
  });
  await part("llm.health", {
    look: ({ entry }: { readonly entry?: string }) =>
      looks.filter((look) => entry === undefined || look.entry === entry),
  });
  await part("llm.breaker.main", {
    order: (order: never) => {
      ordered.push(order);
      return breaker;
    },
  });
  await part("llm.budget", {
    usage: ({ days }: { readonly days: number }) =>
      usage ?? { ok: true, days: [{ day: String(days), models: [], costUsd: 0 }] },
  });
  const controlled = {
    state: () => "running",
    ...{ node, incarnation: node.incarnation, cluster: "aiex", program: "0.1.0", owned: undefined },
  } as unknown as ControlledNode;
  await world.until(
    node.spawn(controlServer({ controlled, vitals: new Vitals(node) }), { name: controlName }),
  );
  const network = memoryNetwork(world);
  new ControlDesk(controlled).open(network.carrier("alpha"));
  const tester = network.carrier("tester");
  const ask = async <V extends ControlVerb>(verb: V, request: Readonly<Record<string, unknown>>) => {
    const subject = subjects("aiex").ctl("tester", verb, "alpha");
    const answer = await world.until(tester.request(subject, encodeRequest(request), 120_000));
    if (answer.kind !== "answer") throw new Error(`There was ${answer.kind} and no answer.`);
    return decodeAnswer("alpha", verb, answer.payload);
  };
  const inspect = async (request: Readonly<Record<string, unknown>>) =>
    (await ask("inspect", request)).report;
  return { ask, inspect, ordered };
}

describe("A node that is asked about its language models", () => {
  it("tells how its providers fare", async () => {
    const { inspect } = await withNode();
    expect(await inspect({ what: "llm_health" })).toEqual({
      entries: [
        {
          ...{
            entry: "main",
            kind: "openai",
            reachable: true,
            tookMs: 42,
            problem: null,
            running: 2,
            waiting: 1,
          },
          breaker: shownBreaker,
          figures: [
            {
              ...{ node: "beta", requests: 20, errors: 1, errorsByCode: { timeout: 1 } },
              ...{ tookMs: { p50: 900, p95: 1_200 }, firstMs: null },
              ...{ inputTokens: 100, outputTokens: 10, costUsd: 0.01 },
            },
          ],
        },
        {
          ...{ entry: "other", kind: "openai", reachable: false, tookMs: null, running: 0, waiting: 0 },
          problem: { code: "auth", message: "Its key is refused." },
          ...{ breaker: null, figures: [] },
        },
      ],
      elsewhere: [{ ...farFigures, entry: "far", node: "gamma" }],
    });
  });

  it("tells which models they have", async () => {
    const { inspect } = await withNode();
    expect(await inspect({ what: "llm_models", entry: "main" })).toEqual({
      entries: [{ entry: "main", kind: "openai", models: shownModels, problem: null }],
      cut: 0,
    });
  });

  it("tells of as many models as a message holds, and counts the others", async () => {
    const many = Array.from({ length: 20_000 }, (_, number) => {
      return { name: `${"m".repeat(90)}-${number}`, price };
    });
    const { inspect } = await withNode({
      looks: [{ ...answering, look: { at: 1, tookMs: 1, models: many, failure: undefined } }],
    });
    const report = (await inspect({ what: "llm_models" })) as {
      entries: { models: unknown[] }[];
      cut: number;
    };
    const shown = report.entries[0]?.models.length ?? 0;
    expect(shown).toBeGreaterThan(1_000);
    expect(shown + report.cut).toBe(many.length);
  });

  it("tells how the breakers are without asking any provider", async () => {
    const { inspect } = await withNode({ looks: [] });
    expect(await inspect({ what: "llm_breakers" })).toEqual({ breakers: [shownBreaker] });
  });

  it("tells what was used", async () => {
    const { inspect } = await withNode();
    expect(await inspect({ what: "llm_usage", days: 3 })).toEqual({
      days: [{ day: "3", models: [], costUsd: 0 }],
    });
  });

  it("says that what was used cannot be read now", async () => {
    const { inspect } = await withNode({ usage: { ok: false, message: "The disk is away." } });
    await expect(inspect({ what: "llm_usage" })).rejects.toMatchObject({
      code: "usage_unavailable",
      message: "The disk is away.",
      retryable: true,
    });
  });

  it("has a breaker opened, for all models or for one", async () => {
    const { ask, ordered } = await withNode();
    expect(await ask("llm", { what: "breaker", entry: "main", order: "open" })).toEqual({
      breaker: shownBreaker,
    });
    await ask("llm", { what: "breaker", entry: "main", order: "reset", model: "model-0" });
    expect(ordered).toEqual([{ order: "open" }, { order: "reset", model: "model-0" }]);
  });

  it("knows no entry that is not configured", async () => {
    const { ask, inspect } = await withNode();
    const order = ask("llm", { what: "breaker", entry: "nobody", order: "open" });
    await expect(order).rejects.toMatchObject({
      code: "unknown_provider",
      message: expect.stringContaining("main, other"),
    });
    await expect(inspect({ what: "llm_health", entry: "nobody" })).rejects.toMatchObject({
      code: "unknown_provider",
    });
    const empty = await withNode({ looks: [], entries: [] });
    expect(await empty.inspect({ what: "llm_models" })).toEqual({ entries: [], cut: 0 });
    await expect(empty.inspect({ what: "llm_models", entry: "main" })).rejects.toMatchObject({
      code: "no_provider",
    });
  });

  it.each<[ControlVerb, Readonly<Record<string, unknown>>]>([
    ["llm", {}],
    ["llm", { what: "breaker", entry: "main", order: "explode" }],
    ["llm", { what: "breaker", entry: "", order: "open" }],
    ["inspect", { what: "llm_usage", days: 0 }],
    ["inspect", { what: "llm_health", entry: 5 }],
  ])("refuses %s of %j", async (verb, request) => {
    const { ask, ordered } = await withNode();
    await expect(ask(verb, request)).rejects.toMatchObject({ code: "bad_request" });
    expect(ordered).toEqual([]);
  });
});
