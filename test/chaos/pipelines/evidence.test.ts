// What is judged of the pipelines of the chaos room sees what it is for, and nothing where all is well.
import { describe, expect, test } from "vitest";
import type { PipelineOutcome } from "../../../actors/pipeline/outcome.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { inputTokensOfQuestion, judgePipeline, type PipelineEvidence } from "./evidence.ts";
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

function partLogOf(...facts: readonly RunFact[]): readonly RunEntry[] {
  const parent = { run: "r", root: "r", step: "1", part: "low.py" };
  return logOf({ type: "accepted", spec: { id: "part", parent }, steps: 2 } as unknown as RunFact, ...facts);
}

/** As one owner writes it: an entry a millisecond. */
function logOf(...facts: readonly RunFact[]): readonly RunEntry[] {
  return facts.map((fact, index) => ({ ...fact, n: index + 1, at: index + 1, node: "alpha" }) as RunEntry);
}

const paid: RunFact = {
  ...{ type: "usage", step: "1", provider: "room", model: "m", outputTokens: 50, costUsd: 0.1 },
  ...{ inputTokens: inputTokensOfQuestion, interrupted: false },
};

const asked: Asked = { node: "alpha", kind: "refactor", marker: "low" };
const written: Written = { path: "low.py", hash: "h", before: "g", atMs: 1 };
const model = [intent("model_call"), paid, outcome("model_call")];
const file = [intent("file_write"), outcome("file_write")];
const part: RunFact = {
  ...{ type: "intent", effect: "1/part low.py", step: "1", kind: "child_run", about: { run: "part" } },
};
const followed: RunFact = { type: "outcome", effect: "1/part low.py", fate: "done", found: false };
const end: readonly RunFact[] = [
  { type: "step_started", step: "end", operation: "pipeline.end", attempt: 1 },
  { type: "step_finished", step: "end", output: { value: 1 }, added: 0 },
  done,
];
const whole = logOf(owned(2), started, ...model, ...file, finished, ...end);
const outcomeOfRun = {
  document: { status: "completed", steps: [{ step: 1, status: "done", parts: [] }] },
} as unknown as PipelineOutcome;

/** A pipeline that asks and writes itself. */
function problems(
  given: Partial<PipelineEvidence> & { readonly log?: readonly RunEntry[] } = {},
): readonly string[] {
  const { log = whole } = given;
  const evidence: PipelineEvidence = {
    ...{ run: "r", read: log, asked: [asked], written: [written], outcome: outcomeOfRun },
    logs: new Map([["r", log]]),
    files: new Map([["low.py", "h"]]),
    expected: { asked: [{ ...asked, step: "1" }], written: [{ path: "low.py", hash: "h" }], parts: [] },
    ...given,
  };
  return judgePipeline(evidence).map(({ check, problem }) => `${check}: ${problem}`);
}

const fanned = logOf(owned(2), started, part, paid, followed, finished, ...end);
const ofPart = partLogOf(owned(2), started, ...model, ...file, finished, ...end);

/** One whose only part asks and writes. */
function problemsOfParts(given: {
  readonly log?: readonly RunEntry[];
  readonly parts?: Readonly<Record<string, readonly RunEntry[]>>;
  readonly named?: readonly string[];
}): readonly string[] {
  const { log = fanned, parts = { part: ofPart }, named = ["low.py"] } = given;
  const step = { step: 1, status: "done", parts: named.map((name) => ({ name })) };
  return problems({
    log,
    logs: new Map([["r", log], ...Object.entries(parts)]),
    outcome: { document: { status: "completed", steps: [step] } } as unknown as PipelineOutcome,
    expected: {
      asked: [{ ...asked, step: "1", part: "low.py" }],
      written: [{ path: "low.py", hash: "h" }],
      parts: ["low.py"],
    },
  });
}

