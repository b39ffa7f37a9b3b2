// Mutated frames of every kind: none may crash a node, pass as something else, or reach a prototype. `npm run fuzz` plays more.
import { describe, expect, test } from "vitest";
import { checkPrototypes, hostileFrame, readFrame } from "./round.ts";

const seed = 1;
const framesMax = 200_000;

describe("a hostile frame (T9, row 21)", () => {
  test(`does no harm, ${framesMax} times`, () => {
    const outcomes = { frame: 0, malformed: 0, unknown: 0, accepted: 0 };
    for (let number = 0; number < framesMax; number += 1) {
      try {
        const { outcome, accepted } = readFrame(hostileFrame(seed, number));
        outcomes[outcome] += 1;
        outcomes.accepted += accepted;
      } catch (error) {
        throw new Error(`Frame ${number} did harm. Again: npm run fuzz -- --seed ${seed} --only ${number}`, {
          cause: error,
        });
      }
    }
    checkPrototypes();
    // All ways out must be taken often, or this fuzzes the first check alone.
    expect(outcomes.frame).toBeGreaterThan(framesMax / 20);
    expect(outcomes.malformed).toBeGreaterThan(framesMax / 5);
    expect(outcomes.unknown).toBeGreaterThan(framesMax / 1000);
    expect(outcomes.accepted).toBeGreaterThan(framesMax / 20);
  });

  test("is made the same way again from its seed and number", () => {
    for (let number = 0; number < 100; number += 1)
      expect(hostileFrame(5, number)).toEqual(hostileFrame(5, number));
    expect(hostileFrame(5, 1)).not.toEqual(hostileFrame(6, 1));
  });
});
