// What a person takes back of what a model has changed in a conversation.
import { describe, expect, test } from "vitest";
import { noteChange, takeBackLast } from "../../../actors/operations/chat-undo.ts";
import type { Settled, SettleRequest } from "../../../actors/workspace/access.ts";
import { Lost, StepStage } from "./step-stage.ts";

/** A conversation that has changed two files, and what the owner of the files was asked. */
async function changedTwice(
  over: { readonly answer?: Settled; readonly loses?: (key: string) => boolean } = {},
) {
  const settled: SettleRequest[] = [];
  const { answer = { ok: true }, loses } = over;
  const stage = new StepStage({
    ...(loses === undefined ? {} : { loses }),
    workspace: {
      settle: async (request) => {
        settled.push(request);
        return answer;
      },
    },
  });
  for (const path of ["a.py", "b.py"]) {
    await noteChange(stage.context("turn:1"), { set: `run/${path}`, path });
    // A step that is tried again says it again.
    await noteChange(stage.context("turn:1"), { set: `run/${path}`, path });
  }
  return { stage, settled };
}

describe("takeBackLast()", () => {
  test("takes back one change at a time, the last one first, and says when none is left", async () => {
    const { stage, settled } = await changedTwice();
    const told = [];
    for (const turn of [2, 3, 4]) told.push(await takeBackLast(stage.context(`turn:${turn}`)));
    expect(settled).toEqual([
      { set: "run/b.py", how: "take_back" },
      { set: "run/a.py", how: "take_back" },
    ]);
    expect(told).toEqual([
      {
        told: "The last change is taken back: b.py is as it was before it. 1 more can be taken back.",
        noted: expect.stringContaining('taken back the last change of "b.py"'),
      },
      {
        told: "The last change is taken back: a.py is as it was before it.",
        noted: expect.stringContaining('"a.py"'),
      },
      { told: "There is nothing to take back: no change of this conversation is left." },
    ]);
  });

  test("takes nothing more back where its step is tried again, wherever it was lost", async () => {
    const { stage, settled } = await changedTwice();
    const first = await takeBackLast(stage.context("turn:2"));
    expect(await takeBackLast(stage.context("turn:2", 2))).toEqual(first);
    expect(settled).toHaveLength(1);
    const losing = await changedTwice({ loses: () => true });
    await expect(takeBackLast(losing.stage.context("turn:2"))).rejects.toThrow(Lost);
    expect(losing.settled).toEqual([{ set: "run/b.py", how: "take_back" }]);
  });

  test("leaves a change that cannot be taken back for another time, and tells why", async () => {
    const message = '"b.py" is not as run x left it. Nothing was taken back.';
    const { stage, settled } = await changedTwice({
      answer: { ok: false, code: "changed_since", message },
    });
    expect(await takeBackLast(stage.context("turn:2"))).toEqual({ told: message });
    await takeBackLast(stage.context("turn:3"));
    expect(settled.map(({ set }) => set)).toEqual(["run/b.py", "run/b.py"]);
  });
});
