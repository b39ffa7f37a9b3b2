import { describe, expect, test } from "vitest";
import { encodeValue } from "../../../actors/runs/kept.ts";
import type { RunEntry, RunFact } from "../../../actors/runs/run-entry.ts";
import { endOfRun, type RunReader, shownAt, valueIn } from "../../../supervisors/runs/reading.ts";
import { RunRefused } from "../../../supervisors/runs/refused.ts";
import { accepted, entries, owned, pageOf } from "./entries.ts";

const id = "abcdefgh22223333";
const started: RunFact = { type: "step_started", step: "a", operation: "work", attempt: 1 };
const failed: RunFact = { type: "failed", code: "step_failed", message: 'Step "a" failed: no.', step: "a" };
const done: RunFact = { type: "done", output: { value: { answer: 42 } } };

function readerOf(all: readonly RunEntry[], value: Uint8Array = new Uint8Array(), pieceMax = 7): RunReader {
  return {
    place: "a test",
    read: async ({ from }) => pageOf(all, from),
    blob: async ({ offset }) => ({ bytes: value.subarray(offset, offset + pieceMax), total: value.length }),
  };
}

describe("a run is shown", () => {
  const all = entries(accepted, owned, started, failed);

  test("as it is now, with all its entries", async () => {
    const { summary, state, entries: shown } = await shownAt(readerOf(all), id);
    expect(summary).toMatchObject({ phase: "failed", n: 4 });
    expect(state.problem?.message).toBe('Step "a" failed: no.');
    expect(shown.map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  test.each([
    [1, "queued"],
    [2, "running"],
    [3, "running"],
    [4, "failed"],
  ])("as it was after entry %i", async (at, phase) => {
    const { summary, state, entries: shown } = await shownAt(readerOf(all), id, at);
    expect(summary).toMatchObject({ phase, n: at });
    expect(state.n).toBe(at);
    expect(shown).toHaveLength(at);
  });

  test.each([0, -1, 1.5, Number.NaN, 5, 1e9])("not after entry %d, which it does not have", async (at) => {
    const shown = shownAt(readerOf(all), id, at);
    await expect(shown).rejects.toBeInstanceOf(RunRefused);
    await expect(shown).rejects.toMatchObject({ code: "no_such_event" });
  });
});

describe("what a run came to", () => {
  const endOf = async (...facts: RunFact[]) => {
    const all = entries(accepted, owned, ...facts);
    return endOfRun(readerOf(all), pageOf(all, 1).summary);
  };

  test("is its output where it is done", async () => {
    expect(await endOf(done)).toMatchObject({ output: { answer: 42 }, problem: undefined });
  });

  test("is its problem where it failed", async () => {
    const problem = { code: "step_failed", message: 'Step "a" failed: no.', step: "a" };
    expect(await endOf(failed)).toMatchObject({ output: undefined, problem });
  });

  test.each<RunFact>([
    { type: "cancelled", by: "somebody" },
    { type: "released", why: "the person went away" },
  ])("is neither where it is $type", async (last) => {
    expect(await endOf(last)).toMatchObject({ output: undefined, problem: undefined });
  });
});

describe("a value of a run", () => {
  test("that stands in its log is there at once", async () => {
    expect(await valueIn(readerOf([]), id, { value: 7 })).toBe(7);
  });

  test("that is kept beside it comes in pieces", async () => {
    const value = { words: "long ".repeat(20), bytes: new Uint8Array([1, 2, 3]) };
    const bytes = encodeValue(value);
    expect(await valueIn(readerOf([], bytes), id, { blob: "h", bytes: bytes.length })).toEqual(value);
  });

  test("that ends too early, or is damaged, is told in words", async () => {
    const bytes = encodeValue("some words");
    const short = valueIn(readerOf([], bytes), id, { blob: "h", bytes: bytes.length + 1 });
    await expect(short).rejects.toMatchObject({ code: "kept_missing" });
    const torn = Buffer.from(bytes).fill(0xc1);
    const damaged = valueIn(readerOf([], torn), id, { blob: "h", bytes: torn.length });
    await expect(damaged).rejects.toThrow("cannot be read");
  });
});
