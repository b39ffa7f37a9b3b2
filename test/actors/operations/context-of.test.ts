import { describe, expect, test } from "vitest";
import { indexLimits } from "../../../actors/context/index/limits.ts";
import type { ContextQuestion, Packed } from "../../../actors/context/index/question.ts";
import { contextOf } from "../../../actors/operations/context-of.ts";
import { indexWaitMsMax } from "../../../actors/operations/limits.ts";
import { currentProcess } from "../../../runtime/process/current.ts";
import { besideCoordinator } from "./scripted-coordinator.ts";
import { StepStage } from "./step-stage.ts";

const packed: Packed = {
  root: "/shop",
  pieces: [
    {
      path: "a.ts",
      fromLine: 1,
      toLine: 2,
      text: "code",
      form: "whole",
      reasons: ["you named it"],
      tokens: 20,
    },
  ],
  ...{ leftOut: [], leftOutCount: 0, tokens: 20, budgetTokens: 100, files: 2 },
};

/** In virtual time. */
async function inProcess(work: () => Promise<void>): Promise<void> {
  await besideCoordinator(() => "silence", work);
}

describe("contextOf()", () => {
  test("asks the index of the run's files, once for all attempts of the step", () =>
    inProcess(async () => {
      const asked: ContextQuestion[] = [];
      const stage = new StepStage({
        workspace: {
          context: async (question) => {
            asked.push(question);
            return { ok: true, packed };
          },
        },
      });
      const order = { paths: ["a.ts"], query: "total", budgetTokens: 100, isAround: true };
      expect(await contextOf(stage.context("one"), order)).toEqual(packed);
      expect(await contextOf(stage.context("one", 2), order)).toEqual(packed);
      expect(asked).toEqual([{ kind: "pack", ...order }]);
      await contextOf(stage.context("one"), { ...order, key: "more" });
      await contextOf(stage.context("two"), order);
      expect(asked).toHaveLength(3);
    }));

  test("gives nothing, and says why, where there is no index to ask", () =>
    inProcess(async () => {
      const message = "Whoever has these files keeps no index of them.";
      const stage = new StepStage({
        workspace: { context: async () => ({ ok: false, code: "file_failed", message }) },
      });
      expect(
        await contextOf(stage.context("one"), { paths: [], query: "", budgetTokens: 100 }),
      ).toMatchObject({
        pieces: [],
        tokens: 0,
        problem: message,
      });
    }));

  test("asks for no more than may be asked", () =>
    inProcess(async () => {
      const asked: ContextQuestion[] = [];
      const stage = new StepStage({
        workspace: {
          context: async (question) => {
            asked.push(question);
            return { ok: true, packed };
          },
        },
      });
      await contextOf(stage.context("one"), {
        paths: [],
        query: "x".repeat(100_000),
        budgetTokens: 1e9 + 0.5,
      });
      await contextOf(stage.context("two"), { paths: [], query: "", budgetTokens: -5 });
      expect(asked).toEqual([
        {
          kind: "pack",
          paths: [],
          query: "x".repeat(indexLimits.queryCharactersMax),
          budgetTokens: indexLimits.budgetTokensMax,
        },
        { kind: "pack", paths: [], query: "", budgetTokens: 0 },
      ]);
    }));

  test("goes on without an index that is not there in time, and asks it no second time", () =>
    inProcess(async () => {
      const { clock } = currentProcess().kernel.world;
      const began = clock.now();
      let asked = 0;
      const stage = new StepStage({
        workspace: {
          context: () => {
            asked += 1;
            return new Promise(() => undefined);
          },
        },
      });
      const order = { paths: [], query: "", budgetTokens: 100 };
      const { pieces, problem } = await contextOf(stage.context("one"), order);
      expect([pieces, problem]).toEqual([[], expect.stringContaining("not ready within 10 s")]);
      expect(clock.now() - began).toBe(indexWaitMsMax);
      await contextOf(stage.context("one", 2), order);
      expect(asked).toBe(1);
    }));
});
