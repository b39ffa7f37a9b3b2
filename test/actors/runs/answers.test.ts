// Answers to what a run asks: the first one counts, also where a second comes before the first is written down.
import { describe, expect, test } from "vitest";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { runLimits } from "../../../actors/runs/limits.ts";
import { sleep } from "../../../runtime/index.ts";
import { step, withRun } from "./run-stage.ts";

const operations: Operations = {
  ask: async (_, context) => ({
    output: await context.ask({ key: "which", text: "Which?", choices: ["left", "right"] }),
  }),
};

const talk: Operations = {
  /** Says a number every 100 ms, until somebody has heard enough. */
  talk: async (_, context) => {
    let hasEnough = false;
    void context.cutShort().then(() => {
      hasEnough = true;
    });
    let said = 0;
    for (; !hasEnough; said += 1) await sleep(100);
    return { output: said };
  },
  /** Waits for a limit that is over in an hour, unless it is cut short. */
  rest: async (_, context) => {
    const enough = await Promise.race([context.cutShort().then(() => "enough"), sleep(10)]);
    if (enough !== "enough") await context.wait("limit", "a rate", Date.parse("2126-01-01"));
    return { output: enough };
  },
  word: async (_, context) => ({
    output: await context.ask({ key: "what", text: "What?", choices: [] }),
  }),
};

describe("A question without choices", () => {
  test("takes any text that is one, and neither nothing nor more than an entry holds", () =>
    withRun(talk, async (stage) => {
      await stage.begin({ steps: [step("one", "word")], result: "one" }, { asks: true });
      const pid = await stage.start();
      await stage.pass(100);
      const long = "x".repeat(runLimits.answerCharactersMax + 1);
      for (const choice of ["", " \n", long, "to be\nor not", "late"])
        stage.tell(pid, { type: "answer", question: "one/what", choice, by: "me" });
      await stage.pass(100);
      expect((await stage.entries()).at(-1)).toMatchObject({
        type: "done",
        output: { value: "to be\nor not" },
      });
    }));
});

describe("A run of which somebody has heard enough", () => {
  test("has the steps end that listen for it, and writes that down once", () =>
    withRun(talk, async (stage) => {
      await stage.begin({ steps: [step("one", "talk")], result: "one" });
      const pid = await stage.start();
      await stage.pass(350);
      stage.tell(pid, { type: "cut_short", by: "me" });
      stage.tell(pid, { type: "cut_short", by: "me" });
      await stage.pass(200);
      const entries = await stage.entries();
      expect(entries.filter(({ type }) => type === "cut_short")).toMatchObject([{ step: "one", by: "me" }]);
      expect(entries.at(-1)).toMatchObject({ type: "done", output: { value: 4 } });
    }));

  test("wakes a step that waits for something else", () =>
    withRun(talk, async (stage) => {
      await stage.begin({ steps: [step("one", "rest")], result: "one" });
      const pid = await stage.start();
      await stage.pass(1_000);
      stage.tell(pid, { type: "cut_short", by: "me" });
      await stage.pass(1_000);
      expect((await stage.entries()).at(-1)).toMatchObject({ type: "done", output: { value: "enough" } });
    }));

  test("has a step end at once that is tried again by another owner", () =>
    withRun(talk, async (stage) => {
      await stage.begin({ steps: [step("one", "talk")], result: "one" });
      const first = await stage.start();
      await stage.pass(150);
      stage.onAppended = () => stage.node.exit(first, "kill");
      stage.tell(first, { type: "cut_short", by: "me" });
      await stage.ended(first);
      stage.onAppended = undefined;
      await stage.start("node_down");
      await stage.pass(300);
      const last = (await stage.entries()).at(-1);
      expect(last).toMatchObject({ type: "done" });
    }));
});

describe("A run that is answered", () => {
  test("twice at once takes the first answer, and writes that alone", () =>
    withRun(operations, async (stage) => {
      await stage.begin({ steps: [step("fork", "ask")], result: "fork" }, { asks: true });
      const pid = await stage.start();
      await stage.pass(100);
      for (const choice of ["left", "right", "left"])
        stage.tell(pid, { type: "answer", question: "fork/which", choice, by: "me" });
      await stage.pass(100);
      const entries = await stage.entries();
      expect(entries.filter(({ type }) => type === "answered")).toMatchObject([{ choice: "left" }]);
      expect(entries.at(-1)).toMatchObject({ type: "done", output: { value: "left" } });
    }));
});
