// The journal in memory against a model of a log that is simple enough to be right.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  Append,
  Appended,
  Journal,
  JournalRecord,
  RecordKind,
} from "../../../runtime/journal/journal.ts";
import { MemoryJournal } from "../../../runtime/journal/journals/memory.ts";
import { Misuse } from "../../../runtime/process/failures.ts";

/** All that ever was, in one list. */
class Model {
  records: JournalRecord[] = [];
  used = 0;

  get end(): { readonly position: number; readonly epoch: number } {
    const last = this.records.at(-1);
    return { position: last?.position ?? 0, epoch: last?.epoch ?? 0 };
  }

  append({ expected, ...given }: Append): Appended {
    const behind = this.records.find(({ position }) => position > expected);
    if (
      behind !== undefined &&
      JSON.stringify({ ...behind, position: 0 }) === JSON.stringify({ position: 0, ...given })
    )
      return { kind: "appended", position: behind.position, isRepeat: true };
    const end = this.end;
    if (given.epoch < end.epoch) return { kind: "fenced", end };
    if (expected !== end.position) return { kind: "conflict", end };
    if (given.kind === "claim" && given.epoch === end.epoch) return { kind: "fenced", end };
    const position = this.used + 1;
    this.used = position;
    this.records.push({ position, ...given });
    return { kind: "appended", position, isRepeat: false };
  }
}

type Step =
  | { readonly kind: "append"; readonly append: Append }
  | { readonly kind: "read"; readonly after: number }
  | { readonly kind: "truncate"; readonly position: number }
  | { readonly kind: "remove" }
  | { readonly kind: "look" };

const position = fc.nat({ max: 12 });
const kind = fc.constantFrom<RecordKind>("claim", "event", "event", "snapshot");
const payload = fc.uint8Array({ maxLength: 2 });
const append = fc.record({
  kind,
  epoch: fc.integer({ min: 1, max: 4 }),
  id: fc.constantFrom("a", "b", "c"),
  payload,
  // Often the right one, which only the run knows.
  expected: fc.oneof({ weight: 2, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: position }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: append.map((append): Step => ({ kind: "append", append })) },
  { weight: 1, arbitrary: position.map((after): Step => ({ kind: "read", after })) },
  { weight: 1, arbitrary: position.map((position): Step => ({ kind: "truncate", position })) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "remove" }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "look" }) },
);

describe("The journal in memory, whatever is done with it,", () => {
  it("does what a list of records does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const journal = new MemoryJournal();
        const model = new Model();
        for (const each of steps) await check(journal, model, each);
        await check(journal, model, { kind: "read", after: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

async function check(journal: Journal, model: Model, step: Step): Promise<void> {
  if (step.kind === "append") {
    const expected = step.append.expected < 0 ? model.end.position : step.append.expected;
    const given = { ...step.append, expected };
    expect(await journal.append("log", given)).toEqual(model.append(given));
  } else if (step.kind === "read") {
    const records = model.records.filter((record) => record.position > step.after);
    expect(await journal.read("log", step.after)).toEqual({ records, isEnd: true, damage: undefined });
  } else if (step.kind === "truncate") {
    const there = model.records.find(({ position }) => position === step.position);
    if (there?.kind === "snapshot") {
      await journal.truncate("log", step.position);
      model.records = model.records.filter((record) => record.position >= step.position);
    } else await expect(journal.truncate("log", step.position)).rejects.toThrow(Misuse);
  } else if (step.kind === "remove") {
    await journal.remove("log");
    model.records = [];
  } else {
    expect(await journal.end("log")).toEqual(model.end);
    expect(await journal.snapshot("log")).toEqual(
      model.records.findLast((record) => record.kind === "snapshot"),
    );
    expect(await journal.repair("log")).toBe(0);
  }
}
