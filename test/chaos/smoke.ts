// The few rows that every run of the tests plays: `npm run chaos` plays them all.
import { afterAll, describe, test } from "vitest";
import { releaseProgram } from "./built-program.ts";
import { playRow } from "./row.ts";
import { rows } from "./rows.ts";

/** Has vitest play the first row of each of these faults. */
export function smoke(...faults: readonly number[]): void {
  afterAll(releaseProgram);
  for (const fault of faults) {
    const row = rows.find((each) => each.fault === fault);
    if (row === undefined) throw new Error(`There is no row of fault ${fault}.`);
    describe(row.subject, () => {
      test(`fault ${fault} ${row.name}`, () => playRow(row));
    });
  }
}
