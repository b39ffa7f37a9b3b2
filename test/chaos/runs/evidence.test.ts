// What is judged of the runs of the chaos room sees what it is for, and nothing where all is well.
import { describe, expect, test } from "vitest";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { type Evidence, judgeRun } from "./evidence.ts";
import type { Deed } from "./outside.ts";

/** `wrote`: the node that did; the one before where it is not said. */
type Written = RunFact & { readonly wrote?: string };

const owned = (epoch: number, wrote: string): Written => ({
  type: "owned",
  epoch,
  reason: "node_down",
  wrote,
});
const started = (step: string): Written => ({ type: "step_started", step, operation: "act", attempt: 1 });
const finished = (step: string): Written => ({ type: "step_finished", step, output: { value: 1 }, added: 0 });
const intent = (step: string, kind: string): Written => ({
  type: "intent",
  effect: `${step}/act`,
  step,
  kind,
  about: null,
});
const outcome = (step: string, found = false): Written => ({
  type: "outcome",
  effect: `${step}/act`,
  fate: "done",
  found,
});
const counted: Written = {
  ...{ type: "usage", step: "model", provider: "room", model: null, inputTokens: null, outputTokens: null },
  ...{ costUsd: 0, interrupted: true },
};
const answeredRetry: Written = {
  type: "answered",
  question: "effect:order/act",
  choice: "retry",
  by: "room",
};
const done = (output: unknown): Written => ({ type: "done", output: { value: output } });

/** As one owner after the other writes it: an entry a millisecond. */
function logOf(...facts: readonly Written[]): readonly RunEntry[] {
  let node = "alpha";
  return facts.map(({ wrote, ...fact }, index) => {
    node = wrote ?? node;
    return { ...fact, n: index + 1, at: index + 1, node } as RunEntry;
  });
}

function effect(step: string, kind: string, atMs: number, mark = `${step} ${atMs}`): Deed {
  return { type: "effect", run: "r", step, kind, mark, atMs };
}

function problems(log: readonly RunEntry[], deeds: readonly Deed[] = [], read = log): readonly string[] {
  const evidence: Evidence = { run: "r", log, read, deeds };
  return judgeRun(evidence).map(({ check, problem }) => `${check}: ${problem}`);
}

const model = [owned(2, "alpha"), started("model"), intent("model", "model_call")];
const order = [owned(2, "alpha"), started("order"), intent("order", "order")];
const file = [owned(2, "alpha"), started("file"), intent("file", "file_write")];

describe("what is judged of a run", () => {
  test("is nothing where it goes from owner to owner, repeats and is counted, asks, and finds out", () => {
    const again = logOf(
      ...model,
      ...[owned(3, "beta"), started("model"), counted, intent("model", "model_call")],
      ...[outcome("model"), finished("model"), done({ model: "model 7" })],
    );
    expect(problems(again, [effect("model", "model_call", 3), effect("model", "model_call", 7)])).toEqual([]);
    const asked = logOf(
      ...order,
      ...[owned(3, "beta"), started("order"), answeredRetry, intent("order", "order")],
      ...[outcome("order"), finished("order"), done({ order: "order 7" })],
    );
    expect(problems(asked, [effect("order", "order", 7)])).toEqual([]);
    const aside = logOf(
      ...order,
      ...[{ ...answeredRetry, wrote: "gamma" }, owned(4, "beta"), intent("order", "order")],
      ...[outcome("order"), finished("order"), done({ order: "order 7" })],
    );
    expect(problems(aside, [effect("order", "order", 6, "order 7")])).toEqual([]);
    const found = logOf(
      ...file,
      ...[owned(3, "beta"), started("file"), outcome("file", true), finished("file"), done({ file: "done" })],
    );
    expect(problems(found, [effect("file", "file_write", 3)])).toEqual([]);
  });

  const end = done({});
  test.each<[string, readonly string[], RegExp]>([
    ["no end", problems(logOf(owned(2, "alpha"))), /ending: has 0 ends/],
    ["two ends", problems(logOf(end, end)), /ending: has 2 ends/],
    ["what comes after the end", problems(logOf(end, started("a"))), /ending: goes on/],
    ["an end that is none", problems(logOf({ type: "cancelled", by: "x" })), /ending: ends with/],
    ["a number that is missing", problems(logOf(end, end).slice(1)), /numbers: is written with 2 after 0/],
    [
      "a number that is read twice",
      problems(logOf(owned(2, "a"), end), [], [...logOf(owned(2, "a")), ...logOf(owned(2, "a"), end)]),
      /numbers: is read with 1 after 1/,
    ],
    ["an end that nobody reads", problems(logOf(owned(2, "a"), end), [], logOf(owned(2, "a"))), /up to 1/],
    [
      "an entry that becomes another",
      problems(logOf(owned(2, "a"), end), [], logOf(owned(3, "a"), end)),
      /reader: was read as/,
    ],
    [
      "an epoch that is no later one",
      problems(logOf(owned(2, "a"), owned(2, "b"), end)),
      /owner: has epoch 2/,
    ],
    [
      "an owner that goes on",
      problems(logOf(owned(2, "a"), owned(3, "b"), { ...started("s"), wrote: "a" }, end)),
      /owner: has an entry of a/,
    ],
    [
      "an owner that goes on after somebody else has answered",
      problems(
        logOf(
          owned(2, "a"),
          { ...answeredRetry, wrote: "b" },
          { ...started("s"), wrote: "a" },
          owned(3, "c"),
          end,
        ),
      ),
      /owner: has an entry of a, number 3, while nobody/,
    ],
    [
      "a finished step that begins again",
      problems(logOf(finished("s"), started("s"), end)),
      /step: has step_started of s/,
    ],
    [
      "a step that is finished twice",
      problems(logOf(finished("s"), finished("s"), end)),
      /step_finished of s/,
    ],
    [
      "work that a finished step does",
      problems(logOf(finished("s"), end), [{ type: "began", run: "r", step: "s", attempt: 2, atMs: 9 }]),
      /step: has began of s after/,
    ],
    [
      "an effect that happens twice",
      problems(logOf(...order, outcome("order"), finished("order"), end), [
        effect("order", "order", 2),
        effect("order", "order", 3),
      ]),
      /effect: has 2 of order by order; 1/,
    ],
    [
      "an effect that does not happen",
      problems(logOf(...order, outcome("order"), finished("order"), end)),
      /effect: has 0 of order/,
    ],
    [
      "an effect that is repeated and not counted",
      problems(logOf(...model, intent("model", "model_call"), outcome("model"), finished("model"), end), [
        effect("model", "model_call", 3),
      ]),
      /effect: begins model_call of model again/,
    ],
    [
      "an effect that nobody was asked about",
      problems(logOf(...order, intent("order", "order"), outcome("order"), finished("order"), end), [
        effect("order", "order", 3),
      ]),
      /effect: begins order of order again/,
    ],
    [
      "an output that never was",
      problems(logOf(...order, outcome("order"), finished("order"), done({ order: "another" })), [
        effect("order", "order", 3),
      ]),
      /output: gives "another"/,
    ],
  ])("is %s", (_, found, expected) => {
    expect(found.join("\n")).toMatch(expected);
  });
});
