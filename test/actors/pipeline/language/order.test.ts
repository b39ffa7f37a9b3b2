// Steps that are each right, in an order that makes no sense.
import { describe, expect, it } from "vitest";
import { checkSpecification } from "../../../../actors/pipeline/language/check.ts";

function problems(spec: string): readonly string[] {
  const checked = checkSpecification(spec);
  return checked.ok
    ? []
    : checked.problems.map(({ step, span, message }) => `${step}@${span.at}: ${message}`);
}

describe("A pipeline", () => {
  it("may not apply changes to files that an earlier step would have changed", () => {
    expect(problems("refactor | analyze | refactor type:security apply")).toEqual([
      "3@21: Step 1 would change files and does not, so refactor has nothing on the disk to apply its changes to.",
    ]);
    expect(problems("document preview | refactor apply")).toHaveLength(1);
    expect(problems("refactor apply | refactor apply")).toEqual([]);
    expect(problems("refactor apply | refactor")).toEqual([]);
    expect(problems("document | refactor apply")).toEqual([]);
  });

  it("may not write one file for every part", () => {
    expect(problems("split | explain | save file:a.md | merge")).toEqual([
      "3@18: save stands between split and merge, and would write the same file for every part.",
    ]);
    expect(problems("split | test_generate output:a.py")).toHaveLength(1);
    expect(problems("split | explain | merge | save file:a.md")).toEqual([]);
  });
});
