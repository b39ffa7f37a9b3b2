// Suffixes in their order and the runs that occur more than once: against definitions that try everything.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeats } from "../../../actors/analysis/repeats.ts";
import { suffixArray } from "../../../actors/analysis/suffix-array.ts";

const sequence = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 24 });

describe("suffixArray()", () => {
  it("sorts all suffixes and counts what neighbours have in common", () => {
    fc.assert(
      fc.property(sequence, (said) => {
        const { starts, ranks, common } = suffixArray(Int32Array.from(said), 3);
        const suffixes = said.map((_, start) => said.slice(start));
        expect([...starts].map((start) => suffixes[start]?.join(""))).toEqual(
          suffixes.map((suffix) => suffix.join("")).sort(),
        );
        expect([...ranks].map((rank) => starts[rank])).toEqual(said.map((_, start) => start));
        const shared = [...starts].map((start, place) =>
          place === 0 ? 0 : sharedLength(suffixes[starts[place - 1] ?? 0] ?? [], suffixes[start] ?? []),
        );
        expect([...common]).toEqual(shared);
      }),
    );
  });
});

describe("repeats()", () => {
  it("finds every run that occurs twice and would occur less often if it were longer", () => {
    fc.assert(
      fc.property(sequence, fc.integer({ min: 1, max: 3 }), (said, lengthMin) => {
        const suffixes = suffixArray(Int32Array.from(said), 3);
        const found = repeats(Int32Array.from(said), suffixes, lengthMin).map(({ length, first, last }) => {
          const start = suffixes.starts[first] ?? 0;
          return `${said.slice(start, start + length).join("")} ${last - first + 1} times`;
        });
        expect(found.sort()).toEqual(maximalRepeats(said.join(""), lengthMin).sort());
      }),
    );
  });
});

function sharedLength(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((one, at) => one !== b[at]);
  return differs < 0 ? a.length : differs;
}

function maximalRepeats(text: string, lengthMin: number): string[] {
  const runs = new Set<string>();
  for (let start = 0; start < text.length; start++)
    for (let end = start + lengthMin; end <= text.length; end++) runs.add(text.slice(start, end));
  return [...runs].flatMap((run) => {
    const count = countOf(text, run);
    const isMaximal = ["0", "1", "2"].every(
      (more) => countOf(text, more + run) < count && countOf(text, run + more) < count,
    );
    return count > 1 && isMaximal ? [`${run} ${count} times`] : [];
  });
}

function countOf(text: string, run: string): number {
  let count = 0;
  for (let at = text.indexOf(run); at >= 0; at = text.indexOf(run, at + 1)) count += 1;
  return count;
}
