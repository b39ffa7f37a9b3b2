// Data as bytes: what comes back is what was sent, and nothing that hostile bytes hold is built.
import fc from "fast-check";
import { Packr, Unpackr } from "msgpackr";
import { describe, expect, test } from "vitest";
import { limits } from "../../../runtime/limits.ts";
import { named } from "../../../runtime/process/address.ts";
import { wireLimits } from "../../../runtime/wire/limits.ts";
import { roomOf, type Unpackable, whyUnpackable } from "../../../runtime/wire/packable.ts";
import { pack, unpackAll } from "../../../runtime/wire/packing.ts";
import { Refusal } from "../../../runtime/wire/screen.ts";

function bytesOf(...values: readonly unknown[]): Uint8Array {
  return new Uint8Array(Buffer.concat(values.map((value) => Buffer.from(pack(value)))));
}

function valuesOf(bytes: readonly number[] | Uint8Array): unknown[] {
  return unpackAll(Uint8Array.from(bytes), 0);
}

function roundTrip(value: unknown): unknown {
  expect(whyNotPacked(value)).toBeUndefined();
  return valuesOf(bytesOf(value))[0];
}

/** Why these bytes are refused; fails the test where they are not. */
function refusal(bytes: readonly number[] | Uint8Array): string {
  try {
    valuesOf(bytes);
  } catch (error) {
    if (error instanceof Refusal) return error.why;
    throw error;
  }
  return expect.unreachable("it was read");
}

function whyNotPacked(value: unknown): Unpackable | undefined {
  return whyUnpackable(value, 0, roomOf(1));
}

function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

const values: readonly (readonly [string, unknown])[] = [
  ["null and undefined", [null, undefined, { a: undefined, b: null }]],
  ["truth", [true, false]],
  [
    "whole numbers at every edge",
    edges([0, 31, 32, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53]),
  ],
  ["numbers that are none", [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ["fractions", [0.1, -1.5, Number.MIN_VALUE, Number.MAX_VALUE, Number.EPSILON]],
  ["bigints of 64 bits", [0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]],
  [
    "larger bigints",
    [2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n) - 1n, 2n ** 64n, 2n ** 1000n, 2n ** 8191n - 1n, -(2n ** 8191n)],
  ],
  ["empty things", ["", [], {}, [[]], [{}], { "": "" }, new Uint8Array(0)]],
  [
    "strings of every length of header",
    [1, 7, 8, 9, 15, 16, 23, 24, 31, 32, 255, 256, 65_535, 65_536].map((n) => "x".repeat(n)),
  ],
  [
    "the same beyond ASCII",
    [1, 7, 8, 10, 11, 15, 16, 31, 32, 85, 86, 21_845, 21_846].map((n) => "é€".repeat(n)),
  ],
  [
    "a short string that ends beyond ASCII",
    ["aé", "aaaaaaaaaaé", `${"a".repeat(22)}é`, `${"a".repeat(300)}é`],
  ],
  ["letters of two code units", ["😀", "a😀b", "😀".repeat(5000)]],
  ["control characters", ["\0", "\r\n", "\u001b[31m", "\u2028"]],
  ["arrays of every length of header", [15, 16, 255, 65_535, 65_536].map((n) => new Array(n).fill(1))],
  ["objects of every size", [1, 2, 15, 16, 32, 33, 255, 256, 65_536].map(objectOf)],
  ["objects of one shape", Array.from({ length: 100 }, (_, id) => ({ type: "order", id, at: [id] }))],
  [
    "keys that an object has already",
    [
      { constructor: 1, toString: 2, hasOwnProperty: 3, length: 4, prototype: 5, valueOf: null },
      { constructor: null, toJSON: 1 },
      { toJSON: { a: 1 }, constructor: "Map" },
    ],
  ],
  ["keys that are numbers", { 10: "a", 2: "b", x: "c" }],
  [
    "long keys and keys beyond ASCII",
    { ["k".repeat(300)]: 1, größe: 2, ["ß".repeat(40)]: 3, ["k".repeat(70_000)]: 4 },
  ],
  ["bytes", [new Uint8Array([0, 255]), new Uint8Array(255), new Uint8Array(256), new Uint8Array(65_536)]],
];

function edges(numbers: readonly number[]): number[] {
  return numbers.flatMap((n) => [n - 1, n, n + 1, -n - 1, -n, 1 - n]).map((n) => (n === 0 ? 0 : n));
}

function objectOf(keys: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: keys }, (_, index) => [`key ${index}`, index]));
}

/** -0 has no form of its own in msgpackr. */
function withoutNegativeZero(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutNegativeZero(part)]));
}

