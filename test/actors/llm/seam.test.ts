import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlapCharactersMin } from "../../../actors/llm/limits.ts";
import { behind, isShort } from "../../../actors/llm/seam.ts";

const before = "The quick brown fox jumps over the lazy dog";

/** Feeds `next` character by character until it is known what comes behind. */
function joined(text: string, next: string): string {
  for (let length = 1; length < next.length; length += 1) {
    const rest = behind(text, next.slice(0, length), false);
    if (rest !== undefined) return `${text}${rest}${next.slice(length)}`;
  }
  return `${text}${behind(text, next, true)}`;
}

describe("what goes on behind a text", () => {
  test.each([
    ["repeats nothing", " and barks.", " and barks."],
    ["repeats the last words", "over the lazy dog and barks.", " and barks."],
    ["repeats all of it", `${before} and barks.`, " and barks."],
    ["repeats less than would be by chance", "dog and barks.", "dog and barks."],
    ["is only a repetition", "over the lazy dog", ""],
    ["begins like a place in the middle", "brown fox sleeps.", "brown fox sleeps."],
    ["is nothing", "", ""],
  ])("that %s is joined without it", (_, next, rest) => {
    expect(joined(before, next)).toBe(`${before}${rest}`);
  });

  test("is never held back longer than it may be a repetition", () => {
    expect(behind(before, "X", false)).toBe("X");
    expect(behind(before, "over the", false)).toBeUndefined();
    expect(behind(before, "over the", true)).toBe("over the");
  });

  test("is the rest whatever part of the end is repeated, and whatever the pieces", () => {
    const words = fc.string({ minLength: overlapCharactersMin, maxLength: 60 });
    fc.assert(
      fc.property(words, fc.string({ maxLength: 40 }), fc.nat(), (text, rest, at) => {
        // A rest that says again what stands there cannot be told from a repetition.
        fc.pre(!text.includes(rest.slice(0, 3)) && rest.length >= 3);
        const overlap = overlapCharactersMin + (at % (text.length - overlapCharactersMin + 1));
        expect(joined(text, `${text.slice(-overlap)}${rest}`)).toBe(`${text}${rest}`);
      }),
    );
  });

  /** What may be cut anywhere: words, numbers, and things that stand there twice. */
  const texts = [
    "Hello there, and welcome to it all.",
    "11 items were found: 11, 111 and 1111.",
    "hahaha! That is what it says, hahaha.",
    "- one\n- one\n- two\n- two",
    "Ⓐ𝔸 of a sort: 𝔸𝔸",
  ];

  test.each(texts)("is the rest of %j wherever that is cut, by a model that repeats all of it", (text) => {
    for (let cut = 1; cut <= text.length; cut += 1) expect(joined(text.slice(0, cut), text)).toBe(text);
  });

  test.each(texts)("is the rest of %j wherever that is cut, by a model that repeats none of it", (text) => {
    for (let cut = 1; cut < text.length; cut += 1) {
      const [before, next] = [text.slice(0, cut), text.slice(cut)];
      // It was asked for the whole, and this is one.
      if (isShort(before) && next.startsWith(before)) continue;
      expect(joined(before, next)).toBe(text);
    }
  });

  test("is the rest of any text wherever it is cut, whatever was told so far", () => {
    const text = fc.string({ minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.nat(), (whole, at) => {
        const before = whole.slice(0, 1 + (at % whole.length));
        fc.pre(isShort(before) || !whole.slice(1).includes(before));
        expect(joined(before, whole)).toBe(whole);
      }),
      { numRuns: 1_000 },
    );
  });

  test("is looked for in a text of any length in no time to speak of", () => {
    const long = "ab".repeat(1_000_000);
    expect(joined(long, "abababababababababc")).toBe(`${long}c`);
  });
});
