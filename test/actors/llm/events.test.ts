import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../actors/llm/provider.ts";
import { llmTree, type Tree } from "./simulation.ts";

function told({ events }: Tree): string[] {
  return events.map(({ name }) => name).filter((name) => name.startsWith("llm."));
}

const down = { fail: new ProviderError("unreachable", "It is down.") };

describe("A request", () => {
  test("tells that it began and was answered, with its tokens", async () => {
    const tree = await llmTree({ one: [{ answer: "Hi." }] });
    await tree.until(tree.complete());
    expect(told(tree)).toEqual(["llm.request_began", "llm.request_answered"]);
    expect(tree.events.find(({ name }) => name === "llm.request_answered")?.data).toMatchObject({
      entry: "one",
      finish: "stop",
    });
    expect(JSON.stringify(tree.events)).not.toContain("Hi.");
  });

  test("tells that nobody waits for it any more", async () => {
    const tree = await llmTree({ one: [{ hang: true }] });
    const done = tree.complete();
    await tree.world.advance(10);
    await tree.kill("llm.coordinator");
    await tree.until(done);
    expect(told(tree).slice(0, 2)).toEqual(["llm.request_began", "llm.request_abandoned"]);
  });
});

describe("A breaker", () => {
  test("tells when it opens, tries and closes", async () => {
    const settings = { max_retries: 0, circuit_breaker: { failure_threshold: 1, recovery_time_ms: 1_000 } };
    const tree = await llmTree({ one: [down, { answer: "Hi." }] }, settings);
    await tree.until(tree.complete());
    await tree.world.advance(1_000);
    await tree.until(tree.complete());
    expect(told(tree)).toEqual([
      "llm.request_began",
      "llm.request_failed",
      "llm.breaker_opened",
      "llm.breaker_half_opened",
      "llm.request_began",
      "llm.request_answered",
      "llm.breaker_closed",
    ]);
  });
});