describe("data", () => {
  test.each(values)("comes back as it was sent: %s", (_, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  test("comes back as it was sent, whatever it is", () => {
    const data = fc.anything({ withBigInt: true, withNullPrototype: false, maxDepth: 6 });
    fc.assert(
      fc.property(data, (value) => {
        fc.pre(whyNotPacked(value) === undefined);
        expect(roundTrip(value)).toStrictEqual(withoutNegativeZero(value));
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  test("has 0 for -0, and \\ufffd for every half of a letter, which msgpackr has no form for", () => {
    expect(roundTrip([-0, { zero: -0 }])).toStrictEqual([0, { zero: 0 }]);
    for (const half of ["\ud800", "a\udc00b", `${"x".repeat(40)}\udfff`, `${"é".repeat(100)}\ud83d`]) {
      const [text] = roundTrip([half]) as [string];
      expect(text.replace(/\ufffd+/, "?")).toBe(half.replace(/[\ud800-\udfff]/, "?"));
      expect(roundTrip({ [half]: 1 })).toEqual({ [text]: 1 });
    }
  });

  test("comes back as plain objects for addresses and objects without a prototype", () => {
    const bare: Record<string, unknown> = Object.create(null);
    bare.a = 1;
    expect(roundTrip([named("worker"), named("w").on("b"), bare])).toStrictEqual([
      { name: "worker" },
      { name: "w", node: "b" },
      { a: 1 },
    ]);
  });

  test("has undefined for the holes of an array, and nothing of what stands beside its elements", () => {
    const sparse: unknown[] & { more?: number } = [1];
    sparse[3] = 4;
    sparse.more = 5;
    expect(roundTrip(sparse)).toStrictEqual([1, undefined, undefined, 4]);
  });

  test("has nothing of keys that are symbols or not enumerable", () => {
    const value = Object.defineProperty({ a: 1, [Symbol("s")]: 2 }, "hidden", { value: 3 });
    expect(roundTrip(value)).toStrictEqual({ a: 1 });
  });

  test("has bytes of its own, whatever they were a part of", () => {
    const sent = Buffer.from(bytesOf(Buffer.from("bytes"), new Uint8Array([9, 1, 2, 9]).subarray(1, 3)));
    const [text, part] = unpackAll(sent, 0) as [Uint8Array, Uint8Array];
    sent.fill(0);
    expect([text.constructor, text.buffer.byteLength, Buffer.from(text).toString()]).toEqual([
      Uint8Array,
      5,
      "bytes",
    ]);
    expect([...part]).toEqual([1, 2]);
  });

  test("comes back out of the middle of a larger buffer", () => {
    const bytes = bytesOf({ text: "word ".repeat(50), also: ["é".repeat(40), 1n] });
    const buffer = Buffer.alloc(bytes.length + 20, 0xd9);
    buffer.set(bytes, 10);
    expect(unpackAll(buffer.subarray(10, 10 + bytes.length), 0)).toStrictEqual(valuesOf(bytes));
  });

  test("leaves the bytes of a longer message behind, and not a buffer of its size", () => {
    const long = "x".repeat(5_000_000);
    expect(pack(long).length).toBe(long.length + 5);
    expect(pack(1).buffer.byteLength).toBeLessThan(10_000);
  });

  test("may be packed while other data is, however long it is", () => {
    const long = "x".repeat(1_000_000);
    const around = {
      before: "b".repeat(20_000),
      get inner(): number {
        return pack(long).length;
      },
      after: "a".repeat(20_000),
    };
    expect(valuesOf(bytesOf(around))).toEqual([{ ...around, inner: long.length + 5 }]);
  });

  test("is MessagePack to others", () => {
    const other = new Packr({ useRecords: false, useBigIntExtension: true });
    const common = [
      "text",
      "é".repeat(300),
      200,
      -5,
      1.5,
      2n ** 60n,
      2n ** 80n,
      null,
      undefined,
      { one: [1] },
    ];
    expect(other.unpack(bytesOf(common))).toStrictEqual(common);
    expect(valuesOf(other.pack(common))).toStrictEqual([common]);
  });
});

describe("what is packed", () => {
  test("is no function, no symbol, no instance of a class and no key that reaches a prototype", () => {
    const hostile = [
      () => 1,
      Symbol("s"),
      new Map(),
      new Set(),
      new Date(0),
      /x/,
      new Error("x"),
      new Float64Array(1),
      Promise.resolve(),
      new ArrayBuffer(1),
      Object.create({ a: 1 }),
      JSON.parse('{"__proto__": 1}'),
    ];
    for (const value of hostile) {
      expect(whyNotPacked(value)).toBe("not_data");
      expect(whyNotPacked([{ inside: value }])).toBe("not_data");
    }
  });

  test("is nested to a limit, and goes in no circle", () => {
    let deep: unknown = 1;
    for (let level = 0; level <= limits.messageDepthMax; level += 1) deep = [deep];
    expect(roundTrip(deep)).toStrictEqual(deep);
    expect(whyNotPacked([deep])).toBe("not_data");
    const circle: unknown[] = [];
    circle.push(circle, circle);
    expect(whyNotPacked(circle)).toBe("not_data");
  });

  test("is bounded, however it is made large", () => {
    const { messageBytesMax, messageContainersMax, messageElementsMax, bigintBytesMax } = wireLimits;
    const holes: unknown[] = [];
    holes[4_294_967_294] = 1;
    let doubled: unknown = "x";
    for (let level = 0; level < 31; level += 1) doubled = [doubled, doubled];
    const half = "x".repeat(messageBytesMax / 2 + 1);
    for (const value of [
      holes,
      doubled,
      [half, half],
      { [half]: half },
      [new Uint8Array(messageBytesMax), half],
      new Array(messageContainersMax).fill({}),
      new Array(messageContainersMax).fill(new Uint8Array(0)),
      new Array(messageElementsMax).fill(1),
      2n ** BigInt(bigintBytesMax * 8 - 1),
      -(2n ** BigInt(bigintBytesMax * 8 - 1)) - 1n,
    ])
      expect(whyNotPacked(value)).toBe("too_large");
  });
});

describe("what is read", () => {
  test("is nothing that MessagePack's extensions could build", () => {
    const packr = new Packr({ moreTypes: true, structuredClone: true });
    const circle: unknown[] = [];
    circle.push(circle);
    for (const value of [
      new Date(0),
      new Date(1.5e12),
      new Date(Number.NaN),
      new Set([1]),
      /x/,
      new Error("x"),
      new Float64Array(2),
      new BigUint64Array(200),
      new ArrayBuffer(3),
      circle,
    ])
      expect(refusal(packr.pack(value))).toMatch(/is no data/);
    expect(refusal([0xc1])).toMatch(/begins with the byte 0xc1/);
    for (const type of [1, 2, 0x42, 0x62, 0x65, 0x69, 0x70, 0x72, 0x73, 0x74, 0x78, 0xff]) {
      for (const first of [0xd4, 0xd5, 0xd6, 0xd7])
        expect(refusal([first, type, ...new Array(17).fill(0)])).toMatch(/is no data/);
      expect(refusal([0xc7, 1, type, 0])).toMatch(/is no data/);
      expect(refusal([0xc9, 0, 0, 0, 16, type, ...new Array(16).fill(0)])).toMatch(/is no data/);
    }
    expect(refusal([0xd4, 0, 1])).toMatch(/is no data/);
  });

  test("is no definition of a record, so that nothing of a peer's is compiled", () => {
    const definition = [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61];
    const twoBytes = [0xd5, 0x72, 0x40, 0x00, 0x91, 0xa1, 0x61];
    const bytes = [...definition, 1, 0x40, 2, 0x40, 3, 0x40, 4, 0x40, 5];
    expect(compiledBy(() => new Unpackr({ useRecords: false }).unpackMultiple(Uint8Array.from(bytes)))).toBe(
      1,
    );
    expect(compiledBy(() => expect(refusal(bytes)).toMatch(/is no data/))).toBe(0);
    expect(refusal([...twoBytes, 1])).toMatch(/is no data/);
    expect(refusal([0xc7, 3, 0x72, ...definition.slice(3), 1])).toMatch(/is no data/);
    expect(refusal(new Packr().pack({ inline: 1 }))).toMatch(/is no data/);
    // What names a record is a number where none was defined.
    expect(valuesOf([0x40, 0x7f])).toEqual([64, 127]);
  });

  test("is no bundle of strings, which say the same bytes again and again", () => {
    const text = [0xda, 0x03, 0xe8, ...new Array(1000).fill(0x61), 0xa0];
    const array = [0xdc, 0, 101];
    const bytes = [...array, 0xc5, text.length >> 8, text.length & 0xff, ...text];
    for (let bundle = 0; bundle < 100; bundle += 1)
      bytes.push(0xd6, 0x62, ...uint32(6 - (bytes.length + 6) + 4), 0xc1, 0xd1, 0xfc, 0x18);
    expect(refusal(bytes)).toMatch(/is no data/);
    expect(
      refusal(new Packr({ useRecords: false, bundleStrings: true }).pack(["text", "more text"])),
    ).toMatch(/is no data/);
  });

  test("is never longer than the bytes are", () => {
    expect(refusal(new Array(200).fill([0xdd, 0xff, 0xff, 0xff, 0xff]).flat())).toMatch(/beyond the end/);
    expect(refusal([0xdd, 0xff, 0xff, 0xff, 0xff])).toMatch(/beyond the end/);
    expect(refusal([0xdf, 0x7f, 0xff, 0xff, 0xff])).toMatch(/beyond the end/);
    expect(refusal(new Array(1000).fill(0x9f))).toMatch(/beyond the end|deeper/);
    for (const first of [0xc6, 0xdb])
      expect(refusal([first, 0xff, 0xff, 0xff, 0xff])).toMatch(/in the middle/);
    expect(refusal([0xc8, 0x04, 0x00, 0x42, 1])).toMatch(/in the middle/);
  });

  test("is nested to the same limit", () => {
    const nested = (depth: number): number[] => [...new Array(depth).fill(0x91), 0x01];
    expect(valuesOf(nested(33))).toHaveLength(1);
    expect(refusal(nested(34))).toMatch(/deeper than 32/);
    expect(refusal(new Array(100_000).fill(0x91))).toMatch(/deeper than 32/);
    expect(refusal(new Array(100_000).fill([0x81, 0xa1, 0x61]).flat())).toMatch(/deeper than 32/);
  });

  test("has no keys but strings, and none that reaches a prototype", () => {
    const key = [0xa9, ...Buffer.from("__proto__")];
    expect(refusal([0x81, ...key, 0x80])).toMatch(/"__proto__"/);
    expect(refusal([0x81, 0xd9, 9, ...key.slice(1), 0x80])).toMatch(/"__proto__"/);
    expect(refusal([0x81, 0xda, 0, 9, ...key.slice(1), 0x80])).toMatch(/"__proto__"/);
    expect(refusal([0x81, 0xdb, 0, 0, 0, 9, ...key.slice(1), 0x80])).toMatch(/"__proto__"/);
    for (const other of [0x01, 0x80, 0x90, 0xc0, 0xcb, 0xc1, 0xc4, 0xd4, 0xe0])
      expect(refusal([0x81, other, 0x01, 0x01, 0x01])).toMatch(/no string/);
    expect(valuesOf([0x81, 0xa9, ...Buffer.from("__proto_x"), 1])).toEqual([{ __proto_x: 1 }]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("has no bigint that takes long to make", () => {
    const bytes = (length: number): number[] => [
      0xc8,
      length >> 8,
      length & 255,
      0x42,
      ...new Array(length).fill(0x7f),
    ];
    expect(refusal(bytes(wireLimits.bigintBytesMax + 1))).toMatch(/is no data/);
    expect(refusal(bytes(0))).toMatch(/is no data/);
    expect(valuesOf(bytes(wireLimits.bigintBytesMax))).toHaveLength(1);
  });

  test("has a bounded number of arrays, objects and what is in them", () => {
    const empty = new Uint8Array(wireLimits.messageContainersMax + 2).fill(0x90);
    expect(refusal(empty)).toMatch(/more than \d+ arrays and objects/);
    const bytes = new Uint8Array(2 * wireLimits.messageContainersMax + 2).map((_, at) =>
      at % 2 === 0 ? 0xc4 : 0,
    );
    expect(refusal(bytes)).toMatch(/more than \d+ arrays and objects/);
    const numbers = new Uint8Array(wireLimits.messageElementsMax + 10).fill(1);
    numbers.set([0xdd, ...uint32(wireLimits.messageElementsMax + 1)]);
    expect(refusal(numbers)).toMatch(/more than \d+ elements/);
  });

  test("is text whatever the bytes are, and never another's text", () => {
    for (const text of [
      [0xa1, 0xff],
      [0xa2, 0xc3, 0x28],
      [0xa9, ...new Array(9).fill(0x80)],
      [0xd9, 200, ...new Array(200).fill(0xed)],
    ])
      expect(valuesOf(text)[0]).toContain("\ufffd");
    expect(valuesOf([0xa2, 0x61, 0x62, 0xa2, 0x61, 0xe2])).toEqual(["ab", "a\ufffd"]);
    const key = (byte: number): number[] => [0x81, 0xa2, 0x61, byte, 1];
    expect(valuesOf([...key(0x62), ...key(0xe2), ...key(0x62)])).toEqual([
      { ab: 1 },
      { "a\ufffd": 1 },
      { ab: 1 },
    ]);
  });

  test("ends where the bytes do, wherever they are cut", () => {
    const whole = bytesOf({
      a: [1, "text".repeat(20), -70_000, 1.5, 5n, 2n ** 90n, undefined, new Uint8Array(9)],
      b: "é".repeat(20),
    });
    for (let end = 1; end < whole.length; end += 1)
      expect(refusal(whole.subarray(0, end))).toBeTypeOf("string");
    expect(valuesOf(whole)).toHaveLength(1);
    expect(valuesOf([])).toEqual([]);
  });
});

/** How often `run` makes code out of text. */
function compiledBy(run: () => unknown): number {
  const { Function: original } = globalThis;
  let count = 0;
  globalThis.Function = new Proxy(original, {
    construct(target, given) {
      count += 1;
      return Reflect.construct(target, given);
    },
  });
  try {
    run();
  } finally {
    globalThis.Function = original;
  }
  return count;
}
