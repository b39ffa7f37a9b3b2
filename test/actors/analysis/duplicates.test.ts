// Repeated blocks: against a search that tries every pair of lines, and on what a hostile repository may hold.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ComparedFile,
  type Duplicate,
  type DuplicateLimits,
  duplicates,
} from "../../../actors/analysis/duplicates.ts";
import { placesMax } from "../../../actors/analysis/limits.ts";

const small: DuplicateLimits = { linesMin: 2, tokensMin: 3 };

/** A file whose line of code `n` says `said[n]` and stands in line 2n + 1. A line has as many tokens as it says. */
function file(path: string, said: readonly number[], language = "python"): ComparedFile {
  return {
    path,
    language,
    lines: { numbers: said.map((_, index) => 2 * index + 1), hashes: said, tokens: said },
  };
}

const block = [5, 6, 7, 8];
const other = (path: string, line: number) => ({ path, line });

describe("duplicates()", () => {
  it("tells both places of a block in two files", () => {
    const found = duplicates([file("b", [1, ...block, 2]), file("a", [3, 4, ...block])], small);
    const common = { codeLines: 4, othersCount: 1 };
    expect(found).toEqual([
      { path: "a", line: 5, endLine: 11, others: [other("b", 3)], ...common },
      { path: "b", line: 3, endLine: 9, others: [other("a", 5)], ...common },
    ]);
  });

  it("tells both places of a block in one file", () => {
    const found = duplicates([file("a", [...block, 1, ...block])], small);
    expect(found.map(({ line, endLine }) => [line, endLine])).toEqual([
      [1, 7],
      [11, 17],
    ]);
  });

  it("makes one group of all places, names the first of the others and counts them", () => {
    const files = Array.from({ length: 6 }, (_, index) => file(`f${index}`, [10 + index, ...block]));
    const found = duplicates(files, small);
    expect(found).toHaveLength(6);
    expect(found[1]).toMatchObject({ path: "f1", othersCount: 5 });
    expect(found[1]?.others.map(({ path }) => path)).toEqual(["f0", "f2", "f3"]);
  });

  it("tells a line once, as part of the longest block, which shorter ones may name", () => {
    const long = [1, 2, 3, ...block, 4];
    const found = duplicates([file("a", long), file("b", long), file("c", [9, ...block])], small);
    expect(found.map(({ path, codeLines, othersCount }) => [path, codeLines, othersCount])).toEqual([
      ["a", 8, 1],
      ["b", 8, 1],
      ["c", 4, 2],
    ]);
    expect(found[2]?.others).toEqual([other("a", 7), other("b", 7)]);
  });

  it("compares no files of different languages", () => {
    expect(duplicates([file("a", block, "c"), file("b", block, "cpp")], small)).toEqual([]);
  });

  it("leaves out what has too few lines, or too few tokens", () => {
    expect(duplicates([file("a", [1, 9, 2]), file("b", [3, 9, 4])], small)).toEqual([]);
    expect(duplicates([file("a", [1, 0, 0]), file("b", [1, 0, 0])], small)).toEqual([]);
    expect(duplicates([file("a", block.slice(0, 2)), file("b", block)], small)).toHaveLength(2);
  });

  it("leaves out rows that are all alike", () => {
    const rows = { linesMin: 3, tokensMin: 6 };
    expect(
      duplicates(
        [
          file(
            "a",
            Array.from({ length: 40 }, () => 5),
          ),
        ],
        rows,
      ),
    ).toEqual([]);
    expect(
      duplicates(
        [
          file(
            "a",
            Array.from({ length: 40 }, (_, index) => 2 + (index % 2)),
          ),
        ],
        rows,
      ),
    ).toEqual([]);
  });

  it("tells a block that follows itself once for each time", () => {
    const found = duplicates([file("a", [...block, ...block, ...block])], small);
    expect(found.map(({ line, codeLines, othersCount }) => [line, codeLines, othersCount])).toEqual([
      [1, 4, 2],
      [9, 4, 2],
      [17, 4, 2],
    ]);
  });

  it("begins a block with a line that does something", () => {
    const found = duplicates([file("a", [0, 0, ...block]), file("b", [0, 0, ...block])], small);
    expect(found.map(({ line, codeLines }) => [line, codeLines])).toEqual([
      [5, 4],
      [5, 4],
    ]);
  });

  it("finds nothing in nothing", () => {
    expect(duplicates([])).toEqual([]);
    expect(duplicates([file("a", [])])).toEqual([]);
  });

  it("agrees with a search over every pair of lines", () => {
    const line = fc.integer({ min: 0, max: 3 });
    const files = fc.array(fc.array(line, { maxLength: 14 }), { minLength: 1, maxLength: 4 });
    const limits = fc.record({
      linesMin: fc.integer({ min: 1, max: 4 }),
      tokensMin: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(files, limits, (texts, least) => {
        const compared = texts.map((said, index) => file(`f${index}`, said));
        const found = duplicates(compared, least);
        const free = checkPlaces(texts, found, least);
        expect(pairsBeyond(texts, free, least)).toEqual([]);
        expect(duplicates([...compared].reverse(), least)).toEqual(found);
      }),
      { numRuns: 500 },
    );
  });
});

describe("duplicates() of a hostile repository", () => {
  it("finds nothing in a hundred thousand equal lines", () => {
    const lines = Array.from({ length: 100_000 }, () => 50);
    expect(duplicates([file("a", lines), file("b", lines)])).toEqual([]);
  });

  it("takes a large file that stands twice", () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => 1_000 + index);
    const found = duplicates([file("a", lines), file("b", lines)]);
    expect(found.map(({ codeLines }) => codeLines)).toEqual([200_000, 200_000]);
  });

  it("takes a block that is repeated three thousand times", () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => 1_000 + (index % 20));
    const found = duplicates([file("a", lines)]);
    expect(found).toHaveLength(3_000);
    expect(found[0]).toMatchObject({ codeLines: 20, othersCount: 2_999 });
  });

  it("takes a large file of lines drawn from a handful", () => {
    let state = 1;
    const lines = Array.from({ length: 100_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return 100 + (state % 4);
    });
    expect(duplicates([file("a", lines)]).length).toBeGreaterThan(1_000);
  });
});

