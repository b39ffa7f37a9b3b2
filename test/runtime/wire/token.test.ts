// Names as tokens of a subject: every text that fits becomes one, no two the same, and each comes back.
import { describe, expect, test } from "vitest";
import { decodeToken, encodeToken, UnusableName } from "../../../runtime/wire/token.ts";
import { hostileNames } from "../../fuzz/names.ts";

const tokens: readonly (readonly [string, string])[] = [
  ["alpha", "alpha"],
  ["Node-2", "Node-2"],
  ["a_b", "a__b"],
  ["node2@host.example", "node2_40host_2eexample"],
  ["a b", "a_20b"],
  ["a\r\nPUB b 0", "a_0d_0aPUB_20b_200"],
  ["*", "_2a"],
  [">", "_3e"],
  [".", "_2e"],
  ["\0", "_00"],
  ["é", "_c3_a9"],
  ["😀", "_f0_9f_98_80"],
  ["_", "__"],
  ["_5f", "__5f"],
  ["x".repeat(64), "x".repeat(64)],
  ["_".repeat(32), "__".repeat(32)],
];

describe("a token (T8)", () => {
  test.each(tokens)("of %j is %s, and reads as it again", (text, token) => {
    expect(encodeToken(text)).toBe(token);
    expect(decodeToken(token)).toBe(text);
  });

  test.each([
    ["", /it is empty/],
    ["x".repeat(65), /it has 65 characters already/],
    ["_".repeat(33), /encoded it has 66 characters/],
    ["é".repeat(11), /encoded it has 66 characters/],
    ["x".repeat(10_000_000), /it has 10000000 characters/],
    ["a\ud800", /half of a surrogate pair/],
  ])("is refused for %.20j, with what was given and what is accepted", (text, why) => {
    expect(() => encodeToken(text)).toThrow(why);
    expect(() => encodeToken(text)).toThrow(/Give 1 to 64 characters/);
    expect(() => encodeToken(text)).toThrow(
      expect.objectContaining({
        code: "unusable_name",
        details: { given: text.slice(0, 80), tokenCharactersMax: 64 },
      }),
    );
    expect(() => encodeToken(text)).toThrow(UnusableName);
  });

  test("shows control characters of a name as escapes, and no more of it than a line", () => {
    try {
      encodeToken(`\u001b[31m\r\n${"x".repeat(1000)}`);
      expect.unreachable("it was taken");
    } catch (error) {
      const { message } = error as Error;
      expect(message).toMatch(/^"\\u001b\[31m\\r\\nx+…" cannot/);
      expect(message.length).toBeLessThan(400);
    }
  });

  test("is nothing that encoding would not have made", () => {
    const wrong = [
      "",
      "_",
      "a_",
      "_4",
      "_61",
      "_5f",
      "_2E",
      "_2a_",
      "_zz",
      "_c3",
      "_c3_28",
      "_ff",
      "_+1",
      "_ 1",
    ];
    const foreign = ["a b", "a.b", "*", ">", "é", "a\r\n", "x".repeat(65), "_e_d", "___", "_ed_a0_80"];
    for (const token of [...wrong, ...foreign]) expect(decodeToken(token), token).toBeUndefined();
  });

  test("is no other name's, and comes back, for each of 100,000 hostile names", () => {
    const seen = new Map<string, string>();
    for (const name of hostileNames(7, 100_000)) {
      let token: string;
      try {
        token = encodeToken(name);
      } catch (error) {
        if (!(error instanceof UnusableName)) throw error;
        continue;
      }
      if (
        !/^[A-Za-z0-9_-]{1,64}$/.test(token) ||
        decodeToken(token) !== name ||
        (seen.get(token) ?? name) !== name
      )
        expect.unreachable(`${JSON.stringify(name)} became ${token}`);
      seen.set(token, name);
    }
    expect(seen.size).toBeGreaterThan(10_000);
  });
});
