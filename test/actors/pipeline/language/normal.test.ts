// The normal form of a pipeline: it is read as the very steps that it was made of.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkSpecification,
  type PipelineCondition,
  type PipelineStep,
} from "../../../../actors/pipeline/language/check.ts";
import { specificationOf } from "../../../../actors/pipeline/language/normal.ts";

const digits = fc.stringMatching(/^-?\d{1,15}(\.\d{1,15})?$/);
const path = fc.array(fc.stringMatching(/^[A-Za-z0-9_]{1,8}$/), { minLength: 1, maxLength: 3 });
const word = fc.constantFrom<PipelineCondition["word"]>("if", "unless", "while");
const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 20 })
  .filter((one) => one.trim() !== "" && !one.includes("\0"));

const condition: fc.Arbitrary<PipelineCondition> = fc.oneof(
  fc.record({
    ...{ word, path, operator: fc.constantFrom("<", "<=", ">", ">=", "==", "!=", "~") },
    // Nought has no sign.
    value: digits.map((one) => Number(one) + 0),
  }),
  fc.record({
    ...{ word, path, operator: fc.constantFrom("==", "!=", "~") },
    value: fc.oneof(text, digits, fc.constantFrom("true", "false", ""), fc.boolean()),
  }),
);

const steps: fc.Arbitrary<readonly PipelineStep[]> = fc
  .record({
    conditions: fc.array(condition, { maxLength: 3 }),
    title: text,
    max: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ conditions, title, max }) => [
    {
      ...{ number: 1, word: "format_markdown", conditions, parameters: { title } },
      timesMax: conditions.some((one) => one.word === "while") ? max : 1,
    },
  ]);

describe("specificationOf()", () => {
  it("is read as the same steps, whatever is in them", () => {
    fc.assert(
      fc.property(steps, (given) => {
        expect(checkSpecification(specificationOf(given))).toEqual({ ok: true, steps: given });
      }),
    );
  });

  it("writes small numbers without an exponent", () => {
    const checked = checkSpecification("if:quality<0.0000001 refactor");
    expect(checked).toMatchObject({ ok: true });
    expect(checked.ok && specificationOf(checked.steps)).toBe("if:quality<0.0000001 refactor type:all");
  });
});
