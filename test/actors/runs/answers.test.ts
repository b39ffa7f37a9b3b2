// Answers to what a run asks: the first one counts, also where a second comes before the first is written down.
import { describe, expect, test } from "vitest";
import type { Operations } from "../../../actors/pipeline/plan.ts";
import { step, withRun } from "./run-stage.ts";

const operations: Operations = {
  ask: async (_, context) => ({
    output: await context.ask({ key: "which", text: "Which?", choices: ["left", "right"] }),
  }),
};

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