const distinctTokens = (said: readonly number[]) => [...new Set(said)].reduce((sum, one) => sum + one, 0);
const isBlock = (said: readonly number[], { linesMin, tokensMin }: DuplicateLimits) =>
  said.length >= linesMin && said[0] !== 0 && distinctTokens(said) >= tokensMin;

/** Checks every place on its own, and gives per file which lines no place covers. */
function checkPlaces(
  texts: readonly (readonly number[])[],
  found: readonly Duplicate[],
  limits: DuplicateLimits,
): boolean[][] {
  const free = texts.map((said) => said.map(() => true));
  for (const { path, line, endLine, codeLines, others, othersCount } of found) {
    const own = Number(path.slice(1));
    const start = (line - 1) / 2;
    const said = texts[own]?.slice(start, start + codeLines) ?? [];
    expect(isBlock(said, limits)).toBe(true);
    expect(endLine).toBe(line + 2 * (codeLines - 1));
    const elsewhere = texts.flatMap((text, index) =>
      text.flatMap((_, at) => {
        const isSame = JSON.stringify(text.slice(at, at + codeLines)) === JSON.stringify(said);
        const isApart = index !== own || Math.abs(at - start) >= codeLines;
        return isSame && isApart ? [other(`f${index}`, 2 * at + 1)] : [];
      }),
    );
    expect(elsewhere).toHaveLength(othersCount);
    expect(others).toEqual(elsewhere.slice(0, placesMax));
    for (let at = start; at < start + codeLines; at++) {
      expect(free[own]?.[at]).toBe(true);
      free[own]?.fill(false, at, at + 1);
    }
  }
  return free;
}

/** Blocks of lines that no place covers, and that all the same stand elsewhere. */
function pairsBeyond(
  texts: readonly (readonly number[])[],
  free: readonly (readonly boolean[])[],
  limits: DuplicateLimits,
): string[] {
  const windows = texts.flatMap((said, index) =>
    said.flatMap((_, start) =>
      said.slice(start).map((_, more) => ({ index, start, said: said.slice(start, start + more + 1) })),
    ),
  );
  const blocks = windows.filter(({ said }) => isBlock(said, limits));
  const untold = blocks.filter(({ index, start, said }) =>
    free[index]?.slice(start, start + said.length).every((isFree) => isFree),
  );
  return untold.flatMap((one) => {
    const twin = blocks.find(
      ({ index, start, said }) =>
        said.join() === one.said.join() &&
        (index !== one.index || Math.abs(start - one.start) >= said.length),
    );
    return twin === undefined
      ? []
      : [`${one.said.join()} at f${one.index}:${one.start} and f${twin.index}:${twin.start}`];
  });
}
