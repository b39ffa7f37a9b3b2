import { describe, expect, test } from "vitest";
import { ProviderError } from "../../../actors/llm/provider.ts";
import { llmTree, type Tree } from "./simulation.ts";

function told({ events }: Tree): string[] {
  return events.map(({ name }) => name).filter((name) => name.startsWith("llm."));
}

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

describe("An answer that is cut off", () => {
  const cut = { say: ["Good "], end: { fail: new ProviderError("connection", "It broke.") } } as const;
  const names = (tree: Tree) => told(tree).filter((name) => name.startsWith("llm.answer_"));

  test("tells that it is gone on with, or that it is a part", async () => {
    const tree = await llmTree({ alpha: [cut], beta: [{ say: ["day."] }, cut] }, { max_retries: 0 });
    await tree.until(tree.listen().outcome);
    expect(names(tree)).toEqual(["llm.answer_continued"]);
    await tree.until(tree.listen({ provider: "beta" }).outcome);
    expect(names(tree)).toEqual(["llm.answer_continued", "llm.answer_partial"]);
    expect(JSON.stringify(tree.events)).not.toMatch(/Good|day/);
  });

  test("tells that it begins again", async () => {
    const tree = await llmTree({ alpha: [{ ...cut, say: [" "] }], beta: [{ say: ["day."] }] });
    await tree.until(tree.listen().outcome);
    expect(names(tree)).toEqual(["llm.answer_restarted"]);
  });
});
