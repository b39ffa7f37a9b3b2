// The seeds that every run of the tests plays, in four parts: one for each test file, so that the workers share them.
import { describe, expect, test } from "vitest";
import { failureText } from "./report.ts";
import { play } from "./room.ts";

const seedsOfAll = 500;
const parts = 4;
/** Far more than they take: a play that hangs is to be told from a machine that is busy. */
const partMsMax = 600_000;

/** Declares the test of one part, from 1. */
export function testPart(part: number): void {
  describe("Nodes under random faults", () => {
    test(
      `keep every promise in part ${part} of ${parts} of ${seedsOfAll} seeds`,
      async () => {
        const seeds = Array.from({ length: seedsOfAll / parts }, (_, index) => index * parts + part);
        expect(await failuresOf(seeds)).toEqual([]);
      },
      partMsMax,
    );
  });
}

export async function failuresOf(seeds: readonly number[]): Promise<string[]> {
  const failures: string[] = [];
  for (const seed of seeds) failures.push(failureText(await play(seed)) ?? "");
  return failures.filter((failure) => failure !== "");
}
