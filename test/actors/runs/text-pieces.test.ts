import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runLimits } from "../../../actors/runs/limits.ts";
import { endsWithin, textPieces } from "../../../actors/runs/text-pieces.ts";

const { textCharactersMax: max } = runLimits;

describe("The pieces of a text", () => {
  test("are the text, each small enough, and none of them ends within a character", () => {
    const unit = fc.constantFrom("a", "é", "\u{1f600}", "\n");
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), fc.integer({ min: 0, max: 3 }), (units, extra) => {
        const part = units.join("");
        const text = `${"x".repeat(extra)}${part.repeat(Math.ceil((2.5 * max) / Math.max(1, part.length)))}`;
        const pieces = textPieces(text);
        expect(pieces.join("") === text).toBe(true);
        for (const piece of pieces) {
          expect(piece.length > 0 && piece.length <= max).toBe(true);
          expect(endsWithin(piece)).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  test("are none of no text, and one of what fits into it exactly", () => {
    expect(textPieces("")).toEqual([]);
    expect(textPieces("x".repeat(max))).toHaveLength(1);
    expect(textPieces("x".repeat(max + 1))).toHaveLength(2);
  });

  test("cut no pair of units that lies across a border", () => {
    const face = "\u{1f600}";
    const text = `${"x".repeat(max - 1)}${face}y`;
    expect(textPieces(text)).toEqual(["x".repeat(max - 1), `${face}y`]);
  });

  test("end within a character where the text itself does", () => {
    const broken = "ab\u{1f600}".slice(0, -1);
    expect(endsWithin(broken)).toBe(true);
    expect(endsWithin("")).toBe(false);
    expect(textPieces(broken)).toEqual([broken]);
  });
});
