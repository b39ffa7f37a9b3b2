// How much memory a value takes, as an order of magnitude, for values of every shape.
import { describe, expect, it } from "vitest";
import { estimatedBytes } from "../../../runtime/inspect/memory-estimate.ts";

describe("estimatedBytes()", () => {
  it.each<readonly [string, unknown, number, number]>([
    ["nothing", undefined, 0, 0],
    ["a number", 1, 8, 8],
    ["a long string", "x".repeat(1_000), 1_000, 1_100],
    ["bytes", new Uint8Array(100_000), 100_000, 100_100],
    ["an object", { a: 1, b: 2 }, 40, 100],
    ["a long list of numbers", Array.from({ length: 100_000 }, (_, n) => n), 800_000, 2_000_000],
    ["a long list of objects", Array.from({ length: 100_000 }, (_, n) => ({ n })), 3_000_000, 7_000_000],
    ["a map", new Map(Array.from({ length: 1_000 }, (_, n) => [n, "x".repeat(100)])), 100_000, 300_000],
    ["a set", new Set(Array.from({ length: 1_000 }, (_, n) => n)), 30_000, 60_000],
  ])("of %s is about right", (_, value, least, most) => {
    expect(estimatedBytes(value)).toBeGreaterThanOrEqual(least);
    expect(estimatedBytes(value)).toBeLessThanOrEqual(most);
  });

  it("counts once what is shared, and ends where there is a cycle", () => {
    const text = new Uint8Array(10_000);
    expect(estimatedBytes([text, text, text])).toBeLessThan(11_000);
    const loop: { self?: object } = {};
    loop.self = loop;
    expect(estimatedBytes(loop)).toBeLessThan(100);
  });

  it("looks at so much and no more, runs no getter and never throws", () => {
    let deep: object = {};
    for (let depth = 0; depth < 1_000_000; depth += 1) deep = { deep };
    expect(estimatedBytes(deep)).toBeLessThan(200_000);
    const hostile = {
      get trap(): never {
        throw new Error("a getter was run");
      },
      proxy: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("trapped");
          },
        },
      ),
    };
    expect(estimatedBytes(hostile)).toBeLessThan(200);
  });
});
