// Sets of changed files: told apart by run and step, and taken back under the run that they are a part of.
import { describe, expect, it } from "vitest";
import { changed, textChange } from "../../../actors/operations/changed-files.ts";
import { takeBack, tryOut } from "../../../actors/operations/tried-set.ts";
import type { StepContext } from "../../../actors/runs/step-context.ts";
import type { ChangeSet, SettleRequest } from "../../../actors/workspace/access.ts";
import { StepStage } from "./step-stage.ts";

const change = textChange({ path: "a.py", mark: "", after: "a = 1\n", hash: null });
const before = { result: null, rounds: 1, files: [] };

function staged() {
  const sets: ChangeSet[] = [];
  const settled: SettleRequest[] = [];
  const stage = new StepStage({
    workspace: {
      hash: async () => ({ ok: true, hash: null }),
      applyAll: async (set) => {
        sets.push(set);
        return { ok: true, isNew: true };
      },
      settle: async (request) => {
        settled.push(request);
        return { ok: true };
      },
    },
  });
  const part = (step: string, run: string): StepContext => ({
    ...stage.context(step),
    ...{ run, key: `${run}/${step}`, changesRun: "whole" },
  });
  return { stage, sets, settled, part };
}

describe("Sets of changed files", () => {
  it("are told apart by step and by run, and belong to the run that theirs is a part of", async () => {
    const { stage, sets, part } = staged();
    for (const context of [stage.context("1"), stage.context("2"), part("3", "first"), part("4", "second")])
      expect(await changed(context, { title: "t", changes: [change] }, before)).toEqual({ ok: true });
    expect(sets.map(({ id, run }) => [id, run])).toEqual([
      ["run/1/change", "run"],
      ["run/2/change", "run"],
      ["first/3/change", "whole"],
      ["second/4/change", "whole"],
    ]);
  });

  it("are taken back by the id under which they were tried out", async () => {
    const { settled, sets, part } = staged();
    const context = part("1", "first");
    expect(await tryOut(context, { title: "t", changes: [change] })).toEqual({ ok: true, number: 1 });
    expect(await takeBack(context)).toEqual({ ok: true });
    expect(settled).toEqual([{ set: sets[0]?.id, how: "take_back" }]);
  });

  it("of an earlier program are taken back by the id that it gave them", async () => {
    const { stage, settled } = staged();
    const context = stage.context("1");
    await context.note("tried", { number: 2, isFormatting: false });
    expect(await takeBack(context)).toEqual({ ok: true });
    expect(settled).toEqual([{ set: "run/try 2", how: "take_back" }]);
  });
});
