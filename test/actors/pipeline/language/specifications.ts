// Pipelines at random, for properties.
import fc from "fast-check";
import { operators, type WrittenStep } from "../../../../actors/pipeline/language/specification.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/);
const path = fc.array(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_]{0,7}$/), { minLength: 1, maxLength: 4 });
const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => ({ text, isQuoted: true })),
  fc.stringMatching(/^[A-Za-z0-9_./,:%-]{1,12}$/).map((text) => ({ text, isQuoted: false })),
);
const span = { at: 0, length: 0 };

const condition = fc.record({
  word: fc.constantFrom("if", "unless", "when", "while"),
  path: path.map((names) => names.join(".")),
  operator: fc.constantFrom(...operators),
  value,
  span: fc.constant(span),
});
const parameter = fc.record({
  name: name.filter((one) => !["if", "unless", "when", "while"].includes(one)),
  value: fc.option(value, { nil: undefined }),
  span: fc.constant(span),
});

/** Well formed; what its words mean is another matter. */
export const specifications: fc.Arbitrary<readonly WrittenStep[]> = fc
  .array(
    fc.record({
      conditions: fc.array(condition, { maxLength: 2 }),
      word: name,
      parameters: fc.array(parameter, { maxLength: 4 }),
      span: fc.constant(span),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((steps) => steps.map((step, index) => ({ number: index + 1, ...step })));

export function withoutSpans(steps: readonly WrittenStep[]): unknown {
  return JSON.parse(JSON.stringify(steps, (key, held: unknown) => (key === "span" ? undefined : held)));
}
