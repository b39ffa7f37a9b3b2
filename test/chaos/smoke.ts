// The few rows that every run of the tests plays: `npm run chaos` plays them all.
import { afterAll, describe, test } from "vitest";
import { releasePrograms } from "./built-program.ts";
import { playRow, type Row } from "./row.ts";
import { rows } from "./rows.ts";

/** Has vitest play the first row of each of these faults. */
export function smoke(...faults: readonly number[]): void {
  smokeRows(
    ...faults.map((fault) => {
      const row = rows.find((each) => each.fault === fault);
      if (row === undefined) throw new Error(`There is no row of fault ${fault}.`);
      return row;
    }),
  );
}

/** Has vitest play these rows. */
export function smokeRows(...played: readonly Row[]): void {
  afterAll(releasePrograms);
  for (const row of played) {
    describe(row.subject, () => {
      test(`fault ${row.fault} ${row.name}`, () => playRow(row), rowMsMax);
    });
  }
}

/** Rows take half a minute at most, and several times as long on a machine that is busy with other tests. */
const rowMsMax = 180_000;
