// What may cross the boundary between processes, and what happens to it.
import { describe, expect, test } from "vitest";
import { named } from "../../../runtime/index.ts";
import { limits } from "../../../runtime/limits.ts";
import { asData } from "../../../runtime/process/data.ts";
import { makePid, makeRef } from "../../../runtime/process/pid.ts";

/** `depth` objects in each other. */
function nested(depth: number): unknown {
  let value: unknown = "the core";
  for (let level = 0; level < depth; level += 1) value = { inside: value };
  return value;
}

describe("data", () => {
  test("is what JSON knows and a little more, given back as it is", () => {
    const accepted = [
      null,
      undefined,
      true,
      0,
      -0,
      Number.NaN,
      10n,
      "text",
      [],
      [1, [2]],
      {},
      { a: { b: undefined } },
      Object.create(null),
      new Uint8Array([1, 2]),
      Buffer.from("bytes"),
    ];
    for (const value of accepted) expect(asData(value, "it")).toBe(value);
  });

  test("holds pids, references and names", () => {
    const value = {
      pid: makePid("a", 1, 2),
      ref: makeRef("a", 1, 3),
      name: named("worker"),
      far: named("w").on("b"),
    };
    expect(asData(value, "it")).toBe(value);
  });

  test("is frozen through and through", () => {
    const inner = { list: [{ deep: 1 }] };
    asData({ inner }, "it");
    for (const part of [inner, inner.list, inner.list[0]]) expect(Object.isFrozen(part)).toBe(true);
    expect(() => {
      const [first] = inner.list;
      if (first !== undefined) first.deep = 2;
    }).toThrow(TypeError);
  });

  test("is frozen below what was frozen already", () => {
    const below = { count: 1 };
    asData(Object.freeze({ below }), "it");
    expect(Object.isFrozen(below)).toBe(true);
  });

  test("leaves bytes as they are, wherever they stand", () => {
    const bytes = new Uint8Array([1]);
    asData({ list: [bytes] }, "it");
    bytes[0] = 2;
    expect(bytes[0]).toBe(2);
  });

  test("is no function, symbol or instance of a class, and the error names the place", () => {
    class Counter {
      count = 0;
    }
    const refused: readonly [unknown, RegExp][] = [
      [() => 1, /a function/],
      [Symbol("s"), /a symbol/],
      [new Counter(), /an instance of Counter/],
      [new Map(), /an instance of Map/],
      [new Set(), /an instance of Set/],
      [new Date(0), /an instance of Date/],
      [/x/, /an instance of RegExp/],
      [new Error("x"), /an instance of Error/],
      [Promise.resolve(), /an instance of Promise/],
      [new WeakMap(), /an instance of WeakMap/],
      [new Float64Array(2), /an instance of Float64Array/],
      [new ArrayBuffer(2), /an instance of ArrayBuffer/],
      [Object.create({ inherited: 1 }), /an instance of/],
    ];
    for (const [value, given] of refused) {
      expect(() => asData(value, "it")).toThrow(given);
      expect(() => asData({ a: [{ b: value }] }, "it")).toThrow(/^it\.a\.0\.b is /);
      expect(() => asData({ a: [{ b: value }] }, "it")).toThrow(
        expect.objectContaining({ code: "misuse", details: expect.objectContaining({ path: "it.a.0.b" }) }),
      );
    }
  });

  test("is nested to a limit, and goes in no circle", () => {
    expect(() => asData(nested(limits.messageDepthMax), "it")).not.toThrow();
    expect(() => asData(nested(limits.messageDepthMax + 2), "it")).toThrow(/nested deeper than 32/);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => asData(circle, "it")).toThrow(/or a cycle/);
    const list: unknown[] = [];
    list.push([list]);
    expect(() => asData(list, "it")).toThrow(/or a cycle/);
  });
});
