// Bodies of answers, whole and in the smallest parts, and such as are made to cost more than their bytes.
import { describe, expect, test } from "vitest";
import { eventBytesMax } from "../../../../actors/llm/providers/limits.ts";
import { BodyReader, type JsonObject, WireFault } from "../../../../actors/llm/providers/wire.ts";

interface Read {
  readonly values: readonly JsonObject[];
  readonly isOver: boolean;
}

function read(form: "events" | "lines", parts: readonly (string | Uint8Array)[], last?: unknown): Read {
  const values: JsonObject[] = [];
  const reader = new BodyReader(form, (value) => {
    values.push(value);
    return value.last === last && last !== undefined;
  });
  for (const part of parts) if (!reader.isOver) reader.push(Buffer.from(part as string));
  if (!reader.isOver) reader.end();
  return { values, isOver: reader.isOver };
}

const byByte = (text: string): readonly Uint8Array[] =>
  [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

describe("BodyReader", () => {
  test("gives an event up that is nothing but empty lines of data, before it takes long", () => {
    const lines = "data:\n".repeat(10_000);
    const parts = Array.from({ length: Math.ceil((2 * eventBytesMax) / lines.length) }, () => lines);
    expect(() => read("events", parts)).toThrow(WireFault);
  });

  test.each(["events", "lines"] as const)(
    "gives up a line without an end that comes byte by byte: %s",
    (form) => {
      const byte = Buffer.from("{");
      const reader = new BodyReader(form, () => false);
      reader.push(Buffer.from(form === "events" ? "data: " : "{"));
      const pushAll = (): void => {
        for (let at = 0; at <= eventBytesMax; at += 1) reader.push(byte);
      };
      expect(pushAll).toThrow(WireFault);
    },
  );

  test("joins the lines of an event's data, and forgets them with its end", () => {
    const { values } = read("events", ['data: {"a":\n', "data: 1}\n\n", 'data:{"b":2}\n\n']);
    expect(values).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test("reads the same byte by byte, with every end of a line, whatever stands between events", () => {
    const text =
      '\ufeff: hello\r\nevent: x\r\nid: 7\r\nretry: 10\r\ndata: {"ä":"€😀"}\r\n\r\n\n\ndata: {"b":1}\n\ndata: [DONE]\n\ndata: {"c":1}\n\n';
    const expected = { values: [{ ä: "€😀" }, { b: 1 }], isOver: true };
    expect(read("events", byByte(text))).toEqual(expected);
    expect(read("events", [text])).toEqual(expected);
    const lines = '\ufeff{"ä":"€😀"}\r\n\r\n \n{"b":1}\n{"last":true}\n{"c":1}';
    const whole = { values: [{ ä: "€😀" }, { b: 1 }, { last: true }], isOver: true };
    expect(read("lines", byByte(lines), true)).toEqual(whole);
    expect(read("lines", [lines], true)).toEqual(whole);
  });

  test("takes what stands behind the last line feed where it is whole, and leaves it alone where it is cut off", () => {
    expect(read("events", ['data: {"a":1}']).values).toEqual([{ a: 1 }]);
    expect(read("events", ['data: {"a":1}\n']).values).toEqual([{ a: 1 }]);
    expect(read("events", ['data: {"a":1}\n\ndata: {"b"']).values).toEqual([{ a: 1 }]);
    expect(read("events", ['data: {"a":1}\n\nda']).values).toEqual([{ a: 1 }]);
    expect(read("lines", ['{"a":1}\n{"b"']).values).toEqual([{ a: 1 }]);
    expect(read("lines", ['{"a":1}']).values).toEqual([{ a: 1 }]);
  });

  test.each([
    ["events", "data: 7\n\n"],
    ["events", "hello\n"],
    ["events", "data: {\n\n"],
    ["lines", "[]\n"],
    ["lines", "nonsense"],
    ["lines", '{"a"\n'],
  ] as const)("says of %s that make no sense what stands there: %j", (form, text) => {
    expect(() => read(form, [text])).toThrow(WireFault);
  });
});