describe("what is judged of a pipeline", () => {
  test("is nothing where everything happened once", () => {
    expect(problems()).toEqual([]);
  });

  test("is nothing where a request was interrupted and counted, and a file was looked after", () => {
    const again = logOf(
      ...[owned(2), started, intent("model_call"), owned(3), started, counted, ...model],
      ...[intent("file_write"), owned(4), started, intent("file_write"), outcome("file_write", true)],
      ...[finished, ...end],
    );
    expect(problems({ log: again, asked: [asked, asked] })).toEqual([]);
  });

  test("is a request that nobody has counted", () => {
    expect(problems({ asked: [asked, asked] })).toEqual([
      "ledger: asked its model 2 times for step 1; 1 are accounted for",
    ]);
  });

  test("is a request that was not made, and one that no step wants", () => {
    expect(problems({ asked: [{ ...asked, marker: "high" }] })).toEqual([
      "ledger: never asked for refactor of low",
      "ledger: asked for refactor of high, which no step of it wants",
    ]);
  });

  test.each([
    ["never", [], undefined, "wrote low.py 0 times"],
    ["twice", [written, written], "h", "wrote low.py 2 times"],
    ["with another text", [{ ...written, hash: "i" }], "i", "wrote something else to low.py"],
    ["and is another one in the end", [written], "i", "has something else in low.py than was written"],
  ])("is a file that was written %s", (_, writes, inTheEnd, problem) => {
    const files = new Map(inTheEnd === undefined ? [] : [["low.py", inTheEnd]]);
    expect(problems({ written: writes, files })).toEqual([`ledger: ${problem}`]);
  });

  test("is a file that was not to be written", () => {
    const other = { ...written, path: "high.py" };
    expect(problems({ written: [written, other] })).toEqual(["ledger: wrote high.py, which it was not to"]);
  });

  test("is an effect that is begun again when it was done", () => {
    const again = logOf(owned(2), started, ...model, ...file, ...file, finished, ...end);
    expect(problems({ log: again })).toEqual([
      "effect: begins 1/file_write again, which was done",
      "effect: says twice that 1/file_write was done",
    ]);
  });

  test.each([
    ["nobody has counted the first one", []],
    ["what was counted is of something else", [counted, owned(3)]],
  ])("is a request that is made again while %s", (_, between) => {
    const again = logOf(
      owned(2),
      started,
      intent("model_call"),
      ...between,
      ...model,
      ...file,
      finished,
      ...end,
    );
    expect(problems({ log: again })).toEqual([
      "effect: begins 1/model_call again, and nobody has counted what was lost",
    ]);
  });

  test("is an effect of which nobody says what became of it", () => {
    const open = logOf(owned(2), started, intent("model_call"), paid, ...file, finished, ...end);
    expect(problems({ log: open })).toEqual([
      "effect: finishes step 1 and knows nothing of 1/model_call",
      "effect: never says what became of 1/model_call",
    ]);
  });

  test("is an outcome of what nobody has begun", () => {
    const unasked = logOf(owned(2), started, ...model, outcome("file_write"), finished, ...end);
    expect(problems({ log: unasked })).toEqual([
      "effect: says what became of 1/file_write, which was not begun",
    ]);
  });

  test("is an answer that is counted twice, and one that is not", () => {
    const twice = logOf(owned(2), started, ...model, paid, ...file, finished, ...end);
    expect(problems({ log: twice })).toEqual(["usage: counts 200 tokens that it has sent; they are 100"]);
    const never = logOf(
      owned(2),
      started,
      intent("model_call"),
      outcome("model_call"),
      ...file,
      finished,
      ...end,
    );
    expect(problems({ log: never })).toEqual(["usage: counts 0 tokens that it has sent; they are 100"]);
  });

  test("is a finished step that begins again", () => {
    const again = logOf(owned(2), started, ...model, ...file, finished, owned(3), started, finished, ...end);
    expect(problems({ log: again })).toEqual([
      "step: has step_started of 1 after it was finished",
      "step: has step_finished of 1 after it was finished",
      "output: finished 3 of 2 steps",
    ]);
  });

  test("is a pipeline without a document, and one that is not whole", () => {
    expect(problems({ outcome: undefined })).toEqual(["output: has no document"]);
    const steps = [{ step: 1, status: "skipped", parts: [] }];
    const partial = { document: { status: "partial", steps } } as unknown as PipelineOutcome;
    expect(problems({ outcome: partial })).toEqual(["output: ends as partial", "output: has step 1 skipped"]);
  });
});

describe("what is judged of a pipeline with parts", () => {
  test("is nothing where each has one run, which was followed and counted", () => {
    expect(problemsOfParts({})).toEqual([]);
  });

  test("is a part with two runs, and a run that nobody followed", () => {
    expect(problemsOfParts({ parts: { part: ofPart, other: ofPart } })).toEqual([
      "part: has 2 runs for low.py",
      "part: has run other, and nobody followed it",
    ]);
  });

  test("is a part that is not told of", () => {
    expect(problemsOfParts({ named: [] })).toEqual(["output: tells of the parts ; they are low.py"]);
  });

  test("is a request that was interrupted in a part, and is not counted in the pipeline", () => {
    const again = partLogOf(
      ...[owned(2), started, intent("model_call"), owned(3), started, counted, ...model],
      ...[...file, finished, ...end],
    );
    expect(problemsOfParts({ parts: { part: again } })).toEqual([
      "usage: tells of 0 interrupted requests in step 1; its parts had 1",
    ]);
  });

  test("is a finished step of a part that begins again", () => {
    const again = partLogOf(
      ...[owned(2), started, ...model, ...file, finished, owned(3), started, finished],
      ...end,
    );
    expect(problemsOfParts({ parts: { part: again } })).toEqual([
      "step: has step_started of 1 after it was finished",
      "step: has step_finished of 1 after it was finished",
    ]);
  });
});
