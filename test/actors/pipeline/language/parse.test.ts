// How the text of a pipeline is read, right and wrong.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  specificationCharactersMax,
  specificationStepsMax,
} from "../../../../actors/pipeline/language/limits.ts";
import { parseSpecification } from "../../../../actors/pipeline/language/parse.ts";
import { printSpecification } from "../../../../actors/pipeline/language/print.ts";
import { specifications, withoutSpans } from "./specifications.ts";

describe("parseSpecification()", () => {
  it("reads steps, conditions, parameters and flags", () => {
    const { steps, problems } = parseSpecification(
      'analyze type:quality | if:quality<0.8 unless:totals.files>100 refactor apply note:"a | \\"b\\"" | save file:out.md',
    );
    expect(problems).toEqual([]);
    expect(withoutSpans(steps)).toEqual([
      {
        number: 1,
        conditions: [],
        word: "analyze",
        parameters: [{ name: "type", value: { text: "quality", isQuoted: false } }],
      },
      {
        number: 2,
        conditions: [
          { word: "if", path: "quality", operator: "<", value: { text: "0.8", isQuoted: false } },
          { word: "unless", path: "totals.files", operator: ">", value: { text: "100", isQuoted: false } },
        ],
        word: "refactor",
        parameters: [{ name: "apply" }, { name: "note", value: { text: 'a | "b"', isQuoted: true } }],
      },
      {
        number: 3,
        conditions: [],
        word: "save",
        parameters: [{ name: "file", value: { text: "out.md", isQuoted: false } }],
      },
    ]);
  });

  it.each([
    ["analyze|refactor", "analyze | refactor"],
    ["  analyze \n\t|\n refactor ", "analyze | refactor"],
    ["Test-Generate Coverage:0.9", "test_generate coverage:0.9"],
    ["if: quality < 0.8 refactor", "if:quality<0.8 refactor"],
    ["IF:a-b.c>=1 refactor", "if:a_b.c>=1 refactor"],
    ['if:summary~"god class" refactor', 'if:summary~"god class" refactor'],
    ["load file:C:\\code", "load file:C:\\code"],
    ['generate requirements:"a\\nb\\t\\u{1f600}\\u{0}"', 'generate requirements:"a\\nb\\t😀\\u{0}"'],
    ['generate requirements:""', 'generate requirements:""'],
  ])("reads %j", (text, printed) => {
    const { steps, problems } = parseSpecification(text);
    expect(problems).toEqual([]);
    expect(printSpecification(steps)).toBe(printed);
  });

  it.each([
    ["", 1, 0, "The pipeline is empty."],
    ["   ", 1, 2, "The pipeline is empty."],
    ["analyze |", 2, 8, "Step 2 is empty."],
    ["| analyze", 1, 0, "Step 1 is empty."],
    ["analyze | | refactor", 2, 10, "Step 2 is empty."],
    ["type:quality analyze", 1, 0, '"type:quality" stands where an operation belongs.'],
    ["?", 1, 0, '"?" is no name of an operation.'],
    ["analyze, refactor", 1, 0, '"analyze," is no name of an operation.'],
    ["if:quality<0.8", 1, 0, "These conditions have no operation."],
    ["analyze type:", 1, 8, '"type:" has no value.'],
    ["analyze type: quality", 1, 8, '"type:" has no value.'],
    ["analyze :quality", 1, 8, '":quality" is neither key:value nor a flag.'],
    ["analyze --type quality", 1, 8, '"--type" is neither key:value nor a flag.'],
    ['analyze "quality"', 1, 8, '"\\"quality\\"" is neither key:value nor a flag.'],
    ['load file:a"b"', 1, 5, '"file:a\\"b\\"" goes on behind its value.'],
    ['load file:"a"b', 1, 5, '"file:\\"a\\"b" goes on behind its value.'],
    ['load file:"a | save', 1, 10, "The quoted text that begins here has no end."],
    ['load file:"a\\x" | save', 1, 12, "There is no such escape."],
    ['load file:"\\u{110000}"', 1, 11, "There is no such escape."],
    ["refactor if:quality<0.8", 1, 9, '"if:quality<0.8" comes too late.'],
    ["if:<0.8 refactor", 1, 0, '"if:<0.8" names nothing to compare.'],
    ["if:a..b<0.8 refactor", 1, 0, '"if:a..b<0.8" has no path of names with dots between them.'],
    ["if:quality refactor", 1, 0, '"if:quality" has no comparison.'],
    ["if:quality=0.8 refactor", 1, 0, '"if:quality=0.8" has no comparison.'],
    ["if:quality<>0.8 refactor", 1, 0, '"if:quality<>0.8" has a second comparison where its value belongs.'],
    ["if:quality< | refactor", 1, 0, '"if:quality< " has nothing to compare with.'],
    ["9analyze", 1, 0, '"9analyze" is no name of an operation.'],
  ])("refuses %j", (text, step, at, message) => {
    const [problem] = parseSpecification(text).problems;
    expect(problem).toMatchObject({ step, span: { at } });
    expect(problem?.message).toBe(message);
    expect(problem?.remedy).not.toBe("");
  });

  it("collects all that is wrong, and reads what stands beside it", () => {
    const { steps, problems } = parseSpecification("analyze type: | ? | if:x refactor | Save file:a");
    expect(problems.map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(steps.map(({ number, word }) => [number, word])).toEqual([
      [1, "analyze"],
      [3, "refactor"],
      [4, "save"],
    ]);
  });

  it("bounds what it reads", () => {
    const long = parseSpecification(`analyze note:${"x".repeat(specificationCharactersMax)}`);
    expect(long.problems[0]?.message).toContain(`and ${specificationCharactersMax} are read`);
    const many = parseSpecification(
      Array(specificationStepsMax + 1)
        .fill("analyze")
        .join("|"),
    );
    expect(many.steps).toHaveLength(specificationStepsMax);
    expect(many.problems).toMatchObject([{ step: specificationStepsMax + 1 }]);
  });

  it("reads what is printed as what it was, whatever it is", () => {
    fc.assert(
      fc.property(specifications, (steps) => {
        const parsed = parseSpecification(printSpecification(steps));
        expect(parsed.problems).toEqual([]);
        expect(withoutSpans(parsed.steps)).toEqual(withoutSpans(steps));
      }),
      { numRuns: 2_000 },
    );
  });

  it("answers whatever it is given, with problems that stand in it", () => {
    const pieces = fc.constantFrom(
      "analyze",
      "if:",
      "while:",
      "|",
      " ",
      ":",
      '"',
      "\\",
      "<",
      "<=",
      "~",
      "a.b",
      "0.8",
      "\u{1f600}",
      "\ud800",
      "\0",
      "\n",
    );
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { steps, problems } = parseSpecification(text);
        expect(steps.length + problems.length).toBeGreaterThan(0);
        for (const { span } of problems) {
          expect(span.at).toBeGreaterThanOrEqual(0);
          expect(span.at).toBeLessThanOrEqual(text.length);
          expect(span.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
