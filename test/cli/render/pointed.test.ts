// A caret below what is meant: in lines of any characters and any length.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../actors/rendering/wrap.ts";
import { pointed } from "../../../cli/render/pointed.ts";
import type { Terminal } from "../../../cli/terminal.ts";

const terminal: Terminal = { columns: 40, colors: false, unicode: true, animated: false };

function shown(text: string, word: string, over: Partial<Terminal> = {}) {
  return pointed(text, { at: text.indexOf(word), length: word.length }, { ...terminal, ...over });
}

describe("pointed()", () => {
  it("puts the caret below what is meant", () => {
    expect(shown("analyze | refactr", "refactr")).toEqual(["  analyze | refactr", "            ^^^^^^^"]);
  });

  it("counts the columns that characters take: two, one or none", () => {
    expect(shown('a:"日本" x', "x")).toEqual(['  a:"日本" x', "           ^"]);
    expect(shown("cafe\u0301 x", "x")).toEqual(["  cafe\u0301 x", "       ^"]);
    expect(shown("👩‍👩‍👧 x", "x")).toEqual(["  👩‍👩‍👧 x", "     ^"]);
    expect(shown("日本 x", "日本")).toEqual(["  日本 x", "  ^^^^"]);
  });

  it("shows what cannot be seen, and counts what is shown for it", () => {
    expect(shown("a\tb\u200bc x", "x")).toEqual(["  a\\tb\\u{200b}c x", "                ^"]);
    expect(shown("é x", "x", { unicode: false })).toEqual(["  \\u{e9} x", "         ^"]);
  });

  it("shows the line alone in which it stands", () => {
    expect(shown("analyze |\nrefactr |\nexplain", "refactr")).toEqual(["  refactr |", "  ^^^^^^^"]);
  });

  it("cuts a long line around what is meant", () => {
    const text = `${"a".repeat(1_000)} HERE ${"b".repeat(1_000)}`;
    const [line, caret] = shown(text, "HERE");
    expect(line.slice(caret.indexOf("^"), caret.indexOf("^") + 4)).toBe("HERE");
    expect(line).toMatch(/^ {2}\.\.\.a+ HERE b+\.\.\.$/);
    expect(line.length).toBe(40);
  });

  it("points below the end of a text too", () => {
    expect(pointed("analyze |", { at: 9, length: 1 }, terminal)).toEqual(["  analyze |", "           ^"]);
    expect(pointed("", { at: 0, length: 1 }, terminal)).toEqual(["  ", "  ^"]);
  });

  it("fits whatever there is, wherever it stands", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 300 });
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(100), (text, place, length) => {
        const at = place % (text.length + 1);
        const [line, caret] = pointed(text, { at, length }, terminal);
        expect(widthOf(line)).toBeLessThanOrEqual(terminal.columns + 2);
        expect(caret).toMatch(/^ *\^+$/);
        expect(caret.length).toBeLessThanOrEqual(terminal.columns + 2);
      }),
    );
  });
});
