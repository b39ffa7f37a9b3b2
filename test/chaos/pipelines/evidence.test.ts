// What is judged of the pipelines of the chaos room sees what it is for, and nothing where all is well.
import { describe, expect, test } from "vitest";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { judgePipeline, type PipelineEvidence } from "./evidence.ts";
import type { Asked } from "./models.ts";
import type { Written } from "./written.ts";

const owned = (epoch: number): RunFact => ({ type: "owned", epoch, reason: "node_down" });
const started: RunFact = { type: "step_started", step: "1", operation: "pipeline.step", attempt: 1 };
const finished: RunFact = { type: "step_finished", step: "1", output: { value: 1 }, added: 0 };
const intent = (kind: string, effect = `1/${kind}`): RunFact => ({
  ...{ type: "intent", effect, step: "1", kind, about: null },
});
const outcome = (kind: string, found = false): RunFact => ({
  ...{ type: "outcome", effect: `1/${kind}`, fate: "done", found },
});
const counted: RunFact = {
  ...{ type: "usage", step: "1", provider: "room", model: null, inputTokens: null, outputTokens: null },
  ...{ costUsd: 0, interrupted: true },
};
const done: RunFact = { type: "done", output: { value: 1 } };

/** As one owner writes it: an entry a millisecond. */
function logOf(...facts: readonly RunFact[]): readonly RunEntry[] {
  return facts.map((fact, index) => ({ ...fact, n: index + 1, at: index + 1, node: "alpha" }) as RunEntry);
}

const asked: Asked = { node: "alpha", kind: "refactor", marker: "low" };
const written: Written = { path: "low.py", hash: "h", atMs: 1 };
const model = [intent("model_call"), outcome("model_call")];
const file = [intent("file_write"), outcome("file_write")];
const whole = logOf(owned(2), started, ...model, ...file, finished, done);
const parts = logOf(owned(2), started, finished, done);

function problems(
  given: Partial<PipelineEvidence> & { readonly log?: readonly RunEntry[] } = {},
): readonly string[] {
  const { log = whole } = given;
  const evidence: PipelineEvidence = {
    ...{ run: "r", read: log, asked: [asked], written: [written] },
    logs: new Map([
      ["r", log],
      ["part", parts],
    ]),
    expected: { asked: [asked], written: [{ path: "low.py", hash: "h" }] },
    ...given,
  };
  return judgePipeline(evidence).map(({ check, problem }) => `${check}: ${problem}`);
}

describe("what is judged of a pipeline", () => {
  test("is nothing where everything happened once", () => {
    expect(problems()).toEqual([]);
  });

  test("is nothing where a request was interrupted and counted, and a file was looked after", () => {
    const again = logOf(
      ...[owned(2), started, intent("model_call"), owned(3), started, counted, ...model],
      ...[intent("file_write"), owned(4), started, intent("file_write"), outcome("file_write", true)],
      ...[finished, done],
    );
    expect(problems({ log: again, asked: [asked, asked] })).toEqual([]);
  });

  test("is a request that nobody has counted", () => {
    expect(problems({ asked: [asked, asked] })).toEqual([
      "ledger: asked its model 2 times; 1 are accounted for",
    ]);
  });

  test("is a request that was not made, and one that no step wants", () => {
    expect(problems({ asked: [{ ...asked, marker: "high" }] })).toEqual([
      "ledger: never asked for refactor of low",
      "ledger: asked for refactor of high, which no step of it wants",
    ]);
  });

  test.each([
    ["never", [], "wrote low.py 0 times"],
    ["twice", [written, written], "wrote low.py 2 times"],
    ["with another text", [{ ...written, hash: "i" }], "wrote something else to low.py"],
  ])("is a file that was written %s", (_, writes, problem) => {
    expect(problems({ written: writes })).toEqual([`ledger: ${problem}`]);
  });

  test("is a file that was not to be written", () => {
    const other = { ...written, path: "high.py" };
    expect(problems({ written: [written, other] })).toEqual(["ledger: wrote high.py, which it was not to"]);
  });

  test("is an effect that is begun again when it was done", () => {
    const again = logOf(owned(2), started, ...model, ...file, ...file, finished, done);
    expect(problems({ log: again })).toEqual(["effect: begins 1/file_write again, which was done"]);
  });

  test("is a request that is made again while nobody has counted the first one", () => {
    const again = logOf(owned(2), started, intent("model_call"), ...model, ...file, finished, done);
    expect(problems({ log: again })).toEqual(["effect: begins 1/model_call again, and nobody was asked"]);
  });

  test("is an effect of which nobody says what became of it", () => {
    const open = logOf(owned(2), started, intent("model_call"), ...file, finished, done);
    expect(problems({ log: open })).toEqual(["effect: never says what became of 1/model_call"]);
  });

  test("is a finished step that begins again, in a part too", () => {
    const again = logOf(owned(2), started, finished, owned(3), started, finished, done);
    const logs = new Map([
      ["r", whole],
      ["part", again],
    ]);
    expect(problems({ logs })).toEqual([
      "step: has step_started of 1 after it was finished",
      "step: has step_finished of 1 after it was finished",
    ]);
  });
});
