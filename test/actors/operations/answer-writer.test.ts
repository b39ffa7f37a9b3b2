// An answer on its way into its run: in order, nothing lost, and few entries where the run is slow.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerWriter } from "../../../actors/operations/answer-writer.ts";

/** A run that writes one thing after the other, each when it is told to. */
class SlowRun {
  readonly entries: (string | { readonly name: string; readonly about: unknown })[] = [];
  #done: (() => void)[] = [];

  async write(text: string, answer?: string): Promise<void> {
    expect(answer).toBe("a");
    this.entries.push(text);
    return new Promise((resolve) => this.#done.push(resolve));
  }

  async tell(name: string, about: unknown): Promise<void> {
    this.entries.push({ name, about });
    return new Promise((resolve) => this.#done.push(resolve));
  }

  /** What was handed over lasts. */
  async lasts(): Promise<void> {
    for (const done of this.#done.splice(0)) done();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

const news = { entry: "other", reason: "It was cut off." };

describe("An answer that is written down as it comes", () => {
  test("is handed over at once, and what comes meanwhile together", async () => {
    const run = new SlowRun();
    const writer = new AnswerWriter(run, "a");
    for (const piece of ["One", ", two", ", three"]) writer.text(piece);
    expect(run.entries).toEqual(["One"]);
    await run.lasts();
    expect(run.entries).toEqual(["One", ", two, three"]);
    writer.text(".");
    await run.lasts();
    expect(run.entries).toEqual(["One", ", two, three", "."]);
  });

  test("keeps news in their place among the pieces", async () => {
    const run = new SlowRun();
    const writer = new AnswerWriter(run, "a");
    writer.text("One");
    writer.text(", two");
    writer.news({ name: "continued", ...news });
    writer.text(", three");
    writer.news({ name: "restarted", ...news });
    writer.text("Again");
    const ended = writer.end();
    expect(run.entries).toEqual([
      "One",
      ", two",
      { name: "continued", about: { answer: "a", ...news } },
      ", three",
      { name: "restarted", about: { answer: "a", ...news } },
      "Again",
    ]);
    await run.lasts();
    await ended;
  });

  test("is not over before all of it lasts", async () => {
    const run = new SlowRun();
    const writer = new AnswerWriter(run, "a");
    let isOver = false;
    writer.text("One");
    writer.text(", two");
    const ended = writer.end().then(() => {
      isOver = true;
    });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(isOver).toBe(false);
    await run.lasts();
    await ended;
  });

  test("is what was said, however it was cut into pieces, with no character in halves", async () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "\u{1f600}", "é"), maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, fc.infiniteStream(fc.nat({ max: 3 })), async (text, sizes) => {
        const run = new SlowRun();
        const writer = new AnswerWriter(run, "a");
        for (let from = 0; from < text.length; ) {
          const size = 1 + (sizes.next().value ?? 0);
          writer.text(text.slice(from, from + size));
          from += size;
          if ((sizes.next().value ?? 0) === 0) await run.lasts();
        }
        const ended = writer.end();
        await run.lasts();
        await ended;
        expect(run.entries.join("")).toBe(text);
        for (const entry of run.entries) expect(`${entry}`).toBe(Buffer.from(`${entry}`).toString());
      }),
      { numRuns: 300 },
    );
  });
});
