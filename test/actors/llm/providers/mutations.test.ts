// Transcripts of the real wire formats with random damage: whatever arrives, an adapter ends with an answer or an error of ours.
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { completion } from "../../../../actors/llm/completion.ts";
import { ProviderError } from "../../../../actors/llm/provider.ts";
import { piecesOf } from "../wire-formats.ts";
import { adapter, ask, dialectOf, kinds, PatientWorld } from "./adapters.ts";

/** Something that happens to bytes at a place, given as a share of their length. */
const damage = fc.record({
  what: fc.constantFrom("cut", "drop", "repeat", "change", "insert"),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 60 }),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc
      .constantFrom('"', "\n\n", "{", "}", "null", "data: ", "\\u0000", "[DONE]", "[".repeat(99))
      .map(encoded),
  ),
});

describe.each(kinds)("The adapter of %s", (kind) => {
  const spoken = { say: ["Hel", "lo, ", "wörld 🌍!"], thinks: ["hm"], usage: { input: 3, output: 4 } };
  const whole = encoded(piecesOf(dialectOf(kind), spoken, "m").join(""));

  const numRuns = Number(process.env.AIEX_PROPERTY_RUNS ?? 150);

  test("gives an answer or an error for every damaged transcript, and prints nothing", async () => {
    const printed = (["log", "warn", "error"] as const).map((level) => vi.spyOn(console, level));
    const provider = adapter(kind);
    const cases = fc.asyncProperty(
      fc.array(damage, { maxLength: 4 }),
      fc.integer({ min: 1, max: 400 }),
      async (damages, size) => {
        const bytes = damages.reduce(damaged, whole);
        const world = new PatientWorld(async () => new Response(streamOf(bytes, size)));
        const outcome = await ask(provider, { world });
        if (!(outcome instanceof ProviderError)) completion.parse(outcome);
        await world.idle();
        if (damages.length === 0) expect(outcome).toMatchObject({ text: "Hello, wörld 🌍!" });
      },
    );
    await fc.assert(cases, { numRuns });
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });
});

function damaged(
  bytes: Uint8Array,
  { what, at, length, bytes: other }: typeof damage extends fc.Arbitrary<infer T> ? T : never,
): Uint8Array {
  const start = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)];
  switch (what) {
    case "cut":
      return before;
    case "drop":
      return joined(before, after.subarray(length));
    case "repeat":
      return joined(before, after.subarray(0, length), after);
    case "change":
      return joined(before, other, after.subarray(other.length));
    default:
      return joined(before, other, after);
  }
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
      controller.close();
    },
  });
}
