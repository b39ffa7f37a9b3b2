// The table by number, beside a Map that is told the same.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumberTable } from "../../../runtime/process/number-table.ts";

describe("a table by number", () => {
  test("holds what a Map would hold, in the order of the numbers, whatever comes and goes", () => {
    const number = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2 ** 40 }));
    const step = fc.record({ does: fc.constantFrom("set", "delete"), number });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new NumberTable<string>();
        const map = new Map<number, string>();
        for (const [index, { does, number }] of steps.entries()) {
          if (does === "delete") expect(table.delete(number)).toBe(map.delete(number));
          else {
            table.set(number, `${index}`);
            map.set(number, `${index}`);
          }
          expect(table.size).toBe(map.size);
          expect(table.get(number)).toBe(map.get(number));
        }
        const sorted = [...map].sort(([left], [right]) => left - right);
        expect(table.values()).toEqual(sorted.map(([, value]) => value));
        for (let other = 1; other <= 50; other += 1) expect(table.has(other)).toBe(map.has(other));
      }),
    );
  });

  test("keeps those that stay while a hundred thousand pass through", () => {
    const table = new NumberTable<number>();
    for (let number = 1; number <= 100_000; number += 1) {
      table.set(number, number);
      if (number > 10 && (number - 10) % 1_000 !== 0) table.delete(number - 10);
    }
    const stayed = table.values();
    expect(stayed).toHaveLength(109);
    for (const number of stayed) expect(table.get(number)).toBe(number);
    expect(table.get(99_001)).toBeUndefined();
  });

  test("is empty at first, and again when all have gone", () => {
    const table = new NumberTable<string>();
    expect([table.size, table.get(1), table.delete(1), table.values()]).toEqual([0, undefined, false, []]);
    expect([table.delete(0), table.size]).toEqual([false, 0]);
    table.set(1, "a");
    table.delete(1);
    expect([table.size, table.get(1), table.delete(1), table.values()]).toEqual([0, undefined, false, []]);
  });
});
