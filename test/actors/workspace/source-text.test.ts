import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SourceTextLimits, sourceTextOf } from "../../../actors/workspace/source-text.ts";

const limits: SourceTextLimits = { fileBytesMax: 1_000, lineCharactersMax: 200 };
const read = (bytes: Uint8Array | readonly number[], size = bytes.length) =>
  sourceTextOf(Uint8Array.from(bytes), size, limits);
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, order: "le" | "be") => {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
};

describe("sourceTextOf", () => {
  it("gives valid UTF-8 unchanged, line ends and all", () => {
    expect(read(utf8("let é = 1;\r\n\t日本\u001b[0m and much more than that\n"))).toEqual({
      kind: "text",
      text: "let é = 1;\r\n\t日本\u001b[0m and much more than that\n",
      encoding: "utf-8",
      valid: true,
      cutShort: undefined,
      minified: false,
    });
  });

  it("knows an empty file, also one with nothing but a byte order mark", () => {
    expect(read([])).toEqual({ kind: "empty" });
    expect(read([0xef, 0xbb, 0xbf])).toEqual({ kind: "empty" });
    expect(read([0xff, 0xfe])).toEqual({ kind: "empty" });
    expect(read(utf8(" \n"))).toMatchObject({ kind: "text", text: " \n" });
  });

  it("takes a byte order mark off and keeps a second one", () => {
    expect(read(utf8("\uFEFFa"))).toMatchObject({ text: "a", encoding: "utf-8" });
    expect(read(utf8("\uFEFF\uFEFFa"))).toMatchObject({ text: "\uFEFFa" });
  });

  it("decodes UTF-16 of both orders by its mark", () => {
    expect(read(utf16("a😀\n", "le"))).toMatchObject({ text: "a😀\n", encoding: "utf-16le", valid: true });
    expect(read(utf16("a😀\n", "be"))).toMatchObject({ text: "a😀\n", encoding: "utf-16be", valid: true });
    expect(read([...utf16("ab", "le"), 0x61])).toMatchObject({ kind: "text", valid: false });
    expect(read([...utf16("ab", "le"), 0x00, 0xd8])).toMatchObject({ text: "ab\uFFFD", valid: false });
  });

  it("calls bytes with a NUL or many control characters binary", () => {
    expect(read([0x61, 0, 0x62])).toEqual({ kind: "binary", evidence: "nul" });
    expect(read(utf16("a\0b", "le"))).toEqual({ kind: "binary", evidence: "nul" });
    expect(read([1, 2, 3, 0x61])).toEqual({ kind: "binary", evidence: "control_characters" });
  });

  it("marks invalid UTF-8 and guesses no other encoding", () => {
    expect(read([0x63, 0x61, 0x66, 0xe9, 0x0a])).toMatchObject({ text: "caf\uFFFD\n", valid: false });
    expect(read(utf8("\uFFFD"))).toMatchObject({ valid: true });
  });

  it("cuts a file that is too large behind a whole line", () => {
    const long = utf8("0123456789\n".repeat(100));
    expect(read(long)).toMatchObject({ text: "0123456789\n".repeat(90), cutShort: "too_large", valid: true });
    expect(read(long.subarray(0, 1_000), 200_000_000)).toMatchObject({ cutShort: "too_large" });
    expect(read(utf8("x\n".repeat(500)))).toMatchObject({ cutShort: undefined });
  });

  it("does not blame the file for a character that the cut went through", () => {
    for (const character of ["é", "日", "😀"]) {
      for (let shift = 0; shift < 4; shift += 1) {
        const text = `${"x".repeat(shift)}${`${character}`.repeat(40)}\n`.repeat(30);
        expect(read(utf8(text))).toMatchObject({ cutShort: "too_large", valid: true });
        const roomy = { fileBytesMax: 999 - shift, lineCharactersMax: 100_000 };
        for (const order of ["le", "be"] as const) {
          const bytes = utf16(character.repeat(900), order);
          expect(sourceTextOf(bytes, bytes.length, roomy)).toMatchObject({
            cutShort: "too_large",
            valid: true,
          });
        }
        const oneLine = utf8("x".repeat(shift) + character.repeat(900));
        expect(sourceTextOf(oneLine, oneLine.length, roomy)).toMatchObject({
          cutShort: "too_large",
          valid: true,
        });
      }
    }
  });

  it("stops before a line that is too long", () => {
    const line = "x".repeat(201);
    expect(read(utf8(`a\r\n${line}\nb\n`))).toMatchObject({
      text: "a\r\n",
      cutShort: "long_line",
      minified: true,
    });
    expect(read(utf8(`${"x".repeat(200)}\rb`))).toMatchObject({ cutShort: undefined, minified: false });
    expect(read(utf8("x".repeat(1_000)), 10_000_000)).toMatchObject({ text: "", cutShort: "long_line" });
    expect(read(utf8(line))).toMatchObject({ text: "", minified: true });
  });

  it("never fails and never gives text beyond its limits, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_200 }), fc.nat(5_000), (bytes, more) => {
        const source = sourceTextOf(bytes, bytes.length + more, limits);
        if (source.kind !== "text") return;
        expect(source.text.length).toBeLessThanOrEqual(limits.fileBytesMax);
        for (const line of source.text.split(/[\r\n]/)) expect(line.length).toBeLessThanOrEqual(200);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
