// Damaged transcripts of every provider: each ends in time, with an answer or an error of ours. `npm run fuzz` plays more.
import { beforeAll, describe, expect, test, vi } from "vitest";
import { dialects } from "../../actors/llm/wire-formats.ts";
import { hostileBody, play, warmUp } from "./play.ts";

const seed = 1;
const transcriptsMax = 5_000;

describe.each(dialects)("a hostile answer of %s (rows 35 to 39)", (dialect) => {
  beforeAll(warmUp);

  test(`does no harm, ${transcriptsMax} times`, { timeout: 240_000 }, async () => {
    const printed = (["log", "warn", "error"] as const).map((level) => vi.spyOn(console, level));
    const outcomes = new Map<string, number>();
    for (let number = 0; number < transcriptsMax; number += 1) {
      try {
        const outcome = await play(dialect, hostileBody(dialect, seed, number));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      } catch (error) {
        const again = `npm run fuzz -- --seed ${seed} --dialect ${dialect} --only ${number}`;
        throw new Error(`Transcript ${number} did harm. Again: ${again}`, { cause: error });
      }
    }
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    // All ways out must be taken often, or this fuzzes the first check alone.
    for (const outcome of ["answered", "protocol", "overloaded", "timeout"]) {
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(transcriptsMax / 200);
    }
  });

  test("is made the same way again from its seed and number", () => {
    for (let number = 0; number < 100; number += 1)
      expect(hostileBody(dialect, 5, number)).toEqual(hostileBody(dialect, 5, number));
    expect(hostileBody(dialect, 5, 1)).not.toEqual(hostileBody(dialect, 6, 1));
  });
});
