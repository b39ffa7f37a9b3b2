import { describe, expect, test } from "vitest";
import { named } from "../../../runtime/index.ts";
import { observeLimits as limits } from "../../../runtime/observe/limits.ts";
import { shownText, shownValue } from "../../../runtime/observe/shown-value.ts";
import { Secret } from "../../../runtime/secret.ts";

const canary = "kNaRy-7f3c9";

/** The text of what is shown, which must be plain data for that. */
function textOf(value: unknown): string {
  return JSON.stringify(shownValue(value));
}

describe("shownValue()", () => {
  test.each<[string, unknown, unknown]>([
    ["a text", "rye", "rye"],
    ["an empty text", "", ""],
    ["a number", -0.5, -0.5],
    ["what is no number", Number.NaN, "NaN"],
    ["infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["a boolean", false, false],
    ["null", null, null],
    ["undefined", undefined, undefined],
    ["a bigint", 12n, "12n"],
    ["a bigint that nobody reads", 2n ** 100_000n, "[a large bigint]"],
    ["one below zero", -(2n ** 100_000n), "[a large bigint]"],
    ["a symbol", Symbol("oven"), "Symbol(oven)"],
    ["a function", function bake() {}, "[function bake]"],
    ["a function without a name", () => {}, "[function without a name]"],
    ["a pid", { node: "a", incarnation: 1, id: 2 }, "<a.1.2>"],
    ["a name", named("oven"), shownValue({ ...named("oven") })],
    ["bytes", new Uint8Array(3), "[3 bytes]"],
    ["a buffer, which would be a list of numbers", Buffer.alloc(1_000_000), "[1000000 bytes]"],
    ["a view", new DataView(new ArrayBuffer(8)), "[8 bytes]"],
    ["an array", [1, [2]], [1, [2]]],
    ["an array with holes", Array(2), [undefined, undefined]],
    [
      "a map",
      new Map<unknown, unknown>([
        ["a", 1],
        [{}, 2],
      ]),
      {
        map: [
          ["a", 1],
          [{}, 2],
        ],
      },
    ],
    ["a set", new Set([1, "b"]), { set: [1, "b"] }],
    ["a regular expression", /a/g, "/a/g"],
    ["a promise", Promise.resolve(canary), "[object Promise]"],
    ["a date", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["an invalid date", new Date(Number.NaN), null],
    ["an object without a prototype", Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      "a key that would change the prototype",
      JSON.parse('{"__proto__":{"a":1}}'),
      JSON.parse('{"__proto__":{"a":1}}'),
    ],
    [
      "a getter, which is not run",
      {
        get a(): never {
          throw new Error(canary);
        },
      },
      { a: "[getter]" },
    ],
    [
      "what throws when it becomes JSON",
      {
        toJSON: () => {
          throw new Error(canary);
        },
      },
      "[cannot be shown]",
    ],
    [
      "what becomes itself as JSON",
      {
        toJSON() {
          return this;
        },
      },
      "[circular]",
    ],
    ["a proxy that throws at everything", new Proxy({}, throwingTraps()), "[cannot be shown]"],
    ["a revoked proxy", revoked(), "[cannot be shown]"],
  ])("shows %s", (_, value, shown) => {
    expect(shownValue(value)).toEqual(shown);
    expect(textOf(value) ?? "").not.toContain(canary);
  });

  test("shows an error with its causes", () => {
    const cause = new RangeError("too hot", { cause: "the oven" });
    const error = Object.assign(new Error("burnt", { cause }), {
      code: "burnt_bread",
      details: { loaves: 2n },
    });
    expect(shownValue(error)).toMatchObject({
      name: "Error",
      message: "burnt",
      code: "burnt_bread",
      details: { loaves: "2n" },
      stack: expect.stringContaining("shown-value.test"),
      cause: { name: "RangeError", message: "too hot", cause: "the oven" },
    });
  });

  test("shows every error of several", () => {
    expect(shownValue(new AggregateError([new Error("one"), 2]))).toMatchObject({
      errors: [{ message: "one" }, 2],
    });
  });

  test("shows an error whose parts throw", () => {
    const error = new Error("burnt");
    Object.defineProperty(error, "stack", {
      get: () => {
        throw new Error(canary);
      },
    });
    expect(shownValue(error)).toMatchObject({ message: "burnt", stack: "[cannot be shown]" });
  });

  test("shows a circle once", () => {
    const one: Record<string, unknown> = { name: "one" };
    one.self = one;
    one.list = [one, new Map([["one", one]])];
    expect(shownValue(one)).toEqual({
      name: "one",
      self: "[circular]",
      list: ["[circular]", { map: [["one", "[circular]"]] }],
    });
    const error = new Error("a");
    error.cause = error;
    expect(shownValue(error)).toMatchObject({ cause: "[circular]" });
  });

  test("shows what is there twice, twice", () => {
    const part = { a: 1 };
    expect(shownValue([part, part])).toEqual([part, part]);
  });

  test("ends in what is nested deep", () => {
    const deep = Array.from({ length: 100_000 }).reduce<unknown>((inner) => ({ inner }), "core");
    expect(textOf(deep)).toContain("[object]");
    const list = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], "core");
    expect(textOf(list)).toContain("[array]");
  });

  test("says how much it leaves out", () => {
    const list = Array.from({ length: 1_000_000 }, (_, index) => index);
    expect((shownValue(list) as unknown[]).at(-1)).toBe(`… ${1_000_000 - limits.shownEntriesMax} more`);
    const record = Object.fromEntries(list.slice(0, 5_000).map((index) => [`k${index}`, index]));
    expect(shownValue(record)).toMatchObject({ k0: 0, "…": `${5_000 - limits.shownEntriesMax} more` });
    expect(shownText("a".repeat(1_000_000))).toMatch(/^a{8000}… \(1000000 characters\)$/);
  });

  test("stays small however much there is", () => {
    const wide = Array.from({ length: 90 }, () => Array.from({ length: 90 }, () => "x".repeat(9_000)));
    const tree = (depth: number): unknown =>
      depth === 0 ? "leaf" : Array.from({ length: 20 }, () => tree(depth - 1));
    expect(textOf(wide).length).toBeLessThan(limits.shownCharactersMax * 2);
    expect(textOf(tree(4)).length).toBeLessThan(limits.shownCharactersMax * 2);
  });

  test("lets nothing through that a terminal would obey, in keys neither", () => {
    expect(shownValue({ "a\u001b[31m": "b\u202e\u0007" })).toEqual({ "a\\x1b[31m": "b\\u{202e}\\x07" });
    expect(shownValue(Symbol("\u001b"))).toBe("Symbol(\\x1b)");
    const shown = shownValue(Object.assign(new Error("a\u001b"), { name: "\u009b" }));
    expect(shown).toMatchObject({ name: "\\x9b", message: "a\\x1b" });
  });

  test("shows no secret, wherever it lies", () => {
    const secret = new Secret(canary);
    const planted = {
      secret,
      list: [secret, [secret]],
      map: new Map<unknown, unknown>([
        ["key", secret],
        [secret, 1],
        ["password", canary],
      ]),
      set: new Set([secret]),
      cause: new Error("failed", { cause: Object.assign(new Error("deeper"), { details: { secret } }) }),
      bound: { call: canaryIn() },
      password: canary,
      dbPassword: canary,
      api_key: canary,
      "X-Api-Key": canary,
      accessToken: { value: canary },
      headers: { Authorization: `Bearer ${canary}`, cookie: [canary] },
      credentials: canary,
      private_key: canary,
    };
    expect(textOf(planted)).not.toContain(canary);
    expect(textOf(secret)).toBe('"[secret]"');
  });

  test("shows counts whose names look like those of secrets", () => {
    expect(shownValue({ tokens: 12, token: 3, max_tokens: 100 })).toEqual({
      tokens: 12,
      token: 3,
      max_tokens: 100,
    });
  });

  test("has a text masked before it is cut", () => {
    const mask = (text: string): string => text.replaceAll(canary, "[masked]");
    const text = `${"a".repeat(limits.shownTextCharactersMax - 4)}${canary}`;
    expect(shownText(text, mask)).toContain("[mas");
    expect(shownText(text, mask)).not.toContain(canary.slice(0, 4));
    expect(JSON.stringify(shownValue({ [canary]: canary }, { mask }))).not.toContain(canary);
  });

  test("shows nothing of a text that its mask cannot read", () => {
    const mask = (): string => {
      throw new Error("no");
    };
    expect(shownValue({ a: canary }, { mask })).toBe("[cannot be shown]");
  });
});

function throwingTraps(): ProxyHandler<object> {
  const fail = (): never => {
    throw new Error(canary);
  };
  return { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A function that has a secret in its scope and in its properties. */
function canaryIn(): () => string {
  return Object.assign(() => canary, { held: canary });
}
