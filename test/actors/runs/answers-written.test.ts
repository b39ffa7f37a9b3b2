// What a step has written of an answer, as another attempt of it finds it, here or under another owner.
import { describe, expect, test } from "vitest";
import type { Operations, Plan, StepContext } from "../../../actors/pipeline/plan.ts";
import { answerNews, newsOf } from "../../../actors/runs/answer-news.ts";
import { runLimits } from "../../../actors/runs/limits.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { RunState } from "../../../actors/runs/run-state.ts";
import { step, withRun } from "./run-stage.ts";

const plan: Plan = { steps: [step("only", "work")], result: "only" };

function restarted(answer: string) {
  return { answer, entry: "other", reason: "It was cut off." };
}

function stateOf(entries: readonly RunEntry[]): RunState {
  const state = new RunState();
  for (const entry of entries) expect(state.apply(entry)).toBe(true);
  return state;
}

/**
 * Runs a step whose first attempt does `first` and fails, and gives what the second one finds under each of `answers`. It begins
 * long before what the first one said last is written.
 */
async function found(first: (context: StepContext) => Promise<void>, ...answers: readonly string[]) {
  let texts: readonly string[] = [];
  const operations: Operations = {
    work: async (_, context) => {
      if (context.attempt === 1) {
        await first(context);
        throw new Error("It broke.");
      }
      texts = await Promise.all(answers.map((answer) => context.written(answer)));
      return { output: null };
    },
  };
  await withRun(operations, async (stage) => {
    await stage.begin(plan);
    stage.onAppend = async () => {
      await stage.pass(500);
      return undefined;
    };
    await stage.ended(await stage.start());
    expect(stateOf(await stage.entries()).phase).toBe("done");
  });
  return texts;
}

describe("What was written of an answer", () => {
  test("is found by another attempt, in order, apart from other answers and from what is none", async () => {
    const texts = await found(
      async (context) => {
        await context.write("Well, ", "a");
        await context.write("no answer");
        await context.write("other", "b");
        await context.write("yes.", "a");
        expect(await context.written("a")).toBe("Well, yes.");
      },
      "a",
      "b",
      "c",
    );
    expect(texts).toEqual(["Well, yes.", "other", ""]);
  });

  test("begins anew where readers were told so, for that answer alone", async () => {
    const texts = await found(
      async (context) => {
        await context.write("Wrong", "a");
        await context.write("kept", "b");
        await context.tell(answerNews.restarted, restarted("a"));
        await context.write("Right", "a");
        await context.tell(answerNews.continued, restarted("a"));
        await context.tell(answerNews.restarted, "of another form");
        await context.write(".", "a");
      },
      "a",
      "b",
    );
    expect(texts).toEqual(["Right.", "kept"]);
  });

  test("is whole, although the attempt ended before it lasted", async () => {
    const texts = await found(async (context) => {
      void context.write("on its way", "a");
    }, "a");
    expect(texts).toEqual(["on its way"]);
  });

  test("is whole where it is larger than an entry, and every entry is small", async () => {
    const long = "x\u{1f600}".repeat(runLimits.textCharactersMax);
    let found = "";
    await withRun(
      {
        work: async (_, context) => {
          await context.write(long, "a");
          found = await context.written("a");
          return { output: null };
        },
      },
      async (stage) => {
        await stage.begin(plan);
        await stage.ended(await stage.start());
        const texts = (await stage.entries()).flatMap((entry) => (entry.type === "text" ? [entry.text] : []));
        expect(texts.join("") === long).toBe(true);
        for (const text of texts) expect(text.length).toBeLessThanOrEqual(runLimits.textCharactersMax);
      },
    );
    expect(found === long).toBe(true);
  });

  test("is found by the next owner", () => {
    let found: string | undefined;
    const operations: Operations = {
      work: async (_, context) => {
        found = await context.written("a");
        if (context.attempt === 1) {
          await context.write("Half", "a");
          await new Promise(() => {});
        }
        return { output: null };
      },
    };
    return withRun(operations, async (stage) => {
      await stage.begin(plan);
      const first = await stage.start();
      await stage.pass(1_000);
      const ended = stage.ended(first);
      stage.node.exit(first, "kill");
      await ended;
      await stage.ended(await stage.start("node_down"));
      expect(found).toBe("Half");
    });
  });

  test("is forgotten once its step is finished: its output has what is to be kept", () => {
    const facts: readonly RunFact[] = [
      { type: "step_started", step: "s", operation: "o", attempt: 1 },
      { type: "text", step: "s", text: "Half", answer: "a" },
      { type: "step_finished", step: "s", output: { value: null }, added: 0 },
    ];
    const state = new RunState();
    for (const [index, fact] of facts.entries()) {
      expect(state.apply({ ...fact, n: index + 1, at: 0, node: "n" })).toBe(true);
      expect(state.written("s", "a")).toBe(index === 1 ? "Half" : "");
    }
  });
});

describe("News of an answer", () => {
  test.each([
    ["another name", { name: "disclosure", about: restarted("a") }],
    ["nothing", { name: "restarted", about: null }],
    ["a list", { name: "restarted", about: ["a"] }],
    ["no answer", { name: "restarted", about: { entry: "e", reason: "r" } }],
    ["a number for a text", { name: "continued", about: { ...restarted("a"), reason: 1 } }],
  ])("is none with %s", (_, told) => {
    expect(newsOf({ type: "told", step: "s", ...told, n: 1, at: 0, node: "n" })).toBeUndefined();
  });
});
