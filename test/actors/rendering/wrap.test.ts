// Text in columns, by display width.
import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { alignRight, cutTo, widthOf, wrap } from "../../../actors/rendering/wrap.ts";

const plain = { columns: 20, firstIndent: "", indent: "" };

describe("wrap()", () => {
  it("breaks between words and indents", () => {
    expect(wrap("one two three four five", { columns: 12, firstIndent: "1. ", indent: "   " })).toEqual([
      "1. one two",
      "   three",
      "   four five",
    ]);
  });

  it("fills a line to the last column", () => {
    expect(wrap("aaaa bbbb cccc", { ...plain, columns: 9 })).toEqual(["aaaa bbbb", "cccc"]);
  });

  it("counts what a terminal shows, not characters", () => {
    expect(wrap("日本 日本 日本", { ...plain, columns: 9 })).toEqual(["日本 日本", "日本"]);
  });

  it("cuts a word that is wider than a line, also the first", () => {
    expect(wrap("ab abcdefgh", { columns: 6, firstIndent: "- ", indent: "  " })).toEqual([
      "- ab",
      "  abcd",
      "  efgh",
    ]);
    expect(wrap("abcdefgh", { columns: 6, firstIndent: "- ", indent: "  " })).toEqual(["- abcd", "  efgh"]);
  });

  it("never cuts inside a character of several code points", () => {
    const family = "👩‍👩‍👧";
    expect(wrap(family.repeat(3), { ...plain, columns: 4 })).toEqual([family.repeat(2), family]);
  });

  it("gives one line for no words", () => {
    expect(wrap("", { ...plain, firstIndent: "x: " })).toEqual(["x: "]);
  });

  it("keeps every word and no line too wide", () => {
    const text = fc
      .array(fc.string({ unit: "grapheme-composite", maxLength: 30 }))
      .map((words) => words.join(" "));
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 40 }), (given, columns) => {
        const lines = wrap(given, { columns, firstIndent: "* ", indent: "  " });
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        const squeezed = (all: string) => all.replaceAll(/[ \n\t]+/g, "");
        expect(squeezed(lines.join(" "))).toBe(squeezed(`*${given}`));
      }),
    );
  });
});

describe("cutTo()", () => {
  it.each([
    ["short", 10, "short"],
    ["exactly ten", 11, "exactly ten"],
    ["a long line of text", 10, "a long ..."],
    ["日本語日本語", 9, "日本語..."],
  ])("%j to %i columns is %j", (text, columns, cut) => {
    expect(cutTo(text, columns)).toBe(cut);
  });

  it("is never wider than asked", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 5, max: 50 }), (text, columns) => {
        expect(stringWidth(cutTo(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("alignRight()", () => {
  it("fills up to the width that is shown", () => {
    expect(alignRight("日", 4)).toBe("  日");
    expect(alignRight("long", 2)).toBe("long");
    expect(widthOf("日本")).toBe(4);
  });
});
