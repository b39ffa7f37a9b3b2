// Reading JSON while it is written: whatever the pieces are, texts come whole and in order, and objects when they are closed.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonPiece, StreamedJson } from "../../cli/streamed-json.ts";

function read(pieces: readonly string[]): readonly JsonPiece[] {
  const reading = new StreamedJson();
  return pieces.flatMap((piece) => reading.take(piece));
}

function cut(text: string, sizes: readonly number[]): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return [...pieces, text.slice(at)];
}

/** What was said of the text at `place`, put together. */
function textAt(pieces: readonly JsonPiece[], ...place: readonly (string | number)[]): string {
  const key = JSON.stringify(place);
  return pieces
    .flatMap((piece) => (piece.type === "text" && JSON.stringify(piece.place) === key ? [piece.text] : []))
    .join("");
}

describe("StreamedJson", () => {
  const document = {
    summary: 'It "quotes" \\ \n and 😀',
    claims: [{ title: "a", text: "b]}", from_line: 1 }, { title: "c" }],
  };

  it("gives the same for every way to cut a document", () => {
    const text = `Here it is:\n\`\`\`json\n${JSON.stringify(document, null, 1)}\n\`\`\`\n{"more": 1}`;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (sizes) => {
        const pieces = read(cut(text, sizes));
        expect(textAt(pieces, "summary")).toBe(document.summary);
        const whole = pieces.filter(({ type }) => type === "whole");
        expect(whole.map(({ place }) => place.join("."))).toEqual([
          ...[
            "summary",
            "claims.0.title",
            "claims.0.text",
            "claims.0",
            "claims.1.title",
            "claims.1",
            "claims",
            "",
          ],
        ]);
        expect(whole.at(-1)).toMatchObject({ value: document });
      }),
    );
  });

  it("reads texts with escapes of every kind, cut anywhere", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.array(fc.integer({ min: 1, max: 3 })),
        (text, sizes) => {
          const escaped = JSON.stringify({ a: text }).replace(/[^\x20-\x7e]/g, (one) =>
            [...Array(one.length).keys()]
              .map((index) => `\\u${one.charCodeAt(index).toString(16).padStart(4, "0")}`)
              .join(""),
          );
          expect(textAt(read(cut(escaped, sizes)), "a")).toBe(text);
        },
      ),
    );
  });

  it.each(["", "no", "{", "}", "]", '{"a', '{"a":"\\', "[1, 2]", '{"a": nonsense}', '{"a": "\\x"}', "{]}{["])(
    "says nothing wrong of %j, whole or cut",
    (text) => {
      for (const pieces of [read([text]), read([...text])]) {
        for (const piece of pieces) expect(piece.place).toBeInstanceOf(Array);
      }
    },
  );

  it("passes over whatever a million characters are", () => {
    expect(read(["[".repeat(1_000_000)])).toEqual([]);
  });
});
