// The score is in range, follows the findings in one direction, and is the mean of the files.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analysisTypes, type Finding, severities } from "../../../actors/analysis/report.ts";
import { scoreOfAll, scoreOfFile } from "../../../actors/analysis/score.ts";

type Judged = Pick<Finding, "category" | "severity">;

const finding: fc.Arbitrary<Judged> = fc.record({
  category: fc.constantFrom(...analysisTypes),
  severity: fc.constantFrom(...severities),
});
const findings = fc.array(finding, { maxLength: 60 });
const codeLines = fc.integer({ min: 0, max: 100_000 });

describe("scoreOfFile()", () => {
  it("is 10 without findings", () => {
    expect(scoreOfFile([], 0)).toEqual({ quality: 1, quality_score: 10 });
    expect(scoreOfFile([], 5_000)).toEqual({ quality: 1, quality_score: 10 });
  });

  it("stays in range", () => {
    fc.assert(
      fc.property(findings, codeLines, (list, lines) => {
        const { quality, quality_score } = scoreOfFile(list, lines);
        expect(quality).toBeGreaterThanOrEqual(0);
        expect(quality).toBeLessThanOrEqual(1);
        expect(quality_score).toBeGreaterThanOrEqual(0);
        expect(quality_score).toBeLessThanOrEqual(10);
        expect(Math.abs(quality_score - quality * 10)).toBeLessThanOrEqual(0.05 + 1e-9);
      }),
    );
  });

  it("never rises by one more finding", () => {
    fc.assert(
      fc.property(findings, finding, codeLines, (list, more, lines) => {
        expect(scoreOfFile([...list, more], lines).quality).toBeLessThanOrEqual(
          scoreOfFile(list, lines).quality,
        );
      }),
    );
  });

  it("does not depend on the order of the findings", () => {
    fc.assert(
      fc.property(findings, codeLines, (list, lines) => {
        expect(scoreOfFile([...list].reverse(), lines)).toEqual(scoreOfFile(list, lines));
      }),
    );
  });

  it("never falls by more code with the same findings", () => {
    fc.assert(
      fc.property(findings, codeLines, codeLines, (list, lines, more) => {
        expect(scoreOfFile(list, lines + more).quality).toBeGreaterThanOrEqual(
          scoreOfFile(list, lines).quality,
        );
      }),
    );
  });

  it("takes one severe hole in a short file seriously, and caps it in a long one", () => {
    const hole: Judged = { category: "security", severity: "error" };
    expect(scoreOfFile([hole], 20).quality_score).toBeLessThan(6);
    expect(scoreOfFile([hole], 100_000).quality_score).toBeLessThanOrEqual(8.5);
  });

  it("does not ruin a short file for a hint", () => {
    expect(scoreOfFile([{ category: "smells", severity: "hint" }], 10).quality_score).toBeGreaterThan(9.5);
  });
});

describe("scoreOfAll()", () => {
  it("is null where no file has a score", () => {
    expect(scoreOfAll([])).toBeNull();
  });

  it("is the mean weighted by lines of code", () => {
    expect(
      scoreOfAll([
        { quality: 1, codeLines: 300 },
        { quality: 0.5, codeLines: 100 },
      ]),
    ).toEqual({ quality: 0.875, quality_score: 8.8 });
    expect(scoreOfAll([{ quality: 1, codeLines: 0 }])).toEqual({ quality: 1, quality_score: 10 });
  });

  it("lies between the worst and the best file", () => {
    const files = fc.array(
      fc.record({ quality: fc.integer({ min: 0, max: 1_000 }).map((n) => n / 1_000), codeLines }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(files, (list) => {
        const qualities = list.map(({ quality }) => quality);
        const all = scoreOfAll(list);
        expect(all?.quality).toBeGreaterThanOrEqual(Math.min(...qualities) - 0.001);
        expect(all?.quality).toBeLessThanOrEqual(Math.max(...qualities) + 0.001);
      }),
    );
  });
});
