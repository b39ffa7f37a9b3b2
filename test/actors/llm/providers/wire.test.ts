// Bodies of answers that are made to cost more than their bytes.
import { describe, expect, test } from "vitest";
import { eventBytesMax } from "../../../../actors/llm/limits.ts";
import { cleaned, WireFault } from "../../../../actors/llm/providers/wire.ts";

async function textOf(parts: readonly string[]): Promise<string> {
  async function* body() {
    for (const part of parts) yield Buffer.from(part);
  }
  let text = "";
  for await (const part of cleaned(body(), "events", () => {})) text += part;
  return text;
}

describe("cleaned()", () => {
  test("gives an event up that is nothing but empty lines of data, before it takes long", async () => {
    const lines = "data:\n".repeat(10_000);
    const parts = Array.from({ length: Math.ceil((2 * eventBytesMax) / lines.length) }, () => lines);
    await expect(textOf(parts)).rejects.toThrow(WireFault);
  });

  test("joins the lines of an event's data, and forgets them with its end", async () => {
    const text = await textOf(['data: {"a":\n', "data: 1}\n\n", 'data: {"b":2}\n\n']);
    expect(text).toBe('data: {"a": 1}\n\ndata: {"b":2}\n\n');
  });
});
