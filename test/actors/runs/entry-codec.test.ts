import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entriesOf, packBatch, packFact, unpackBatch } from "../../../actors/runs/entry-codec.ts";
import type { RunFact } from "../../../actors/runs/run-entry.ts";
import { pack } from "../../../runtime/wire/packing.ts";

const facts: readonly RunFact[] = [
  { type: "owned", epoch: 2, reason: "node_down", from: "beta", tookMs: 12 },
  { type: "step_started", step: "s", operation: "o", attempt: 1 },
  { type: "step_finished", step: "s", output: { value: { a: [1, "x", null] } }, added: 0 },
  { type: "step_finished", step: "t", output: { blob: "00", bytes: 12 }, added: 1, steps: { value: [] } },
  { type: "intent", effect: "s/k", step: "s", kind: "mail", about: undefined },
  { type: "asked", question: "q", step: "s", text: "?", choices: ["yes"], about: { n: 1 } },
  { type: "text", step: "s", text: "half a \u{1F600} face" },
  { type: "going_on" },
  { type: "allowed", costUsdMax: 0.5 },
  { type: "done", output: { value: undefined } },
];

function batchOf(given: readonly RunFact[]): Uint8Array {
  return packBatch({ first: 7, at: 1_700_000_000_000, node: "alpha", facts: given.map(packFact) });
}

describe("A batch of entries", () => {
  test("comes back as it was written, each entry with its number", () => {
    const batch = unpackBatch(batchOf(facts));
    expect(batch).toEqual({ first: 7, at: 1_700_000_000_000, node: "alpha", facts });
    const entries = batch === undefined ? [] : entriesOf(batch);
    expect(entries.map(({ n }) => n)).toEqual(facts.map((_, index) => 7 + index));
    expect(entries[0]).toEqual({ ...facts[0], n: 7, at: 1_700_000_000_000, node: "alpha" });
  });

  test("is told from what is none, cut off anywhere", () => {
    const bytes = batchOf(facts);
    for (let length = 0; length < bytes.length; length += 1)
      expect(unpackBatch(bytes.subarray(0, length))).toBeUndefined();
  });

  test("is none where a fact is unknown, lacks a field or is of another shape, or where a later program wrote it", () => {
    const odd: readonly unknown[] = [
      { type: "unknown" },
      { type: "constructor" },
      { type: "owned", epoch: "1", reason: "start" },
      { type: "owned", epoch: Number.NaN, reason: "start" },
      { type: "step_finished", step: "s", added: 0, output: { blob: 1, bytes: 2 } },
      { type: "step_finished", step: "s", added: 0, output: 3 },
      { type: "asked", question: "q", step: "s", text: "?", choices: [1] },
      { type: "accepted", spec: { id: "x" }, steps: 0 },
      {},
      null,
      "text",
    ];
    for (const fact of odd) expect(unpackBatch(batchOf([fact as RunFact]))).toBeUndefined();
    expect(
      unpackBatch(packBatch({ first: 0, at: 0, node: "a", facts: [packFact({ type: "going_on" })] })),
    ).toBeUndefined();
    expect(unpackBatch(packBatch({ first: 1, at: 0, node: "a", facts: [] }))).toBeUndefined();
    const later = { v: 2, first: 1, at: 0, node: "a", facts: [packFact({ type: "going_on" })] };
    expect(unpackBatch(new Uint8Array(pack(later)))).toBeUndefined();
  });

  test("is never made of arbitrary bytes, and these bring nothing down", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(unpackBatch(bytes)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test("with one byte changed is another batch or none, and brings nothing down", () => {
    const bytes = batchOf(facts);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      unpackBatch(changed);
    }
  });
});
