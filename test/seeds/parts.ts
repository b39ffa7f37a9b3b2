// The seeds that every run of the tests plays, in four parts: one for each test file, so that the workers share them.
import { describe, expect, test } from "vitest";
import { failuresOf } from "./report.ts";
import type { Room } from "./room.ts";

const seedsOfAll = 300;
const parts = 4;
/** Far more than they take: a play that hangs is to be told from a machine that is busy. */
const partMsMax = 600_000;

/** Declares the test of one part, from 1. `who` is there in the plural, with a capital letter. */
export function testPart<Entry>(room: Room<Entry>, who: string, part: number): void {
  describe(`${who} under random faults`, () => {
    test(
      `keep every promise in part ${part} of ${parts} of ${seedsOfAll} seeds`,
      async () => {
        const seeds = Array.from({ length: seedsOfAll / parts }, (_, index) => index * parts + part);
        expect(await failuresOf(room, seeds)).toEqual([]);
      },
      partMsMax,
    );
  });
}
