// The sanitizer against known payloads and random text: nothing a terminal acts on comes through, and nothing else changes.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  escapeJson,
  sanitizeData,
  sanitizeLine,
  sanitizeText,
  toAscii,
} from "../../../runtime/observe/sanitize.ts";

const payloads: readonly (readonly [string, string])[] = [
  ["a colour", "\x1b[31mred\x1b[0m"],
  ["a cleared screen", "\x1b[2J\x1b[H"],
  ["a title", "\x1b]0;owned\x07"],
  ["a hyperlink", "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\"],
  ["a clipboard write", "\x1b]52;c;cm0gLXJmIH4=\x07"],
  ["a device control string", "\x1bP$q\x1b\\"],
  ["a C1 control sequence", "\u009b31m"],
  ["a C1 operating system command", "\u009d0;x\u009c"],
  ["a carriage return that overwrites", "safe\rrm -rf"],
  ["backspaces", "abc\b\b\b"],
  ["a NUL", "a\0b"],
  ["a DEL", "a\x7fb"],
  ["a right-to-left override", "gpj.\u202egnp.exe"],
  ["isolates", "\u2066a\u2069"],
  ["a BiDi mark", "\u200fa\u061c"],
  ["a zero width space", "pass\u200bword"],
  ["a byte order mark", "\ufeffa"],
  ["tag characters", "a\u{e0041}\u{e007f}"],
  ["a line separator", "a\u2028b\u2029c"],
  ["half a surrogate pair", "a\ud800b"],
];

const FORBIDDEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

// Twice the usual share of what terminals act on.
const hostileText = fc
  .array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...payloads.map(([, text]) => text))))
  .map((parts) => parts.join(""));

describe("sanitizeLine()", () => {
  it.each(payloads)("lets through no part of %s", (_name, payload) => {
    expect(sanitizeLine(payload)).not.toMatch(FORBIDDEN);
  });

  it("shows what it found", () => {
    expect(sanitizeLine("\x1b[31m\u009b\u202e\r\n\t\u{e0041}")).toBe(
      "\\x1b[31m\\x9b\\u{202e}\\r\\n\\t\\u{e0041}",
    );
  });

  it("keeps letters of every script, emoji and joiners", () => {
    const text = "naïve Ünïcode 日本語 עברית नमस्ते 👩‍👩‍👧 ⚠️ می‌خواهم";
    expect(sanitizeLine(text)).toBe(text);
  });

  it("keeps text that is printable already as it is, also the second time", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const once = sanitizeLine(text);
        expect(once).not.toMatch(FORBIDDEN);
        expect(sanitizeLine(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("sanitizeText()", () => {
  it("keeps line feeds and tabs, and takes CRLF for a line feed", () => {
    expect(sanitizeText("a\tb\r\nc\nd\re")).toBe("a\tb\nc\nd\\re");
  });

  it("lets through nothing else that a terminal acts on", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(sanitizeText(text).replaceAll(/[\n\t]/g, "")).not.toMatch(FORBIDDEN);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes a megabyte of hostile text in its stride", () => {
    expect(sanitizeText("\x1b".repeat(1_000_000))).toHaveLength(4_000_000);
  });
});

describe("sanitizeData()", () => {
  it("reaches every string and key and leaves the rest", () => {
    const data = { "k\x1b": ["a\n", 1, null, true, { inner: "\u202e" }], none: undefined };
    expect(sanitizeData(data)).toEqual({
      "k\\x1b": ["a\\n", 1, null, true, { inner: "\\u{202e}" }],
      none: undefined,
    });
  });

  it("changes strings as it is told to", () => {
    expect(sanitizeData(["a", ["b"]], (text) => text.toUpperCase())).toEqual(["A", ["B"]]);
  });
});

describe("escapeJson()", () => {
  it("means the same and holds nothing a terminal acts on", () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileText), (data) => {
        const json = escapeJson(JSON.stringify(data, null, 2));
        expect(json.replaceAll("\n", "")).not.toMatch(FORBIDDEN);
        expect(JSON.stringify(JSON.parse(json))).toBe(JSON.stringify(data));
      }),
      { numRuns: 1_000 },
    );
  });

  it("writes C1, separators, BiDi controls and tags as escapes", () => {
    expect(escapeJson(JSON.stringify("\u009b\u2028\u202e\u{e0041}"))).toBe(
      '"\\u009b\\u2028\\u202e\\udb40\\udc41"',
    );
  });
});

describe("toAscii()", () => {
  it("spells typography with ASCII and shows the rest by number", () => {
    expect(toAscii("“a” – b… ≥ é 日 👍\n\tx")).toBe('"a" - b... >= \\u{e9} \\u{65e5} \\u{1f44d}\n\tx');
  });

  it("gives ASCII for any text", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(toAscii(text)).toMatch(/^[\x20-\x7e\n\t]*$/);
      }),
    );
  });
});
