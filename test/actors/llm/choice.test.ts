import { describe, expect, test } from "vitest";
import { affordable, choose, mostOf, needOf } from "../../../actors/llm/choice.ts";
import { type CompletionOrder, completionOrder } from "../../../actors/llm/completion.ts";
import { place } from "./places.ts";
import { hello } from "./simulation.ts";

const local = place("local", {
  labels: ["local", "fast"],
  price: { inputPerMillion: 0, outputPerMillion: 0 },
});
const cloud = place("cloud", { labels: ["fast"] });
const unknown = place("unknown", { price: null });
const all = [local, cloud, unknown];
const schema = { name: "a", schema: { type: "object" } };
const tools = [{ name: "look", description: "Looks.", parameters: { type: "object" } }];

function namesFor(over: Partial<CompletionOrder>, places = all): readonly string[] | string {
  const chosen = choose(completionOrder.parse({ ...hello, ...over }), places);
  return chosen.ok ? chosen.places.map(({ name }) => name) : chosen.failure.code;
}

describe("the entries that may answer an order are", () => {
  test("all, in their order", () => {
    expect(namesFor({})).toEqual(["local", "cloud", "unknown"]);
  });

  test("the one that is named, on every node that has it, and no other", () => {
    const twice = [...all, place("cloud", { node: "far" })];
    expect(namesFor({ provider: "cloud" }, twice)).toEqual(["cloud", "cloud"]);
    expect(namesFor({ provider: "other" })).toBe("unknown_provider");
  });

  test("those that have all of the labels", () => {
    expect(namesFor({ labels: ["fast"] })).toEqual(["local", "cloud"]);
    expect(namesFor({ labels: ["fast", "local"] })).toEqual(["local"]);
    expect(namesFor({ labels: ["slow"] })).toBe("no_provider");
    expect(namesFor({ provider: "cloud", labels: ["local"] })).toBe("no_provider");
  });

  test("those of which it is not known that they cannot do what is asked for", () => {
    const deaf = place("deaf", { tools: false, structured: false });
    const able = place("able", { tools: true, structured: true });
    const places = [deaf, able, cloud];
    expect(namesFor({ request: { ...hello.request, tools } }, places)).toEqual(["able", "cloud"]);
    expect(namesFor({ request: { ...hello.request, answer_schema: schema } }, places)).toEqual([
      "able",
      "cloud",
    ]);
    expect(namesFor({ request: { ...hello.request, tools } }, [deaf])).toBe("no_provider");
    expect(namesFor({ provider: "deaf", request: { ...hello.request, tools } }, places)).toEqual(["deaf"]);
  });
});

describe("of those, by what the request needs, are left", () => {
  const need = { inputTokens: 1_000, outputTokens: undefined };
  const names = (leftUsd: number | undefined, places = all) => {
    const chosen = affordable(places, need, leftUsd);
    return chosen.ok ? chosen.places.map(({ name }) => name) : chosen.failure.code;
  };

  test("those whose model is long enough, as far as that is known, or all where none is", () => {
    const short = place("short", { contextTokens: 100 });
    expect(names(undefined, [short, cloud])).toEqual(["cloud"]);
    expect(names(undefined, [short])).toEqual(["short"]);
    expect(names(undefined, [place("close", { contextTokens: 800 })])).toEqual(["close"]);
  });

  test("those that cannot cost more than it may", () => {
    expect(names(1)).toEqual(["local", "cloud"]);
    expect(names(0.0001)).toEqual(["local"]);
    expect(names(0.0001, [cloud, unknown])).toBe("budget");
    expect(names(0, [local])).toEqual(["local"]);
  });
});

describe("what a request needs", () => {
  test("is counted over all that is sent", () => {
    const bare = needOf(hello.request);
    expect(needOf({ ...hello.request, tools }).inputTokens).toBeGreaterThan(bare.inputTokens);
    const call = { id: "1", name: "look", arguments: { text: "x".repeat(700) } };
    const message = { role: "assistant" as const, content: "", tool_calls: [call] };
    expect(needOf({ messages: [...hello.request.messages, message] }).inputTokens).toBeGreaterThan(200);
  });

  test("is at most what the order, or else the entry, lets be written, and what that costs", () => {
    expect(mostOf({ inputTokens: 1_000, outputTokens: undefined }, cloud)).toEqual({
      tokens: 2_000,
      costMaxUsd: 0.025,
    });
    expect(mostOf({ inputTokens: 1_000, outputTokens: 10 }, cloud).tokens).toBe(1_010);
    expect(mostOf({ inputTokens: 1_000, outputTokens: 10 }, unknown).costMaxUsd).toBeNull();
  });
});
